"""Formats of exchange files: bytes → rows of text, one module per format, chosen by content. No Django.

A format of a stranger subclasses `Format` and is registered through the `register_import_format` hook; `BUILT_IN`
goes through the same door.
"""

from .base import (
    HEAD_BYTES,
    DamagedFile,
    Format,
    LimitExceeded,
    Limits,
    RawRow,
    Reading,
    ReadOptions,
    UnreadableFile,
    UnsupportedContent,
)
from .camt import Camt053
from .client_bank import ClientBank, ClientBankXml
from .commerceml import CommerceMl
from .dbf import Dbf
from .html import HtmlTable
from .ifobs import IFobsXml
from .own_xml import CabinetXml
from .sniffing import sniff
from .spreadsheet_xml import SpreadsheetXml
from .text import TextTable
from .workbook import Ods, Xls, Xlsb, Xlsx

BUILT_IN: tuple[Format, ...] = (
    ClientBank(),
    ClientBankXml(),
    Camt053(),
    IFobsXml(),
    Xlsx(),
    Xlsb(),
    Ods(),
    Xls(),
    Dbf(),
    SpreadsheetXml(),
    CommerceMl(),
    CabinetXml(),
    HtmlTable(),
    TextTable(),
)

__all__ = [
    "BUILT_IN",
    "HEAD_BYTES",
    "DamagedFile",
    "Format",
    "LimitExceeded",
    "Limits",
    "RawRow",
    "ReadOptions",
    "Reading",
    "UnreadableFile",
    "UnsupportedContent",
    "sniff",
]
