"""Rows of a table by the names of their columns. No Django."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import NamedTuple

from imports.formats import RawRow, Reading

from .declared import ColumnSet, fold_heading
from .headings import SCANNED_ROWS, Heading, find_heading

_TOTALS_WORDS = (
    "Разом", "Всього", "Усього", "Итого", "Всего", "Підсумок", "Нач.сальдо", "Кон.сальдо", "Начальное сальдо",
    "Конечное сальдо", "Сальдо на початок", "Сальдо на кінець", "Початкове сальдо", "Кінцеве сальдо", "Оборот",
    "Обороти", "Обороты", "Кол-во", "К-сть", "Кількість", "Количество",
)  # fmt: skip
_TOTALS = re.compile(rf"(?:{'|'.join(re.escape(fold_heading(word)) for word in _TOTALS_WORDS)})(?![\w'-])")
# Folding every row would take longer than reading it, so most are told by one letter.
_LETTERS = [chr(code) for code in (*range(65, 91), *range(97, 123), *range(0x400, 0x460), 0x490, 0x491)]
_TOTALS_INITIALS = frozenset(
    letter for letter in _LETTERS if fold_heading(letter) in {fold_heading(word)[0] for word in _TOTALS_WORDS}
)
_MACHINE_WORDS = frozenset(map(fold_heading, ("Autofilter", "sum", "sort", "filter", "sumif", "subtotal")))
_BEFORE_WORDS = " .,:№*\t\r\n\u00a0\u202f"
_LEAST_ORDINALS = 3
_NONE: frozenset[str] = frozenset()


class MappedRow(NamedTuple):
    """One row by the names of its columns.

    A column that the file lacks has no key in `values`; an empty cell is an empty string. `numeric` names
    the columns whose cell was a number in a spreadsheet. `problem` is empty, or the code of what is wrong with the row
    as a whole, and then `values` are not to be used: `too_many_fields`, `too_few_fields`.
    """

    number: int
    values: dict[str, str]
    numeric: frozenset[str] = frozenset()
    problem: str = ""


@dataclass
class Table:
    """An opened table: its heading, and its rows, to be read once.

    `totals` gathers the totals rows («Разом», «Сальдо на кінець») that are passed over, for control totals.
    """

    heading: Heading
    columns: ColumnSet
    rows: Iterator[MappedRow]
    totals: list[MappedRow] = field(default_factory=list)


def open_table(reading: Reading, columns: ColumnSet) -> Table:
    """Find the heading of a file that is being read, and map the rows below it.

    Raises:
        TableRefused: the heading does not fit the kind of file.
        UnreadableFile: from the file itself, here or while the rows are taken.
    """
    scanned = list(islice(reading.rows, SCANNED_ROWS))
    heading = find_heading(scanned, columns)
    totals: list[MappedRow] = []
    below = chain(scanned[heading.last + 1 :], reading.rows)
    rows = map_rows(below, heading, columns, delimiter=reading.delimiter, totals=totals)
    return Table(heading, columns, rows, totals)


def map_rows(
    rows: Iterable[RawRow], heading: Heading, columns: ColumnSet, *, delimiter: str, totals: list[MappedRow]
) -> Iterator[MappedRow]:
    """Yield the rows below a heading by the names of their columns.

    Empty rows, a row of ordinals (1 2 3 …) or of a machine's words right below the heading, and repetitions of
    the heading are passed over; totals rows are too, and appended to `totals`.

    Args:
        rows: what stands below the heading.
        heading: from `find_heading`.
        columns: the columns of the kind of file.
        delimiter: of a text table, where a field too many shifts the others; empty for a workbook.
        totals: receives the totals rows.
    """
    mapper = _Mapper(heading, columns, delimiter)
    at_top = True
    for row in rows:
        if not any(cell and not cell.isspace() for cell in row.cells):
            continue
        if at_top and (_is_ordinal(row.cells) or _is_machine(row.cells)):
            continue
        if mapper.is_heading_again(row):
            continue
        at_top = False
        mapped = mapper.map(row)
        if mapper.is_totals(row, mapped):
            totals.append(mapped)
        else:
            yield mapped


class _Mapper:
    def __init__(self, heading: Heading, columns: ColumnSet, delimiter: str) -> None:
        self.delimiter = delimiter
        self.width = heading.width
        self.texts = heading.texts
        self.names = heading.names
        self.pairs = tuple((index, name) for index, name in enumerate(heading.names) if name)
        self.last = self.pairs[-1][0]
        self.required = tuple(column.name for column in columns.columns if column.required)
        self.free_text = frozenset(
            column.name for column in columns.columns if column.free_text or column.takes_overflow
        )
        last_name = heading.names[-1]
        self.takes_overflow = bool(delimiter and last_name and columns[last_name].takes_overflow)

    def map(self, row: RawRow) -> MappedRow:
        cells, problem = row.cells, ""
        if len(cells) > self.width and self.delimiter:
            cells, problem = self._without_overflow(cells)
        if len(cells) <= self.last:
            if self.delimiter:
                problem = "too_few_fields"
            cells = cells + ("",) * (self.last + 1 - len(cells))
        values = {name: cells[index] for index, name in self.pairs}
        numeric = frozenset(name for index, name in self.pairs if index in row.numeric) if row.numeric else _NONE
        return MappedRow(row.number, values, numeric, problem)

    def is_totals(self, row: RawRow, mapped: MappedRow) -> bool:
        index = next(index for index, cell in enumerate(row.cells) if cell and not cell.isspace())
        cell = row.cells[index]
        if cell.lstrip(_BEFORE_WORDS)[:1] not in _TOTALS_INITIALS or not _TOTALS.match(fold_heading(cell)):
            return False
        name = self.names[index] if index < self.width else ""
        # Beside a name that begins so, a row of data has all that is required; a totals row never has.
        complete = not mapped.problem and all(mapped.values[one].strip() for one in self.required)
        return not (complete and (name in self.free_text or not name))

    def is_heading_again(self, row: RawRow) -> bool:
        index = self.pairs[0][0]
        if len(row.cells) < self.width or row.cells[index].strip() != self.texts[index]:
            return False
        return all(row.cells[index].strip() == self.texts[index] for index, _ in self.pairs)

    def _without_overflow(self, cells: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
        kept = list(cells)
        # Some exporters end the rows, and not the heading, with a delimiter.
        while len(kept) > self.width and not kept[-1].strip():
            kept.pop()
        if len(kept) == self.width:
            return tuple(kept), ""
        if not self.takes_overflow:
            return tuple(kept), "too_many_fields"
        text = self.delimiter.join(kept[self.width - 1 :])
        return (*kept[: self.width - 1], text), ""


def _is_ordinal(cells: tuple[str, ...]) -> bool:
    told = [cell.strip() for cell in cells if cell.strip()]
    return len(told) >= _LEAST_ORDINALS and told == [str(number) for number in range(1, len(told) + 1)]


def _is_machine(cells: tuple[str, ...]) -> bool:
    return all(fold_heading(cell) in _MACHINE_WORDS for cell in cells if cell.strip())
