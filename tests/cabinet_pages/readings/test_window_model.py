"""Reading windows against a calendar that is walked day by day: month ends, leap days, clocks, late and reopened."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine

from cabinet_pages.clock import kyiv_today
from cabinet_pages.readings.rules import Phase, Terms, settlement, settlement_of, windows_on
from tests.support.scale import chance, scaled

DAY = timedelta(days=1)
KYIV = ZoneInfo("Europe/Kyiv")
FIRST, LAST = date(2026, 12, 1), date(2029, 2, 1)


def last_days() -> dict[date, date]:
    """The last day of each month by its first, found by walking until the month changes."""
    found, day = {}, FIRST
    while day < LAST:
        if (day + DAY).month != day.month:
            found[day.replace(day=1)] = day
        day += DAY
    return found


MONTHS = last_days()


def settled(settlement_day: int) -> dict[date, date]:
    """The day at whose end each month is settled: 0, 1 and 31 are the last day, others never go beyond it."""
    found = {}
    for first, last in MONTHS.items():
        day = first
        while day < last and (settlement_day in (0, 1) or day.day < settlement_day):
            day += DAY
        found[first] = day
    return found


@pytest.mark.parametrize("settlement_day", [0, 1, 2, 15, 27, 28, 29, 30, 31])
def test_a_window_is_open_exactly_around_its_settlement_in_every_month_of_ordinary_and_leap_years(
    settlement_day: int,
) -> None:
    days = settled(settlement_day)
    terms = Terms(settlement_day, days_before=2, days_after=3)
    for period, day in list(days.items())[1:-1]:
        assert settlement_of(period, settlement_day).day == day
        for offset in range(-9, 10):
            today = day + offset * DAY
            (window,) = windows_on(today, terms)
            assert window.accepts == (-2 <= offset <= 3)
            if window.accepts:
                assert (window.period, window.latest) == (period, today)
                assert (window.phase is Phase.CLOSING) == (offset == 3)
                assert (window.earliest, window.closes_on) == (day - 2 * DAY, day + 3 * DAY)
            elif offset < -2:
                assert (window.period, window.opens_on) == (period, day - 2 * DAY)
            else:
                assert window.opens_on > today
    assert days[date(2028, 2, 1)] == date(2028, 2, min(settlement_day, 29) if settlement_day > 1 else 29)


def test_every_day_leads_to_the_next_settlement_and_each_settlement_has_days_of_its_own() -> None:
    for settlement_day in (0, 1, 2, 28, 29, 30, 31):
        days = sorted((day, period) for period, day in settled(settlement_day).items())
        for (before, _), (after, period) in pairwise(days):
            day = before + DAY
            while day <= after:
                found = settlement(day, settlement_day)
                assert (found.period, found.day) == (period, after)
                day += DAY


def test_random_windows_follow_the_calendar_when_reopened_and_late() -> None:
    source = chance("windows")
    for _ in range(scaled(500, 10_000)):
        settlement_day = source.choice([0, 1, 28, 29, 30, 31, source.randrange(2, 28)])
        before, after = source.randrange(0, 10), source.randrange(0, 15)
        days = settled(settlement_day)
        period = source.choice(list(MONTHS)[3:-3])
        today = days[period] + source.randrange(-20, 20) * DAY
        until = today + source.randrange(-2, 3) * DAY
        reopened = {source.choice(list(MONTHS)[2:-3]): until}
        late = source.random() < 0.5
        found = windows_on(today, Terms(settlement_day, before, after, accepts_late=late), reopened)
        plain = [one for one, day in days.items() if day - before * DAY <= today <= day + after * DAY]
        # Staff may open a window again, or prolong one that is still open.
        again = [
            one
            for one, last in reopened.items()
            if last >= today and (one not in plain or last > days[one] + after * DAY)
        ]
        opened = [one for one in plain if one not in again]
        assert [one.period for one in found if one.phase in (Phase.OPEN, Phase.CLOSING)] == opened
        assert [one.period for one in found if one.phase is Phase.REOPENED] == again
        if opened or again:
            assert len(found) == len(opened) + len(again)
            assert all(one.takes_corrections for one in found)
        elif late:
            (window,) = found
            over = max(one for one, day in days.items() if day + after * DAY < today)
            assert (window.phase, window.period, window.takes_corrections) == (Phase.LATE, over, False)
            assert (window.earliest, window.latest) == (days[over] - before * DAY, today)
        else:
            (window,) = found
            coming = min(one for one, day in days.items() if day + after * DAY >= today)
            assert (window.phase, window.period) == (Phase.CLOSED, coming)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        # The clocks go forward on 29.03.2026 and back on 25.10.2026, both at 01:00 UTC.
        (datetime(2026, 3, 28, 21, 59, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 28, 22, 0, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 1, 0, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 20, 59, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 0, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 20, 59, 59, tzinfo=UTC), date(2026, 10, 24)),
        (datetime(2026, 10, 24, 21, 0, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 0, 30, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 1, 30, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 21, 59, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 0, 0, tzinfo=UTC), date(2026, 10, 26)),
        (datetime(2028, 2, 29, 21, 59, 59, tzinfo=UTC), date(2028, 2, 29)),
        (datetime(2028, 2, 29, 22, 0, 0, tzinfo=UTC), date(2028, 3, 1)),
    ],
)
def test_a_window_that_closes_on_the_sunday_of_the_clocks_closes_at_its_kyiv_midnight(
    moment: datetime, day: date
) -> None:
    with time_machine.travel(moment, tick=False):
        today = kyiv_today()
    assert today == day
    # The window's last day is the day that the parameters turn around; its end is the settlement moment of that day.
    for closing in (date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29)):
        is_over = moment >= settlement_of(closing, closing.day).moment(KYIV)
        assert is_over == (today > closing)
        if abs((today - closing).days) <= 1:
            (window,) = windows_on(today, Terms(closing.day, days_before=1, days_after=0))
            assert window.accepts == (not is_over)
