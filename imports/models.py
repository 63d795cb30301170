"""Batches, their staged rows and issues, and the journal of what promotion changed."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.models import private_storage
from cabinet_pages.accounts.models import Branch


class BatchState(models.TextChoices):
    """The life of a batch. The contract knows the last four; the first three pass by."""

    RECEIVED = "received", _("received")
    PREPARING = "preparing", _("being checked")
    PROMOTING = "promoting", _("being applied")
    PREVIEWED = "previewed", _("waiting for confirmation")
    APPLIED = "applied", _("applied")
    REFUSED = "refused", _("refused")
    UNCHANGED = "unchanged", _("nothing to change")


class ImportBatch(models.Model):
    """One file given to the cabinet: what it is, how far it has come, what it did.

    Counts are rows of the file, but `documents`, which counts invoices or documents. `totals` holds exact text.
    """

    wagtail_reference_index_ignore = True

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=40, db_index=True)
    branch = models.ForeignKey(
        Branch,
        verbose_name=_("branch"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="import_batches",
        help_text=_("Empty: all branches (central office)."),
    )
    profile = models.CharField(_("profile"), max_length=80, blank=True)
    # Headings the operator mapped by hand: heading → name of a column, '' to pass over it.
    mapping = models.JSONField(default=dict, blank=True)
    options = models.JSONField(default=dict, blank=True)
    file = models.FileField(_("file"), storage=private_storage, upload_to="imports/%Y/%m/", max_length=255)
    file_name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    format = models.CharField(_("format"), max_length=20, blank=True)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    headings = models.JSONField(default=list, blank=True)
    unknown_columns = models.JSONField(default=list, blank=True)
    # Columns that the file has, by the names of the resource: an absent one leaves stored values alone.
    columns = models.JSONField(default=list, blank=True)

    state = models.CharField(
        _("state"), max_length=12, choices=BatchState.choices, default=BatchState.RECEIVED, db_index=True
    )
    rows = models.PositiveIntegerField(_("rows"), default=0)
    new = models.PositiveIntegerField(_("new rows"), default=0)
    changed = models.PositiveIntegerField(_("changed rows"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged rows"), default=0)
    rejected = models.PositiveIntegerField(_("rejected rows"), default=0)
    withdrawn = models.PositiveIntegerField(_("withdrawn rows"), default=0)
    documents = models.PositiveIntegerField(_("documents in the file"), default=0)
    warnings = models.PositiveIntegerField(_("warnings"), default=0)
    # Changes that deserve a look of their own: {"owner": 2, "moved": 1}.
    change_counts = models.JSONField(default=dict, blank=True)
    totals = models.JSONField(_("totals"), default=dict, blank=True)
    # Articles first met in this file: comparison key → name as written.
    new_articles = models.JSONField(default=dict, blank=True)
    as_of = models.DateTimeField(_("as of"), null=True, blank=True)
    as_of_given = models.BooleanField(default=False)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    promoted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("received at"), default=timezone.now)
    previewed_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    # Rows done of the present step, for the progress bar.
    progress = models.PositiveIntegerField(default=0)
    # Why the whole file was refused, beside the issues of its rows; a sentence is made of it at the edge.
    error_code = models.CharField(max_length=60, blank=True)
    error_params = models.JSONField(default=dict, blank=True)
    # What promotion did beside the rows, for undo: {"closed_accesses": [ids]}.
    effects = models.JSONField(default=dict, blank=True)
    # The newest batch of the kind that was applied when this one was compared.
    compared_after = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["kind", "branch", "state", "-id"], name="imports_batch_newest")]

    def __str__(self) -> str:
        return self.file_name


class RowStatus(models.TextChoices):
    """What promotion does, or did, with a row."""

    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    REJECTED = "rejected", _("rejected")


class StagedRow(models.Model):
    """A row of a batch, cleaned, with what it would change.

    `key` is the natural key inside the account (`owner_id`, 0 for kinds without one); several rows of one object,
    as the lines of an invoice, share it, and the object stands on the row with `leads`. `values` are the columns that
    the file has, `before` the stored ones where they differ: exact text, None for nothing.
    """

    wagtail_reference_index_ignore = True

    # Rows come and go by the hundred thousand with their batch alone, so the database need not check each.
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, related_name="staged_rows", db_index=False, db_constraint=False
    )
    row = models.PositiveIntegerField(_("row"))
    owner_id = models.BigIntegerField(default=0)
    owner_label = models.CharField(_("account"), max_length=40, blank=True)
    key = models.CharField(max_length=400)
    ordinal = models.PositiveIntegerField(default=1)
    leads = models.BooleanField(default=True)
    status = models.CharField(_("status"), max_length=9, choices=RowStatus.choices, default=RowStatus.NEW)
    # A class of changes with a name of its own, such as `owner` (зміна споживача).
    change = models.CharField(max_length=20, blank=True)
    object_id = models.BigIntegerField(null=True)
    values = models.JSONField(default=dict)
    before = models.JSONField(null=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        ordering = ["batch", "row"]
        indexes = [
            models.Index(fields=["batch", "owner_id", "key", "row"], name="imports_staged_compare"),
            models.Index(fields=["batch", "row"], name="imports_staged_order"),
        ]

    def __str__(self) -> str:
        return f"{self.row}: {self.key}"


class IssueLevel(models.TextChoices):
    """A stop holds up the file, an error its row; a warning neither."""

    STOP = "stop", _("stop")
    ERROR = "error", _("error")
    WARNING = "warning", _("warning")


class RowIssue(models.Model):
    """Something to tell the operator about a row, or about the file (`row` is None).

    `column` is the heading as the file has it. The sentence is made of `code` and `params` when somebody reads it.
    """

    wagtail_reference_index_ignore = True

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="issues", db_index=False)
    row = models.PositiveIntegerField(_("row"), null=True)
    column = models.CharField(_("column"), max_length=160, blank=True)
    value = models.CharField(_("value"), max_length=255, blank=True)
    level = models.CharField(_("level"), max_length=8, choices=IssueLevel.choices, default=IssueLevel.ERROR)
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("issue of an import")
        verbose_name_plural = _("issues of an import")
        ordering = ["batch", "row", "pk"]
        indexes = [models.Index(fields=["batch", "row"], name="imports_issue_order")]

    def __str__(self) -> str:
        return f"{self.row}: {self.code}"


class JournalEntry(models.Model):
    """What promotion changed, kept for ever: the values before and after, by batch and row.

    The object is named by its natural key, so an entry outlives ids; `before` is None for an object that was new.
    """

    wagtail_reference_index_ignore = True

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="journal", db_index=False)
    row = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    owner_id = models.BigIntegerField(default=0)
    key = models.CharField(max_length=400)
    ordinal = models.PositiveIntegerField(default=1)
    change = models.CharField(max_length=20, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        ordering = ["batch", "row"]
        indexes = [
            models.Index(fields=["batch", "row"], name="imports_journal_order"),
            models.Index(fields=["kind", "owner_id", "key"], name="imports_journal_history"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.row}"
