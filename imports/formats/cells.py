"""Values of spreadsheet cells → text: the border behind which there are no floats. No Django."""

import datetime
import math
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

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
