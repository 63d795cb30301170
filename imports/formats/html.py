"""Tables of web pages, which 1C, banks and report programs save under the name of a workbook. No Django.

A page has many tables: the one with most filled cells is the table, wherever it stands, so that a layout table around
it does no harm. A cell that spans others is the top left one of them; the others are empty, as in a workbook. The page
is read twice in pieces, once to measure its tables and once for the rows, so memory does not grow with it.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, cast

from lxml import etree

from .base import DamagedFile, Format, LimitExceeded, Limits, RawRow, Reading, ReadOptions
from .containers import check_size
from .signatures import recognise
from .xml_stream import RowTarget, decoded_blocks, encoding_of, watched

_CELLS = frozenset({"td", "th"})
_LINES = frozenset({"br", "p", "div", "li"})
# A line break that is meant, unlike those of the page itself; no page can have this character.
_BREAK = "\x00"
_SILENT = frozenset({"script", "style", "title"})
# Excel and LibreOffice say so of a cell that was a number in the sheet.
_NUMBER_ATTRIBUTES = frozenset({"x:num", "sdval", "num"})
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_AROUND_BREAKS = re.compile(r" *\n *")
_WIDEST, _TALLEST = 1_000, 65_534
_DEEPEST = 12
_NOTHING = -1
# More digits than any span has.
_DIGITS = 12


class HtmlTable(Format):
    """The largest table of a web page."""

    name: ClassVar[str] = "html"
    rank: ClassVar[int] = 80

    def matches(self, head: bytes, path: Path) -> bool:
        """Accept what begins as a page, or as a piece of one."""
        return recognise(head) == "html"

    def read(self, path: Path, *, options: ReadOptions) -> Reading:
        """Open the page.

        Raises:
            UnreadableFile: `no_table`, `truncated` (the table does not end), `undecodable`, or a limit.
        """
        size = path.stat().st_size
        if size > options.limits.file_bytes:
            raise LimitExceeded("too_large", limit=options.limits.file_bytes, size=size)
        encoding = encoding_of(path, options.encoding)
        _check_count(path, encoding, options.limits)
        measured = _Page(options.limits, _NOTHING)
        for _ in _stream(path, measured, encoding):
            pass
        if not any(measured.filled):
            raise DamagedFile("no_table")
        if measured.ends < len(measured.filled):
            raise DamagedFile("truncated")
        largest = max(range(len(measured.filled)), key=measured.filled.__getitem__)
        return Reading(
            format=self.name, rows=_stream(path, _Page(options.limits, largest), encoding), encoding=encoding
        )


class _Table:
    """A table that is open: where its row and cell stand, and which columns cells from above take.

    `taken` maps a column to the last row, counted from 1, of the cell that reaches down through it.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.row = 0
        self.column = 0
        self.cells: list[str] = []
        self.numeric: set[int] = set()
        self.taken: dict[int, int] = {}
        self.text: list[str] | None = None
        self.length = 0
        self.span = 1
        self.down = 1
        self.is_number = False
        self.has_text = False
        self.size = 0


class _Page(RowTarget):
    """Measures every table, and gathers the rows of the chosen one.

    A cell, row or table that does not end where it should is ended by the next one, as browsers do.
    """

    def __init__(self, limits: Limits, chosen: int) -> None:
        super().__init__(limits)
        self.chosen = chosen
        self.filled: list[int] = []
        self.ends = 0
        self._open: list[_Table] = []
        self._silent = 0

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        """Pages have a document type, which nobody here loads."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins; the parser writes its name in small letters."""
        self.seen += 1
        self._elements += 1
        if self._elements > self.most_elements:
            raise LimitExceeded("too_many_elements", limit=self.most_elements)
        if tag in _CELLS:
            if self._open:
                self._begin_cell(self._open[-1], attributes)
        elif tag == "tr":
            if self._open:
                self._end_row(self._open[-1])
        elif tag == "table":
            if len(self._open) >= _DEEPEST:
                raise LimitExceeded("too_many_elements", limit=_DEEPEST)
            self._open.append(_Table(len(self.filled)))
            self.filled.append(0)
        elif tag in _SILENT:
            self._silent += 1
        elif tag in _LINES and self._open and self._open[-1].text:
            self._open[-1].text.append(_BREAK)

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag in _CELLS:
            if self._open:
                self._end_cell(self._open[-1])
        elif tag == "tr":
            if self._open:
                self._end_row(self._open[-1])
        elif tag == "table":
            if self._open:
                self._end_row(self._open.pop())
        elif tag in _SILENT:
            self._silent -= 1

    def data(self, text: str) -> None:
        """Text of a cell; between cells it means nothing."""
        self.seen += 1
        if self._silent or not self._open:
            return
        table = self._open[-1]
        if table.text is None:
            return
        table.length += len(text)
        # White space that a page is indented with goes away later.
        if table.length > self.limits.cell_chars * 4:
            raise LimitExceeded("cell_too_long", limit=self.limits.cell_chars, row=table.row + 1)
        table.text.append(text)

    def _begin_cell(self, table: _Table, attributes: Mapping[str, str]) -> None:
        self._end_cell(table)
        while table.taken.get(table.column, 0) > table.row:
            table.column += 1
        if table.column >= self.limits.columns:
            raise LimitExceeded("too_many_columns", limit=self.limits.columns, row=table.row + 1)
        table.text, table.length = [], 0
        table.span = table.down = 1
        table.is_number = False
        if attributes:
            told = {key.casefold(): value for key, value in attributes.items()}
            table.span = min(max(_whole(told.get("colspan")), 1), _WIDEST)
            table.down = min(max(_whole(told.get("rowspan")), 1), _TALLEST)
            table.is_number = not _NUMBER_ATTRIBUTES.isdisjoint(told)

    def _end_cell(self, table: _Table) -> None:
        if table.text is None:
            return
        text = "".join(table.text).strip()
        table.text = None
        if not text.isprintable() or "  " in text:
            text = _AROUND_BREAKS.sub("\n", _SPACES.sub(" ", text).replace(_BREAK, "\n")).strip()
        column = table.column
        if text:
            if len(text) > self.limits.cell_chars:
                raise LimitExceeded("cell_too_long", limit=self.limits.cell_chars, row=table.row + 1)
            self.filled[table.number] += 1
            table.has_text = True
            if table.number == self.chosen:
                table.cells.extend([""] * (column - len(table.cells)))
                table.cells.append(text)
                if table.is_number:
                    table.numeric.add(column)
        if table.down > 1:
            for covered in range(column, min(column + table.span, self.limits.columns)):
                table.taken[covered] = max(table.taken.get(covered, 0), table.row + table.down)
        table.column = column + table.span

    def _end_row(self, table: _Table) -> None:
        self._end_cell(table)
        if not table.column:
            return
        table.row += 1
        table.size += table.column
        check_size(table.row, 1, self.limits)
        if table.size > self.limits.sheet_cells:
            raise LimitExceeded("too_many_cells", limit=self.limits.sheet_cells)
        if table.cells:
            self.rows.append(RawRow(table.row, tuple(table.cells), frozenset(table.numeric)))
        if table.has_text:
            self.row_done()
        table.cells.clear()
        table.numeric.clear()
        table.column = 0
        table.has_text = False


def _check_count(path: Path, encoding: str, limits: Limits) -> None:
    """Count the rows of all tables by their tags: parsing so many that they are refused would take a minute.

    Raises:
        LimitExceeded: `too_many_rows`.
    """
    rows = sum(text.count("<tr") + text.count("<TR") for text in decoded_blocks(path, encoding))
    if rows > limits.rows:
        raise LimitExceeded("too_many_rows", limit=limits.rows)


def _stream(path: Path, page: _Page, encoding: str) -> Iterator[RawRow]:
    # Pages break the rules of their language, which this parser forgives; it resolves and loads nothing.
    parser = etree.HTMLParser(target=cast(Any, page), encoding="utf-8", no_network=True, huge_tree=False)
    tail = ""
    for text in watched(decoded_blocks(path, encoding), page):
        # Whether tables end is asked of the text: the parser ends what the file does not.
        page.ends += len(_END_OF_TABLE.findall(tail + text)) - len(_END_OF_TABLE.findall(tail))
        tail = text[-_LONGEST_END:]
        parser.feed(text.replace("\x00", " ").encode("utf-8", errors="replace"))
        if page.rows:
            yield from page.rows
            page.rows.clear()
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise DamagedFile("damaged") from error
    yield from page.rows


_END_OF_TABLE = re.compile(r"</table\s{0,8}>", re.IGNORECASE)
_LONGEST_END = 20


def _whole(text: str | None) -> int:
    """Return a number of rows or columns; nonsense is none, and a long number stays large."""
    text = (text or "").strip()
    return int(text[:_DIGITS]) if text.isascii() and text.isdecimal() else 0
