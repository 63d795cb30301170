"""What the lines above the heading say about the dates of a report. No Django."""

import calendar
import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass

from imports.formats import RawRow
from imports.values import ValueRefused, fold_name, parse_date, parse_period

_DATE = r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{2,4}"
_AS_OF = re.compile(
    rf"(?:станом на|по состоянию на|на дату)\s*:?\s*(?P<day>{_DATE}|[0-9]{{1,2}}\s+[^\W\d]+\s+[0-9]{{4}})"
)
_BETWEEN = re.compile(
    rf"(?:з|с|від|от|період|період:)\s+(?P<first>{_DATE})(?:\s*р\.?)?\s*(?:по|до|-)\s*(?P<last>{_DATE})"
)
_MONTH = re.compile(r"(?:за|період|период)\s*:?\s*(?P<month>[^\W\d]{3,9}\s+[0-9]{4}|[0-9]{1,2}\.[0-9]{4})\b")
_WORDED = re.compile(r"(?P<day>[0-9]{1,2})\s+(?P<month>[^\W\d]+\s+[0-9]{4})")


@dataclass(frozen=True, slots=True)
class Preamble:
    """The rows above the heading, as lines of text, and the dates found in them (Kyiv dates, None when not told)."""

    lines: tuple[str, ...] = ()
    as_of: datetime.date | None = None
    first_day: datetime.date | None = None
    last_day: datetime.date | None = None


def read_preamble(rows: Sequence[RawRow]) -> Preamble:
    """Return the lines above the heading with the dates they tell: «станом на …», «за січень 2026 р.», «з … по …»."""
    lines = tuple(line for row in rows if (line := " ".join(cell.strip() for cell in row.cells if cell.strip())))
    as_of = first_day = last_day = None
    for line in map(fold_name, lines):
        if as_of is None and (match := _AS_OF.search(line)):
            as_of = _day(match["day"])
        if first_day is None:
            first_day, last_day = _days(line)
    return Preamble(lines, as_of, first_day, last_day)


def _days(line: str) -> tuple[datetime.date | None, datetime.date | None]:
    between = _BETWEEN.search(line)
    if between is not None:
        return _day(between["first"]), _day(between["last"])
    match = _MONTH.search(line)
    if match is None:
        return None, None
    try:
        first = parse_period(match["month"])
    except ValueRefused:
        return None, None
    if first is None:
        return None, None
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _day(text: str) -> datetime.date | None:
    worded = _WORDED.fullmatch(text)
    try:
        if worded is None:
            return parse_date(text)
        month = parse_period(worded["month"])
        return month and month.replace(day=int(worded["day"]))
    except ValueError:
        return None
