"""Undo: take an applied batch back as a batch of its own, in one transaction with its journal and its audit entry.

The journal of the batch is compared with what is stored. What stands as the batch wrote it gets its earlier values
back, or goes where there was nothing before; what was changed since, or what others stand on, is a conflict and stays.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Max, Value
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from cabinet_pages.bulk import insert_from, insert_rows
from imports.conf import import_settings
from imports.engine.collector import rare_collection
from imports.engine.errors import StoredRowsMoved
from imports.engine.judging import Judged, as_stored, judged, written
from imports.engine.locks import batch_lock, promotion_lock
from imports.engine.opening import resource_to_undo
from imports.engine.registry import installed_kinds
from imports.engine.stage import record_issues, to_json
from imports.engine.steps import reached
from imports.models import BatchRow, BatchSource, BatchState, ImportBatch, IssueLevel, RowStatus
from imports.resources.base import Change, Entry, Issue, KindResource, Stored

_ATTEMPTS = 3
_NAME_LENGTH = 255
_NEW, _CHANGED, _WITHDRAWN = RowStatus.NEW.value, RowStatus.CHANGED.value, RowStatus.WITHDRAWN.value
_REMOVED = RowStatus.REMOVED.value
_FIELDS = (
    "batch_id", "row", "owner_id", "owner_label", "key", "ordinal", "leads", "status", "change", "object_id", "values",
    "before",
)  # fmt: skip
_CHANGE = ("row", "object_id", "owner_id", "key", "ordinal", "change", "values", "before")


class Conflict(NamedTuple):
    """A row that stays as it is: its number in the file (None for what a complete file lacked), whose it is, why."""

    row: int | None
    account: str
    key: str
    code: str


@dataclass
class UndoLook:
    """What an undo does, or would do; rows are those of the file.

    Attributes:
        removed: rows whose objects go, because the batch had made them.
        restored: rows whose objects get earlier values, or are in force again.
        kept: rows whose objects stay, because they are conflicts.
        conflicts: the first of them, one for each object.
        conflicts_total: how many objects are conflicts.
        objects: how many objects are taken back.
        seen_all: False where only the first rows were looked at.
    """

    removed: int = 0
    restored: int = 0
    kept: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    conflicts_total: int = 0
    objects: int = 0
    seen_all: bool = True

    @property
    def taken_back(self) -> int:
        """Rows that are taken back, either way."""
        return self.removed + self.restored


@dataclass(frozen=True)
class UndoResult:
    """How an undo ended.

    Attributes:
        state: `undone`, or `refused`: then nothing has changed.
        restored: how many rows of the file were taken back.
        conflicts, conflicts_total: as in `UndoLook`; all of them are issues of `batch`.
        batch: the batch that takes the other one back; None when refused.
        code: why it was refused: `nothing_restored`, or what `obstacle` says.
    """

    state: str
    restored: int = 0
    conflicts: tuple[Conflict, ...] = ()
    conflicts_total: int = 0
    batch: ImportBatch | None = None
    code: str = ""


class _NothingRestored(Exception):
    """Every row is a conflict: nothing of the undo is to stay."""


def obstacle(batch: ImportBatch) -> str:
    """Why a batch cannot be taken back, as the code of a sentence; '' for one that can."""
    if batch.source == BatchSource.UNDO:
        return "undo_of_undo"
    if batch.state == BatchState.UNDONE:
        return "already_undone"
    if batch.state != BatchState.APPLIED:
        return "not_applied"
    return "" if batch.kind in installed_kinds() else "kind_not_installed"


def look_at_undo(batch: ImportBatch, *, limit: int) -> UndoLook:
    """What taking a batch back would do; nothing is written.

    Args:
        limit: how many rows of the journal to look at.
    """
    look = UndoLook()
    seen = 0
    for page in judged(batch, resource_to_undo(batch), limit=limit):
        for one in page:
            _count(look, one)
        seen += sum(one.rows for one in page)
    look.seen_all = seen >= batch.new + batch.changed + batch.withdrawn
    return look


def undo(batch: ImportBatch, *, by: Any = None) -> UndoResult:
    """Take an applied batch back; it ends `undone`, beside a new batch whose journal tells what was restored.

    What was changed since, or others stand on, is left alone and listed. Where nothing could be restored, and for a
    batch that is not applied or is an undo itself, the undo is refused and nothing changes.

    Args:
        by: the user who asks for it; None for a command.
    """
    # What a batch has changed may be shared by branches, as customers and stored files are.
    with batch_lock(batch.pk), promotion_lock(batch.kind, None):
        for _attempt in range(_ATTEMPTS):
            batch.refresh_from_db()
            if code := obstacle(batch):
                return UndoResult("refused", code=code)
            look = UndoLook()
            try:
                undoing = _take_back(batch, look, by)
            except _NothingRestored:
                batch.refresh_from_db()
                return UndoResult("refused", 0, tuple(look.conflicts), look.conflicts_total, code="nothing_restored")
            except IntegrityError:
                # Somebody has begun to stand on a row meanwhile; the next look finds it.
                continue
            return UndoResult("undone", look.taken_back, tuple(look.conflicts), look.conflicts_total, undoing)
    raise StoredRowsMoved(batch.pk)


def _take_back(batch: ImportBatch, look: UndoLook, by: Any) -> ImportBatch:
    reached("undoing", batch.pk)
    with rare_collection(), transaction.atomic():
        transaction.on_commit(partial(reached, "undo_committed", batch.pk))
        # An undo that the worker was asked for is over as well.
        over: dict[str, Any] = {"state": BatchState.UNDONE, "undo_asked_at": None, "error_code": "", "error_params": {}}
        if not ImportBatch.objects.filter(pk=batch.pk, state=BatchState.APPLIED).update(**over):
            raise IntegrityError(f"batch {batch.pk} is not applied any more")
        resource = resource_to_undo(batch)
        resource.context.by = by
        undoing = _begun(batch, by)
        reached("undo_begun", batch.pk)
        _judge(batch, undoing, resource, look)
        if not look.taken_back:
            raise _NothingRestored
        reached("undo_judged", batch.pk)
        resource.restore(_changes(undoing, _CHANGED))
        reached("undo_restored", batch.pk)
        if resource.undoes_in_sets:
            resource.remove_all(_removed_ids(undoing))
        else:
            resource.remove(_changes(undoing, _REMOVED))
        reached("undo_removed", batch.pk)
        resource.retract()
        undoing.rows = look.taken_back + look.kept
        undoing.changed = look.taken_back
        undoing.rejected = look.kept
        undoing.documents = look.objects if resource.counts_documents else 0
        undoing.effects = {"removed": look.removed, "restored": look.restored, "conflicts": look.conflicts_total}
        undoing.save(update_fields=["rows", "changed", "rejected", "documents", "effects"])
        log(
            instance=batch,
            action="imports.undo",
            user=by,
            data={"kind": batch.kind, "batch": undoing.pk, **undoing.effects},
        )
        reached("undo_before_commit", batch.pk)
    batch.state = BatchState.UNDONE
    batch.undo_asked_at, batch.error_code, batch.error_params = None, "", {}
    reached("undo_finished", batch.pk)
    return undoing


def _judge(batch: ImportBatch, undoing: ImportBatch, resource: KindResource, look: UndoLook) -> None:
    """Stage what goes back, and the conflicts: as sets where the kind can, and object by object what is left."""
    besides = None
    if resource.undoes_in_sets:
        settled = _stage_sets(batch, undoing, resource)
        look.objects += settled
        look.removed += settled
        if settled == written(batch).count():
            return
        besides = undoing if settled else None
    for page in judged(batch, resource, besides=besides):
        for one in page:
            _count(look, one)
        _stage(undoing, page)
        reached("undo_page_staged", batch.pk)


def _stage_sets(batch: ImportBatch, undoing: ImportBatch, resource: KindResource) -> int:
    """Stage the objects that stand as the batch made them and hold nobody; return how many.

    So many rows of the file at a time, for SQLite reads all of a query before it writes to the table it reads.
    """
    made = BatchRow.objects.filter(batch=batch, status=_NEW, leads=True)
    last = made.aggregate(last=Max("row"))["last"] or 0
    count = 0
    for first in range(1, last + 1, import_settings.CHUNK_ROWS):
        span = (first, first + import_settings.CHUNK_ROWS - 1)
        found = resource.as_written(made.filter(row__range=span)).order_by("row")
        staged = insert_from(
            BatchRow,
            (*_FIELDS, "in_key_order"),
            found.values_list(
                Value(undoing.pk), "row", "owner_id", "owner_label", "key", "ordinal", Value(True), Value(_REMOVED),
                Value(""), "stored_id", "values", "before", Value(False),
            ),
        )  # fmt: skip
        if staged:
            own = BatchRow.objects.filter(batch=undoing, row__range=span)
            others, _deleted = own.filter(object_id__isnull=True).delete()
            count += staged - others
            reached("undo_page_staged", batch.pk)
    return count


def _begun(batch: ImportBatch, by: Any) -> ImportBatch:
    """The batch that takes the other one back; it has no file of its own."""
    now = timezone.now()
    return ImportBatch.objects.create(
        kind=batch.kind,
        branch=batch.branch,
        profile=batch.profile,
        file_name=(_("Undo: %(name)s") % {"name": batch.file_name})[:_NAME_LENGTH],
        columns=batch.columns,
        new_articles=batch.new_articles,
        as_of=batch.as_of,
        source=BatchSource.UNDO,
        undoes=batch,
        state=BatchState.APPLIED,
        created_by=by,
        promoted_by=by,
        created_at=now,
        previewed_at=now,
        finished_at=now,
    )


def _count(look: UndoLook, judged: Judged) -> None:
    entry = judged.entry
    if judged.code:
        look.kept += judged.rows
        look.conflicts_total += 1
        if len(look.conflicts) < import_settings.REPORTED_ISSUES:
            row = entry.row if entry.row > 0 else None
            look.conflicts.append(Conflict(row, entry.owner_label, entry.key, judged.code))
        return
    look.objects += 1
    if entry.status == _NEW:
        look.removed += judged.rows
    else:
        look.restored += judged.rows


def _stage(undoing: ImportBatch, page: list[Judged]) -> None:
    """Write down what goes back, with what is stored of it now, and the conflicts."""
    insert_rows(
        BatchRow,
        _FIELDS,
        (
            _staged(undoing, entry, text, stored)
            for entry, text, stored, _, code in page
            if stored is not None and not code
        ),
    )
    record_issues(
        undoing,
        (
            Issue(
                entry.row if entry.row > 0 else None,
                "",
                entry.owner_label,
                IssueLevel.ERROR,
                code,
                {"account": entry.owner_label, "key": entry.key},
            )
            for entry, _, _, _, code in page
            if code
        ),
        {},
    )


def _staged(undoing: ImportBatch, entry: Entry, text: str, stored: Stored) -> tuple[Any, ...]:
    earlier = entry.before
    if entry.status == _NEW:
        status, change, before = _REMOVED, "", earlier
    else:
        earlier = earlier or {}
        now = {**stored.values, "withdrawn": "1" if stored.withdrawn else ""}
        status, before, text = (
            _CHANGED,
            {name: now.get(name, "") for name in earlier},
            to_json({**entry.values, **earlier}),
        )
        change = "" if entry.change == "revived" else entry.change
        if entry.status == _WITHDRAWN:
            change = "revived"
    return (
        undoing.pk, entry.row, entry.owner_id, entry.owner_label, entry.key, entry.ordinal, True, status, change,
        stored.pk, text, None if before is None else to_json(before),
    )  # fmt: skip


def _changes(undoing: ImportBatch, status: str) -> Iterator[Change]:
    """What goes back, in the order of the file's rows."""
    rows = BatchRow.objects.filter(batch=undoing, status=status).order_by("row")
    for *told, values, before in as_stored(rows, _CHANGE):
        yield Change._make((*told, json.loads(values), before and json.loads(before)))


def _removed_ids(undoing: ImportBatch) -> Iterator[int]:
    """The ids of the objects that go, in the order of the file's rows."""
    rows = BatchRow.objects.filter(batch=undoing, status=_REMOVED).order_by("row")
    return (pk for (pk,) in as_stored(rows, ("object_id",)))
