"""Orders given to a payment provider, what it reported of them, and what was given back."""

from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cabinet_pages.accounts.models import Account
from cabinet_pages.articles.models import Article
from cabinet_pages.billing.online_payments.contract import ProviderStatus
from cabinet_pages.billing.online_payments.rules import OPEN, OrderState, Outcome, Problem
from cabinet_pages.quantities.fields import MoneyField
from cabinet_pages.quantities.money import ZERO

STATE_WORDS: Final = {
    OrderState.CREATED: _("not begun"),
    OrderState.STARTED: _("awaits payment"),
    OrderState.PAID: _("paid online"),
    OrderState.FAILED: _("not paid"),
    OrderState.EXPIRED: _("expired"),
    OrderState.PART_REFUNDED: _("partly refunded"),
    OrderState.REFUNDED: _("refunded"),
}
REPORT_WORDS: Final = {
    ProviderStatus.PENDING: _("awaits payment"),
    ProviderStatus.PAID: _("paid"),
    ProviderStatus.FAILED: _("not paid"),
    ProviderStatus.EXPIRED: _("expired"),
    ProviderStatus.REFUNDED: _("refunded"),
}
PROBLEM_WORDS: Final = {
    Problem.AMOUNT: _("the provider reports another sum"),
    Problem.CURRENCY: _("the provider reports another currency"),
    Problem.SECOND_PAYMENT: _("the provider reports a second payment"),
    Problem.REUSED_PAYMENT: _("the provider's payment belongs to another order"),
    Problem.REFUND: _("the provider reports a refund of more than was paid"),
}
OUTCOME_WORDS: Final = {
    Outcome.APPLIED: _("applied"),
    Outcome.IGNORED: _("changes nothing"),
    Outcome.DISPUTED: _("contradicts the order"),
}


class OnlinePayment(models.Model):
    """An order to pay the remainder of an invoice to one IBAN; sums in UAH.

    It is no payment of the ledger: that comes from the ERP. The invoice is named by its key, not by its row: an import
    that is taken back and given again finds its orders here.
    """

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    reference = models.CharField(_("reference"), max_length=12, unique=True)
    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="online_payments"
    )
    invoice_number = models.CharField(_("invoice"), max_length=60)
    invoice_issued_on = models.DateField(_("date of the invoice"))
    iban = models.CharField(_("IBAN"), max_length=29)
    purpose = models.CharField(_("purpose of the payment"), max_length=500)
    amount = MoneyField(_("amount"))
    refunded = MoneyField(_("given back"), default=ZERO)
    state = models.CharField(
        _("state"),
        max_length=13,
        choices=[(state.value, words) for state, words in STATE_WORDS.items()],
        default=OrderState.CREATED.value,
    )
    problem = models.CharField(
        _("to be clarified"),
        max_length=14,
        choices=[(problem.value, words) for problem, words in PROBLEM_WORDS.items()],
        blank=True,
    )
    provider = models.CharField(_("provider"), max_length=40)
    provider_payment = models.CharField(_("the provider's payment"), max_length=120, blank=True)
    # Where the person pays, as the provider has answered: an address, and the fields of a form.
    handover = models.JSONField(default=dict, blank=True)
    # The newest payment of the account that the cabinet knew when the order was made.
    known_payment = models.PositiveBigIntegerField(default=0)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who paid"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("ordered"), default=timezone.now)
    expires_at = models.DateTimeField(_("payable until"))
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    # The Kyiv day of `paid_at`.
    paid_on = models.DateField(_("payment date"), null=True, blank=True)
    # The branch has found the payment in its books, where no rule finds it.
    booked_at = models.DateTimeField(_("found in the books"), null=True, blank=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who found it"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    booked_note = models.CharField(_("where it is booked"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("online payment")
        verbose_name_plural = _("online payments")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "invoice_number", "invoice_issued_on", "iban"],
                condition=models.Q(state__in=[state.value for state in OPEN]),
                name="cabinet_online_open_once",
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_payment"],
                condition=~models.Q(provider_payment=""),
                name="cabinet_online_provider_payment",
            ),
        ]
        indexes = [models.Index(fields=["account", "-created_at"], name="cabinet_online_list")]

    def __str__(self) -> str:
        return self.reference


class OnlinePaymentPart(models.Model):
    """What of an order is for one article, UAH."""

    wagtail_reference_index_ignore = True

    order = models.ForeignKey(OnlinePayment, on_delete=models.CASCADE, related_name="parts")
    article = models.ForeignKey(Article, verbose_name=_("article"), on_delete=models.PROTECT, related_name="+")
    amount = MoneyField(_("amount"))

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["order", "article"], name="cabinet_online_part")]

    def __str__(self) -> str:
        return f"{self.order} / {self.article}"


class OnlinePaymentReport(models.Model):
    """A genuine message of a provider, kept as it was read; the same one is stored once."""

    wagtail_reference_index_ignore = True

    order = models.ForeignKey(OnlinePayment, on_delete=models.CASCADE, related_name="reports")
    provider = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    status = models.CharField(
        _("report"), max_length=10, choices=[(status.value, words) for status, words in REPORT_WORDS.items()]
    )
    amount = MoneyField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    payment = models.CharField(_("the provider's payment"), max_length=120, blank=True)
    happened_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    outcome = models.CharField(
        _("what became of it"),
        max_length=8,
        choices=[(outcome.value, words) for outcome, words in OUTCOME_WORDS.items()],
    )

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["provider", "key"], name="cabinet_online_report_once")]

    def __str__(self) -> str:
        return f"{self.order} / {self.status}"


class RefundState(models.TextChoices):
    """Whether the provider has given the money back."""

    ASKED = "asked", _("asked for")
    DONE = "done", _("given back")
    REFUSED = "refused", _("refused")


class OnlineRefund(models.Model):
    """Money that the branch wants to give back, UAH; its `uuid` is the provider's key of it."""

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(unique=True)
    order = models.ForeignKey(OnlinePayment, on_delete=models.PROTECT, related_name="refunds")
    amount = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=255)
    state = models.CharField(_("state"), max_length=7, choices=RefundState.choices, default=RefundState.ASKED)
    refusal = models.CharField(_("why it is refused"), max_length=255, blank=True)
    asked_at = models.DateTimeField(_("asked for on"), default=timezone.now)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who asked"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return f"{self.order} / {self.amount}"
