"""Text → dates, moments and months: day first or ISO, never by the active language. No Django.

Dates are Kyiv dates. The empty date of 1C (01.01.0001) and its blank form («  .  .    ») are None.
"""

import datetime
import re
from functools import lru_cache

from cabinet_pages.quantities.folding import collapse_spaces, fold_name

from .refusal import ValueRefused

EARLIEST, LATEST = 1900, 2100
#: Two-digit years up to this one are of this century.
_PIVOT = 68
# A number in a spreadsheet is a day of the 1900 calendar between 18.05.1927 and 31.12.2099: «12» is not a date.
_SERIALS = (10_000, 73_050)
_SERIAL_ZERO = datetime.date(1899, 12, 30)

_NOTHING = frozenset({"", "-", "—", "–", "−"})
_BLANK = re.compile(r"[\s./:0\-]*")
_TIME = r"(?:(?:\s+|T)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.0+)?)?)?"
_DAY_FIRST = re.compile(rf"(?P<day>[0-9]{{1,2}})\.(?P<month>[0-9]{{1,2}})\.(?P<year>[0-9]{{4}}|[0-9]{{2}}){_TIME}")
_ISO = re.compile(rf"(?P<year>[0-9]{{4}})-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}}){_TIME}")
_SERIAL = re.compile(r"(?P<days>[0-9]{5})(?:\.(?P<part>[0-9]{1,12}))?")
_YEAR_SUFFIX = re.compile(r"\s*(?:р|року|рік|г|года|год)\.?$")
_MONTH_YEAR = re.compile(r"(?P<month>[0-9]{1,2})[./](?P<year>[0-9]{4})")
_YEAR_MONTH = re.compile(r"(?P<year>[0-9]{4})[-./](?P<month>[0-9]{1,2})|(?P<year2>[0-9]{4})(?P<month2>[0-9]{2})")
_NAMED = re.compile(r"(?:за\s+)?(?P<name>[^\W\d]{3,9})\.?\s+(?P<year>[0-9]{4})")
_RANGE = re.compile(r"(?:з\s+|с\s+)?(?P<first>[0-9][0-9.]+)\s*(?:-|по|до)\s*(?P<last>[0-9][0-9.]+)")

_MONTH_NAMES = (
    ("січень", "січня", "січ", "январь", "января", "янв"),
    ("лютий", "лютого", "лют", "февраль", "февраля", "фев"),
    ("березень", "березня", "бер", "март", "марта", "мар"),
    ("квітень", "квітня", "кві", "квіт", "апрель", "апреля", "апр"),
    ("травень", "травня", "тра", "трав", "май", "мая"),
    ("червень", "червня", "чер", "черв", "июнь", "июня", "июн"),
    ("липень", "липня", "лип", "июль", "июля", "июл"),
    ("серпень", "серпня", "сер", "серп", "август", "августа", "авг"),
    ("вересень", "вересня", "вер", "сентябрь", "сентября", "сен"),
    ("жовтень", "жовтня", "жов", "жовт", "октябрь", "октября", "окт"),
    ("листопад", "листопада", "лис", "лист", "ноябрь", "ноября", "ноя"),
    ("грудень", "грудня", "гру", "груд", "декабрь", "декабря", "дек"),
)
_MONTHS = {fold_name(name): number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names}


def parse_date(text: str, *, numeric: bool = False) -> datetime.date | None:
    """Return a date; a time behind it is dropped, as 1C writes «01.02.2026 0:00:00».

    Args:
        text: `dd.mm.yyyy`, `dd.mm.yy` (up to 68 is this century) or `yyyy-mm-dd`.
        numeric: the cell was a number in a spreadsheet: only then it may be a day number.

    Raises:
        ValueRefused: `not_a_date`, `date_out_of_range` (1900 to 2100).
    """
    moment = _moment(text, numeric)
    return None if moment is None else moment.date()


def parse_datetime(text: str, *, numeric: bool = False) -> datetime.datetime | None:
    """Return a moment of Kyiv time, without a zone; midnight when no time is given. See `parse_date`."""
    return _moment(text, numeric)


@lru_cache(maxsize=1024)
def parse_period(text: str, *, numeric: bool = False) -> datetime.date | None:
    """Return the first day of a month.

    Args:
        text: `mm.yyyy`, `yyyy-mm`, `yyyymm`, a date, «січень 2026 р.», or the first and last dates of one month.
        numeric: the cell was a number in a spreadsheet.

    Raises:
        ValueRefused: `not_a_period`, `several_months` (`01.01.2026 - 28.02.2026`), `date_out_of_range`.
    """
    told = collapse_spaces(text)
    if told in _NOTHING or _BLANK.fullmatch(told):
        return None
    if not all(char.isascii() for char in told if char.isdecimal()):
        raise ValueRefused("not_a_period", text)
    month = _month(told)
    if month is not None:
        return month
    try:
        day = parse_date(told, numeric=numeric)
    except ValueRefused as refusal:
        raise ValueRefused("not_a_period" if refusal.code == "not_a_date" else refusal.code, text) from refusal
    return None if day is None else day.replace(day=1)


def _month(text: str) -> datetime.date | None:
    folded = _YEAR_SUFFIX.sub("", fold_name(text))
    named = _NAMED.fullmatch(folded)
    if named is not None and named["name"] in _MONTHS:
        return _first_day(text, int(named["year"]), _MONTHS[named["name"]])
    numbered = _MONTH_YEAR.fullmatch(folded)
    if numbered is not None:
        return _first_day(text, int(numbered["year"]), int(numbered["month"]))
    sorted_first = _YEAR_MONTH.fullmatch(folded)
    if sorted_first is not None:
        year, month = sorted_first["year"] or sorted_first["year2"], sorted_first["month"] or sorted_first["month2"]
        return _first_day(text, int(year), int(month))
    between = _RANGE.fullmatch(folded)
    if between is not None:
        first, last = parse_date(between["first"]), parse_date(between["last"])
        if first is None or last is None:
            raise ValueRefused("not_a_period", text)
        if (first.year, first.month) != (last.year, last.month):
            raise ValueRefused("several_months", text)
        return first.replace(day=1)
    return None


def _first_day(text: str, year: int, month: int) -> datetime.date:
    if not 1 <= month <= 12:
        raise ValueRefused("not_a_period", text)
    if not EARLIEST <= year <= LATEST:
        raise ValueRefused("date_out_of_range", text)
    return datetime.date(year, month, 1)


@lru_cache(maxsize=8192)
def _moment(text: str, numeric: bool) -> datetime.datetime | None:
    told = text.strip()
    if told in _NOTHING or _BLANK.fullmatch(told):
        return None
    if numeric:
        serial = _SERIAL.fullmatch(told)
        if serial is not None:
            return _of_serial(text, int(serial["days"]), serial["part"] or "0")
    match = _DAY_FIRST.fullmatch(told) or _ISO.fullmatch(told)
    if match is None:
        raise ValueRefused("not_a_date", text)
    year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    if len(match["year"]) == 2:
        year += 2000 if year <= _PIVOT else 1900
    if (year, month, day) == (1, 1, 1):
        return None
    try:
        moment = datetime.datetime(  # noqa: DTZ001 (Kyiv time by agreement; the edge knows the zone)
            year, month, day, int(match["hour"] or 0), int(match["minute"] or 0), int(match["second"] or 0)
        )
    except ValueError as error:
        raise ValueRefused("not_a_date", text) from error
    if not EARLIEST <= year <= LATEST:
        raise ValueRefused("date_out_of_range", text)
    return moment


def _of_serial(text: str, days: int, part: str) -> datetime.datetime:
    if not _SERIALS[0] <= days <= _SERIALS[1]:
        raise ValueRefused("not_a_date", text)
    # The part of the day in whole seconds, half up, in integers.
    scale = 10 ** len(part)
    seconds = (int(part) * 86_400 * 2 + scale) // (2 * scale)
    midnight = datetime.datetime.combine(_SERIAL_ZERO, datetime.time())
    return midnight + datetime.timedelta(days=days, seconds=seconds)
