"""Cells of the workbook → what a person typed: readings as text, days, explanations. No Django."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from cabinet_pages.quantities.formulas import unescape_formula
from cabinet_pages.readings.workbook.cells import Cell, Kind
from cabinet_pages.readings.workbook.table import fold_heading

# Day 1 is 01.01.1900 and the calendar has a 29.02.1900 too many, so real days count from here.
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
# 01.01.1990 and 31.12.2199: other numbers are no days.
_FIRST, _LAST = date(1990, 1, 1), date(2199, 12, 31)
_DAY = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4}|\d{2})(?:\s+0?0:00(?::00)?)?\Z", re.ASCII)
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ][\d:.]+Z?)?\Z", re.ASCII)
#: The longest text that a draft and its reason keep.
MOST_TYPED, MOST_REASON = 40, 255


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row; `messages.FAULTS` has a sentence for each code."""

    code: str
    params: Mapping[str, object]


def fault(code: str, **params: object) -> Fault:
    """A fault with the figures of its sentence."""
    return Fault(code, params)


def typed_value(cell: Cell | None) -> str | Fault:
    """The text of a reading: a number with a decimal comma, a text as it was typed; '' for an empty cell."""
    if cell is None:
        return ""
    broken = _broken(cell)
    if broken is not None:
        return broken
    if cell.kind is Kind.NUMBER:
        return fault("value_is_day") if cell.is_day else cell.text.replace(".", ",")
    text = unescape_formula(cell.text.strip())
    return text if cell.kind is Kind.TEXT and len(text) <= MOST_TYPED else fault("no_number")


def typed_day(cell: Cell | None, *, is_1904: bool) -> date | Fault | None:
    """The day of a cell: as a spreadsheet counts days, dd.mm.yyyy, or ISO; None for an empty cell.

    Args:
        is_1904: whether the workbook counts its days from 1904.
    """
    if cell is None:
        return None
    broken = _broken(cell)
    if broken is not None:
        return broken
    day = _counted_day(cell.text, is_1904) if cell.kind is Kind.NUMBER else _written_day(cell.text.strip())
    if day is None or not _FIRST <= day <= _LAST:
        return fault("not_a_day", text=cell.text.strip()[:40])
    return day


def typed_reason(cell: Cell | None) -> str | Fault:
    """The text of a reason; '' for an empty cell."""
    if cell is None:
        return ""
    broken = _broken(cell)
    if broken is not None:
        return broken
    text = unescape_formula(" ".join(cell.text.split()))
    return text if len(text) <= MOST_REASON else fault("reason_too_long", limit=MOST_REASON)


def typed_explanation(cell: Cell | None, known: Mapping[str, str]) -> str | Fault:
    """What a draft keeps of an explanation; '' for an empty cell.

    Args:
        known: folded explanation → what a draft keeps.
    """
    if cell is None:
        return ""
    broken = _broken(cell)
    if broken is not None:
        return broken
    found = known.get(fold_heading(cell.text))
    return fault("unknown_explanation", text=cell.text.strip()[:40]) if found is None else found


def _broken(cell: Cell) -> Fault | None:
    if cell.kind is Kind.FORMULA:
        return fault("formula_without_value")
    if cell.kind is Kind.ERROR:
        return fault("formula_error", text=cell.text)
    return None


def _counted_day(text: str, is_1904: bool) -> date | None:
    try:
        return (_EPOCH_1904 if is_1904 else _EPOCH) + timedelta(days=int(float(text)))
    except (ValueError, OverflowError):
        return None


def _written_day(text: str) -> date | None:
    try:
        if found := _ISO.match(text):
            return date.fromisoformat(found[1])
        if found := _DAY.match(text):
            year = int(found[3])
            return date(year + 2000 if year < 100 else year, int(found[2]), int(found[1]))
    except ValueError:
        pass
    return None
