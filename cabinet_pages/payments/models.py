"""Payments as they are booked, and what bank statements say has come."""

from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cabinet_pages.accounts.models import Account, Branch
from cabinet_pages.articles.models import Article
from cabinet_pages.quantities.fields import MoneyField


class PaymentKind(models.TextChoices):
    """Вид операції."""

    PAYMENT = "payment", _("payment")
    REFUND = "refund", _("refund")
    OFFSET = "offset", _("offset")
    TRANSFER = "transfer", _("transfer")
    WRITE_OFF = "writeoff", _("write-off")


class Payment(models.Model):
    """One booked payment; a refund is negative. Several may share day, article and amount.

    `document` is the ERP's document id, or `=<kopecks>` where the file has none; `ordinal` counts equal keys inside
    one file, so equal rows stay different payments and the same file again changes nothing.
    """

    wagtail_reference_index_ignore = True

    # Both indexes of several columns begin with the account, so one of its own would only slow every import.
    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="payments", db_index=False
    )
    document = models.CharField(_("document"), max_length=80)
    paid_on = models.DateField(_("payment date"))
    article = models.ForeignKey(Article, verbose_name=_("article"), on_delete=models.PROTECT, related_name="+")
    ordinal = models.PositiveIntegerField(default=1)
    amount = MoneyField(_("payment amount"))
    kind = models.CharField(_("kind"), max_length=10, choices=PaymentKind.choices, default=PaymentKind.PAYMENT)
    period = models.DateField(_("period"), null=True, blank=True)
    payer = models.CharField(_("payer"), max_length=255, blank=True)
    order_number = models.CharField(_("payment document"), max_length=60, blank=True)
    vat = MoneyField(_("VAT"), null=True, blank=True)
    purpose = models.CharField(_("purpose"), max_length=500, blank=True)
    withdrawn = models.BooleanField(_("withdrawn"), default=False)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        # Within a day payments keep the order of their first file, which is the order of insertion.
        ordering = ["paid_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "document", "paid_on", "article", "ordinal"], name="cabinet_payment_key"
            )
        ]
        indexes = [models.Index(fields=["account", "paid_on"], name="cabinet_payment_list")]

    def __str__(self) -> str:
        return f"{self.account} {self.paid_on:%d.%m.%Y}"


#: `Payment.document` of a payment that a bank statement has booked begins so; the ERP's ids never do.
BANK_DOCUMENT: Final = "bank:"


class MatchedBy(models.TextChoices):
    """How the account of a bank credit was found."""

    NUMBER = "number", _("account number in the purpose")
    CODE = "code", _("code of the payer")
    HAND = "hand", _("by hand")


class BankCredit(models.Model):
    """Money that came to one of the utility's bank accounts, as a statement says.

    It is no payment: it enters no sum. Where the ERP books payments, it is shown as being credited until `payment`
    is the ERP's row for it; where the bank does, `payment` is the payment made of it. Without an account or
    an article it waits in the queue of its branch (of the central office where there is none).

    `key` is the bank's own id of the document, or a digest of the row where it has none; `ordinal` counts equal rows.
    """

    wagtail_reference_index_ignore = True

    own_account = models.CharField(_("our bank account"), max_length=40)
    key = models.CharField(max_length=90)
    ordinal = models.PositiveIntegerField(default=1)
    received_on = models.DateField(_("date"))
    amount = MoneyField(_("amount"))
    order_number = models.CharField(_("payment document"), max_length=60, blank=True)
    payer = models.CharField(_("payer"), max_length=255, blank=True)
    payer_code = models.CharField(_("payer's code"), max_length=20, blank=True)
    payer_account = models.CharField(_("payer's bank account"), max_length=40, blank=True)
    purpose = models.CharField(_("purpose"), max_length=500, blank=True)
    branch = models.ForeignKey(
        Branch, verbose_name=_("branch"), null=True, blank=True, on_delete=models.PROTECT, related_name="bank_credits"
    )
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bank_credits",
    )
    article = models.ForeignKey(
        Article, verbose_name=_("article"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    matched_by = models.CharField(_("found by"), max_length=6, choices=MatchedBy.choices, blank=True)
    payment = models.OneToOneField(
        Payment,
        verbose_name=_("payment"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="bank_credit",
    )
    # «Не наш платіж».
    dismissed_at = models.DateTimeField(_("dismissed at"), null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    dismissal_reason = models.CharField(_("why it is not ours"), max_length=255, blank=True)
    withdrawn = models.BooleanField(_("withdrawn"), default=False)

    class Meta:
        verbose_name = _("receipt by bank")
        verbose_name_plural = _("receipts by bank")
        ordering = ["received_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["own_account", "key", "ordinal"], name="cabinet_bank_credit_key")
        ]
        indexes = [models.Index(fields=["account", "received_on"], name="cabinet_bank_credit_list")]

    def __str__(self) -> str:
        return f"{self.received_on:%d.%m.%Y} {self.payer}"
