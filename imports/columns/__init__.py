"""Headings and rows of exchange tables: which column is which, whatever the exporter made of it. No Django."""

from .declared import Column, ColumnSet, fold_heading
from .headings import SCANNED_ROWS, Heading, TableRefused, find_heading
from .preamble import Preamble
from .rows import MappedRow, Table, map_rows, open_table

__all__ = [
    "SCANNED_ROWS",
    "Column",
    "ColumnSet",
    "Heading",
    "MappedRow",
    "Preamble",
    "Table",
    "TableRefused",
    "find_heading",
    "fold_heading",
    "map_rows",
    "open_table",
]
