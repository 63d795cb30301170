"""Undo: take an applied batch back as a batch of its own, in one transaction with its journal and its audit entry.

The journal of the batch is compared with what is stored. What stands as the batch wrote it gets its earlier values
back, or goes where there was nothing before; what was changed since, or what others stand on, is a conflict and stays.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from cabinet_pages.bulk import insert_rows
from imports.conf import import_settings
from imports.engine.collector import rare_collection
from imports.engine.errors import StoredRowsMoved
from imports.engine.locks import batch_lock, promotion_lock
from imports.engine.opening import resource_to_undo
from imports.engine.registry import installed_kinds
from imports.engine.stage import record_issues, to_json
from imports.models import BatchRow, BatchSource, BatchState, ImportBatch, IssueLevel, RowStatus
from imports.resources.base import Change, Entry, Issue, KindResource, Stored

_ATTEMPTS = 3
_NAME_LENGTH = 255
_NEW, _CHANGED, _WITHDRAWN = RowStatus.NEW.value, RowStatus.CHANGED.value, RowStatus.WITHDRAWN.value
_REMOVED = RowStatus.REMOVED.value
_WRITTEN = frozenset({_NEW, _CHANGED, _WITHDRAWN})
_FIELDS = (
    "batch_id", "row", "owner_id", "owner_label", "key", "ordinal", "leads", "status", "change", "object_id", "values",
    "before",
)  # fmt: skip
_READ = ("pk", "row", *_FIELDS[2:])
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


class _Judged(NamedTuple):
    """An object of the journal beside what is stored of it; `code` says why it stays, '' when it goes back.

    `text` is the JSON of the entry's values, `rows` how many rows of the file it has.
    """

    entry: Entry
    text: str
    stored: Stored | None
    rows: int
    code: str


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
    for page in _judged(batch, resource_to_undo(batch), limit=limit):
        for judged in page:
            _count(look, judged)
        seen += sum(judged.rows for judged in page)
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
    with rare_collection(), transaction.atomic():
        if not ImportBatch.objects.filter(pk=batch.pk, state=BatchState.APPLIED).update(state=BatchState.UNDONE):
            raise IntegrityError(f"batch {batch.pk} is not applied any more")
        resource = resource_to_undo(batch)
        resource.context.by = by
        undoing = _begun(batch, by)
        for page in _judged(batch, resource):
            for judged in page:
                _count(look, judged)
            _stage(undoing, page)
        if not look.taken_back:
            raise _NothingRestored
        resource.restore(_changes(undoing, _CHANGED))
        resource.remove(_changes(undoing, _REMOVED))
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
    batch.state = BatchState.UNDONE
    return undoing


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


def _judged(batch: ImportBatch, resource: KindResource, *, limit: int | None = None) -> Iterator[list[_Judged]]:
    """The journal of a batch, object by object, in pages."""
    for page in _pages(batch, resource, limit):
        leaders: list[Entry] = []
        rows: list[int] = []
        texts: list[str] = []
        for entry, text in page:
            # The parts of an object stand behind the row that leads them.
            if entry.leads:
                leaders.append(entry)
                rows.append(1)
                texts.append(text)
            else:
                rows[-1] += 1
        stored, codes = _found(resource, leaders)
        yield list(map(_Judged, leaders, texts, stored, rows, codes))


def _pages(batch: ImportBatch, resource: KindResource, limit: int | None) -> Iterator[list[tuple[Entry, str]]]:
    """What a batch has written, by account and key, in pages that cut no family apart; values as text too."""
    written = BatchRow.objects.filter(batch=batch, status__in=_WRITTEN).order_by("owner_id", "key", "row")
    if limit is not None:
        written = written[:limit]
    page: list[tuple[Entry, str]] = []
    last: tuple[int, str] | None = None
    for values in _as_stored(written, _READ):
        entry = Entry(*values)
        family = (entry.owner_id, resource.family(entry.key))
        if len(page) >= import_settings.CHUNK_ROWS and family != last:
            yield page
            page = []
        page.append((entry, values[_READ.index("values")]))
        last = family
    if page:
        yield page


def _found(resource: KindResource, leaders: list[Entry]) -> tuple[list[Stored | None], list[str]]:
    """What is stored of objects, and for each why it must stay, if it must."""
    stored = resource.stored(leaders)
    moved: dict[int, str] = {}
    for entry in leaders:
        found = stored.get(entry.object_key)
        if found is None:
            moved[entry.pk] = "gone"
            continue
        entry.object_id = found.pk
        if not _stands_as_written(resource, entry, found):
            moved[entry.pk] = "changed_since"
    held = resource.built_upon([entry for entry in leaders if entry.pk not in moved])
    return (
        [stored.get(entry.object_key) for entry in leaders],
        [moved.get(entry.pk, "") or held.get(entry.object_key, "") for entry in leaders],
    )


def _stands_as_written(resource: KindResource, entry: Entry, found: Stored) -> bool:
    """Whether what is stored is what the batch wrote."""
    written: dict[str, Any] = dict(entry.values)
    withdrawn = written.pop("withdrawn", "") == "1"
    if found.withdrawn != withdrawn:
        return False
    if entry.status == _NEW:
        written = {**dict.fromkeys(found.values, ""), **resource.defaults(entry), **written}
    stored = found.values
    return all(value is None or stored.get(name, "") == value for name, value in written.items())


def _count(look: UndoLook, judged: _Judged) -> None:
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


def _stage(undoing: ImportBatch, page: list[_Judged]) -> None:
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
    for *told, values, before in _as_stored(rows, _CHANGE):
        yield Change._make((*told, json.loads(values), before and json.loads(before)))


def _as_stored(rows: "QuerySet[BatchRow]", fields: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Stream rows of the journal as the database gives them, JSON as text: nobody may ever look into most of it."""
    query, parameters = rows.values_list(*fields).query.sql_with_params()
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        while page := cursor.fetchmany(import_settings.CHUNK_ROWS):
            yield from page
