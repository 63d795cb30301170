"""CSV and TXT tables: any Cyrillic encoding, `;`, `,`, tab or `|`. No Django.

The file is streamed, so memory does not grow with it. Exporters quote badly: a mark that opens nothing, or a field
whose inner marks are not doubled, is taken literally on its own line instead of swallowing the lines below.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain, islice, repeat
from pathlib import Path
from typing import BinaryIO, ClassVar, TextIO, cast

from .base import DamagedFile, Format, LimitExceeded, Position, RawRow, Reading, ReadOptions, check_row, raw_rows
from .delimiters import choose_delimiter
from .encodings import choose_encoding
from .signatures import recognise

_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_SAMPLE_LINES = 80
# A quoted field that goes on for longer is a stray quotation mark.
_LINES_OF_A_FIELD = 50
# A line is no longer than so many of the longest cells.
_CELLS_OF_A_LINE = 8
_BLOCK_CHARS = 1 << 16
_NO_NUMBERS: frozenset[int] = frozenset()


class TextTable(Format):
    """Delimited text."""

    name: ClassVar[str] = "csv"
    rank: ClassVar[int] = 1000

    def matches(self, head: bytes, path: Path) -> bool:
        """Accept whatever may be text and is not known as something else."""
        if recognise(head):
            return False
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return True
        controls = sum(byte < 32 and byte not in b"\t\n\r\x0c\x1a\x00" for byte in head)
        return head.count(b"\x00") * 20 < len(head) and controls * 50 < len(head)

    def read(self, path: Path, *, options: ReadOptions) -> Reading:
        """Open the table: encoding, delimiter and the rows, line by line.

        Raises:
            UnreadableFile: `nul_bytes`, `undecodable`, `unknown_encoding`, or a limit.
        """
        size = path.stat().st_size
        if size > options.limits.file_bytes:
            raise LimitExceeded("too_large", limit=options.limits.file_bytes, size=size)
        encoding = choose_encoding(path, options.encoding)
        with path.open(encoding=encoding, newline=None) as stream:
            sample = [line.rstrip("\n") for _, line in islice(_lines(stream, options, encoding), _SAMPLE_LINES)]
        declared = _SEPARATOR_LINE.fullmatch(sample[0]) if sample else None
        delimiter = options.delimiter or (declared.group(1) if declared else choose_delimiter(sample))
        position = Position(size)
        rows = _rows(path, encoding, delimiter, options, skip=1 if declared else 0, position=position)
        return Reading(format=self.name, rows=rows, encoding=encoding, delimiter=delimiter, share=position.share)


def _rows(
    path: Path, encoding: str, delimiter: str, options: ReadOptions, *, skip: int, position: Position
) -> Iterator[RawRow]:
    limits = options.limits
    count = 0
    with path.open(encoding=encoding, newline=None) as stream:
        file = cast(BinaryIO, stream.buffer)
        try:
            for numbers, cells in _records(_Blocks(stream, options), delimiter, skip):
                position.reached = file.tell()
                if (
                    max(map(len, cells)) > limits.columns
                    or max(map(len, chain.from_iterable(cells))) > limits.cell_chars
                ):
                    for number, one in zip(numbers, cells, strict=True):
                        check_row(RawRow(number, one), limits)
                room = limits.rows - count
                count += len(cells)
                yield from raw_rows(zip(numbers, cells[:room], repeat(_NO_NUMBERS)))
                if count > limits.rows:
                    raise LimitExceeded("too_many_rows", limit=limits.rows)
        except UnicodeDecodeError as error:
            # Read again line by line, for the number of the line.
            with path.open(encoding=encoding, newline=None) as again:
                deque(_lines(again, options, encoding), maxlen=0)
            raise DamagedFile("undecodable", encoding=encoding, line=0) from error


class _Blocks:
    """Physical lines of a text without their ends, a block of them at a time.

    Args:
        stream: the text.
        options: a line may be no longer than a row may be.
    """

    def __init__(self, stream: TextIO, options: ReadOptions) -> None:
        self.stream = stream
        self.cell_chars = options.limits.cell_chars
        self.number = 0
        self.rest = ""

    def take(self) -> list[str]:
        """The next block; empty at the end of the text."""
        longest = self.cell_chars * _CELLS_OF_A_LINE
        while True:
            block = self.stream.read(_BLOCK_CHARS)
            text = self.rest + block
            end = text.rfind("\n")
            if block and end < 0:
                if len(text) >= longest:
                    raise LimitExceeded("cell_too_long", limit=self.cell_chars, row=self.number + 1)
                self.rest = text
                continue
            if not block:
                self.rest = ""
                # DOS ends a text with a character of its own.
                lines = [text.rstrip("\x1a")] if text else []
            else:
                self.rest = text[end + 1 :]
                lines = text[:end].split("\n")
            break
        if max(map(len, lines), default=0) >= longest or "\x00" in text:
            for number, line in enumerate(lines, start=self.number + 1):
                if len(line) >= longest:
                    raise LimitExceeded("cell_too_long", limit=self.cell_chars, row=number)
                if "\x00" in line:
                    raise DamagedFile("nul_bytes", line=number)
        self.number += len(lines)
        return lines


def _records(blocks: _Blocks, delimiter: str, skip: int) -> Iterator[tuple[Sequence[int], list[tuple[str, ...]]]]:
    """Yield the records of a text, block by block: their numbers and their fields."""
    lines: list[str] = blocks.take()
    while lines:
        first = blocks.number - len(lines) + 1
        if skip:
            lines, first, skip = lines[skip:], first + skip, 0
        if not any('"' in line for line in lines):
            cells = [tuple(line.split(delimiter)) for line in lines]
            following = blocks.take()
            numbers: Sequence[int] = range(first, first + len(cells))
        elif (plain := _quoted_lines(lines, delimiter)) is not None:
            cells, following = plain, blocks.take()
            numbers = range(first, first + len(cells))
        else:
            numbers, cells, following = _across_lines(blocks, lines, first, delimiter)
        if cells:
            yield numbers, cells
        lines = following


def _quoted_lines(lines: list[str], delimiter: str) -> list[tuple[str, ...]] | None:
    """Return the fields of lines that are a record each and quoted by the rules; None where one is not."""
    try:
        records = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    # A line without anything is a record of no fields there, and of an empty one here.
    return [tuple(record) or ("",) for record in records] if len(records) == len(lines) else None


def _across_lines(
    blocks: _Blocks, lines: list[str], first: int, delimiter: str
) -> tuple[list[int], list[tuple[str, ...]], list[str]]:
    """Read records of which some are quoted badly or go on over lines, to the end of a block.

    Returns:
        numbers and fields of the records, and the lines that belong to none of them.
    """
    numbers: list[int] = []
    found: list[tuple[str, ...]] = []
    known, index = len(lines), 0
    lines = list(lines)
    while index < known:
        line, ahead = lines[index], 0
        cells: tuple[str, ...] | None = tuple(line.split(delimiter))
        if '"' in line:
            cells = _quoted([line], delimiter)
            while cells is None and ahead < _LINES_OF_A_FIELD:
                if index + ahead + 1 == len(lines):
                    more = blocks.take()
                    if not more:
                        break
                    lines += more
                ahead += 1
                # The field can only have ended on a line with a quotation mark in it.
                if '"' in lines[index + ahead]:
                    cells = _quoted([f"{one}\n" for one in lines[index : index + ahead + 1]], delimiter)
        if cells is None:
            cells, ahead = _literal(line, delimiter), 0
        numbers.append(first + index)
        found.append(cells)
        index += ahead + 1
    return numbers, found, lines[index:] or blocks.take()


def _quoted(lines: list[str], delimiter: str) -> tuple[str, ...] | None:
    """Return the fields of a record, or None when it is not complete or not quoted by the rules."""
    try:
        records = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        if len(lines) == 1 and "unexpected end" not in str(error):
            return _literal(lines[0], delimiter)
        return None
    return tuple(records[0]) if len(records) == 1 else None


def _literal(line: str, delimiter: str) -> tuple[str, ...]:
    fields = line.rstrip("\n").split(delimiter)
    return tuple(
        field[1:-1] if len(field) > 1 and field.startswith('"') and field.endswith('"') else field for field in fields
    )


def _lines(stream: TextIO, options: ReadOptions, encoding: str) -> Iterator[tuple[int, str]]:
    """Number the physical lines of a text, none longer than a row may be."""
    limits = options.limits
    longest = limits.cell_chars * _CELLS_OF_A_LINE
    number = 0
    while True:
        try:
            line = stream.readline(longest)
        except UnicodeDecodeError as error:
            raise DamagedFile("undecodable", encoding=encoding, line=number + 1) from error
        if not line:
            return
        number += 1
        if len(line) == longest and not line.endswith("\n"):
            raise LimitExceeded("cell_too_long", limit=limits.cell_chars, row=number)
        if "\x00" in line:
            raise DamagedFile("nul_bytes", line=number)
        yield number, line.rstrip("\x1a") if line.endswith("\x1a") else line
