"""A delimited text with a column «Помилка» before its first one; every other byte stays, as far as that is safe.

Only a row whose cells a spreadsheet would take for formulas is written anew, with those cells made texts. No Django.
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import IO

from cabinet_pages.quantities.formulas import FORMULA_STARTS, escape_formula

from .base import RawRow, Reading

#: The heading of the added column.
ERROR_COLUMN = "Помилка"
# What begins like a formula and is a number to every spreadsheet program: «-2,00».
_NUMBER = re.compile(r"[+\-]?(?:[0-9]{1,3}(?:[ \u00a0\u202f.,][0-9]{3})+|[0-9]+)(?:[.,][0-9]+)?-?|-")
_QUOTED_FIELD = re.compile(r'"(?:[^"]|"")*"')
# What one-byte encodings lack, in letters that are read the same.
_NEIGHBOURS = {
    "’": "'", "ʼ": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "—": "-", "–": "-", "−": "-",
    "‑": "-", "…": "...", "№": "N", "₴": "грн", "→": "->", "·": "*", "\u00a0": " ", "\u202f": " ",
    "і": "i", "І": "I", "ї": "i", "Ї": "I", "є": "е", "Є": "Е", "ґ": "г", "Ґ": "Г",
}  # fmt: skip


def representable(text: str, encoding: str) -> str:
    """Return the text with what an encoding lacks written in signs that are read the same; `?` where there are none."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_in_encoding(char, encoding) for char in text)
    return text


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet program would take a cell of a text file for a formula."""
    told = text.lstrip(" \u00a0")
    return told.startswith(FORMULA_STARTS) and not _NUMBER.fullmatch(text.strip())


def annotate_text(
    path: Path,
    reading: Reading,
    target: IO[bytes],
    text_of: Callable[[int], str],
    *,
    heading: tuple[int, ...],
    width: int,
    added: int | None,
) -> None:
    """Write a delimited text with a column «Помилка».

    It stands first, so a row that is too short or too long stays so; in a file without a heading it stands last.

    Args:
        path: the file.
        reading: it, opened; its rows are taken.
        target: where to.
        text_of: number of a row → what to say of it, asked in the order of the rows.
        heading: the numbers of the heading's rows.
        width: how many fields the heading, or a row of a file without one, has.
        added: where such a column stands already.
    """
    encoding, delimiter = _writing(path, reading.encoding, target), reading.delimiter
    lines = _Lines(path, reading.encoding)
    for row, following in pairwise(_with_end(reading.rows)):
        target.write(lines.before(row.number).encode(encoding))
        raw = lines.before(following.number if following.number else None)
        body = raw.rstrip("\r\n")
        if not any(cell and not cell.isspace() for cell in row.cells):
            target.write(raw.encode(encoding))
            continue
        if added is not None:
            row, body = _without(row, body, added, delimiter)
        if any(map(is_formula, row.cells)):
            cells = [escape_formula(cell) if is_formula(cell) else cell for cell in row.cells]
            body = _joined(cells, delimiter)
        text = ERROR_COLUMN if heading and row.number == heading[0] else text_of(row.number)
        field = _field(representable(text, encoding), body, row, delimiter)
        if heading:
            body = f"{field}{delimiter}{body}"
        elif field:
            body = f"{body}{delimiter * (max(width - len(row.cells), 0) + 1)}{field}"
        target.write((body + raw[len(raw.rstrip("\r\n")) :]).encode(encoding))


def _without(row: RawRow, body: str, added: int, delimiter: str) -> tuple[RawRow, str]:
    """A row and its text without the column that an earlier error file has added."""
    cells = row.cells[:added] + row.cells[added + 1 :]
    row = RawRow(row.number, cells)
    if added:
        return row, _joined(cells, delimiter)
    quoted = _QUOTED_FIELD.match(body)
    if quoted and body[quoted.end() : quoted.end() + 1] in (delimiter, ""):
        return row, body[quoted.end() + 1 :]
    return row, body.partition(delimiter)[2]


def _field(text: str, body: str, row: RawRow, delimiter: str) -> str:
    """The text as a field beside the others; a row that is quoted by no rule gets no marks more."""
    text = escape_formula(" ".join(text.split())) if text else ""
    if '"' in body and not _is_well_quoted(body, row, delimiter):
        return text.replace('"', "'").replace(delimiter, "," if delimiter != "," else " ")
    if '"' in text or delimiter in text:
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text


def _is_well_quoted(body: str, row: RawRow, delimiter: str) -> bool:
    try:
        records = list(csv.reader(StringIO(body, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return len(records) == 1 and len(records[0]) == len(row.cells)


def _joined(cells: tuple[str, ...] | list[str], delimiter: str) -> str:
    line = StringIO(newline="")
    csv.writer(line, delimiter=delimiter, lineterminator="").writerow(cells)
    return line.getvalue()


class _Lines:
    """The physical lines of a text with their ends, taken up to a number."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.lines = _numbered(path, encoding)
        self.waiting = next(self.lines, None)

    def before(self, number: int | None) -> str:
        """The lines that have not been taken yet, up to that of a number; all of them for None."""
        taken = []
        while self.waiting is not None and (number is None or self.waiting[0] < number):
            taken.append(self.waiting[1])
            self.waiting = next(self.lines, None)
        return "".join(taken)


def _numbered(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    with path.open(encoding=encoding, newline="") as stream:
        yield from enumerate(stream, start=1)


def _with_end(rows: Iterator[RawRow]) -> Iterator[RawRow]:
    """The rows, and behind them one of no number."""
    yield from rows
    yield RawRow(0, ())


def _writing(path: Path, encoding: str, target: IO[bytes]) -> str:
    """The encoding to write in; the mark of the byte order is written as the file has it."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(codecs.BOM_UTF8):
        target.write(codecs.BOM_UTF8)
        return "utf-8"
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if encoding == "utf-16" and head.startswith(mark):
            target.write(mark)
            return name
    return "utf-16-le" if encoding == "utf-16" else encoding


def _in_encoding(char: str, encoding: str) -> str:
    for text in (char, _NEIGHBOURS.get(char, "?")):
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            continue
        return text
    return "?"
