"""The person's own workbook with a column «Помилка»: everything else in it stays byte by byte. No Django.

Cells are put between the bytes of the sheet's XML, so formats, formulas, pictures and charts stay as they were.
"""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from cabinet_pages.readings.workbook.cells import column_letters, place_of, row_number
from cabinet_pages.readings.workbook.container import (
    BROKEN,
    Attributes,
    Workbook,
    WorkbookRefused,
    local,
    open_workbook,
    parse,
    parser,
)
from cabinet_pages.readings.workbook.table import ERROR, Table

_TAG = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_SPANS = re.compile(rb"""\sspans\s*=\s*(?:"[^"]*"|'[^']*')""")
_COUNT = re.compile(rb"""(\scount\s*=\s*)(?:"[^"]*"|'[^']*')""")
# Characters that no XML may have.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDTH, _MOST = 60, 32_000
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class _Edit:
    """Bytes from `start` to `end` become `text`."""

    start: int
    end: int
    text: bytes


@dataclass(slots=True)
class _Element:
    """An element of the XML by the places of its bytes."""

    name: str
    start: int
    # Behind the start tag.
    inside: int
    is_empty: bool
    attributes: Attributes
    # Where the end tag begins, and behind it; the same as `inside` for an empty one.
    close: int = 0
    end: int = 0


def annotate(file: IO[bytes], table: Table, texts: Mapping[int, str], heading: str) -> IO[bytes]:
    """Write a workbook again with a column of errors; that of an earlier time gives its place.

    Args:
        file: what `read_table` has read.
        table: what it has found there.
        texts: what is said of a row, by its number.
        heading: of the column.

    Returns:
        a temporary file at its beginning; the caller closes it.

    Raises:
        WorkbookRefused: the file cannot be read any more.
    """
    workbook = open_workbook(file)
    column = table.columns.get(ERROR, table.last_column + 1)
    changed: dict[str, bytes] = {}
    styles: tuple[str, str] = ("", "")
    if ERROR not in table.columns and workbook.styles:
        changed[workbook.styles], styles = _with_styles(b"".join(workbook.pieces(workbook.styles)))
    sheet = b"".join(workbook.pieces(table.part))
    told = {table.heading: heading, **texts}
    changed[table.part] = _spliced(sheet, _edits(sheet, column, told, table.heading, styles))
    return _copied(workbook, changed)


def _copied(workbook: Workbook, changed: Mapping[str, bytes]) -> IO[bytes]:
    # The response closes it.
    output = tempfile.TemporaryFile()  # noqa: SIM115
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target:
        for info in workbook.container.infolist():
            if info.filename in changed:
                target.writestr(info.filename, changed[info.filename])
                continue
            try:
                with workbook.container.open(info) as source, target.open(info.filename, "w") as copy:
                    shutil.copyfileobj(source, copy)
            except BROKEN as error:
                # A picture that nobody has looked at before.
                raise WorkbookRefused("truncated") from error
    output.seek(0)
    return output


def _elements(content: bytes, names: Iterable[str]) -> Iterator[_Element]:
    """The elements of some names, each when it ends."""
    wanted, opened, ended = frozenset(names), [], []
    made = parser()

    def start(name: str, given: dict[str, str]) -> None:
        if local(name) in wanted:
            begin = made.CurrentByteIndex
            found = _TAG.match(content, begin)
            inside = found.end() if found else begin
            is_empty = content[inside - 2 : inside] == b"/>"
            opened.append(_Element(name, begin, inside, is_empty, Attributes(given)))

    def end(name: str) -> None:
        if local(name) in wanted:
            element = opened.pop()
            element.close = element.end = element.inside
            if not element.is_empty:
                element.close = made.CurrentByteIndex
                element.end = content.index(b">", element.close) + 1
            ended.append(element)

    made.StartElementHandler, made.EndElementHandler = start, end
    for _ in parse(made, (content[at : at + _PIECE] for at in range(0, len(content), _PIECE))):
        yield from ended
        ended.clear()


def _edits(
    content: bytes, column: int, told: Mapping[int, str], heading: int, styles: tuple[str, str]
) -> Iterator[_Edit]:
    """The changes of a sheet: one cell in each row of which something is said, and none of an earlier time."""
    cells: list[tuple[int, _Element]] = []
    number, position, has_columns = 0, -1, False
    style_of = {heading: styles[0]}
    for element in _elements(content, ("row", "c", "cols", "col", "sheetData")):
        tag = local(element.name)
        if tag == "c":
            place = place_of(element.attributes.get("r", ""))
            position = place[1] if place else position + 1
            cells.append((position, element))
        elif tag == "row":
            number = row_number(element.attributes.get("r", ""), after=number)
            here = dict(cells)
            if column in here and number == heading:
                kept = here[column].attributes.get("s", "")
                styles = (kept, styles[1])
                style_of[heading] = kept
            style = style_of.get(number, styles[1])
            if column in here:
                style = here[column].attributes.get("s", style)
            if number in told or (column in here and number > heading):
                yield from _in_row(content, element, cells, (number, column), told.get(number, ""), style)
            cells, position = [], -1
        elif tag == "cols":
            has_columns = True
            yield from _width(content, element, column)
        elif tag == "sheetData" and not has_columns:
            prefix = element.name.rpartition("sheetData")[0]
            width = f"<{prefix}cols>{_column(prefix, column)}</{prefix}cols>"
            yield _Edit(element.start, element.start, width.encode())


def _in_row(
    content: bytes, row: _Element, cells: list[tuple[int, _Element]], place: tuple[int, int], text: str, style: str
) -> Iterator[_Edit]:
    number, column = place
    cell = _cell(row.name.rpartition("row")[0], f"{column_letters(column)}{number}", text, style)
    tag = _SPANS.sub(b"", content[row.start : row.inside])
    if row.is_empty:
        closing = f"</{row.name}>".encode()
        yield _Edit(row.start, row.end, tag[:-2] + b">" + cell + closing)
        return
    yield _Edit(row.start, row.inside, tag)
    for index, one in cells:
        if index == column:
            yield _Edit(one.start, one.end, cell)
            return
        if index > column:
            yield _Edit(one.start, one.start, cell)
            return
    yield _Edit(row.close, row.close, cell)


def _cell(prefix: str, reference: str, text: str, style: str) -> bytes:
    styled = f" s={quoteattr(style)}" if style else ""
    if not text:
        return f'<{prefix}c r="{reference}"{styled}/>'.encode()
    said = escape(_ILLEGAL.sub("", text)[:_MOST])
    inside = f'<{prefix}is><{prefix}t xml:space="preserve">{said}</{prefix}t></{prefix}is>'
    return f'<{prefix}c r="{reference}"{styled} t="inlineStr">{inside}</{prefix}c>'.encode()


def _width(content: bytes, element: _Element, column: int) -> Iterator[_Edit]:
    """Make the column wide where nothing is said of its width yet."""
    if element.is_empty:
        return
    inside = content[element.inside : element.close]
    lasts = [int(one) for one in re.findall(rb"""\smax\s*=\s*["']([0-9]{1,5})["']""", inside)]
    if max(lasts, default=0) <= column:
        prefix = element.name.rpartition("cols")[0]
        yield _Edit(element.close, element.close, _column(prefix, column).encode())


def _column(prefix: str, column: int) -> str:
    return f'<{prefix}col min="{column + 1}" max="{column + 1}" width="{_WIDTH}" customWidth="1"/>'


def _with_styles(content: bytes) -> tuple[bytes, tuple[str, str]]:
    """Styles with two more, of the heading and of the errors: red, wrapped; and their numbers, empty for none."""
    found = {local(one.name): one for one in _elements(content, ("fonts", "cellXfs"))}
    if not {"fonts", "cellXfs"} <= found.keys() or any(one.is_empty for one in found.values()):
        return content, ("", "")
    counts = {"font": 0, "xf": 0}
    for one in _elements(content, ("font", "xf")):
        home = found["fonts" if local(one.name) == "font" else "cellXfs"]
        counts[local(one.name)] += home.start < one.start < home.close
    fonts, formats = counts["font"], counts["xf"]
    prefix = found["fonts"].name.rpartition("fonts")[0]
    red = f'<{prefix}sz val="11"/><{prefix}color rgb="FFB3261E"/><{prefix}name val="Calibri"/>'
    new_fonts = f"<{prefix}font><{prefix}b/>{red}</{prefix}font><{prefix}font>{red}</{prefix}font>"
    new_formats = "".join(
        f'<{prefix}xf numFmtId="49" fontId="{fonts + bold}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" '
        f'applyFont="1" applyAlignment="1"><{prefix}alignment vertical="top" wrapText="1"/></{prefix}xf>'
        for bold in (0, 1)
    )
    edits = []
    for name, text, count in (("fonts", new_fonts, fonts + 2), ("cellXfs", new_formats, formats + 2)):
        element = found[name]
        tag = _COUNT.sub(rb'\g<1>"%d"' % count, content[element.start : element.inside])
        edits += [_Edit(element.start, element.inside, tag), _Edit(element.close, element.close, text.encode())]
    return _spliced(content, edits), (str(formats), str(formats + 1))


def _spliced(content: bytes, edits: Iterable[_Edit]) -> bytes:
    pieces, place = [], 0
    for edit in sorted(edits, key=lambda one: one.start):
        pieces += [content[place : edit.start], edit.text]
        place = edit.end
    return b"".join([*pieces, content[place:]])
