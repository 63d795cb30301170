"""XML Spreadsheet 2003, which Excel and 1C name .xls or .xml. No Django.

Rows keep the numbers they have in the sheet: `ss:Index` jumps over empty ones, `ss:MergeAcross` over cells that a
merged one covers, and a covered cell is empty. Numbers, dates and flags become text as in every workbook.
"""

import datetime
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import ClassVar

from .base import DamagedFile, Format, LimitExceeded, Limits, RawRow, Reading, ReadOptions
from .cells import NO, YES, cell_text
from .signatures import recognise
from .xml_stream import RowTarget, encoding_of, stream_rows

# Longer numbers are beyond every limit.
_DIGITS = 12


class SpreadsheetXml(Format):
    """XML Spreadsheet 2003: the first sheet that has anything in it, or the one asked for."""

    name: ClassVar[str] = "spreadsheet_xml"
    rank: ClassVar[int] = 70

    def matches(self, head: bytes, path: Path) -> bool:
        """Accept a document whose root is `Workbook` of the spreadsheet namespace."""
        return recognise(head) == "spreadsheet_xml"

    def read(self, path: Path, *, options: ReadOptions) -> Reading:
        """Open the workbook.

        Raises:
            UnreadableFile: `doctype`, `truncated`, `damaged`, `undecodable`, `no_such_sheet`, `no_rows`, or a limit.
        """
        size = path.stat().st_size
        if size > options.limits.file_bytes:
            raise LimitExceeded("too_large", limit=options.limits.file_bytes, size=size)
        encoding = encoding_of(path, options.encoding)
        target = _Workbook(options.limits, options.sheet)
        rows = stream_rows(path, target, encoding)
        first = next(rows, None)
        if first is None:
            raise DamagedFile("no_such_sheet" if options.sheet and not target.found else "no_rows", sheet=options.sheet)
        return Reading(format=self.name, rows=chain([first], rows), encoding=encoding, sheet=target.sheet)


class _Workbook(RowTarget):
    def __init__(self, limits: Limits, wanted: str) -> None:
        super().__init__(limits)
        self.wanted = wanted
        self.found = False
        self.sheet = ""
        self.number = 0
        self._is_read = False
        self._takes_numbers = True
        self._cells: list[str] = []
        self._numeric: set[int] = set()
        self._column = 0
        self._merged = 0
        self._span = 0
        self._type = ""
        self._text_of_cell = ""
        self._comments = 0

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Cell":
            told = {self.local(key): value for key, value in attributes.items()}
            index = _whole(told.get("Index"))
            check_order(index, self._column, self.number)
            self._column = index - 1 if index else self._column
            self._merged = _whole(told.get("MergeAcross"))
            self._type = self._text_of_cell = ""
            if self._column >= self.limits.columns:
                raise LimitExceeded("too_many_columns", limit=self.limits.columns, row=self.number)
        elif name == "Data":
            self._type = next((value for key, value in attributes.items() if self.local(key) == "Type"), "")
            self.take_text()
        elif name == "Row":
            told = {self.local(key): value for key, value in attributes.items()}
            index = _whole(told.get("Index"))
            check_order(index, self.number, self.number)
            # An attribute Span makes one element stand for several rows, all of them empty.
            self.number = index or self.number + 1
            self._span = _whole(told.get("Span"))
            self._column = 0
            if self.number > self.limits.rows:
                raise LimitExceeded("too_many_rows", limit=self.limits.rows)
        elif name == "Comment":
            self._comments += 1
        elif name == "Worksheet":
            sheet = next((value for key, value in attributes.items() if self.local(key) == "Name"), "")
            # The first sheet with a row is the table, and no row of a later one is.
            self._is_read = not self.count and self.wanted in {"", sheet}
            self.found = self.found or self._is_read
            self.number = 0
            if self._is_read:
                self.sheet = sheet

    def closed(self, name: str) -> None:
        if name == "Data":
            if not self._comments:
                self._text_of_cell = self.take_text()
        elif name == "Cell":
            self._add()
        elif name == "Row":
            self._finish_row()
        elif name == "Comment":
            self._comments -= 1
        elif name == "Date1904":
            # A bare day number would be four years early.
            self._takes_numbers = False

    def _add(self) -> None:
        text, kind = self._text_of_cell, self._type
        if text and self._is_read:
            if len(text) > self.limits.cell_chars:
                raise LimitExceeded("cell_too_long", limit=self.limits.cell_chars, row=self.number)
            if kind == "Number":
                text = _number(text)
                if self._takes_numbers:
                    self._numeric.add(self._column)
            elif kind == "DateTime":
                text = _moment(text)
            elif kind == "Boolean":
                text = YES if text.strip() == "1" else NO
            cells = self._cells
            cells.extend([""] * (self._column - len(cells)))
            cells.append(text)
        self._column += 1 + self._merged

    def _finish_row(self) -> None:
        if self._cells:
            self.rows.append(RawRow(self.number, tuple(self._cells), frozenset(self._numeric)))
            self._cells.clear()
            self._numeric.clear()
            self.row_done()
        self.number += self._span


def _whole(text: str | None) -> int:
    """Return a number of rows or columns; nonsense is none, and what is beyond every limit stays beyond it."""
    if not text or not text.isascii() or not text.isdecimal():
        return 0
    return int(text[:_DIGITS].ljust(min(len(text), _DIGITS), "9"))


def check_order(index: int, before: int, row: int) -> None:
    """Check that a place which a row or a cell names lies behind those before it.

    Raises:
        DamagedFile: it would stand in the place of another.
    """
    if 0 < index <= before:
        raise DamagedFile("damaged", row=row)


def _number(text: str) -> str:
    try:
        return cell_text(float(text))
    except ValueError:
        return text


def _moment(text: str) -> str:
    try:
        moment = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    if moment.date() == datetime.date(1899, 12, 31):
        return cell_text(moment.time())
    return cell_text(moment if moment.time() != datetime.time() else moment.date())
