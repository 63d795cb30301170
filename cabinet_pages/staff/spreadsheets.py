"""Exports of staff lists; how cells are written stands in `cabinet_pages.spreadsheets`, which every subject may use."""

from cabinet_pages.spreadsheets import (
    FORMULA_STARTS,
    Cell,
    csv_cell,
    csv_lines,
    csv_response,
    escape_formula,
    xlsx_cell,
    xlsx_response,
)

__all__ = [
    "FORMULA_STARTS",
    "Cell",
    "csv_cell",
    "csv_lines",
    "csv_response",
    "escape_formula",
    "xlsx_cell",
    "xlsx_response",
]
