"""Payments, as the ERP booked them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cabinet_pages.accounts.models import Account
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

    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="payments")
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
