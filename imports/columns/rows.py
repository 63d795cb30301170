"""Rows of a table by the names of their columns. No Django."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import NamedTuple

from imports.formats import RawRow, Reading

from .annotation import added_column, without_cell
from .declared import ColumnSet
from .headings import SCANNED_ROWS, Heading, find_heading, trimmed
from .outline import GroupRows, Outline
from .passed_over import begins_totals, closes_group, is_machine, is_ordinal

_NONE: frozenset[str] = frozenset()
_ANY_WIDTH = 1 << 20


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
    #: What a totals row begins with, in whatever column; empty for a row of data.
    label: str = ""


@dataclass
class Table:
    """An opened table: its heading, and its rows, to be read once.

    `totals` gathers the totals rows («Разом», «Сальдо на кінець») that are passed over, for control totals; `groups`
    counts the group rows of an outlined report. Both are complete when the rows have been taken.
    """

    heading: Heading
    columns: ColumnSet
    rows: Iterator[MappedRow]
    totals: list[MappedRow] = field(default_factory=list)
    groups: GroupRows = field(default_factory=GroupRows)
    #: The same rows as the file has them, and what maps them, for `chunks`; whoever takes those takes not the others.
    below: Iterator[RawRow] = field(default_factory=lambda: iter(()))
    mapper: "RowMapper | None" = None


def open_table(reading: Reading, columns: ColumnSet, *, heading_row: str = "") -> Table:
    """Find the heading of a file that is being read, and map the rows below it.

    The column «Помилка» that an error file has is taken out first, so the file is read as it was without it.

    Args:
        reading: the opened file.
        columns: the columns of the kind of file.
        heading_row: as for `find_heading`.

    Raises:
        TableRefused: the heading does not fit the kind of file.
        UnreadableFile: from the file itself, here or while the rows are taken.
    """
    scanned = list(islice(reading.rows, SCANNED_ROWS))
    rest = reading.rows
    added = added_column(scanned, columns, heading_row)
    if added is not None:
        scanned = [without_cell(row, added) for row in scanned]
        rest = (without_cell(row, added) for row in rest)
    heading = find_heading(scanned, columns, heading_row=heading_row)
    totals: list[MappedRow] = []
    groups = GroupRows()
    below = chain(scanned[heading.last + 1 :], rest)
    mapper = RowMapper(heading, columns, delimiter=reading.delimiter, totals=totals, groups=groups)
    rows = (mapped for row in below if (mapped := mapper.take(row)) is not None)
    return Table(heading, columns, rows, totals, groups, below, mapper)


def map_rows(
    rows: Iterable[RawRow],
    heading: Heading,
    columns: ColumnSet,
    *,
    delimiter: str,
    totals: list[MappedRow],
    groups: GroupRows | None = None,
) -> Iterator[MappedRow]:
    """Yield the rows below a heading by the names of their columns.

    Empty rows, a row of ordinals (1 2 3 …) or of a machine's words right below the heading, and repetitions of
    the heading are passed over; totals rows are too, and appended to `totals`; so are group rows (see `outline`).

    Args:
        rows: what stands below the heading.
        heading: from `find_heading`.
        columns: the columns of the kind of file.
        delimiter: of a text table, where a field too many shifts the others; empty for a workbook.
        totals: receives the totals rows.
        groups: counts the group rows.
    """
    mapper = RowMapper(heading, columns, delimiter=delimiter, totals=totals, groups=groups or GroupRows())
    for row in rows:
        mapped = mapper.take(row)
        if mapped is not None:
            yield mapped


class RowMapper:
    """Maps the rows below a heading, one after another in file order; see `map_rows` for the arguments."""

    def __init__(
        self, heading: Heading, columns: ColumnSet, *, delimiter: str, totals: list[MappedRow], groups: GroupRows
    ) -> None:
        self.outline = Outline(heading, columns, groups)
        self.is_outlined = bool(heading.outline)
        self.totals = totals
        self.at_top = True
        self._mapper = _Mapper(heading, columns, delimiter)

    def take(self, row: RawRow) -> MappedRow | None:
        """The row by the names of its columns; None for one that is passed over."""
        if not any(cell and not cell.isspace() for cell in row.cells):
            return None
        if self.at_top and (is_ordinal(row.cells) or is_machine(row.cells)):
            return None
        if self._mapper.is_heading_again(row, self.at_top):
            self.at_top = True
            return None
        self.at_top = False
        mapped = self._mapper.map(row)
        if self._mapper.is_totals(row, mapped):
            self.totals.append(mapped._replace(label=next(cell for cell in row.cells if cell and not cell.isspace())))
            return None
        probe = self.outline.probe
        if self.is_outlined:
            return None if self.outline.takes(row, mapped) else self.outline.fill(mapped)
        if probe and not mapped.values[probe] and self.outline.takes(row, mapped):
            return None
        return mapped

    @property
    def pairs(self) -> tuple[tuple[int, str], ...]:
        """Positions and names of the columns that the file has."""
        return self._mapper.pairs

    @property
    def widths(self) -> range:
        """How many cells a row may have that neither lacks nor overflows anything."""
        return range(self._mapper.last + 1, self._mapper.width + 1 if self._mapper.delimiter else _ANY_WIDTH)

    @property
    def repeated(self) -> tuple[int, str]:
        """Position and text of the first cell of the heading, by which a repetition of it is told."""
        heading = self._mapper.repeated[0] if self._mapper.repeated else ()
        return next(((index, text) for index, text in enumerate(heading) if text), (0, ""))


class _Mapper:
    def __init__(self, heading: Heading, columns: ColumnSet, delimiter: str) -> None:
        self.delimiter = delimiter
        self.width = heading.width
        self.names = heading.names[: self.width]
        self.pairs = tuple((index, name) for index, name in enumerate(self.names) if name)
        self.last = self.pairs[-1][0]
        self.repeated = heading.rows
        self.required = tuple(
            column.name for column in columns.columns if column.required and column.name != heading.outline
        )
        self.free_text = frozenset(
            column.name for column in columns.columns if column.free_text or column.takes_overflow
        )
        last_name = self.names[-1]
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
        begins = begins_totals(cell)
        if not begins and not closes_group(cell):
            return False
        name = self.names[index] if index < self.width else ""
        # Beside a name that begins so, a row of data has all that is required; a totals row never has.
        complete = not mapped.problem and all(mapped.values[one].strip() for one in self.required)
        return not (complete and (name in self.free_text or not name or not begins))

    def is_heading_again(self, row: RawRow, at_top: bool) -> bool:
        """Whether a row repeats the heading; the second row of one only counts right below another."""
        for repeated in self.repeated if at_top else self.repeated[:1]:
            index = next(index for index, text in enumerate(repeated) if text)
            # One cell tells of most rows that they are none.
            begins = len(row.cells) > index and row.cells[index].strip() == repeated[index]
            if begins and trimmed(row.cells) == repeated:
                return True
        return False

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
