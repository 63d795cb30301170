"""The journal of a batch beside what is stored: object by object, what may go back and what must stay."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from imports.conf import import_settings
from imports.models import BatchRow, ImportBatch, RowStatus
from imports.resources.base import Entry, KindResource, Stored

_NEW = RowStatus.NEW.value
_WRITTEN = frozenset({_NEW, RowStatus.CHANGED.value, RowStatus.WITHDRAWN.value})
_READ = (
    "pk", "row", "owner_id", "owner_label", "key", "ordinal", "leads", "status", "change", "object_id", "values",
    "before",
)  # fmt: skip
_VALUES = _READ.index("values")


class Judged(NamedTuple):
    """An object of the journal beside what is stored of it; `code` says why it stays, '' when it goes back.

    `text` is the JSON of the entry's values, `rows` how many rows of the file it has.
    """

    entry: Entry
    text: str
    stored: Stored | None
    rows: int
    code: str


def written(batch: ImportBatch) -> "QuerySet[BatchRow]":
    """The journal of a batch: the rows that it has written."""
    return BatchRow.objects.filter(batch=batch, status__in=_WRITTEN)


def judged(
    batch: ImportBatch, resource: KindResource, *, limit: int | None = None, besides: ImportBatch | None = None
) -> Iterator[list[Judged]]:
    """The journal of a batch, object by object, in pages.

    Args:
        limit: how many rows to look at.
        besides: the batch that takes this one back; rows that it has already are passed over.
    """
    rows = written(batch)
    if besides is not None:
        rows = rows.exclude(Exists(BatchRow.objects.filter(batch=besides, row=OuterRef("row"))))
    for page in _pages(rows, resource, limit):
        leaders: list[Entry] = []
        counts: list[int] = []
        texts: list[str] = []
        for entry, text in page:
            # The parts of an object stand behind the row that leads them.
            if entry.leads:
                leaders.append(entry)
                counts.append(1)
                texts.append(text)
            else:
                counts[-1] += 1
        stored, codes = _found(resource, leaders)
        yield list(map(Judged, leaders, texts, stored, counts, codes))


def _pages(rows: "QuerySet[BatchRow]", resource: KindResource, limit: int | None) -> Iterator[list[tuple[Entry, str]]]:
    """Rows of the journal by account and key, in pages that cut no family apart; values as text too."""
    page: list[tuple[Entry, str]] = []
    last: tuple[int, str] | None = None
    for values in _in_key_order(rows, limit):
        entry = Entry(*values)
        family = (entry.owner_id, resource.family(entry.key))
        if len(page) >= import_settings.CHUNK_ROWS and family != last:
            yield page
            page = []
        page.append((entry, values[_VALUES]))
        last = family
    if page:
        yield page


def _in_key_order(rows: "QuerySet[BatchRow]", limit: int | None) -> Iterator[tuple[Any, ...]]:
    # The ids alone are sorted, and not the values: SQLite sorts in memory.
    ids = as_stored(rows.order_by("owner_id", "key", "row")[:limit], ("pk",))
    while chunk := [pk for (pk,) in islice(ids, import_settings.CHUNK_ROWS)]:
        found = {values[0]: values for values in as_stored(BatchRow.objects.filter(pk__in=chunk), _READ)}
        yield from (found[pk] for pk in chunk)


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
    told: dict[str, Any] = dict(entry.values)
    withdrawn = told.pop("withdrawn", "") == "1"
    if found.withdrawn != withdrawn:
        return False
    if entry.status == _NEW:
        told = {**dict.fromkeys(found.values, ""), **resource.defaults(entry), **told}
    stored = found.values
    return all(value is None or stored.get(name, "") == value for name, value in told.items())


def as_stored(rows: "QuerySet[BatchRow]", fields: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Stream rows of the journal as the database gives them, JSON as text: nobody may ever look into most of it."""
    query, parameters = rows.values_list(*fields).query.sql_with_params()
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        while page := cursor.fetchmany(import_settings.CHUNK_ROWS):
            yield from page
