"""Read and validate: rows of an opened table → staged rows and issues, chunk by chunk, column by column."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from cabinet_pages.articles.services import ArticleRef
from cabinet_pages.quantities.money import ZERO
from imports.columns import MappedRow, chunks
from imports.conf import import_settings
from imports.engine.columnar import PlainRows, works_in_sets
from imports.engine.comparing import Comparison
from imports.engine.completing import reject_outside, spare
from imports.engine.opening import OpenBatch
from imports.engine.progress import Progress
from imports.engine.stage import StagedTuple, record_issues, stage_rows, to_json
from imports.engine.totals import TotalsRows
from imports.models import ImportBatch, RowStatus
from imports.resources.base import ImportColumn, KindResource, Row
from imports.values import ValueRefused

# A column of names or documents never repeats, so its cache is emptied now and then.
_CACHED_VALUES = 50_000
# Sets take less room than rows, and less time when they are large.
_CHUNKS_OF_A_SET = 2
# An enumeration answers slowly for its value, and a file has a million rows.
_NEW, _REJECTED = RowStatus.NEW.value, RowStatus.REJECTED.value


@dataclass
class Tally:
    """What reading a file counts."""

    rows: int = 0
    rejected: int = 0
    amount: Decimal = ZERO
    by_article: dict[str, Decimal] = field(default_factory=dict)
    #: By the branch's id, where the file is one of all branches.
    by_branch: dict[int, Decimal] = field(default_factory=dict)
    #: What the totals rows of the file say.
    told: TotalsRows = field(default_factory=TotalsRows)
    #: What was found about rows that were compared as they were read; None where none were.
    settled: Comparison | None = None


def check_rows(opened: OpenBatch, progress: Progress) -> Tally:
    """Check and stage every row of the file; `progress` hears of each chunk.

    Raises:
        UnreadableFile: the file breaks off or breaks a limit; what was staged so far is of no use then.
    """
    resource, batch = opened.resource, opened.batch
    heading = opened.table.heading
    headings = {name: text for name, text in zip(heading.names, heading.texts, strict=True) if name}
    parsers = [_ColumnParser(name, column) for name, column in resource.fields.items() if name in headings]
    tally = Tally()
    plain = PlainRows(opened) if works_in_sets(opened) else None
    for mapped in _parts(opened, plain, tally):
        rows = [_row(one) for one in mapped]
        usable = [(row, one) for row, one in zip(rows, mapped, strict=True) if not one.problem]
        for parser in parsers:
            parser.parse(usable)
        good = [row for row, _ in usable]
        resource.unusable([row for row, one in zip(rows, mapped, strict=True) if one.problem])
        resource.prepare(good)
        reject_outside(resource, good)
        tally.told.meet(resource, opened.table.totals, good, tally.amount)
        staged = [entry for row in good if (entry := _staged(batch, resource, row, tally)) is not None]
        stage_rows(staged)
        if plain is not None:
            plain.keys.add([entry[2] for entry in staged], [entry[4] for entry in staged])
        _spare(resource, rows, staged)
        _count(rows, tally)
        record_issues(batch, (issue for row in rows for issue in row.issues), headings)
        progress.advance(tally.rows, opened.share() if opened.share else None)
    if plain is not None:
        tally.settled = plain.settled
        tally.settled.shares_keys = plain.keys.may_be()
    tally.told.finish(resource, opened.table.totals, tally.amount)
    leftovers = resource.leftovers()
    for row in leftovers:
        spare(resource, row)
    _count(leftovers, tally)
    record_issues(batch, (issue for row in leftovers for issue in row.issues), headings)
    return tally


def _parts(opened: OpenBatch, plain: PlainRows | None, tally: Tally) -> Iterator[list[MappedRow]]:
    """Yield the rows to be looked at one by one, chunk by chunk; the others are taken as sets meanwhile."""
    if plain is None:
        yield from _chunks(opened.table.rows, import_settings.CHUNK_ROWS)
        return
    for chunk in chunks(opened.table, import_settings.CHUNK_ROWS * _CHUNKS_OF_A_SET):
        rows = plain.take(chunk)
        first = chunk.numbers[0] if rows else 0
        tally.told.pass_by(opened.resource, opened.table.totals, first, rows, tally.amount)
        tally.rows += rows
        plain.money.add_to(tally)
        yield chunk.odd


class _ColumnParser:
    """Parses the cells of one column; equal texts are parsed once."""

    def __init__(self, name: str, column: ImportColumn) -> None:
        self.name = name
        self.column = column
        # Only what is good, and not what a required column lacks: anything else is worth a slower look.
        self.cache: dict[str, Any] = {}

    def parse(self, rows: Sequence[tuple[Row, MappedRow]]) -> None:
        """Set the column's cell of each row, or reject the row."""
        name, cache, asks_numeric = self.name, self.cache, self.column.numeric
        if len(cache) > _CACHED_VALUES:
            cache.clear()
        for row, mapped in rows:
            text = mapped.values[name]
            if asks_numeric and mapped.numeric and name in mapped.numeric:
                self._parse_one(row, text, numeric=True)
                continue
            value = cache.get(text, cache)
            if value is cache:
                self._parse_one(row, text, numeric=False)
            else:
                row.cells[name] = value

    def _parse_one(self, row: Row, text: str, *, numeric: bool) -> None:
        name, column = self.name, self.column
        try:
            value = column.parse(text, numeric=numeric) if column.numeric else column.parse(text)
        except ValueRefused as refusal:
            row.reject(refusal.code, name, **refusal.params)
            return
        if value == "":
            value = None
        row.cells[name] = value
        if value is None and column.required:
            row.reject("required", name)
        elif not numeric:
            self.cache[text] = value


def _spare(resource: KindResource, rows: Sequence[Row], staged: Sequence[StagedTuple]) -> None:
    """Note the rows of a complete file that have no key."""
    if resource.context.complete is None or len(staged) == len(rows):
        return
    keyed = {entry[1] for entry in staged}
    for row in rows:
        if row.number not in keyed:
            spare(resource, row)


def _row(mapped: MappedRow) -> Row:
    row = Row(mapped.number, mapped.values, {})
    if mapped.problem:
        row.reject(mapped.problem)
    return row


def _staged(batch: ImportBatch, resource: KindResource, row: Row, tally: Tally) -> StagedTuple | None:
    """The row for the stage; a rejected one is staged too when it has a key, for it counts among its equals."""
    cells = row.cells
    if resource.has_money:
        _add_money(resource, row, tally)
    keyed = all(cells.get(name) is not None for name in resource.key_columns)
    keyed = keyed and all(name in cells or name not in row.texts for name in resource.optional_key_columns)
    if keyed and resource.account_column:
        keyed = row.account is not None
    if not keyed:
        # A kind may have keys that no single column decides; a row without one must say so.
        if not row.rejected:
            row.reject("no_key")
        return None
    key = resource.key(row)
    values = {} if row.rejected else resource.values(row)
    account = row.account
    return (
        batch.pk,
        row.number,
        account.pk if account else 0,
        resource.label(row),
        key,
        1,
        True,
        _REJECTED if row.rejected else _NEW,
        "",
        None,
        "{}" if row.rejected else to_json(values),
        None,
    )


def _add_money(resource: KindResource, row: Row, tally: Tally) -> None:
    amount = resource.amount(row)
    if amount is None:
        return
    tally.amount += amount
    if resource.context.branch is None and row.account is not None:
        branch = row.account.branch_id
        tally.by_branch[branch] = tally.by_branch.get(branch, ZERO) + amount
    article = row.cells.get(resource.article_column) if resource.article_column else None
    if isinstance(article, ArticleRef):
        tally.by_article[article.name] = tally.by_article.get(article.name, ZERO) + amount


def _count(rows: Sequence[Row], tally: Tally) -> None:
    tally.rows += len(rows)
    for row in rows:
        if row.rejected:
            tally.rejected += 1


def _chunks(rows: Iterable[MappedRow], size: int) -> Iterator[list[MappedRow]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk
