"""XLSX: numbers of accounts, points and meters are texts, and no cell is a formula. No Django."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import IO, Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from .layout import COLUMNS, VERDICT, Cell, Cells, Column, Kind, exact_text

# A spreadsheet keeps so many digits of a number; a longer one is written as text.
_DIGITS: Final = 15
_DAY_FORMAT: Final = "dd.mm.yyyy"
_WIDEST: Final = 40


def write_xlsx(target: IO[bytes], rows: Iterable[Cells]) -> None:
    """Write a workbook with one sheet; the heading stays in sight, billing's columns are wide enough to type into."""
    workbook = Workbook(write_only=True)
    sheet: Any = workbook.create_sheet("Readings")
    sheet.freeze_panes = "A2"
    for position, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = _width(column)
    bold = Font(bold=True)
    sheet.append([_styled(WriteOnlyCell(sheet, column.heading), bold) for column in COLUMNS])
    for cells in rows:
        sheet.append([_cell(sheet, value, column) for value, column in zip(cells, COLUMNS, strict=True)])
    workbook.save(target)


def _styled(cell: Any, font: Font) -> Any:
    cell.font = font
    return cell


def _width(column: Column) -> int:
    if column.heading in VERDICT:
        return max(len(column.heading) + 2, 18)
    return min(max(column.length, len(column.heading)) + 2, _WIDEST) if column.kind is Kind.TEXT else 14


def _cell(sheet: Any, value: Cell, column: Column) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _text(sheet, value)
    if isinstance(value, datetime.date):
        cell: Any = WriteOnlyCell(sheet)
        cell.value, cell.number_format = value, _DAY_FORMAT
        return cell
    if isinstance(value, Decimal) and len(exact_text(value).replace(".", "").strip("-")) > _DIGITS:
        return _text(sheet, exact_text(value))
    number: Any = WriteOnlyCell(sheet)
    number.value = value
    return number


def _text(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    # openpyxl takes what begins with «=» for a formula; a text cell is one whatever is in it.
    cell.data_type = "s"
    cell.number_format = "@"
    return cell
