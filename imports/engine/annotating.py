"""The operator's own file with a column «Помилка»: what was said of each row stands beside it, in the same format.

The column stands where taking it out gives back the very file (`imports.columns.annotation`): first in a text, where
rows may be too short or too long, and last in a workbook or a DBF. Formats that nobody here writes become XLSX.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import IO

from imports.columns import SCANNED_ROWS, added_column, likely_heading, without_cell
from imports.conf import import_settings
from imports.engine.errors import FileRefused
from imports.engine.opening import local_file
from imports.engine.registry import installed_formats, resource_class
from imports.formats import Format, Limits, RawRow, Reading, ReadOptions, UnreadableFile, sniff
from imports.formats.annotated_dbf import annotate_dbf, fits_dbf
from imports.formats.annotated_text import annotate_text
from imports.formats.annotated_workbook import annotate_workbook, rebuild_workbook
from imports.models import ImportBatch, RowIssue

#: Formats that come back in themselves; any other becomes an XLSX.
SAME_FORMAT = frozenset({"csv", "xlsx", "dbf"})


@dataclass(frozen=True)
class Told:
    """What stands in the column «Помилка» of a row; `number` is the row's, as the file counts."""

    number: int
    text: str


def comes_back_as(name: str) -> str:
    """The format of the error file of a file of a format."""
    return name if name in SAME_FORMAT else "xlsx"


def write_error_file(batch: ImportBatch, target: IO[bytes], sentence: Callable[[RowIssue], str]) -> str:
    """Write the batch's file with the column «Помилка»; return the format it is written in.

    Args:
        batch: a batch whose file has been read; every issue of a row is told, the first as the last.
        target: where to; it is written in pieces.
        sentence: an issue → what the operator reads.

    Raises:
        FileRefused: the file cannot be read any more.
    """
    limits = Limits(**import_settings.LIMITS)
    options = ReadOptions(
        encoding=str(batch.options.get("encoding", "")),
        delimiter=str(batch.options.get("delimiter", "")),
        sheet=str(batch.options.get("sheet", "")),
        limits=limits,
    )
    try:
        with _table(batch) as path:
            found = sniff(path, installed_formats(), limits)
            return _write(batch, path, found, options, target, _told(batch, sentence))
    except UnreadableFile as refusal:
        raise FileRefused(refusal.code, **refusal.params) from refusal


def _write(
    batch: ImportBatch, path: Path, found: Format, options: ReadOptions, target: IO[bytes], told: Iterator[Told]
) -> str:
    layout = _layout(batch, found.read(path, options=options))
    texts = _Texts(told, layout.heading_numbers)
    reading = found.read(path, options=options)
    if found.name == "csv":
        annotate_text(
            path, reading, target, texts.of, heading=layout.heading_numbers, width=layout.width, added=layout.added
        )
        return "csv"
    if found.name == "dbf" and fits_dbf(path):
        annotate_dbf(path, reading.encoding, target, texts.of)
        return "dbf"
    heading = layout.heading_numbers
    if found.name == "xlsx" and layout.added is None and annotate_workbook(path, reading.sheet, target, texts, heading):
        return "xlsx"
    rows = reading.rows if layout.added is None else (without_cell(row, layout.added) for row in reading.rows)
    width = max(map(len, (row.cells for row in found.read(path, options=options).rows)), default=0)
    rebuild_workbook(rows, target, texts.of, heading=heading, width=width, sheet_name=reading.sheet)
    return "xlsx"


@contextmanager
def _table(batch: ImportBatch) -> Iterator[Path]:
    """The path of the table: the file itself, or the registry of an archive."""
    with local_file(batch.file) as path, resource_class(batch.kind)().table(path) as table:
        yield table


@dataclass(frozen=True)
class _Layout:
    """Where the heading stands: the numbers of its rows, how wide it is, and where a column «Помилка» is already."""

    heading_numbers: tuple[int, ...]
    width: int
    added: int | None


def _layout(batch: ImportBatch, reading: Reading) -> _Layout:
    columns = resource_class(batch.kind).column_set().with_profile(batch.mapping)
    heading_row = str(batch.options.get("heading_row", ""))
    rows: list[RawRow] = list(islice(reading.rows, SCANNED_ROWS))
    added = added_column(rows, columns, heading_row)
    if added is not None:
        rows = [without_cell(row, added) for row in rows]
    found = likely_heading(rows, columns, heading_row=heading_row)
    numbers = tuple(row.number for row in rows[max(found.first, 0) : found.last + 1])
    return _Layout(numbers, len(found.texts), added)


class _Texts:
    """The texts of rows, asked for in the order of the rows: issues are read from the database as the file is."""

    def __init__(self, told: Iterator[Told], heading: Iterable[int]) -> None:
        self._told = told
        self._next = next(told, None)
        self._heading = frozenset(heading)

    def of(self, number: int) -> str:
        """What is told of a row, '' for nothing; numbers are asked for in their order."""
        while self._next is not None and self._next.number < number:
            self._next = next(self._told, None)
        if self._next is None or self._next.number != number or number in self._heading:
            return ""
        return self._next.text

    def rest(self) -> Iterator[Told]:
        """What is told of the rows that have not been asked for."""
        while self._next is not None:
            if self._next.number not in self._heading:
                yield self._next
            self._next = next(self._told, None)


def _told(batch: ImportBatch, sentence: Callable[[RowIssue], str]) -> Iterator[Told]:
    issues = RowIssue.objects.filter(batch=batch, row__isnull=False).order_by("row", "pk").iterator(chunk_size=2_000)
    for number, group in groupby(issues, key=attrgetter("row")):
        yield Told(number, "; ".join(dict.fromkeys(" ".join(sentence(issue).split()) for issue in group)))
