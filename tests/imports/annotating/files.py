"""A DBF made by hand."""

import struct
from collections.abc import Mapping, Sequence


def dbf_bytes(fields: Mapping[str, int], rows: Sequence[Sequence[str]], encoding: str) -> bytes:
    """A dBase III table whose fields are all texts.

    Args:
        fields: names and lengths.
        rows: the cells.
        encoding: of the texts; the header says that it is unknown.
    """
    start, length = 32 + 32 * len(fields) + 1, 1 + sum(fields.values())
    header = struct.pack("<BBBBIHH20x", 3, 126, 1, 31, len(rows), start, length)
    described = b"".join(
        struct.pack("<11sc4xBB14x", name.encode("ascii"), b"C", size, 0) for name, size in fields.items()
    )
    records = b"".join(
        b" " + b"".join(cell.encode(encoding).ljust(size) for cell, size in zip(row, fields.values(), strict=True))
        for row in rows
    )
    return header + described + b"\r" + records + b"\x1a"
