"""DBF tables of dBase III, dBase IV and FoxPro 2, as 1C 7.7, banks and metering programs write them. No Django.

The heading is row 0: the names of the fields. A row has the number of its record, counted from 1 with the deleted ones,
as every program that shows a DBF counts them; deleted records are passed over. Text of memo fields stands in a second
file (.dbt, .fpt), which is never given here, so those cells are empty.

The language byte of the header lies more often than not; letters tell the encoding, and the byte is a hint.
A header that promises what the file does not have is refused: rows would be lost or shifted without a word.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from typing import BinaryIO, ClassVar

from .base import (
    DamagedFile,
    Format,
    LimitExceeded,
    Limits,
    Position,
    RawRow,
    Reading,
    ReadOptions,
    UnsupportedContent,
    raw_rows,
)
from .cells import NO, YES
from .encodings import ENCODINGS, guess_encoding
from .signatures import recognise

_PREFIX = 32
_FIELD = struct.Struct("<11sc4xBB14x")
_END_OF_FIELDS = 0x0D
_END_OF_FILE = 0x1A
# dBase VII marks itself in the lowest three bits, and describes its fields in another way.
_DBASE7 = 4
_PLAIN, _DELETED = b" ", b"*"
_LANGUAGES = {
    0x26: "cp866", 0x64: "cp866", 0x65: "cp866", 0x57: "cp1251", 0xC8: "cp1251", 0xC9: "cp1251",
}  # fmt: skip
_BLOCK = 1 << 18
_SAMPLE = 1 << 17
# Money is written with two decimals, and stays as it is written.
_MONEY_DECIMALS = 2
_UNREAD = "\ufffd"
_FLAGS = {**dict.fromkeys("TtYy", YES), **dict.fromkeys("FfNn", NO), "?": "", "": ""}


@dataclass(frozen=True, slots=True)
class _Field:
    name: bytes
    kind: str
    start: int
    length: int
    decimals: int


@dataclass(frozen=True, slots=True)
class _Header:
    fields: tuple[_Field, ...]
    records: int
    start: int
    length: int
    hint: str


class Dbf(Format):
    """dBase III and IV, FoxPro 2, and Visual FoxPro where it keeps to their types."""

    name: ClassVar[str] = "dbf"
    rank: ClassVar[int] = 60

    def matches(self, head: bytes, path: Path) -> bool:
        """Accept a header with a date and a field."""
        return recognise(head) == "dbf"

    def read(self, path: Path, *, options: ReadOptions) -> Reading:
        """Open the table.

        Raises:
            UnreadableFile: `truncated`, `damaged`, `undecodable`, `unknown_encoding`, `dbf_record_count` (the header
                promises other than the file has), `dbf_version`, `dbf_field_type`, or a limit.
        """
        limits = options.limits
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise LimitExceeded("too_large", limit=limits.file_bytes, size=size)
        with path.open("rb") as file:
            header = _read_header(file, size, limits)
            encoding = _choose_encoding(file, header, options.encoding)
        heading = RawRow(0, tuple(field.name.decode(encoding, errors="replace").strip() for field in header.fields))
        position = Position(header.records)
        rows = chain([heading], _rows(path, header, encoding, position))
        return Reading(format=self.name, rows=rows, encoding=encoding, share=position.share)


def _read_header(file: BinaryIO, size: int, limits: Limits) -> _Header:
    prefix = file.read(_PREFIX)
    if len(prefix) < _PREFIX:
        raise DamagedFile("truncated")
    if prefix[0] & 7 == _DBASE7:
        raise UnsupportedContent("dbf_version")
    records, start, length = struct.unpack_from("<IHH", prefix, 4)
    described = file.read(start - _PREFIX) if start > _PREFIX else b""
    if len(described) < start - _PREFIX:
        raise DamagedFile("truncated")
    fields = _fields(described, length)
    if len(fields) > limits.columns:
        raise LimitExceeded("too_many_columns", limit=limits.columns, row=0)
    if records > limits.rows:
        raise LimitExceeded("too_many_rows", limit=limits.rows)
    for field in fields:
        if field.kind not in "CNFDLM":
            name = field.name.decode("ascii", errors="replace")
            raise UnsupportedContent("dbf_field_type", field=name, type=field.kind)
        if field.kind != "M" and field.length > limits.cell_chars:
            raise LimitExceeded("cell_too_long", limit=limits.cell_chars, row=1)
    check_extent(file, size, records, start, length)
    return _Header(fields, records, start, length, _LANGUAGES.get(prefix[29], ""))


def check_extent(file: BinaryIO, size: int, records: int, start: int, length: int) -> None:
    """Check that the file has the records that its header promises, and no others.

    Raises:
        DamagedFile: `truncated`, `dbf_record_count`.
    """
    if start + records * length > size:
        raise DamagedFile("truncated")
    file.seek(start + records * length)
    beyond = file.read(length)
    # A header that was never updated hides rows that were written.
    if len(beyond) == length and beyond[:1] in (_PLAIN, _DELETED):
        raise DamagedFile("dbf_record_count", told=records, found=(size - start) // length)


def _fields(described: bytes, record_length: int) -> tuple[_Field, ...]:
    plain = list(_described(described, is_long=False))
    # Clipper keeps the higher byte of the length of a long text where others keep decimals.
    long = list(_described(described, is_long=True))
    fields = long if _end(plain) != record_length and _end(long) == record_length else plain
    if not fields or _end(fields) > record_length:
        raise DamagedFile("damaged")
    return tuple(fields)


def _end(fields: list[_Field]) -> int:
    return fields[-1].start + fields[-1].length if fields else 0


def _described(described: bytes, *, is_long: bool) -> Iterator[_Field]:
    start = 1
    for position in range(0, len(described) - _FIELD.size + 1, _FIELD.size):
        if described[position] == _END_OF_FIELDS:
            return
        name, kind, length, decimals = _FIELD.unpack_from(described, position)
        if is_long and kind == b"C":
            length, decimals = length + 256 * decimals, 0
        yield _Field(name.partition(b"\x00")[0], kind.decode("latin-1"), start, length, decimals)
        start += length


def _choose_encoding(file: BinaryIO, header: _Header, override: str) -> str:
    if override:
        chosen = ENCODINGS.get(override.casefold(), "")
        if chosen in {"", "utf-16"}:
            raise DamagedFile("unknown_encoding", encoding=override)
        return chosen
    sample = bytearray(b"\n".join(field.name for field in header.fields))
    texts = [(field.start, field.start + field.length) for field in header.fields if field.kind == "C"]
    length = header.length
    for _, block in _blocks(file, header):
        if block.isascii():
            continue
        for offset in range(0, len(block), length):
            record = block[offset : offset + length]
            if not record.isascii():
                sample += b"\n".join(record[first:last].strip(b" \x00") for first, last in texts) + b"\n"
        if len(sample) > _SAMPLE:
            break
    if sample.isascii():
        return header.hint or "cp866"
    if _is_utf8(bytes(sample)):
        return "utf-8"
    return guess_encoding(bytes(sample), header.hint)


def _is_utf8(sample: bytes) -> bool:
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _blocks(file: BinaryIO, header: _Header) -> Iterator[tuple[int, bytes]]:
    """Yield whole records in blocks, each with the number of its first record."""
    at_once = max(_BLOCK // header.length, 1)
    file.seek(header.start)
    for first in range(0, header.records, at_once):
        wanted = min(at_once, header.records - first) * header.length
        block = file.read(wanted)
        if len(block) < wanted:
            raise DamagedFile("truncated")
        yield first + 1, block


def _rows(path: Path, header: _Header, encoding: str, position: Position) -> Iterator[RawRow]:
    numeric = frozenset(index for index, field in enumerate(header.fields) if field.kind in "NF")
    with path.open("rb") as file:
        for first, block in _blocks(file, header):
            marks = block[:: header.length]
            _check_marks(marks, first)
            position.reached = first - 1 + len(marks)
            columns = list(_columns(block, first, header, encoding))
            numbers = range(first, first + len(marks))
            rows = raw_rows(zip(numbers, zip(*columns, strict=True), repeat(numeric), strict=False))
            if _DELETED in marks:
                yield from (row for row, mark in zip(rows, marks, strict=True) if mark == _PLAIN[0])
            else:
                yield from rows


def _check_marks(marks: bytes, first: int) -> None:
    """Check the mark before every record: where the lengths lie, something else stands there."""
    strange = marks.translate(None, _PLAIN + _DELETED)
    if strange:
        code = "truncated" if strange[0] == _END_OF_FILE else "damaged"
        raise DamagedFile(code, row=first + marks.index(strange[0]))


def _columns(block: bytes, first: int, header: _Header, encoding: str) -> Iterator[list[str]]:
    """Cut a block of records into the cells of each field; whole columns at once, which is several times faster."""
    length = header.length
    block = block.replace(b"\x00", b" ")
    # One byte is one character but in UTF-8, so a block is decoded at once and its positions stay.
    text = "" if encoding == "utf-8" else block.decode(encoding, errors="replace")
    for field in header.fields:
        start, size = field.start, field.length
        if field.kind == "M":
            yield [""] * (len(block) // length)
            continue
        if encoding == "utf-8":
            pieces = (block[at : at + size] for at in range(start, len(block), length))
            cells = [piece.decode("utf-8", errors="replace").strip() for piece in pieces]
        else:
            cells = [text[at : at + size].strip() for at in range(start, len(text), length)]
        if field.kind == "C" and _UNREAD in "".join(cells):
            row = first + next(index for index, cell in enumerate(cells) if _UNREAD in cell)
            raise DamagedFile("undecodable", encoding=encoding, line=row)
        convert = _CONVERTERS.get(field.kind)
        if convert is not None and not (field.kind in "NF" and field.decimals <= _MONEY_DECIMALS):
            cells = [convert(cell) for cell in cells]
        yield cells


def _date(text: str) -> str:
    # What is not a date stays as it is, and the row says so where the cell is read.
    return f"{text[6:]}.{text[4:6]}.{text[:4]}" if len(text) == 8 and text.isdecimal() else text


def _number(text: str) -> str:
    """A price of `N(12,4)` is written with all of its zeros, which a person would not count as decimals."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _flag(text: str) -> str:
    return _FLAGS.get(text, text)


_CONVERTERS: dict[str, Callable[[str], str]] = {"D": _date, "L": _flag, "N": _number, "F": _number}
