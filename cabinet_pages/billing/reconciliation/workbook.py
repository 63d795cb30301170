"""The act as an XLSX that prints like the paper: borders, both sides' columns, blocks to sign."""

import io
from collections.abc import Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

from cabinet_pages.billing.reconciliation.documents import ActDocument, Sides
from cabinet_pages.printing.rendering import DOCUMENT_LANGUAGE
from cabinet_pages.spreadsheets import xlsx_cell

_WIDTHS = {"A": 6, "B": 12, "C": 50, "D": 15, "E": 15, "F": 15, "G": 15}
_LAST = "G"
# Characters of 10 points that fit across the sheet, and the height of one line of them, in points.
_ACROSS = 118
_LINE_HEIGHT = 14
_NUMBER = "#,##0.00"
_THIN = Side(style="thin", color="FF888888")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_BOLD = Font(name="Arial", size=10, bold=True)
_PLAIN = Font(name="Arial", size=10)
_SMALL = Font(name="Arial", size=9)


def act_workbook(document: ActDocument) -> bytes:
    """The act as XLSX, in Ukrainian. Texts that a spreadsheet would take for a formula stay texts."""
    with translation.override(DOCUMENT_LANGUAGE):
        workbook = Workbook()
        workbook.remove(workbook.worksheets[0])
        sheet = workbook.create_sheet(_("Act"))
        _Sheet(sheet).write(document)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


class _Sheet:
    """Writes from the top down."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self.row = 0
        for column, width in _WIDTHS.items():
            sheet.column_dimensions[column].width = width
        sheet.sheet_view.showGridLines = False
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.orientation = "portrait"
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.oddFooter.right.text = "&P / &N"

    def write(self, document: ActDocument) -> None:
        self._across(document.heading, Font(name="Arial", size=14, bold=True), "center", height=22)
        self._across(document.period, _PLAIN, "center")
        self._across(document.contract, _PLAIN, "center")
        self.row += 1
        self._across(document.preamble, _PLAIN, "left")
        self.row += 1
        self._headings(document)
        self._sums("", None, document.opening_label, document.opening, bold=True)
        for one in document.rows:
            text = ", ".join(filter(None, [one.title, one.line.article]))
            self._sums(one.number, one.line.day, text, one.sides)
        self._sums("", None, _("Turnover for the period"), document.turnover, bold=True)
        self._sums("", None, document.closing_label, document.closing, bold=True)
        self.row += 1
        self._across(document.statement, _BOLD, "left")
        for note in document.notes:
            self._across(note, _SMALL, "left")
        self.row += 1
        self._signatures(document.sides)

    def _across(self, text: str, font: Font, align: str, height: float | None = None) -> None:
        self.row += 1
        self._cell("A", text, font, Alignment(horizontal=align, vertical="top", wrap_text=True))
        self.sheet.merge_cells(f"A{self.row}:{_LAST}{self.row}")
        lines = -(-len(text) // _ACROSS)
        self.sheet.row_dimensions[self.row].height = height or _LINE_HEIGHT * lines

    def _headings(self, document: ActDocument) -> None:
        top, bottom = self.row + 1, self.row + 2
        centred = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sides = [document.utility_heading, document.consumer_heading]
        self.row = top
        for column, text in zip("ABCDF", ["№", _("Date"), _("Operation"), *sides], strict=True):
            self._cell(column, text, _BOLD, centred)
        self.sheet.row_dimensions[top].height = _LINE_HEIGHT * max(2, *(-(-len(text) // 26) for text in sides))
        self.row = bottom
        for column, text in zip("DEFG", [_("Debit"), _("Credit")] * 2, strict=True):
            self._cell(column, text, _BOLD, centred)
        for column in "ABC":
            self.sheet.merge_cells(f"{column}{top}:{column}{bottom}")
        self.sheet.merge_cells(f"D{top}:E{top}")
        self.sheet.merge_cells(f"F{top}:G{top}")
        for row in self.sheet[f"A{top}:{_LAST}{bottom}"]:
            for cell in row:
                cell.border = _GRID
        # Repeated on every printed page.
        self.sheet.print_title_rows = f"{top}:{bottom}"

    def _sums(self, number: Any, dated: Any, text: str, sides: Sides, *, bold: bool = False) -> None:
        self.row += 1
        font = _BOLD if bold else _PLAIN
        self._cell("A", number, font, Alignment(horizontal="right", vertical="top"))
        self._cell("B", dated, font, Alignment(horizontal="left", vertical="top")).number_format = "DD.MM.YYYY"
        self._cell("C", text, font, Alignment(vertical="top", wrap_text=True))
        for column, amount in zip("DEFG", sides.columns, strict=True):
            self._cell(column, amount, font, Alignment(horizontal="right", vertical="top")).number_format = _NUMBER
        for row in self.sheet[f"A{self.row}:{_LAST}{self.row}"]:
            for cell in row:
                cell.border = _GRID
        self.sheet.row_dimensions[self.row].height = _LINE_HEIGHT * -(-len(text) // 50)

    def _signatures(self, sides: Sequence[tuple[str, str, str]]) -> None:
        """Two blocks side by side: the side, who signs, the chief accountant, the seal and the day."""
        rule = "_" * 20
        blocks = [
            [
                side,
                f"{position} {rule} {name}".strip(),
                f"{_('Chief accountant')} {rule}",
                _("Seal place"),
                _("Date of signing “___” ____________ 20___"),
            ]
            for side, position, name in sides
        ]
        for place, pair in enumerate(zip(*blocks, strict=True)):
            self.row += 1
            for (column, end), text in zip((("A", "C"), ("D", "G")), pair, strict=True):
                self._cell(column, text, _PLAIN if place else _BOLD, Alignment(vertical="bottom", wrap_text=True))
                self.sheet.merge_cells(f"{column}{self.row}:{end}{self.row}")
            lines = max(-(-len(text) // 55) for text in pair)
            self.sheet.row_dimensions[self.row].height = _LINE_HEIGHT * (lines + (1 if place else 0))

    def _cell(self, column: str, value: Any, font: Font, alignment: Alignment) -> Any:
        cell = self.sheet[f"{column}{self.row}"]
        cell.value = xlsx_cell(value)
        cell.font = font
        cell.alignment = alignment
        return cell
