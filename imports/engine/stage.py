"""The stage: rows and issues of a batch in the database, and their way back as entries."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import transaction

from cabinet_pages.bulk import insert_rows, update_rows
from imports.models import ImportBatch, RowIssue, RowStatus, StagedRow
from imports.resources.base import Change, Entry, Issue, KindResource

StagedTuple = tuple[Any, ...]

_FIELDS = (
    "batch_id", "row", "owner_id", "owner_label", "key", "ordinal", "leads", "status", "change", "object_id", "values",
    "before",
)  # fmt: skip
_READ = (
    "pk", "row", "owner_id", "owner_label", "key", "ordinal", "leads", "status", "change", "object_id", "values",
    "before",
)  # fmt: skip
_COMPARED = ("ordinal", "leads", "status", "change", "object_id", "values", "before")


def clear_stage(batch: ImportBatch) -> None:
    """Forget what was staged and said about a batch."""
    with transaction.atomic():
        StagedRow.objects.filter(batch=batch).delete()
        RowIssue.objects.filter(batch=batch).delete()


def stage_rows(rows: Sequence[StagedTuple]) -> None:
    """Store a chunk of rows, in the order of `StagedRow`'s columns with JSON as text."""
    insert_rows(StagedRow, _FIELDS, rows)


def record_issues(batch: ImportBatch, issues: Iterable[Issue], headings: Mapping[str, str]) -> None:
    """Store issues; a column's name becomes its heading in the file.

    Args:
        headings: name of a column → heading as the file has it.
    """
    insert_rows(
        RowIssue,
        ("batch_id", "row", "column", "value", "level", "code", "params"),
        (
            (
                batch.pk,
                issue.row,
                headings.get(issue.column, issue.column)[:160],
                issue.value.strip()[:255],
                issue.level.value,
                issue.code,
                json.dumps(issue.params, ensure_ascii=False, default=str),
            )
            for issue in issues
        ),
    )


def families(batch: ImportBatch, resource: KindResource, size: int) -> Iterator[list[Entry]]:
    """Yield the staged rows in the order of (account, key, row), in pages that cut no family apart.

    Args:
        size: about how many rows a page has.
    """
    # Keyset paging: an index walk, whatever the file's size; writes between two pages do not disturb it.
    after: tuple[int, str, int] | None = None
    held: list[Entry] = []
    while True:
        page = list(_page(batch, after, size))
        if not page:
            break
        after = (page[-1].owner_id, page[-1].key, page[-1].row)
        held += page
        if len(page) < size:
            break
        last = _family(resource, held[-1])
        cut = len(held)
        while cut and _family(resource, held[cut - 1]) == last:
            cut -= 1
        if cut:
            yield held[:cut]
            held = held[cut:]
    if held:
        yield held


def by_family(entries: Sequence[Entry], resource: KindResource) -> Iterator[list[Entry]]:
    """Cut a page into families."""
    for _, family in groupby(entries, key=lambda entry: _family(resource, entry)):
        yield list(family)


def by_key(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Cut a page into rows of one key, each in file order."""
    for _, group in groupby(entries, key=attrgetter("owner_id", "key")):
        yield list(group)


def store_compared(entries: Sequence[Entry]) -> None:
    """Write back what comparison has found; a plainly new row is staged as such already."""
    same = [entry.pk for entry in entries if entry.status == RowStatus.UNCHANGED and not entry.touched]
    full = [
        entry
        for entry in entries
        if entry.touched or entry.status == RowStatus.CHANGED or (entry.status == RowStatus.NEW and entry.change)
    ]
    with transaction.atomic():
        if same:
            StagedRow.objects.filter(pk__in=same).update(status=RowStatus.UNCHANGED)
        update_rows(
            StagedRow,
            _COMPARED,
            (
                (
                    entry.pk,
                    entry.ordinal,
                    entry.leads,
                    str(entry.status),
                    entry.change,
                    entry.object_id,
                    json.dumps(entry.values, ensure_ascii=False, separators=(",", ":")),
                    None if entry.before is None else json.dumps(entry.before, ensure_ascii=False),
                )
                for entry in full
            ),
        )


def changed_entries(batch: ImportBatch, size: int) -> Iterator[list[Entry]]:
    """Yield the entries that replace something stored, by account and key, in pages."""
    after: tuple[int, str, int] | None = None
    while page := list(_page(batch, after, size, status=RowStatus.CHANGED, leads=True)):
        after = (page[-1].owner_id, page[-1].key, page[-1].row)
        yield page


def changes(batch: ImportBatch, size: int) -> Iterator[Change]:
    """Yield what is to be promoted, in file order."""
    after = -1
    while True:
        rows = list(
            StagedRow.objects.filter(
                batch=batch, row__gt=after, leads=True, status__in=[RowStatus.NEW, RowStatus.CHANGED]
            )
            .order_by("row")
            .values_list("row", "object_id", "owner_id", "key", "ordinal", "change", "values", "before")[:size]
        )
        if not rows:
            return
        for row in rows:
            yield Change(*row)
        after = rows[-1][0]


def _page(batch: ImportBatch, after: tuple[int, str, int] | None, size: int, **filters: Any) -> Iterator[Entry]:
    rows = StagedRow.objects.filter(batch=batch, **filters)
    if after is not None:
        rows = rows.extra(where=['("imports_stagedrow"."owner_id", "key", "row") > (%s, %s, %s)'], params=list(after))
    for row in rows.order_by("owner_id", "key", "row").values_list(*_READ)[:size]:
        yield Entry(*row)


def _family(resource: KindResource, entry: Entry) -> tuple[int, str]:
    return (entry.owner_id, resource.family(entry.key))
