"""What is odd about a reading and needs a person's confirmation with a reason. Thresholds come from the caller."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal, localcontext
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cabinet_pages.readings.rules.checks import check_value
from cabinet_pages.readings.rules.consumption import (
    DAY,
    KnownReading,
    exact_sum,
    multiplier_between,
    multiplier_change,
    step_between,
)
from cabinet_pages.readings.rules.facts import Finding, Line, RegisterFacts
from cabinet_pages.readings.rules.rounding import WIDE, rounded

HOUR = timedelta(hours=1)
#: The energy that the permitted power of a point limits.
CONSUMED = "A+"


class Usual(NamedTuple):
    """What a register counted in the past: the two numbers are kept apart so that a comparison needs no division.

    Args:
        used: exact kWh (kVAr·h).
        days: in so many days.
    """

    used: Decimal
    days: int


def less_than_previous(line: Line) -> Finding | None:
    """A smaller value than the newest known one: the register returned to zero, or the meter was replaced."""
    before = line.before
    if before is None or line.value >= before.value:
        return None
    return Finding("less_than_previous", {"previous": before.value})


def nothing_used(line: Line) -> Finding | None:
    """No volume although days have passed and the register was moving before."""
    if line.exact != 0 or not line.days:
        return None
    mean = daily_mean(line.facts, months=len(line.facts.history))
    return Finding("nothing_used") if mean is None or mean.used else None


def ratio_changed(line: Line) -> Finding | None:
    """The multiplier changed inside a step, so the whole step is counted with the newer one."""
    for step in reversed(line.steps):
        if step.previous.read_on is None or step.current.read_on is None:
            continue
        span = multiplier_change(line.facts.ratios, step.previous.read_on, step.current.read_on)
        if span is not None:
            return Finding("ratio_changed", {"date": span.valid_from, "multiplier": step.multiplier})
    return None


def daily_mean(facts: RegisterFacts, *, months: int) -> Usual | None:
    """What a register counted in the last months before its previous reading, or None where two readings lack.

    Args:
        facts: the register.
        months: how far back; the readings may lie some days off, so intervals are taken until they cover most of it.
    """
    intervals = _intervals(facts)
    if intervals is None:
        return None
    parts, days = [], 0
    for one in intervals:
        if days >= months * 30 - 10:
            break
        parts.append(one.used)
        days += one.days
    return Usual(exact_sum(parts), days) if days else None


def same_month_last_year(line: Line) -> Usual | None:
    """What the register counted in the same days of the year before; None where no interval covers most of them."""
    before = line.facts.previous
    intervals = _intervals(line.facts)
    if before is None or before.read_on is None or not intervals:
        return None
    begin, end = _year_before(before.read_on), _year_before(line.read_on)

    def shared(one: "_Interval") -> int:
        return (min(one.until, end) - max(one.after, begin)).days

    best = max(intervals, key=shared)
    return Usual(best.used, best.days) if shared(best) * 2 > (end - begin).days else None


def far_from_mean(line: Line, *, factor: Decimal, months: int, minimum: Decimal) -> Finding | None:
    """A daily volume many times above or below the mean of the last months.

    Args:
        line: the reading.
        factor: how many times is far.
        months: what the mean is taken over.
        minimum: volumes that differ from the expected one by less kWh than this are never far.
    """
    return _far(line, daily_mean(line.facts, months=months), factor, minimum, ("far_above", "far_below"))


def far_from_last_year(line: Line, *, factor: Decimal, minimum: Decimal) -> Finding | None:
    """A daily volume many times above or below that of the same month of the year before; Args as of the mean."""
    codes = ("far_above_last_year", "far_below_last_year")
    return _far(line, same_month_last_year(line), factor, minimum, codes)


def above_permitted_power(line: Line, *, factor: Decimal, zone: ZoneInfo) -> Finding | None:
    """More active energy at the point than its permitted power allows in the hours since the previous reading.

    Args:
        line: the reading; the first of the point speaks for all of them.
        factor: how many times the ceiling may be reached.
        zone: the zone of the dates, so that the nights when the clocks change have their true hours.
    """
    power, used, before = line.facts.permitted_power, line.around.at_point, line.facts.previous
    if not line.around.leads or line.facts.channel != CONSUMED or power is None or used is None:
        return None
    if before is None or before.read_on is None:
        return None
    hours = hours_between(before.read_on, line.read_on, zone)
    ceiling = power * hours
    if used <= ceiling * factor:
        return None
    return Finding("above_permitted_power", {"used": rounded(used), "power": power, "hours": hours})


def zones_differ(line: Line, *, tolerance: Decimal) -> Finding | None:
    """The zones do not add up to what the register of the whole day counted.

    Args:
        line: the reading of the register of the whole day.
        tolerance: by how much of the register's own unit they may differ, because each drops its last decimals.
    """
    total, zones = line.exact, line.around.zones
    if not line.is_total or total is None or zones is None:
        return None
    if abs(zones - total) <= tolerance * line.multiplier:
        return None
    return Finding("zones_differ", {"zones": zones, "total": total, "channel": line.facts.channel})


def hours_between(after: date, until: date, zone: ZoneInfo) -> int:
    """The hours from the end of one day to the end of another; readings of one day may be that day apart."""
    begin = after if after < until else after - DAY
    moments = [datetime.combine(day + DAY, time.min, tzinfo=zone).timestamp() for day in (begin, until)]
    return int(timedelta(seconds=moments[1] - moments[0]) / HOUR)


class _Interval(NamedTuple):
    """What a register counted between two of its readings."""

    after: date
    until: date
    used: Decimal

    @property
    def days(self) -> int:
        return (self.until - self.after).days


# Several findings ask for the same register one after another.
@lru_cache(maxsize=1)
def _intervals(facts: RegisterFacts) -> list[_Interval] | None:
    """The register's history, the newest first; None where a value does not fit the register."""
    dated: list[tuple[date, KnownReading]] = [(one.read_on, one) for one in facts.history if one.read_on is not None]
    if any(check_value(one.value, digits=facts.digits) for _, one in dated):
        return None
    found = []
    for (until, later), (after, earlier) in pairwise(dated):
        ratio = multiplier_between(facts.ratios, after, until)
        step = step_between(earlier, later, digits=facts.digits, multiplier=ratio)
        found.append(_Interval(after, until, step.exact))
    return found


def _far(line: Line, usual: Usual | None, factor: Decimal, minimum: Decimal, codes: tuple[str, str]) -> Finding | None:
    used = line.exact
    if used is None or usual is None or not line.days:
        return None
    with localcontext(WIDE):
        actual = used * usual.days
        expected = usual.used * line.days
        if abs(actual - expected) < minimum * usual.days:
            return None
        params = {"expected": rounded(expected / usual.days), "channel": line.facts.channel}
        if actual > expected * factor:
            return Finding(codes[0], params)
        return Finding(codes[1], params) if used and actual * factor < expected else None


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
