"""Invoices with their lines, and monthly balances."""

from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.models import private_storage
from cabinet_pages.accounts.models import Account
from cabinet_pages.articles.models import Article
from cabinet_pages.quantities.fields import EnergyField, MoneyField, PriceField, RatioField


class InvoiceKind(models.TextChoices):
    """Вид документа."""

    INVOICE = "invoice", _("invoice")
    PREPAYMENT = "prepayment", _("prepayment")
    CORRECTION = "correction", _("corrective")


class InvoiceState(models.TextChoices):
    """An annulled invoice stays visible, struck through, out of all sums."""

    VALID = "valid", _("valid")
    ANNULLED = "annulled", _("annulled")


class Invoice(models.Model):
    """Рахунок; imported again, its lines are replaced as a set. Sums are in UAH with kopecks."""

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="invoices")
    number = models.CharField(_("number"), max_length=60)
    issued_on = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=10, choices=InvoiceKind.choices, default=InvoiceKind.INVOICE)
    state = models.CharField(_("state"), max_length=10, choices=InvoiceState.choices, default=InvoiceState.VALID)
    corrects_number = models.CharField(_("corrects invoice"), max_length=60, blank=True)
    period = models.DateField(_("period"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    net = MoneyField(_("sum without VAT"))
    vat = MoneyField(_("VAT"))
    gross = MoneyField(_("sum with VAT"))
    withdrawn = models.BooleanField(_("withdrawn"), default=False)
    # The document of what the invoice says now, so that a download need not compare all of it. Issuing notes it,
    # and the service that writes invoices takes it away.
    issued = models.ForeignKey(
        "IssuedInvoice", on_delete=models.PROTECT, null=True, editable=False, db_index=False, related_name="+"
    )

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-issued_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["account", "number", "issued_on"], name="cabinet_invoice_key")]
        indexes = [models.Index(fields=["account", "-issued_on"], name="cabinet_invoice_list")]

    def __str__(self) -> str:
        return f"№ {self.number}"


class InvoiceLine(models.Model):
    """One line of an invoice, as the ERP gave it."""

    wagtail_reference_index_ignore = True

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField(_("position"))
    article = models.ForeignKey(Article, verbose_name=_("article"), on_delete=models.PROTECT, related_name="+")
    period = models.DateField(_("period"), null=True, blank=True)
    point_code = models.CharField(_("code of the point"), max_length=60, blank=True)
    meter_serial = models.CharField(_("meter"), max_length=60, blank=True)
    previous_value = EnergyField(_("previous reading"), null=True, blank=True)
    current_value = EnergyField(_("current reading"), null=True, blank=True)
    multiplier = RatioField(_("multiplier"), null=True, blank=True)
    quantity = EnergyField(_("quantity"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    tariff = PriceField(_("tariff"), null=True, blank=True)
    net = MoneyField(_("sum without VAT"))
    vat = MoneyField(_("VAT"))
    gross = MoneyField(_("sum with VAT"))
    # The file had no VAT columns, so the tax was computed by the rule of cabinet_pages.billing.rules.
    vat_computed = models.BooleanField(_("VAT computed here"), default=False)

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        ordering = ["invoice", "position"]
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="cabinet_invoice_line_key")]

    def __str__(self) -> str:
        return f"{self.invoice} / {self.position}"


class IssuedInvoice(models.Model):
    """The PDF of an invoice as it was issued for one content of it; its bytes never change.

    It belongs to the invoice's key, not to its row: an import that is taken back and given again finds it here.
    """

    wagtail_reference_index_ignore = True

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="issued_invoices"
    )
    number = models.CharField(_("number"), max_length=60)
    issued_on = models.DateField(_("date"))
    version = models.PositiveIntegerField(_("version"))
    # SHA-256 of what the invoice said, and of the template and renderer that made the document.
    content_sha256 = models.CharField(max_length=64, editable=False)
    template_sha256 = models.CharField(max_length=64, editable=False)
    file = models.FileField(_("file"), storage=private_storage, upload_to="invoices/%Y/%m/", max_length=255)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size"))
    made_at = models.DateTimeField(_("issued"), default=timezone.now)

    class Meta:
        verbose_name = _("issued invoice")
        verbose_name_plural = _("issued invoices")
        ordering = ["account", "issued_on", "number", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "number", "issued_on", "content_sha256"], name="cabinet_issued_content"
            ),
            models.UniqueConstraint(
                fields=["account", "number", "issued_on", "version"], name="cabinet_issued_version"
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number} / {self.version}"


class Balance(models.Model):
    """Сальдо of an account for a month, whole or by article. + is the consumer's debt, − an overpayment, UAH."""

    wagtail_reference_index_ignore = True

    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="balances")
    period = models.DateField(_("period"))
    article = models.ForeignKey(
        Article, verbose_name=_("article"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The article's folded name, or '' for the whole account: no part of a key is NULL.
    article_key = models.CharField(max_length=160, default="", blank=True, editable=False)
    opening = MoneyField(_("opening balance"))
    charged = MoneyField(_("charged"), null=True, blank=True)
    paid = MoneyField(_("paid"), null=True, blank=True)
    corrected = MoneyField(_("corrections"), null=True, blank=True)
    closing = MoneyField(_("closing balance"))
    withdrawn = models.BooleanField(_("withdrawn"), default=False)

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        ordering = ["account", "period", "article_key"]
        constraints = [models.UniqueConstraint(fields=["account", "period", "article_key"], name="cabinet_balance_key")]

    def __str__(self) -> str:
        return f"{self.account} {self.period:%m.%Y}"
