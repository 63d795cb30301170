"""The table of readings in a workbook, found by its headings, wherever a person has moved them. No Django."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

from cabinet_pages.readings.workbook.cells import Cell, Kind, SheetRow, SheetRows, shared_of
from cabinet_pages.readings.workbook.container import SheetPart, Workbook, WorkbookRefused, open_workbook

# The heading stands above what people write before it.
_SCANNED_ROWS = 100
# So many known headings make a row the heading.
_KNOWN = 3
# How a key begins: the settled month.
_KEY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\|")
KEY, VALUE = "key", "value"
#: What a person fills in.
ENTRY = (VALUE, "read_on", "explanation", "reason")
ERROR = "error"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the table: its number in the file and its cells by the names of their columns."""

    number: int
    cells: Mapping[str, Cell]

    def text(self, name: str) -> str:
        """The text of a cell without spaces around it; empty for none."""
        cell = self.cells.get(name)
        return "" if cell is None else cell.text.strip()


@dataclass(frozen=True, slots=True)
class Table:
    """The table of readings.

    Args:
        part: the part of the workbook that it stands in.
        heading: the number of the heading's row.
        columns: the number of each known column, counted from 0.
        missing: names of columns to fill in that the table has not.
        merged: rows whose entry cells are merged with those of other rows.
        is_1904: whether days are counted from 1904.
        last_column: the last column with anything in it.
    """

    part: str
    heading: int
    columns: Mapping[str, int]
    missing: tuple[str, ...]
    rows: list[TableRow]
    merged: frozenset[int]
    is_1904: bool
    last_column: int


def fold_heading(text: str) -> str:
    """A heading as it is compared: small letters, single spaces, no marks at its end."""
    return " ".join(text.replace("’", "'").replace("ʼ", "'").casefold().split()).rstrip(" *:")


def read_table(file: IO[bytes], headings: Mapping[str, str]) -> Table:
    """Find and read the table of readings in a file.

    Args:
        file: what a person sent.
        headings: folded heading → the name of its column.

    Raises:
        WorkbookRefused: as `open_workbook`; `no_table`, `no_value_column`, `no_keys`, `column_twice`, `two_tables`,
            `no_rows`, `too_many_rows`, `too_many_columns`.
    """
    workbook = open_workbook(file)
    shared = shared_of(workbook)
    found: Table | None = None
    for sheet in workbook.sheets:
        rows = SheetRows(workbook, sheet, shared)
        table = _table(workbook, sheet, rows, headings)
        if table is None:
            continue
        if found is not None and found.rows and table.rows:
            raise WorkbookRefused("two_tables")
        found = table if found is None or table.rows else found
    if found is None:
        raise WorkbookRefused("no_table")
    if not found.rows:
        raise WorkbookRefused("no_rows")
    return found


def _table(workbook: Workbook, sheet: SheetPart, rows: SheetRows, headings: Mapping[str, str]) -> Table | None:
    stream = iter(rows)
    for row in islice(stream, _SCANNED_ROWS):
        named = _named(row, headings)
        if len(named) >= _KNOWN:
            break
    else:
        return None
    columns: dict[str, int] = {}
    for name, index in named:
        if name in columns:
            raise WorkbookRefused("column_twice", column=row.cells[index].text.strip())
        columns[name] = index
    if VALUE not in columns:
        raise WorkbookRefused("no_value_column")
    taken = _Taken(columns, max(row.cells))
    found = list(taken.of(stream))
    if KEY not in columns and taken.key is not None:
        columns[KEY] = taken.key
    if found and not any(KEY in one.cells for one in found):
        raise WorkbookRefused("no_keys")
    entered = {columns[name] for name in ENTRY if name in columns}
    areas = (
        (area.first_row, area.last_row)
        for area in rows.merged
        if area.last_row > area.first_row and any(area.first_column <= one <= area.last_column for one in entered)
    )
    missing = tuple(name for name in ENTRY if name not in columns)
    merged = frozenset(_inside(areas, (one.number for one in found)))
    return Table(sheet.part, row.number, columns, missing, found, merged, workbook.is_1904, taken.last_column)


def _inside(areas: Iterable[tuple[int, int]], numbers: Iterable[int]) -> Iterator[int]:
    """Those of the numbers of rows that lie in an area, whose rows are never counted: a file may name millions."""
    waiting = sorted(areas, reverse=True)
    last = 0
    for number in sorted(numbers):
        while waiting and waiting[-1][0] <= number:
            last = max(last, waiting.pop()[1])
        if number <= last:
            yield number


def _named(row: SheetRow, headings: Mapping[str, str]) -> list[tuple[str, int]]:
    texts = ((index, cell.text) for index, cell in row.cells.items() if cell.kind is Kind.TEXT)
    return [(headings[fold_heading(text)], index) for index, text in texts if fold_heading(text) in headings]


@dataclass(slots=True)
class _Taken:
    """Takes the rows below a heading; of a row it keeps the known cells, and what looks like a key."""

    columns: Mapping[str, int]
    last_column: int
    key: int | None = None
    names: dict[int, str] = field(default_factory=dict)

    def of(self, stream: Iterator[SheetRow]) -> Iterator[TableRow]:
        self.names = {index: name for name, index in self.columns.items() if name != ERROR}
        for row in stream:
            self.last_column = max(self.last_column, *row.cells)
            cells = {name: row.cells[index] for index, name in self.names.items() if index in row.cells}
            if KEY not in self.columns:
                for index, cell in row.cells.items():
                    if _KEY.match(cell.text):
                        self.key, cells[KEY] = index, cell
                        break
            if cells:
                yield TableRow(row.number, cells)
