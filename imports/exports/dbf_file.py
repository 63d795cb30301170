"""DBF of dBase III for 1C 7.7, in cp866. No Django.

cp866 has no і and no ґ: і is written as the Latin i, as people type it there. Numbers are fields N, which are decimal
texts, so they are exact; an empty one is blank.
"""

import datetime
import struct
from collections.abc import Iterable
from typing import IO, Final

from .layout import COLUMNS, Cell, Cells, Column, Kind
from .letters import fitting, known_account

ENCODING: Final = "cp866"
_VERSION: Final = 0x03
# The language byte of cp866.
_LANGUAGE: Final = 0x65
_PREFIX: Final = struct.Struct("<BBBBIHH16xBB2x")
_FIELD: Final = struct.Struct("<11sc4xBB14x")
_END_OF_FIELDS: Final = b"\x0d"
_END_OF_FILE: Final = b"\x1a"


def write_dbf(target: IO[bytes], rows: Iterable[Cells]) -> None:
    """Write a table; the number of its records is put into the header at the end, so `target` must be seekable."""
    target.write(_header(0))
    count = 0
    for cells in rows:
        fields = map(_field, known_account(cells, ENCODING), COLUMNS)
        target.write(b" " + b"".join(fields))
        count += 1
    target.write(_END_OF_FILE)
    target.seek(0)
    target.write(_header(count))
    target.seek(0, 2)


def _header(records: int) -> bytes:
    # The day in the header says when a program changed the table last; equal readings make equal files.
    day = datetime.date(2000, 1, 1)
    start = _PREFIX.size + _FIELD.size * len(COLUMNS) + len(_END_OF_FIELDS)
    length = 1 + sum(column.length for column in COLUMNS)
    prefix = _PREFIX.pack(_VERSION, day.year - 1900, day.month, day.day, records, start, length, 0, _LANGUAGE)
    fields = (
        _FIELD.pack(one.field.encode("ascii"), one.kind.value.encode("ascii"), one.length, one.decimals)
        for one in COLUMNS
    )
    return prefix + b"".join(fields) + _END_OF_FIELDS


def _field(cell: Cell, column: Column) -> bytes:
    if column.kind is Kind.TEXT:
        return fitting(cell, ENCODING, column.length)
    if cell is None:
        return b" " * column.length
    if isinstance(cell, datetime.date):
        return f"{cell:%Y%m%d}".encode("ascii")
    written = f"{cell:.{column.decimals}f}".rjust(column.length).encode("ascii")
    if len(written) > column.length:
        # A number that is cut is another number.
        raise OverflowError(f"{column.field} is too short for {cell}")
    return written
