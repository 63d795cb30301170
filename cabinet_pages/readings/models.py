"""Readings (показання), their submissions, drafts and exports, and windows reopened by staff."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.models import private_storage
from cabinet_pages.accounts.models import Account, Branch
from cabinet_pages.metering.models import Register
from cabinet_pages.quantities.fields import EnergyField, RatioField


class ReadingSource(models.TextChoices):
    """Through what door a submission came."""

    CABINET = "cabinet", _("cabinet")
    SHEET = "sheet", _("reading sheet")
    WORKBOOK = "workbook", _("workbook")
    STAFF = "staff", _("branch")


class ReadingSubmission(models.Model):
    """One confirmed «Зберегти»: the readings of one account sent together, once however often it is clicked.

    A sheet over several accounts makes one for each, under the same `sheet`. Each has a receipt; `digest` is the
    SHA-256 over what the receipt says.
    """

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="reading_submissions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The sender as the receipt names them, whatever becomes of the login.
    sender = models.CharField(_("sender"), max_length=200, blank=True)
    # The form's idempotency token, unique over all people.
    token = models.UUIDField(unique=True, default=uuid4)
    # The token of the reading sheet that several accounts were sent with.
    sheet = models.UUIDField(null=True, blank=True, editable=False, db_index=True)
    period = models.DateField(_("period"))
    source = models.CharField(_("source"), max_length=10, choices=ReadingSource.choices, default=ReadingSource.CABINET)
    submitted_at = models.DateTimeField(_("submitted"), default=timezone.now)
    # How an employee who sends for a customer knows the values: by phone, on paper.
    basis = models.CharField(_("how the readings came"), max_length=255, blank=True)
    digest = models.CharField(_("hash"), max_length=64, blank=True)
    # Names of the customer, the branch and the points as they stood, so that a later import cannot change a receipt.
    receipt = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = _("submission of readings")
        verbose_name_plural = _("submissions of readings")
        ordering = ["-submitted_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.account} {self.period:%m.%Y}"

    @property
    def number(self) -> str:
        """The number on the receipt: the settled month and the running number of all submissions."""
        return f"{self.period:%Y%m}-{self.pk:06d}"


class ReadingDraft(models.Model):
    """What a person has typed into the reading sheet and not sent yet, as it was typed; nothing of it is a reading."""

    wagtail_reference_index_ignore = True

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    register = models.ForeignKey(Register, on_delete=models.CASCADE, related_name="+")
    period = models.DateField(_("period"))
    typed = models.CharField(max_length=40, blank=True)
    # «Дата зняття» of this value where it is another one than the sheet's.
    read_on = models.DateField(null=True, blank=True)
    # What explains a smaller value: `rollover`, `replaced`, or nothing yet.
    explanation = models.CharField(max_length=10, blank=True)
    remark = models.CharField(_("reason"), max_length=255, blank=True)
    source = models.CharField(max_length=10, choices=ReadingSource.choices, default=ReadingSource.SHEET)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("draft of a reading")
        verbose_name_plural = _("drafts of readings")
        constraints = [models.UniqueConstraint(fields=["user", "register", "period"], name="cabinet_draft_key")]
        indexes = [models.Index(fields=["account", "user", "period"], name="cabinet_draft_sheet")]

    def __str__(self) -> str:
        return f"{self.register} {self.period:%m.%Y}"


class ReadingExport(models.Model):
    """A numbered batch of readings that was made for the ERP; its bytes never change.

    Numbers count inside a branch. A reading is in one batch at most.
    """

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    branch = models.ForeignKey(
        Branch, verbose_name=_("branch"), on_delete=models.PROTECT, related_name="reading_exports"
    )
    number = models.PositiveIntegerField(_("number"))
    period = models.DateField(_("period"))
    format = models.CharField(_("format"), max_length=4)
    file = models.FileField(
        _("file"), storage=private_storage, upload_to="reading-exports/%Y/%m/", max_length=255, blank=True
    )
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("export of readings")
        verbose_name_plural = _("exports of readings")
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["branch", "number"], name="cabinet_reading_export_number")]

    def __str__(self) -> str:
        return f"{self.branch.code} {self.number}"


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
    # The intervals of the volume where there are several: between control readings, around a change of the multiplier.
    steps = models.JSONField(default=list, blank=True)
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
    export = models.ForeignKey(
        ReadingExport,
        verbose_name=_("export"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="readings",
    )
    # When billing said what it made of the reading.
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    # The employee who has looked at what was unusual.
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
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


class CalendarFeed(models.Model):
    """The right to read a person's windows and dates as iCalendar; the token is shown once and never stored."""

    wagtail_reference_index_ignore = True

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cabinet_calendar")
    # SHA-256 of the token: it is random and long, so nothing slower is needed.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return str(self.user)


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
