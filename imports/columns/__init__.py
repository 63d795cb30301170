"""Headings and rows of exchange tables: which column is which, whatever the exporter made of it. No Django."""

from .annotation import ERROR_COLUMN, ERROR_FIELD, added_column, marked_columns, without_cell
from .chunks import Chunk, chunks
from .declared import Column, ColumnSet, fold_heading, heading_keys
from .headings import NO_HEADING, SCANNED_ROWS, Heading, TableRefused, find_heading, likely_heading
from .outline import GroupRows
from .preamble import Preamble
from .rows import MappedRow, Table, map_rows, open_table

__all__ = [
    "ERROR_COLUMN",
    "ERROR_FIELD",
    "NO_HEADING",
    "SCANNED_ROWS",
    "Chunk",
    "Column",
    "ColumnSet",
    "GroupRows",
    "Heading",
    "MappedRow",
    "Preamble",
    "Table",
    "TableRefused",
    "added_column",
    "chunks",
    "find_heading",
    "fold_heading",
    "heading_keys",
    "likely_heading",
    "map_rows",
    "marked_columns",
    "open_table",
    "without_cell",
]
