"""`registry.xlsx`: a row for every file of an archive, with the sums below and the notes on a sheet of their own."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from cabinet_pages.archives.kinds import Column
from cabinet_pages.quantities.money import total
from cabinet_pages.spreadsheets import Cell, xlsx_cell

_MONEY = "#,##0.00"
_DAY = "DD.MM.YYYY"
_BOLD = Font(bold=True)
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_WIDTH, _MONEY_WIDTH, _NAME_WIDTH, _DIGEST_WIDTH, _NOTE_WIDTH = 18, 15, 60, 68, 120


class Registry:
    """The table of an archive's files; they are few enough to be kept until all are known.

    Args:
        columns: of the kind's own; name, SHA-256 and size of the file follow them.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self.rows: list[list[Cell]] = []

    def add(self, cells: Sequence[Cell], name: str, digest: str, size: int) -> None:
        """Add the row of a file.

        Args:
            cells: one for each of the kind's columns.
            name: in the archive.
            digest: its SHA-256.
            size: in bytes.
        """
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for {len(self.columns)} columns")
        self.rows.append([*cells, name, digest, size])

    def save(self, target: IO[bytes], notes: Sequence[str]) -> None:
        """Write the workbook.

        Args:
            target: where to.
            notes: sentences about the table.
        """
        workbook = Workbook(write_only=True)
        sheet: Any = workbook.create_sheet(_("Registry"))
        widths = [_MONEY_WIDTH if column.is_money else _WIDTH for column in self.columns]
        for place, width in enumerate([*widths, _NAME_WIDTH, _DIGEST_WIDTH, _MONEY_WIDTH], start=1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.freeze_panes = "A2"
        headings = [*(column.heading for column in self.columns), _("File"), "SHA-256", _("Size, bytes")]
        _append(sheet, headings, font=_BOLD, alignment=_WRAPPED)
        for row in self.rows:
            _append(sheet, row)
        if any(column.is_money for column in self.columns):
            _append(sheet, self._totals(), font=_BOLD)
        if notes:
            sheet = workbook.create_sheet(_("Notes"))
            sheet.column_dimensions["A"].width = _NOTE_WIDTH
            for note in notes:
                _append(sheet, [note], alignment=_WRAPPED)
        workbook.save(target)

    def _totals(self) -> list[Cell]:
        sums: list[Cell] = [
            total(value for row in self.rows if isinstance(value := row[place], Decimal)) if column.is_money else None
            for place, column in enumerate(self.columns)
        ]
        return [_("In all"), *sums[1:], None, None, None]


def _append(sheet: Any, row: Sequence[Cell], **style: Any) -> None:
    cells = []
    for value in row:
        cell = WriteOnlyCell(sheet, value=xlsx_cell(value))
        if isinstance(value, Decimal):
            cell.number_format = _MONEY
        elif isinstance(value, date):
            cell.number_format = _DAY
        for name, look in style.items():
            setattr(cell, name, look)
        cells.append(cell)
    sheet.append(cells)
