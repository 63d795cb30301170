"""A DBF with a field ERROR behind its own ones; every other byte of the records stays. No Django."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import IO

from .annotated_text import representable

#: The name and the length of the added field, in bytes: the longest that a field of text may be.
ERROR_FIELD, LENGTH = b"ERROR", 254
_PREFIX = 32
_HEADER = struct.Struct("<IHH")
_FIELD = struct.Struct("<11sc4sBB14s")
_END_OF_FIELDS, _END_OF_FILE = b"\x0d", b"\x1a"
# What readers of dBase III expect at most.
_MOST_FIELDS, _MOST_BYTES = 254, 65_535


def fits_dbf(path: Path) -> bool:
    """Tell whether a field of 254 characters can still be added to a table, or is there already."""
    with path.open("rb") as file:
        prefix, fields, _ = _head(file)
    _, _, length = _HEADER.unpack_from(prefix, 4)
    return _position(fields) is not None or (len(fields) < _MOST_FIELDS and length + LENGTH <= _MOST_BYTES)


def annotate_dbf(path: Path, encoding: str, target: IO[bytes], text_of: Callable[[int], str]) -> None:
    """Write a DBF with a field ERROR, and in it what `text_of` says of each record by its number, counted from 1.

    Args:
        path: a table that has been read already, so its header is sound.
        encoding: of its texts; what it lacks is written in signs that are read the same.
        target: where to.
        text_of: asked in the order of the records.
    """
    with path.open("rb") as file:
        prefix, fields, rest = _head(file)
        records, start, length = _HEADER.unpack_from(prefix, 4)
        at = _position(fields)
        is_new = at is None
        if at is None:
            at = length
            fields = [*fields, _FIELD.pack(ERROR_FIELD, b"C", struct.pack("<I", length), LENGTH, 0, b"")]
            prefix = prefix[:4] + _HEADER.pack(records, start + _PREFIX, length + LENGTH) + prefix[12:]
        target.write(prefix + b"".join(fields) + rest)
        for number in range(1, records + 1):
            record = file.read(length)
            text = _fixed(text_of(number), encoding)
            target.write(record + text if is_new else record[:at] + text + record[at + LENGTH :])
        target.write(file.read() or _END_OF_FILE)


def _head(file: IO[bytes]) -> tuple[bytes, list[bytes], bytes]:
    """The prefix, the descriptions of the fields, and what else stands before the first record."""
    prefix = file.read(_PREFIX)
    _, start, _ = _HEADER.unpack_from(prefix, 4)
    fields = []
    while (first := file.read(1)) and first != _END_OF_FIELDS:
        fields.append(first + file.read(_PREFIX - 1))
    return prefix, fields, _END_OF_FIELDS + file.read(start - _PREFIX * (len(fields) + 1) - 1)


def _position(fields: list[bytes]) -> int | None:
    """Where the field ERROR of an earlier error file stands in a record; None where there is none of its length."""
    at = 1
    for field in fields:
        name, kind, _, length, _, _ = _FIELD.unpack(field)
        if name.rstrip(b"\x00 ") == ERROR_FIELD and kind == b"C" and length == LENGTH:
            return at
        at += length
    return None


def _fixed(text: str, encoding: str) -> bytes:
    told = representable(text, encoding).encode(encoding)
    if len(told) > LENGTH:
        told = told[: LENGTH - 3].decode(encoding, "ignore").encode(encoding) + b"..."
    return told.ljust(LENGTH)
