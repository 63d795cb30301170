"""Readings (показання), their submissions, and windows reopened by staff."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cabinet_pages.accounts.models import Account
from cabinet_pages.metering.models import Register
from cabinet_pages.quantities.fields import EnergyField, RatioField


class ReadingSource(models.TextChoices):
    """Through what door a submission came."""

    CABINET = "cabinet", _("cabinet")
    STAFF = "staff", _("branch")


class ReadingSubmission(models.Model):
    """One confirmed «Зберегти»: the readings of a point sent together, once however often it is clicked."""

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="reading_submissions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The form's idempotency token, unique over all people.
    token = models.UUIDField(unique=True, default=uuid4)
    period = models.DateField(_("period"))
    source = models.CharField(_("source"), max_length=10, choices=ReadingSource.choices, default=ReadingSource.CABINET)
    submitted_at = models.DateTimeField(_("submitted"), default=timezone.now)

    class Meta:
        verbose_name = _("submission of readings")
        verbose_name_plural = _("submissions of readings")
        ordering = ["-submitted_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.account} {self.period:%m.%Y}"


class ReadingKind(models.TextChoices):
    """What a reading is: the consumer's own, or one that the operator took or gave."""

    CUSTOMER = "customer", _("the consumer's")
    CONTROL = "control", _("control")
    INITIAL = "initial", _("initial")
    FINAL = "final", _("final")
    ACCEPTED = "accepted", _("accepted for billing")


class ReadingState(models.TextChoices):
    """The life line of a consumer's reading."""

    SUBMITTED = "submitted", _("submitted")
    EXPORTED = "exported", _("passed to billing")
    ACCEPTED = "accepted", _("accepted")
    REJECTED = "rejected", _("rejected")
    BILLED = "billed", _("in an invoice")


class Reading(models.Model):
    """What a register showed on a day.

    A consumer's reading is keyed by (register, period, version) with one current version; the others by
    (register, date, kind). `period` is the first day of the settlement month.
    """

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    register = models.ForeignKey(
        Register, verbose_name=_("register"), on_delete=models.PROTECT, related_name="readings"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=ReadingKind.choices, default=ReadingKind.CUSTOMER)
    period = models.DateField(_("period"))
    read_on = models.DateField(_("date of the reading"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    is_current = models.BooleanField(_("current"), default=True)
    value = EnergyField(_("reading"))
    # What the volume was computed from, kept so that a later import cannot change a past explanation.
    previous_value = EnergyField(_("previous reading"), null=True, blank=True)
    previous_on = models.DateField(_("date of the previous reading"), null=True, blank=True)
    multiplier = RatioField(_("multiplier"), null=True, blank=True)
    volume = EnergyField(_("volume, kWh"), null=True, blank=True)
    rolled_over = models.BooleanField(_("rolled over"), default=False)
    is_late = models.BooleanField(_("late"), default=False)
    warnings = models.JSONField(_("warnings"), default=list, blank=True)
    remark = models.CharField(_("remark"), max_length=255, blank=True)
    submission = models.ForeignKey(
        ReadingSubmission, null=True, blank=True, on_delete=models.PROTECT, related_name="readings"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=ReadingState.choices, default=ReadingState.SUBMITTED, db_index=True
    )
    state_reason = models.CharField(_("reason"), max_length=255, blank=True)
    accepted_value = EnergyField(_("accepted reading"), null=True, blank=True)
    accepted_volume = EnergyField(_("accepted volume, kWh"), null=True, blank=True)
    invoice_number = models.CharField(_("invoice"), max_length=60, blank=True)
    withdrawn = models.BooleanField(_("withdrawn"), default=False)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["-read_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["register", "period", "version"],
                condition=Q(kind="customer"),
                name="cabinet_reading_version",
            ),
            models.UniqueConstraint(
                fields=["register", "period"],
                condition=Q(kind="customer", is_current=True),
                name="cabinet_reading_current",
            ),
            models.UniqueConstraint(
                fields=["register", "read_on", "kind"],
                condition=~Q(kind="customer"),
                name="cabinet_reading_control",
            ),
        ]
        indexes = [models.Index(fields=["register", "-read_on"], name="cabinet_reading_history")]

    def __str__(self) -> str:
        return f"{self.register} {self.read_on:%d.%m.%Y}"


class WindowReopening(models.Model):
    """A reading window that staff opened again for one account and period."""

    wagtail_reference_index_ignore = True

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="window_reopenings")
    period = models.DateField(_("period"))
    open_until = models.DateField(_("open until"))
    reason = models.CharField(_("reason"), max_length=255)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("reopened window")
        verbose_name_plural = _("reopened windows")
        ordering = ["-opened_at"]
        constraints = [models.UniqueConstraint(fields=["account", "period"], name="cabinet_reopening_once")]

    def __str__(self) -> str:
        return f"{self.account} {self.period:%m.%Y}"
