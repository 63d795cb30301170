"""Archives: ZIP files of many documents that a person has ordered, and how far each has come."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.models import private_storage
from cabinet_pages.accounts.models import Account


class ArchiveState(models.TextChoices):
    """The life of an archive."""

    WAITING = "waiting", _("waiting for the worker")
    BUILDING = "building", _("being put together")
    READY = "ready", _("ready to download")
    FAILED = "failed", _("not made")


#: States in which a worker is, or will be, at work on an archive.
RUNNING = (ArchiveState.WAITING, ArchiveState.BUILDING)


class Archive(models.Model):
    """A ZIP with `registry.xlsx` that one person has ordered and nobody else can fetch."""

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="cabinet_archives"
    )
    # The code of an ArchiveKind.
    kind = models.CharField(max_length=40)
    # What was ordered in words, its language, and the address of the list that it was ordered from.
    title = models.CharField(_("title"), max_length=255)
    language = models.CharField(_("language"), max_length=5)
    source_url = models.CharField(max_length=500)
    # Primary keys of what is put in, chosen when it was ordered.
    items = models.JSONField(default=list)
    # What was put in, by the keys that its kind gave.
    contents = models.JSONField(default=list, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ArchiveState.choices, default=ArchiveState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    # Who works on it; a worker whose claim is another by now has been given up and writes nothing any more.
    claim = models.UUIDField(null=True, blank=True, editable=False)
    heartbeat_at = models.DateTimeField(default=timezone.now)
    error_code = models.CharField(max_length=40, blank=True)
    error_params = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("ordered"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"))
    file = models.FileField(_("file"), storage=private_storage, max_length=255, blank=True)
    file_name = models.CharField(_("file name"), max_length=255, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)

    class Meta:
        verbose_name = _("archive")
        verbose_name_plural = _("archives")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=["waiting", "building"]), name="cabinet_archive_one_running"
            )
        ]
        indexes = [models.Index(fields=["expires_at"], name="cabinet_archive_expiry")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_running(self) -> bool:
        """Whether a worker is, or will be, at work on it."""
        return self.state in RUNNING


class ArchivedAccount(models.Model):
    """An account of which an archive has documents, and whose they were when it was ordered."""

    wagtail_reference_index_ignore = True

    archive = models.ForeignKey(Archive, on_delete=models.CASCADE, related_name="archived_accounts")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    # The account's `owned_since`: after a change of owner the archive holds papers of an earlier one.
    owned_since = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["archive", "account"], name="cabinet_archived_account_once"),
        ]

    def __str__(self) -> str:
        return str(self.account)
