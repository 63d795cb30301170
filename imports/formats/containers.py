"""What a zipped workbook would take to open, measured before it is opened. No Django.

The directory of a zip is a claim. Every part is unpacked once here, in pieces and to nowhere: that proves its size
and checksum, and shows the farthest cell, because a reader allocates the whole rectangle up to that cell.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from .base import DamagedFile, LimitExceeded, Limits

_PIECE = 1 << 20
_OVERLAP = 64
_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,10})["']""")
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, ValueError, struct.error)


def check_container(path: Path, limits: Limits) -> None:
    """Check the directory of a zipped workbook, then each of its parts.

    Raises:
        LimitExceeded: too many parts, too large when unpacked, packed too tightly, or a cell beyond the limits.
        DamagedFile: cut short, a wrong checksum, a compression no workbook uses, or a document type definition.
    """
    try:
        with zipfile.ZipFile(path) as container:
            infos = container.infolist()
            _check_directory(infos, limits)
            for info in infos:
                _check_part(container, info, limits)
    except (*_BROKEN, NotImplementedError, RuntimeError) as error:
        raise DamagedFile("truncated") from error


def uses_1904_dates(path: Path) -> bool:
    """Tell whether the day numbers of an XLSX count from 1904, as old Macintosh workbooks do."""
    with zipfile.ZipFile(path) as container:
        for name in container.namelist():
            if name.replace("\\", "/").casefold() == "xl/workbook.xml":
                return re.search(rb"""date1904\s*=\s*["'](1|true)["']""", container.read(name)) is not None
    return False


def _check_directory(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.members:
        raise LimitExceeded("too_many_members", limit=limits.members)
    unpacked = sum(info.file_size for info in infos)
    if unpacked > limits.unpacked_bytes:
        raise LimitExceeded("unpacked_too_large", limit=limits.unpacked_bytes, size=unpacked)
    for info in infos:
        large = info.file_size > limits.zip_ratio_from_bytes
        if large and info.file_size > max(info.compress_size, 1) * limits.zip_ratio:
            raise LimitExceeded("unpacked_too_large", limit=limits.unpacked_bytes, size=info.file_size)


def _check_part(container: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> None:
    row = column = 0
    for piece in _pieces(container, info):
        if b"<!DOCTYPE" in piece:
            raise DamagedFile("doctype")
        for letters, digits in set(_CELL.findall(piece)):
            row = max(row, int(digits))
            column = max(column, _column_number(letters))
    if column > limits.columns and row:
        raise LimitExceeded("too_many_columns", limit=limits.columns, row=row)
    if row > limits.rows:
        raise LimitExceeded("too_many_rows", limit=limits.rows)
    if row * column > limits.sheet_cells:
        raise LimitExceeded("too_many_cells", limit=limits.sheet_cells)


def _pieces(container: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with container.open(info) as member:
        tail = b""
        while piece := member.read(_PIECE):
            yield tail + piece
            tail = piece[-_OVERLAP:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
