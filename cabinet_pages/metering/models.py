"""Metering point, meter, register and multiplier: where and by what energy is measured."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cabinet_pages.accounts.models import Account
from cabinet_pages.quantities.fields import EnergyField, RatioField


class PointRole(models.TextChoices):
    """How a point counts in the account's volume."""

    BILLING = "billing", _("settlement point")
    SUBCONSUMER = "subconsumer", _("subconsumer")
    TECHNICAL = "technical", _("technical point")


class ReadBy(models.TextChoices):
    """Who takes the readings of a point."""

    CONSUMER = "consumer", _("the consumer")
    REMOTE = "remote", _("remote metering (АСКОЕ)")
    OPERATOR = "operator", _("the operator")


class LossesUnit(models.TextChoices):
    """The unit of the losses that the ERP delivers for a point."""

    ENERGY = "energy", _("kWh per period")
    PERCENT = "percent", _("%")


class MeteringPoint(models.Model):
    """Точка обліку of an account."""

    wagtail_reference_index_ignore = True

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="metering_points"
    )
    code = models.CharField(_("code of the point"), max_length=60)
    eic = models.CharField(_("EIC"), max_length=16, blank=True, db_index=True)
    name = models.CharField(_("metering point"), max_length=255)
    address = models.CharField(_("address of the point"), max_length=255, blank=True)
    site = models.CharField(_("site"), max_length=160, blank=True)
    area = models.CharField(_("area"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=PointRole.choices, default=PointRole.BILLING)
    read_by = models.CharField(_("read by"), max_length=10, choices=ReadBy.choices, default=ReadBy.CONSUMER)
    voltage_class = models.CharField(_("voltage class"), max_length=20, blank=True)
    permitted_power = EnergyField(_("permitted power, kW"), null=True, blank=True)
    losses = EnergyField(_("losses"), null=True, blank=True)
    losses_unit = models.CharField(
        _("unit of losses"), max_length=8, choices=LossesUnit.choices, default=LossesUnit.ENERGY
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("metering point")
        verbose_name_plural = _("metering points")
        ordering = ["account", "code"]
        constraints = [models.UniqueConstraint(fields=["account", "code"], name="cabinet_point_key")]

    def __str__(self) -> str:
        return self.name


class Meter(models.Model):
    """Лічильник at a point; a replaced meter keeps its row with the day of removal."""

    wagtail_reference_index_ignore = True

    point = models.ForeignKey(
        MeteringPoint, verbose_name=_("metering point"), on_delete=models.PROTECT, related_name="meters"
    )
    serial = models.CharField(_("serial number"), max_length=60)
    meter_type = models.CharField(_("meter type"), max_length=80, blank=True)
    installed_on = models.DateField(_("installed on"), null=True, blank=True)
    removed_on = models.DateField(_("removed on"), null=True, blank=True)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    next_verification_on = models.DateField(_("next verification"), null=True, blank=True)

    class Meta:
        verbose_name = _("meter")
        verbose_name_plural = _("meters")
        ordering = ["point", "serial"]
        constraints = [models.UniqueConstraint(fields=["point", "serial"], name="cabinet_meter_key")]

    def __str__(self) -> str:
        return self.serial


class Channel(models.TextChoices):
    """Energy and its direction."""

    ACTIVE_CONSUMED = "A+", _("active, consumed (A+)")
    ACTIVE_DELIVERED = "A-", _("active, delivered (A−)")
    REACTIVE_CONSUMED = "R+", _("reactive, consumed (R+)")
    REACTIVE_DELIVERED = "R-", _("reactive, generated (R−)")


class Zone(models.IntegerChoices):
    """Tariff zone of a register; the hours belong to the contract, not to the code."""

    WHOLE_DAY = 0, _("whole day")
    FIRST = 1, _("zone 1")
    SECOND = 2, _("zone 2")
    THIRD = 3, _("zone 3")


class Register(models.Model):
    """Шкала of a meter: one channel in one zone."""

    wagtail_reference_index_ignore = True

    meter = models.ForeignKey(Meter, verbose_name=_("meter"), on_delete=models.PROTECT, related_name="registers")
    channel = models.CharField(_("energy"), max_length=2, choices=Channel.choices)
    zone = models.PositiveSmallIntegerField(_("zone"), choices=Zone.choices, default=Zone.WHOLE_DAY)
    # Digits before the decimal mark; the register rolls over at ten to this power.
    digits = models.PositiveSmallIntegerField(_("digits"), default=6)
    initial_value = EnergyField(_("reading at installation"), null=True, blank=True)
    final_value = EnergyField(_("reading at removal"), null=True, blank=True)

    class Meta:
        verbose_name = _("register")
        verbose_name_plural = _("registers")
        ordering = ["meter", "channel", "zone"]
        constraints = [models.UniqueConstraint(fields=["meter", "channel", "zone"], name="cabinet_register_key")]

    def __str__(self) -> str:
        return f"{self.meter} {self.channel}/{self.zone}"


class MeterRatio(models.Model):
    """Розрахунковий коефіцієнт of a meter from a day on: the product of current and voltage transformer ratios."""

    wagtail_reference_index_ignore = True

    meter = models.ForeignKey(Meter, verbose_name=_("meter"), on_delete=models.CASCADE, related_name="ratios")
    valid_from = models.DateField(_("valid from"))
    current_ratio = RatioField(_("current transformer ratio"), null=True, blank=True)
    voltage_ratio = RatioField(_("voltage transformer ratio"), null=True, blank=True)
    multiplier = RatioField(_("multiplier"))

    class Meta:
        verbose_name = _("multiplier")
        verbose_name_plural = _("multipliers")
        ordering = ["meter", "valid_from"]
        constraints = [models.UniqueConstraint(fields=["meter", "valid_from"], name="cabinet_ratio_key")]

    def __str__(self) -> str:
        return f"×{self.multiplier.normalize():f}"
