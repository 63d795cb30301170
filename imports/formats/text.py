"""CSV and TXT tables: any Cyrillic encoding, `;`, `,`, tab or `|`. No Django.

The file is streamed, so memory does not grow with it. Exporters quote badly: a mark that opens nothing, or a field
whose inner marks are not doubled, is taken literally on its own line instead of swallowing the lines below.
"""

import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import ClassVar, TextIO

from .base import DamagedFile, Format, LimitExceeded, RawRow, Reading, ReadOptions, check_row
from .delimiters import choose_delimiter
from .encodings import choose_encoding
from .signatures import recognise

_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_SAMPLE_LINES = 80
# A quoted field that goes on for longer is a stray quotation mark.
_LINES_OF_A_FIELD = 50


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
        rows = _rows(path, encoding, delimiter, options, skip=1 if declared else 0)
        return Reading(format=self.name, rows=rows, encoding=encoding, delimiter=delimiter)


def _rows(path: Path, encoding: str, delimiter: str, options: ReadOptions, *, skip: int) -> Iterator[RawRow]:
    limits = options.limits
    with path.open(encoding=encoding, newline=None) as stream:
        for count, row in enumerate(_records(_lines(stream, options, encoding), delimiter, skip), start=1):
            if count > limits.rows:
                raise LimitExceeded("too_many_rows", limit=limits.rows)
            yield check_row(row, limits)


def _records(lines: Iterator[tuple[int, str]], delimiter: str, skip: int) -> Iterator[RawRow]:
    waiting: list[tuple[int, str]] = []
    while True:
        taken = waiting.pop(0) if waiting else next(lines, None)
        if taken is None:
            return
        number, line = taken
        if number <= skip:
            continue
        if '"' not in line:
            yield RawRow(number, tuple(line.rstrip("\n").split(delimiter)))
            continue
        cells = _quoted([line], delimiter)
        record, ahead = [line], 0
        while cells is None and ahead < _LINES_OF_A_FIELD:
            if ahead == len(waiting):
                following = next(lines, None)
                if following is None:
                    break
                waiting.append(following)
            record.append(waiting[ahead][1])
            ahead += 1
            # The field can only have ended on a line with a quotation mark in it.
            if '"' in record[-1]:
                cells = _quoted(record, delimiter)
        if cells is None:
            cells, ahead = _literal(line, delimiter), 0
        del waiting[:ahead]
        yield RawRow(number, cells)


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
    longest = limits.cell_chars * 8
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
