"""Bank tables → the one table of statements: which bank's it is, and its rows in our columns. No Django."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from imports.columns import Heading, TableRefused, find_heading, map_rows
from imports.formats import RawRow, Reading, UnsupportedContent
from imports.formats.statement_table import HEADINGS, LAYOUT, StatementRow
from imports.statements.layouts import CARD_COLUMNS, IBAN, LAYOUTS, Layout, Own

_HEADING_CELLS = tuple(HEADINGS.values())


def recognise(reading: Reading, scanned: Sequence[RawRow]) -> tuple[Layout, Heading] | None:
    """Return the bank's layout and the heading of a table, or None for a table that is no statement.

    Args:
        reading: of a format that does not lay its table out itself.
        scanned: the first rows.

    Raises:
        UnsupportedContent: `personal_card_statement`.
    """
    for layout in LAYOUTS:
        try:
            return layout, find_heading(scanned, layout.columns)
        except TableRefused:
            continue
    for columns in CARD_COLUMNS:
        try:
            find_heading(scanned, columns)
        except TableRefused:
            continue
        raise UnsupportedContent("personal_card_statement")
    return None


def is_statement(reading: Reading, scanned: Sequence[RawRow]) -> bool:
    """Tell whether a file is a bank statement.

    Raises:
        UnsupportedContent: `personal_card_statement`.
    """
    return reading.layout == LAYOUT or recognise(reading, scanned) is not None


def as_statement(reading: Reading, scanned: Sequence[RawRow], listed: frozenset[str]) -> Reading:
    """Return the same file as the one table of statements; its rows keep their numbers.

    Args:
        reading: its rows begin with the scanned ones.
        scanned: the first rows.
        listed: our bank accounts, as the settings name them.
    """
    found = None if reading.layout == LAYOUT else recognise(reading, scanned)
    if found is None:
        return reading
    layout, heading = found
    told = frozenset(iban for line in heading.preamble.lines for iban in IBAN.findall(line.replace(" ", "")))
    told |= frozenset(iban for line in heading.preamble.lines for iban in IBAN.findall(line))
    rows = _rows(reading.rows, layout, heading, Own(told, listed), reading.delimiter)
    # The rows are whole whatever the delimiter was, so nobody needs to count their fields again.
    return replace(reading, rows=rows, layout=LAYOUT, delimiter="")


def _rows(rows: Iterable[RawRow], layout: Layout, heading: Heading, own: Own, delimiter: str) -> Iterator[RawRow]:
    yield RawRow(heading.number, _HEADING_CELLS)
    below = iter(rows)
    for _ in range(heading.last + 1):
        next(below, None)
    for mapped in map_rows(below, heading, layout.columns, delimiter=delimiter, totals=[]):
        if mapped.problem:
            row: StatementRow | None = StatementRow(problem=mapped.problem)
        else:
            row = layout.read(mapped.values, own)
        if row is not None:
            yield RawRow(mapped.number, tuple(row))
