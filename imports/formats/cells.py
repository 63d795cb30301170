"""Values of spreadsheet cells → text: the border behind which there are no floats. No Django.

It stands on the standard library alone, because the process that opens workbooks runs it too.
"""

import datetime
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

type_of_cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta

YES, NO = "так", "ні"
# What float arithmetic leaves behind is smaller than this; a seventh decimal is nobody's price.
_RESIDUE = Decimal("0.000001")
_DECIMALS = 6
# Beyond fifteen digits a spreadsheet has already lost some, so the text stays in a form that every parser refuses.
_EXACT_BELOW = 10**15
# Days of a file are few, and formatting one takes longer than reading its row.
_REMEMBERED = 8192


def cell_text(value: type_of_cell) -> str:
    """Return the text of a spreadsheet cell: numbers in their shortest form, dates as `dd.mm.yyyy`, flags as words."""
    return TEXT_OF[type(value)](value)


def _float_text(value: float) -> str:
    text = repr(value)
    whole, _, part = text.partition(".")
    # The shortest form of most numbers is the text already; the others are looked at closely.
    if part.isdecimal() and len(part) <= _DECIMALS and len(whole) <= len("-99999999999999"):
        if part != "0":
            return text
        return whole if whole != "-0" else "0"
    if not math.isfinite(value):
        return ""
    if abs(value) >= _EXACT_BELOW:
        return f"{Decimal(text):E}"
    if value.is_integer():
        return str(int(value))
    text = f"{Decimal(text).quantize(_RESIDUE):f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@lru_cache(_REMEMBERED)
def _day_text(value: datetime.date) -> str:
    return f"{value.day:02}.{value.month:02}.{value.year:04}"


@lru_cache(_REMEMBERED)
def _moment_text(value: datetime.datetime) -> str:
    # A day is a float in a spreadsheet, so a second may come out a microsecond early.
    late = datetime.timedelta(seconds=1) if value.microsecond >= 500_000 and value.year < 9999 else datetime.timedelta()
    value = value.replace(microsecond=0) + late
    return f"{value.day:02}.{value.month:02}.{value.year:04} {value:%H:%M:%S}"


def _duration_text(value: datetime.timedelta) -> str:
    seconds = round(value.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _same(value: str) -> str:
    return value


def _flag_text(value: bool) -> str:
    return YES if value else NO


def _time_text(value: datetime.time) -> str:
    return f"{value:%H:%M:%S}"


#: The text of a value by its type; `bool` is a type of its own here, not a whole number.
TEXT_OF: dict[type, Callable[[Any], str]] = {
    str: _same,
    float: _float_text,
    int: str,
    bool: _flag_text,
    datetime.datetime: _moment_text,
    datetime.date: _day_text,
    datetime.time: _time_text,
    datetime.timedelta: _duration_text,
}


_NUMBERS = frozenset({float, int})


class TextBatch(NamedTuple):
    """Rows of a sheet as text.

    `numeric` has the positions of the numbers of every row; `width` cells has each row, and `longest` characters the
    longest cell that was a text.
    """

    texts: list[tuple[str, ...]]
    numeric: list[frozenset[int]]
    width: int
    longest: int


class _Column(NamedTuple):
    texts: Sequence[str]
    longest: int
    # Whether all of the cells are numbers, or which.
    numbers: bool | tuple[bool, ...]


def text_batch(rows: Sequence[Sequence[type_of_cell]]) -> TextBatch:
    """Return rows, all of one width, as text."""
    # Cells of one column are of one type mostly, and a column is converted in a fraction of the time of its cells.
    columns = [_column(column) for column in zip(*rows, strict=True)]
    texts = list(zip(*(column.texts for column in columns), strict=True)) or [()] * len(rows)
    longest = max((column.longest for column in columns), default=0)
    return TextBatch(texts, _numeric(columns, len(rows)), len(columns), longest)


def _column(values: tuple[Any, ...]) -> _Column:
    types = set(map(type, values))
    if types == {str}:
        return _Column(values, max(map(len, values)), False)
    if len(types) == 1:
        kind = types.pop()
        return _Column(list(map(TEXT_OF[kind], values)), 0, kind in _NUMBERS)
    texts = [TEXT_OF[type(value)](value) for value in values]
    numbers = tuple([type(value) in _NUMBERS for value in values]) if types & _NUMBERS else False
    return _Column(texts, max(map(len, texts)), numbers)


def _numeric(columns: Sequence[_Column], rows: int) -> list[frozenset[int]]:
    always = frozenset(index for index, column in enumerate(columns) if column.numbers is True)
    mixed = [(index, column.numbers) for index, column in enumerate(columns) if isinstance(column.numbers, tuple)]
    if not mixed:
        return [always] * rows
    known: dict[tuple[bool, ...], frozenset[int]] = {}
    found = []
    for pattern in zip(*(flags for _, flags in mixed), strict=True):
        positions = known.get(pattern)
        if positions is None:
            positions = always.union(index for (index, _), here in zip(mixed, pattern, strict=True) if here)
            known[pattern] = positions
        found.append(positions)
    return found
