"""Settlement moments, periods and reading windows, in Kyiv dates. Pure: the caller gives the present day.

Source: the exchange description, «readings». The settlement moment is 24:00 Kyiv time of the settlement day; 31, 0 and
no day mean the last day of the month, and 1 means 00:00 of the 1st, which closes the month before. The period is
the month that ends at or contains that moment, named by its first day.
"""

import calendar
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Settlement:
    """A settlement of an account.

    Args:
        period: the first day of the month that is settled.
        day: the Kyiv day at whose end (24:00) the settlement moment lies.
    """

    period: date
    day: date

    def moment(self, zone: ZoneInfo) -> datetime:
        """The settlement moment as an aware time: the midnight that ends the day, whatever the clocks did."""
        return datetime.combine(self.day + DAY, time.min, tzinfo=zone)


def first_of_month(day: date) -> date:
    """The period that a day lies in."""
    return day.replace(day=1)


def shift_period(period: date, months: int) -> date:
    """The period a number of months later (earlier when negative)."""
    year, month = divmod(period.year * 12 + period.month - 1 + months, 12)
    return date(year, month + 1, 1)


def settlement_of(period: date, settlement_day: int | None) -> Settlement:
    """The settlement that closes a period.

    Args:
        period: any day of the month that is settled.
        settlement_day: 0…31 or None, as in the contract.
    """
    last = calendar.monthrange(period.year, period.month)[1]
    day = last if settlement_day in (None, 0, 1) else min(settlement_day or last, last)
    return Settlement(period=first_of_month(period), day=period.replace(day=day))


def settlement(day: date, settlement_day: int | None) -> Settlement:
    """The settlement that a Kyiv day leads to: the first whose moment is not over when the day begins.

    Args:
        day: a Kyiv day.
        settlement_day: 0…31 or None, as in the contract.
    """
    this_month = settlement_of(day, settlement_day)
    return this_month if day <= this_month.day else settlement_of(shift_period(day, 1), settlement_day)


def period_of_reading(read_on: date, settlement_day: int | None) -> date:
    """The period that a reading of the operator closes or lies in, by its first day.

    A date stands for the end of its day, but where the contract settles at 00:00 of the 1st, a reading dated on the
    1st was taken at that moment and closes the month before.

    Args:
        read_on: a Kyiv date.
        settlement_day: 0…31 or None, as in the contract.
    """
    if settlement_day == 1 and read_on.day == 1:
        read_on -= DAY
    return settlement(read_on, settlement_day).period


class Phase(enum.StrEnum):
    """Where a reading window stands on a day."""

    OPEN = "open"
    CLOSING = "closing"
    REOPENED = "reopened"
    ALWAYS = "always"
    LATE = "late"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a branch and a contract say about reading windows.

    Args:
        settlement_day: 0…31 or None.
        days_before, days_after: how many days around the settlement day the window is open.
        always_open: whether the branch takes readings on any day.
        accepts_late: whether a reading after the window is taken with a flag.
        closing_days: the last days of a window that are called «closing soon».
    """

    settlement_day: int | None
    days_before: int
    days_after: int
    always_open: bool = False
    accepts_late: bool = False
    closing_days: int = 1


@dataclass(frozen=True, slots=True)
class ReadingWindow:
    """A reading window as it stands on a day; every date is a Kyiv date and inclusive.

    Args:
        settlement: what the window collects readings for.
        phase: where it stands.
        opens_on, closes_on: the window's first and last day.
        earliest, latest: between which days a reading may have been taken.
    """

    settlement: Settlement
    phase: Phase
    opens_on: date
    closes_on: date
    earliest: date
    latest: date

    @property
    def period(self) -> date:
        """The first day of the settled month."""
        return self.settlement.period

    @property
    def accepts(self) -> bool:
        """Whether readings are taken."""
        return self.phase is not Phase.CLOSED

    @property
    def is_late(self) -> bool:
        """Whether a reading taken now carries the flag «із запізненням»."""
        return self.phase is Phase.LATE

    @property
    def takes_corrections(self) -> bool:
        """Whether what was sent may be replaced: only while the window is open."""
        return self.phase not in (Phase.CLOSED, Phase.LATE)


def windows_on(today: date, terms: Terms, reopened: Mapping[date, date] | None = None) -> tuple[ReadingWindow, ...]:
    """The reading windows that matter on a day: those that take readings, else the closed one to come.

    The plain window of the nearest settlement comes first, then windows reopened or prolonged by staff. A branch that
    is always open takes readings for the coming settlement on every other day too. Where nothing is open, a late
    reading of the settlement before is taken if the terms allow it.

    Args:
        today: the present Kyiv day.
        terms: of the branch and the contract.
        reopened: the last day of each window that staff opened again, by period.
    """
    period = shift_period(first_of_month(today), -1)
    while (nearest := settlement_of(period, terms.settlement_day)).day + terms.days_after * DAY < today:
        period = shift_period(period, 1)
    opens_on, closes_on = _bounds(nearest, terms)
    found = []
    # Staff may also prolong a window that is still open: then it is theirs from now on, until the later day.
    prolonged = (reopened or {}).get(nearest.period, closes_on) > closes_on
    if opens_on <= today and not prolonged:
        phase = Phase.CLOSING if closes_on - today < terms.closing_days * DAY else Phase.OPEN
        found.append(ReadingWindow(nearest, phase, opens_on, closes_on, opens_on, min(today, closes_on)))
    found += [
        _taking(period, Phase.REOPENED, today, terms, until)
        for period, until in sorted((reopened or {}).items(), reverse=True)
        if until >= today and period not in {window.period for window in found}
    ]
    if terms.always_open:
        coming = settlement(today, terms.settlement_day)
        if coming.period not in {window.period for window in found}:
            found.append(_taking(coming.period, Phase.ALWAYS, today, terms, coming.day))
    if not found and terms.accepts_late:
        before = shift_period(nearest.period, -1)
        found.append(_taking(before, Phase.LATE, today, terms, None))
    return tuple(found) or (ReadingWindow(nearest, Phase.CLOSED, opens_on, closes_on, opens_on, closes_on),)


def closed_window(period: date, terms: Terms) -> ReadingWindow:
    """The window of a period that takes no readings, on whatever day.

    Args:
        period: any day of the settled month.
        terms: of the branch and the contract.
    """
    settled = settlement_of(period, terms.settlement_day)
    opens_on, closes_on = _bounds(settled, terms)
    return ReadingWindow(settled, Phase.CLOSED, opens_on, closes_on, opens_on, closes_on)


def _bounds(settled: Settlement, terms: Terms) -> tuple[date, date]:
    return settled.day - terms.days_before * DAY, settled.day + terms.days_after * DAY


def _taking(period: date, phase: Phase, today: date, terms: Terms, until: date | None) -> ReadingWindow:
    """A window outside its plain days: readings may be as old as its first day, for an open branch as the period."""
    settled = settlement_of(period, terms.settlement_day)
    opens_on, closes_on = _bounds(settled, terms)
    if phase is Phase.ALWAYS:
        opens_on = settlement_of(shift_period(period, -1), terms.settlement_day).day + DAY
    return ReadingWindow(settled, phase, opens_on, until or closes_on, min(opens_on, today), today)
