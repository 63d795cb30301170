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
# Before the bytes of a part stands at least so much, and its name.
_LOCAL_HEADER = 30
# Between two tags of a sheet stands the text of one paragraph.
_LONGEST_TEXT = 8 * _PIECE
_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,10})["']""")
# Most sheets have 26 columns and 399,999 rows at most: only what lies beyond is looked at first.
_FAR_CELL = re.compile(rb"""r\s*=\s*["'](?:[A-Za-z]{2,3}[0-9]|[A-Za-z](?:[4-9][0-9]{5}|[0-9]{7}))""")
_NEAR_COLUMNS, _NEAR_ROWS = 26, 399_999
_TABLE_TAG = re.compile(
    rb"""<(/?)table:(table-row|table-cell|covered-table-cell|table)(?=[\s/>])((?:[^<>"']|"[^"]*"|'[^']*')*?)(/?)>"""
)
_REPEATED = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["']([0-9]{1,12})["']""")
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


def check_repeated_cells(path: Path, limits: Limits) -> None:
    """Check how far the repeated cells of an ODS reach: one element may stand for a million of them.

    Raises:
        LimitExceeded: a cell that is not empty lies beyond the limits.
        DamagedFile: there is no readable content.
    """
    try:
        with zipfile.ZipFile(path) as container:
            _measure_tables(_tags(container), limits)
    except (*_BROKEN, KeyError) as error:
        raise DamagedFile("truncated") from error


def uses_1904_dates(path: Path) -> bool:
    """Tell whether the day numbers of an XLSX count from 1904, as old Macintosh workbooks do."""
    with zipfile.ZipFile(path) as container:
        for name in container.namelist():
            if name.replace("\\", "/").casefold() == "xl/workbook.xml":
                with container.open(name) as part:
                    return re.search(rb"""date1904\s*=\s*["'](1|true)["']""", part.read(_PIECE)) is not None
    return False


def _tags(container: zipfile.ZipFile) -> Iterator[re.Match[bytes]]:
    rest = b""
    with container.open("content.xml") as member:
        while piece := member.read(_PIECE):
            whole = rest + piece
            # A tag is never cut: what begins behind the last one waits for the next piece.
            end = whole.rfind(b"<")
            yield from _TABLE_TAG.finditer(whole[:end] if end > 0 else b"")
            rest = whole[max(end, 0) :]
            if len(rest) > _LONGEST_TEXT:
                raise LimitExceeded("cell_too_long", limit=_LONGEST_TEXT, row=0)
    yield from _TABLE_TAG.finditer(rest)


def _measure_tables(tags: Iterator[re.Match[bytes]], limits: Limits) -> None:
    row = column = widest = 0
    repeated, is_filled = 1, False
    for tag in tags:
        closing, name, attributes, alone = tag.groups()
        times = int(found[1]) if (found := _REPEATED.search(attributes)) else 1
        if name == b"table":
            row = widest = 0
        elif name == b"table-row" and not closing:
            column, repeated, is_filled = 0, times, False
            row += times if alone else 0
        elif name == b"table-row":
            row += repeated
            if is_filled:
                check_size(row, widest, limits)
        elif not closing:
            column += times
            if not alone or b"value-type" in attributes:
                widest, is_filled = max(widest, column), True


def _check_directory(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.members:
        raise LimitExceeded("too_many_members", limit=limits.members)
    unpacked = sum(info.file_size for info in infos)
    if unpacked > limits.unpacked_bytes:
        raise LimitExceeded("unpacked_too_large", limit=limits.unpacked_bytes, size=unpacked)
    check_overlap(infos)
    for info in infos:
        large = info.file_size > limits.zip_ratio_from_bytes
        if large and info.file_size > max(info.compress_size, 1) * limits.zip_ratio:
            raise LimitExceeded("unpacked_too_large", limit=limits.unpacked_bytes, size=info.file_size)


def check_overlap(infos: list[zipfile.ZipInfo]) -> None:
    """Check that no two parts of a zip share bytes: a hundred parts could be one bomb, counted once by its size.

    Raises:
        DamagedFile: they do.
    """
    end = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            raise DamagedFile("damaged")
        end = info.header_offset + _LOCAL_HEADER + len(info.orig_filename) + info.compress_size


def _check_part(container: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> None:
    is_far = False
    for piece in _pieces(container, info):
        if b"<!DOCTYPE" in piece:
            raise DamagedFile("doctype")
        is_far = is_far or _FAR_CELL.search(piece) is not None
    if is_far or limits.sheet_cells < _NEAR_COLUMNS * _NEAR_ROWS:
        _check_farthest_cell(container, info, limits)


def _check_farthest_cell(container: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> None:
    row = column = 0
    for piece in _pieces(container, info):
        for letters, digits in set(_CELL.findall(piece)):
            row = max(row, int(digits))
            column = max(column, _column_number(letters))
    check_size(row, column, limits)


def check_size(rows: int, columns: int, limits: Limits) -> None:
    """Check the rectangle a sheet takes, empty cells included.

    Raises:
        LimitExceeded: `too_many_columns`, `too_many_rows`, `too_many_cells`.
    """
    if columns > limits.columns:
        raise LimitExceeded("too_many_columns", limit=limits.columns, row=rows)
    if rows > limits.rows:
        raise LimitExceeded("too_many_rows", limit=limits.rows)
    if rows * columns > limits.sheet_cells:
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
