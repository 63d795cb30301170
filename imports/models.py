"""Batches, their rows (the stage before promotion, the journal after it) and issues; profiles and tokens of sources."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.models import private_storage
from cabinet_pages.accounts.models import Branch
from cabinet_pages.quantities.fields import MoneyField


class BatchState(models.TextChoices):
    """The life of a batch. Four of them are the contract's: previewed, applied, refused, unchanged."""

    RECEIVED = "received", _("received")
    PREPARING = "preparing", _("being checked")
    PROMOTING = "promoting", _("being applied")
    PREVIEWED = "previewed", _("waiting for confirmation")
    APPLIED = "applied", _("applied")
    REFUSED = "refused", _("refused")
    UNCHANGED = "unchanged", _("nothing to change")
    CANCELLED = "cancelled", _("cancelled")
    UNDONE = "undone", _("taken back")


class BatchSource(models.TextChoices):
    """The door through which a file came."""

    DESK = "desk", _("import desk")
    COMMAND = "command", _("command line")
    PUSH = "push", _("sent by 1C")
    FOLDER = "folder", _("watched folder")
    UNDO = "undo", _("undo")


class BatchStep(models.TextChoices):
    """What a worker does with a batch at the moment; '' when nobody works on it."""

    READING = "reading", _("reading the file")
    COMPARING = "comparing", _("comparing with what is stored")
    WRITING = "writing", _("writing")


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

    source = models.CharField(_("source"), max_length=10, choices=BatchSource.choices, default=BatchSource.DESK)
    # What the sender calls this delivery, so that a repeated one finds its batch; '' where nobody said.
    idempotency_key = models.CharField(max_length=200, blank=True)
    # The file is all there is of its kind and branch between these Kyiv dates: what it lacks is withdrawn.
    complete_from = models.DateField(_("complete from"), null=True, blank=True)
    complete_to = models.DateField(_("complete to"), null=True, blank=True)
    # Control totals typed by the operator, and those that the file itself tells: {"amount": "1.00", "rows": 3}.
    expect_rows = models.PositiveIntegerField(_("expected rows"), null=True, blank=True)
    expect_amount = MoneyField(_("expected sum"), null=True, blank=True)
    declared_totals = models.JSONField(default=dict, blank=True)
    # Codes of stops that somebody has let pass.
    accepted = models.JSONField(default=list, blank=True)
    # Promote as soon as it is prepared; stops and rejected rows still refuse.
    auto_apply = models.BooleanField(default=False)
    # «Початкове завантаження»: announces nothing to customers.
    initial_load = models.BooleanField(_("initial load"), default=False)
    # The batch that this one takes back.
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by", verbose_name=_("takes back")
    )
    # When the worker was asked to take this batch back, and by whom; no moment once that is over.
    undo_asked_at = models.DateTimeField(null=True, blank=True)
    undo_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Who asked for a promotion that needs a second person.
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    promoted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("received at"), default=timezone.now)
    previewed_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    # How far the present step has come: rows done, and parts in a thousand of the step (None where nobody can tell).
    step = models.CharField(max_length=10, choices=BatchStep.choices, blank=True)
    progress = models.PositiveIntegerField(default=0)
    progress_permille = models.PositiveSmallIntegerField(null=True, blank=True)
    # The lease: whoever works on the batch renews it; an old one means that the worker has died.
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    # Why the whole file was refused, beside the issues of its rows; a sentence is made of it at the edge.
    error_code = models.CharField(max_length=60, blank=True)
    error_params = models.JSONField(default=dict, blank=True)
    # What promotion did beside the rows, for undo: {"closed_accesses": [ids]}.
    effects = models.JSONField(default=dict, blank=True)
    # How often batches of the kind had been applied or taken back when this one was compared.
    compared_after = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["kind", "branch", "state", "-id"], name="imports_batch_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "source", "idempotency_key"],
                condition=~models.Q(idempotency_key=""),
                name="imports_batch_delivery",
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class RowStatus(models.TextChoices):
    """What promotion does, or did, with a row."""

    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    REJECTED = "rejected", _("rejected")
    #: Stored, and absent from a file that is complete; its row number is below zero.
    WITHDRAWN = "withdrawn", _("withdrawn")
    #: Made by a batch that is taken back.
    REMOVED = "removed", _("removed")


class BatchRow(models.Model):
    """A row of a batch, cleaned, with what it would change: the stage. Once the batch is promoted it is the journal:
    the values before and after, by batch and row, which nobody changes any more.

    `key` is the natural key inside the account (`owner_id`, 0 for kinds without one); several rows of one object,
    as the lines of an invoice, share it, and the object stands on the row with `leads`. `values` are the columns that
    the file has, `before` the stored ones where they differ: exact text, None for nothing.
    """

    wagtail_reference_index_ignore = True

    # Rows come and go by the hundred thousand with their batch alone, so the database need not check each.
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, related_name="batch_rows", db_index=False, db_constraint=False
    )
    # As a person counts rows in the file; below zero for what the file lacks.
    row = models.IntegerField(_("row"))
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
    # Compared in the order of accounts and keys, as rows of one object must be; the others stand alone, and are
    # compared as they are read. Comparison alone walks in that order, so the index has no place for the others.
    in_key_order = models.BooleanField(db_default=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        ordering = ["batch", "row"]
        indexes = [
            models.Index(
                fields=["batch", "owner_id", "key", "row"],
                name="imports_row_compare",
                condition=models.Q(in_key_order=True),
            ),
            models.Index(fields=["batch", "row"], name="imports_row_order"),
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


class ImportProfile(models.Model):
    """How the files of one source are read for one branch: headings mapped by hand, encoding, sheet.

    `mapping` is heading → name of a column, '' to pass over it.
    """

    branch = models.ForeignKey(
        Branch,
        verbose_name=_("branch"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="import_profiles",
        help_text=_("Empty: all branches (central office)."),
    )
    kind = models.CharField(_("kind"), max_length=40)
    name = models.CharField(_("source"), max_length=80)
    mapping = models.JSONField(default=dict, blank=True)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    delimiter = models.CharField(_("delimiter"), max_length=1, blank=True)
    sheet = models.CharField(_("sheet"), max_length=120, blank=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    updated_at = models.DateTimeField(_("saved at"), default=timezone.now)

    class Meta:
        verbose_name = _("import profile")
        verbose_name_plural = _("import profiles")
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "kind", "name"], name="imports_profile_name"),
            # Two empty branches are no equals to a database, so the central office's profiles need a rule of their own.
            models.UniqueConstraint(
                fields=["kind", "name"], condition=models.Q(branch__isnull=True), name="imports_profile_central_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PushToken(models.Model):
    """The right of a 1C to send files for a branch; the token itself is shown once and never stored."""

    branch = models.ForeignKey(
        Branch,
        verbose_name=_("branch"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="push_tokens",
        help_text=_("Empty: all branches (central office)."),
    )
    name = models.CharField(_("name"), max_length=80)
    # SHA-256 of the token: it is random and long, so nothing slower is needed.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    auto_apply = models.BooleanField(_("apply without a preview"), default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("push token")
        verbose_name_plural = _("push tokens")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
