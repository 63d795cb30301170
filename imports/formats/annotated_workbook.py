"""A workbook with a column «Помилка» beside its last one. No Django.

openpyxl writes the operator's own workbook again: sheets, widths and styles stay, formulas become the values that were
read, macros and links to other files go. What it cannot open, as the workbooks of some 1C, or what is too large to be
held as objects, is built anew of the rows. No cell that is written here is a formula.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Protocol
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.exceptions import InvalidFileException

from .annotated_text import ERROR_COLUMN
from .base import RawRow

#: Unpacked bytes of a workbook that may be held as objects, which are some thirty times as large.
OBJECTS_UP_TO = 12 * 1024 * 1024
# A sheet's last column and the longest text of a cell.
_MOST_COLUMNS, _MOST_CHARACTERS = 16_384, 32_767
_WIDTH = 60
# Signs that no sheet's name may have.
_UNTITLED = re.compile(r"[\[\]*/\\?:]")
# What openpyxl has been seen to raise on workbooks that other programs open; see also calamine's issue 419.
_UNOPENED = (
    InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError, zipfile.BadZipFile, ParseError,
    OSError,
)  # fmt: skip


class Told(Protocol):
    """What is said of a row."""

    number: int
    text: str


class Texts(Protocol):
    """The rows of which something is said, in their order."""

    def rest(self) -> Iterator[Any]:
        """Yield `Told` by `Told`."""


def annotate_workbook(path: Path, sheet_name: str, target: IO[bytes], texts: Texts, heading: tuple[int, ...]) -> bool:
    """Write a workbook again with the column «Помилка»; tell whether that was possible: nothing is written otherwise.

    Args:
        path: an XLSX.
        sheet_name: the sheet that was read.
        target: where to.
        texts: what is said of its rows.
        heading: the numbers of the heading's rows; without them the column has no heading.
    """
    try:
        with zipfile.ZipFile(path) as container:
            if sum(part.file_size for part in container.infolist()) > OBJECTS_UP_TO:
                return False
        # A name without an extension is refused by openpyxl, an open file is not.
        with path.open("rb") as file:
            workbook = load_workbook(file, data_only=True, keep_vba=False, keep_links=False)
        sheet = workbook[sheet_name]
    except _UNOPENED:
        return False
    column = sheet.max_column + 1
    if column > _MOST_COLUMNS or not hasattr(sheet, "column_dimensions"):
        return False
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                cell.data_type = "s"
    if heading:
        _put(sheet.cell(heading[0], column), ERROR_COLUMN)
    for told in texts.rest():
        _put(sheet.cell(told.number, column), told.text)
    sheet.column_dimensions[_letter(column - 1)].width = _WIDTH
    workbook.save(target)
    return True


def rebuild_workbook(
    rows: Iterable[RawRow],
    target: IO[bytes],
    text_of: Callable[[int], str],
    *,
    heading: tuple[int, ...],
    width: int,
    sheet_name: str = "",
) -> None:
    """Write rows as a new workbook with the column «Помилка» behind `width` others.

    Args:
        rows: what was read; they keep their numbers.
        target: where to.
        text_of: number of a row → what is said of it, asked in their order.
        heading: the numbers of the heading's rows.
        width: how many cells the longest row has.
        sheet_name: what the sheet is called; a source may ask for it by its name.
    """
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(_UNTITLED.sub(" ", sheet_name)[:31] or None)
    sheet.column_dimensions[_letter(width)].width = _WIDTH
    written = 0
    for row in rows:
        # A row of the name 0 is a heading of names, as that of a DBF.
        while written < row.number - 1:
            sheet.append([])
            written += 1
        text = ERROR_COLUMN if heading and row.number == heading[0] else text_of(row.number)
        cells = [_cell(sheet, cell, index in row.numeric) for index, cell in enumerate(row.cells[:width])]
        sheet.append([*cells, *[None] * (width - len(cells)), _text_cell(sheet, text)])
        written += 1
    workbook.save(target)


def _put(cell: Any, text: str) -> None:
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:_MOST_CHARACTERS]
    cell.data_type = "s"


def _cell(sheet: Any, text: str, is_number: bool) -> Any:
    if is_number and text:
        return Decimal(text)
    return _text_cell(sheet, text)


def _text_cell(sheet: Any, text: str) -> Any:
    if not text:
        return None
    cell = WriteOnlyCell(sheet)
    _put(cell, text)
    return cell


def _letter(index: int) -> str:
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
