"""Tables for people: CSV as it streams from the database, XLSX through a temporary file.

Names and purposes come from outside, and a spreadsheet takes a text that starts with `=` for a formula. Here every
such text gets an apostrophe before it, so it stays a text in every program.
"""

import csv
import datetime
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from cabinet_pages.clock import kyiv_clock
from cabinet_pages.quantities.formulas import FORMULA_STARTS, escape_formula

__all__ = ["FORMULA_STARTS", "csv_cell", "csv_lines", "csv_response", "escape_formula", "xlsx_cell", "xlsx_response"]

#: Rows on a sheet: below the format's limit of 1,048,576.
SHEET_ROWS = 1_000_000
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Cell = str | int | Decimal | datetime.date | None


def csv_cell(value: Cell) -> str:
    """Write a cell as Ukrainian spreadsheet programs read it: comma decimals, dd.mm.yyyy."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, datetime.datetime):
        return kyiv_clock(value).strftime("%d.%m.%Y %H:%M:%S")
    if isinstance(value, datetime.date):
        return value.strftime("%d.%m.%Y")
    return escape_formula(value) if isinstance(value, str) else str(value)


def xlsx_cell(value: Cell) -> Any:
    """A cell for openpyxl: numbers and days stay what they are, a moment becomes Kyiv's wall clock.

    Control characters cannot stand in a workbook; people's names may have them, and one must not stop the whole list.
    """
    if isinstance(value, datetime.datetime):
        return kyiv_clock(value).replace(tzinfo=None)
    return escape_formula(ILLEGAL_CHARACTERS_RE.sub("", value)) if isinstance(value, str) else value


class _Echo:
    def write(self, value: str) -> str:
        return value


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield the lines of a CSV, UTF-8 with a byte order mark and semicolons, as Excel opens it without questions."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow([escape_formula(heading) for heading in headings])
    for row in rows:
        yield writer.writerow([csv_cell(value) for value in row])


def csv_response(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponseBase:
    """Stream a CSV file."""
    response = StreamingHttpResponse(csv_lines(headings, rows), content_type="text/csv; charset=utf-8")
    return _as_private_file(response, f"{name}.csv")


def xlsx_response(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponseBase:
    """Send an XLSX file, written through a temporary file; a new sheet begins where one is full."""
    workbook = Workbook(write_only=True)
    sheet: Any = None
    written = SHEET_ROWS
    for row in rows:
        if written == SHEET_ROWS:
            sheet, written = workbook.create_sheet(), 0
            sheet.append([escape_formula(heading) for heading in headings])
        sheet.append([xlsx_cell(value) for value in row])
        written += 1
    if sheet is None:
        workbook.create_sheet().append([escape_formula(heading) for heading in headings])
    output = tempfile.TemporaryFile()  # noqa: SIM115 — the response closes it.
    workbook.save(output)
    output.seek(0)
    return _as_private_file(FileResponse(output, content_type=XLSX_TYPE), f"{name}.xlsx")


def _as_private_file(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
