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
from .sniffing import sniff
from .text import TextTable
from .workbook import Ods, Xls, Xlsb, Xlsx

BUILT_IN: tuple[Format, ...] = (Xlsx(), Xlsb(), Ods(), Xls(), TextTable())

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
