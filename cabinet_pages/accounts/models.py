"""Branch, customer and account: who is served, by whom, under which contract."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class PaymentsSource(models.TextChoices):
    """Where the booked payments of a branch come from: one place, so that no hryvnia is counted twice."""

    ERP = "erp", _("1C or another ERP")
    BANK = "bank", _("bank statements")


class Branch(models.Model):
    """Структурна одиниця: confirms registrations, imports the exports of its accounts, takes readings."""

    wagtail_reference_index_ignore = True

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=160)
    address = models.CharField(_("address"), max_length=255, blank=True)
    phones = models.CharField(_("phones"), max_length=160, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    working_hours = models.CharField(_("working hours"), max_length=160, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    readings_days_before = models.PositiveSmallIntegerField(
        _("reading window opens, days before the settlement day"),
        default=2,
        validators=[MaxValueValidator(27)],
    )
    readings_days_after = models.PositiveSmallIntegerField(
        _("reading window closes, days after the settlement day"),
        default=3,
        validators=[MaxValueValidator(27)],
    )
    readings_always_open = models.BooleanField(_("reading window is always open"), default=False)
    payments_source = models.CharField(
        _("source of booked payments"),
        max_length=4,
        choices=PaymentsSource.choices,
        default=PaymentsSource.ERP,
        help_text=_(
            "1C: rows of bank statements are shown to customers as “being credited” until 1C books them. "
            "Bank statements: their rows are the payments, and files of payments from 1C are refused."
        ),
    )

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """Замовник: keyed by the ERP's code of it, else by (code, folded name), else it belongs to one account alone."""

    wagtail_reference_index_ignore = True

    # `erp:<code>`, `code:<ЄДРПОУ>|<folded name>` or `account:<number>`; built by accounts.rules.customer_key().
    key = models.CharField(max_length=300, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=255)
    code = models.CharField(_("ЄДРПОУ or РНОКПП"), max_length=20, blank=True, db_index=True)
    erp_code = models.CharField(_("code in the ERP"), max_length=60, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=12, blank=True)
    search_text = models.CharField(max_length=400, editable=False, db_index=True, default="")

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def has_personal_code(self) -> bool:
        """A sole proprietor's code has ten digits (РНОКПП); a company's has eight (ЄДРПОУ)."""
        return len(self.code) == 10


class DistributionPayer(models.TextChoices):
    """Who pays the distribution company under the contract."""

    CONSUMER = "consumer", _("the consumer")
    SUPPLIER = "supplier", _("the supplier")


class Account(models.Model):
    """Особовий рахунок: one distribution contract of a customer with a branch."""

    wagtail_reference_index_ignore = True

    number = models.CharField(_("account"), max_length=40, unique=True)
    branch = models.ForeignKey(Branch, verbose_name=_("branch"), on_delete=models.PROTECT, related_name="accounts")
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="accounts"
    )
    physical_address = models.CharField(_("physical address"), max_length=255, blank=True)
    legal_address = models.CharField(_("legal address"), max_length=255, blank=True)
    contract_number = models.CharField(_("contract number"), max_length=60, blank=True)
    contract_date = models.DateField(_("date of the contract"), null=True, blank=True)
    terminated_on = models.DateField(_("contract terminated on"), null=True, blank=True)
    payment_form = models.CharField(_("form of payment"), max_length=80, blank=True)
    bank_account = models.CharField(_("current account"), max_length=120, blank=True)
    # 1…31; 31 and 0 mean the last day of the month, 1 the very start of it.
    settlement_day = models.PositiveSmallIntegerField(
        _("settlement day"), null=True, blank=True, validators=[MaxValueValidator(31)]
    )
    area = models.CharField(_("area"), max_length=120, blank=True)
    supplier = models.CharField(_("electricity supplier"), max_length=255, blank=True)
    distribution_payer = models.CharField(
        _("who pays for distribution"),
        max_length=10,
        choices=DistributionPayer.choices,
        default=DistributionPayer.CONSUMER,
    )
    prepayment_schedule = models.CharField(_("prepayment schedule"), max_length=120, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    # The day of the last change of owner (зміна споживача): rows before it are hidden from the present owner.
    owned_since = models.DateField(_("present customer since"), null=True, blank=True)
    search_text = models.CharField(max_length=400, editable=False, db_index=True, default="")

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number

    @property
    def slug(self) -> str:
        """The number as it stands in an address: a slash would end the path component."""
        return self.number.replace("/", "~")
