"""The stage: rows and issues of a batch in the database, and their way back as entries."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from cabinet_pages.bulk import Constant, insert_columns, insert_rows, update_rows
from imports.models import BatchRow, ImportBatch, RowIssue, RowStatus
from imports.resources.base import Block, Change, Cleaned, Entry, Issue, KindResource

StagedTuple = tuple[Any, ...]
#: Exact text as JSON, as the database keeps it.
to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode

_FIELDS = (
    "batch_id", "row", "owner_id", "owner_label", "key", "ordinal", "leads", "status", "change", "object_id", "values",
    "before",
)  # fmt: skip
_READ = (
    "id", "row", "owner_id", "owner_label", "key", "ordinal", "leads", "status", "change", "object_id", "values",
    "before",
)  # fmt: skip
_NEW, _CHANGED, _UNCHANGED = RowStatus.NEW.value, RowStatus.CHANGED.value, RowStatus.UNCHANGED.value
# Statuses of rows that replace something stored, and of all that promotion writes.
_REPLACING = (_CHANGED, RowStatus.WITHDRAWN.value)
_WRITTEN = (_NEW, *_REPLACING)
# Below the row of anything withdrawn.
_BEFORE_ALL = -(2**31)
_COMPARED = ("ordinal", "leads", "status", "change", "object_id", "values", "before")


def storable(text: str) -> str:
    """Return the text as both databases can keep it: NUL and lone halves of surrogate pairs become visible marks."""
    if text.isprintable():
        return text
    return text.replace("\x00", "␀").encode("utf-8", "replace").decode()


def clear_stage(batch: ImportBatch) -> None:
    """Forget what was staged and said about a batch."""
    with transaction.atomic():
        BatchRow.objects.filter(batch=batch).delete()
        RowIssue.objects.filter(batch=batch).delete()


def stage_rows(rows: Sequence[StagedTuple]) -> None:
    """Store a chunk of rows, in the order of `BatchRow`'s columns with JSON as text."""
    insert_rows(BatchRow, _FIELDS, rows)


def stage_block(
    batch: ImportBatch,
    block: Block,
    cleaned: Cleaned,
    statuses: Sequence[str],
    ids: Sequence[int | None],
    walked: Sequence[int],
) -> None:
    """Store a block of rows that are settled; those at the places `walked` are compared in the order of keys."""
    rows = len(block)
    in_key_order: Sequence[bool] = Constant(False, rows)
    if walked:
        in_key_order = [False] * rows
        for place in walked:
            in_key_order[place] = True
    insert_columns(
        BatchRow,
        (*_FIELDS, "in_key_order"),
        (
            Constant(batch.pk, rows), block.numbers, block.owners, block.labels, cleaned.keys, Constant(1, rows),
            Constant(True, rows), statuses, Constant("", rows), ids, cleaned.values, Constant(None, rows), in_key_order,
        ),
    )  # fmt: skip


def walk_equal_keys(batch: ImportBatch, amount: str) -> Counter[tuple[str, bool]]:
    """Have rows that share their key compared in the order of keys; they are staged as new again.

    Args:
        amount: the value that holds money, if any.

    Returns:
        how many of them were settled, by status and whether their sum is zero.
    """
    table, key, values = map(connection.ops.quote_name, (BatchRow._meta.db_table, "key", "values"))
    equal = f"SELECT owner_id, {key} FROM {table} WHERE batch_id = %s GROUP BY owner_id, {key} HAVING count(*) > 1"  # noqa: S608
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{equal} LIMIT 1", [batch.pk])
        if cursor.fetchone() is None:
            return Counter()
        shared = f"batch_id = %s AND NOT in_key_order AND (owner_id, {key}) IN ({equal})"
        cursor.execute(
            f"SELECT status, coalesce({values} ->> %s, '') IN ('', '0.00') AS zero, count(*) FROM {table} "  # noqa: S608
            f"WHERE {shared} GROUP BY 1, 2",
            [amount, batch.pk, batch.pk],
        )
        found = Counter({(status, bool(zero)): count for status, zero, count in cursor.fetchall()})
        cursor.execute(
            f"UPDATE {table} SET in_key_order = %s, status = %s, object_id = NULL WHERE {shared}",  # noqa: S608
            [True, _NEW, batch.pk, batch.pk],
        )
    return found


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
                storable(headings.get(issue.column, issue.column))[:160],
                storable(issue.value.strip())[:255],
                issue.level.value,
                issue.code,
                to_json({name: storable_param(value) for name, value in issue.params.items()}),
            )
            for issue in issues
        ),
    )


def storable_param(value: object) -> object:
    """Return a param of an issue as it can be kept as JSON."""
    if isinstance(value, str):
        return storable(value)
    return [storable_param(one) for one in value] if isinstance(value, list | tuple) else value


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
    if type(resource).family is KindResource.family:
        yield from by_key(entries)
        return
    for _, family in groupby(entries, key=lambda entry: _family(resource, entry)):
        yield list(family)


def by_key(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Cut a page into rows of one key, each in file order."""
    group: list[Entry] = []
    for entry in entries:
        if group and (entry.key != group[0].key or entry.owner_id != group[0].owner_id):
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def store_compared(entries: Sequence[Entry]) -> None:
    """Write back what comparison has found; a plainly new row is staged as such already."""
    same = [entry.pk for entry in entries if entry.status == _UNCHANGED and not entry.touched]
    full = [
        entry
        for entry in entries
        if entry.touched or entry.status == _CHANGED or (entry.status == _NEW and entry.change)
    ]
    with transaction.atomic():
        if same:
            table = connection.ops.quote_name(BatchRow._meta.db_table)
            ids = ",".join(map(str, same))
            with connection.cursor() as cursor:
                # Ids of our own, written out: thousands of parameters take longer than the update.
                cursor.execute(f"UPDATE {table} SET status = %s WHERE id IN ({ids})", [_UNCHANGED])  # noqa: S608
        update_rows(
            BatchRow,
            _COMPARED,
            (
                (
                    entry.pk,
                    entry.ordinal,
                    entry.leads,
                    str(entry.status),
                    entry.change,
                    entry.object_id,
                    to_json(entry.values),
                    None if entry.before is None else to_json(entry.before),
                )
                for entry in full
            ),
        )


def changed_entries(batch: ImportBatch, size: int) -> Iterator[list[Entry]]:
    """Yield the entries that replace something stored, by account and key, in pages."""
    after: tuple[int, str, int] | None = None
    while page := list(_page(batch, after, size, changed=True)):
        after = (page[-1].owner_id, page[-1].key, page[-1].row)
        yield page


def new_rows(batch: ImportBatch) -> "QuerySet[BatchRow]":
    """What is to be promoted as new, in file order."""
    return BatchRow.objects.filter(batch=batch, leads=True, status=_NEW).order_by("row")


def changes(batch: ImportBatch, size: int, *, replacing: bool = False) -> Iterator[Change]:
    """Yield what is to be promoted, in file order; what the file lacks comes first.

    Args:
        replacing: only what replaces something stored.
    """
    after = _BEFORE_ALL
    statuses = _REPLACING if replacing else _WRITTEN
    marks = ", ".join(["%s"] * len(statuses))
    while rows := _fetch(
        f"leads AND status IN ({marks}) AND {{row}} > %s ORDER BY {{row}}",
        ("row", "object_id", "owner_id", "key", "ordinal", "change", "values", "before"),
        batch,
        [*statuses, after],
        size,
    ):
        for row, object_id, owner_id, key, ordinal, change, values, before in rows:
            yield Change(
                row, object_id, owner_id, key, ordinal, change, json.loads(values), before and json.loads(before)
            )
        after = rows[-1][0]


def _page(
    batch: ImportBatch, after: tuple[int, str, int] | None, size: int, *, changed: bool = False
) -> Iterator[Entry]:
    where = "in_key_order AND leads AND status IN (%s, %s) AND " if changed else "in_key_order AND "
    parameters: list[Any] = [*_REPLACING] if changed else []
    # An index walk from where the page before ended.
    if after is not None:
        where += "(owner_id, {key}, {row}) > (%s, %s, %s) AND "
        parameters += after
    where += "true ORDER BY owner_id, {key}, {row}"
    for row in _fetch(where, _READ, batch, parameters, size):
        yield Entry(*row)


def _fetch(where: str, columns: Sequence[str], batch: ImportBatch, parameters: Sequence[Any], size: int) -> list[Any]:
    """Rows of the stage as the database gives them, JSON as text: nobody may ever look into most of it."""
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    where = where.format(key=quote("key"), row=quote("row"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {names} FROM {quote(BatchRow._meta.db_table)} WHERE batch_id = %s AND {where} LIMIT %s",  # noqa: S608
            [batch.pk, *parameters, size],
        )
        return list(cursor.fetchall())


def _family(resource: KindResource, entry: Entry) -> tuple[int, str]:
    return (entry.owner_id, resource.family(entry.key))
