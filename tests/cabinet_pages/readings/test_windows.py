"""Settlement moments, periods and reading windows at month ends and when the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from cabinet_pages.readings.rules import Phase, Settlement, Terms, settlement, settlement_of, windows_on
from tests.support.scale import SEED, scaled

KYIV = ZoneInfo("Europe/Kyiv")
PLAIN = Terms(settlement_day=31, days_before=2, days_after=3)


@pytest.mark.parametrize("day", [None, 0, 1, 31])
@pytest.mark.parametrize(
    ("month", "last"),
    [(date(2026, 1, 1), 31), (date(2026, 2, 1), 28), (date(2028, 2, 1), 29), (date(2026, 4, 1), 30)],
)
def test_none_zero_first_and_thirty_first_settle_at_the_end_of_the_month(
    day: int | None, month: date, last: int
) -> None:
    assert settlement_of(month, day) == Settlement(period=month, day=month.replace(day=last))


def test_the_thirtieth_of_february_is_its_last_day() -> None:
    assert settlement_of(date(2026, 2, 10), 30).day == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("day", "settlement_day", "period", "settled"),
    [
        (date(2026, 1, 20), 20, date(2026, 1, 1), date(2026, 1, 20)),
        (date(2026, 1, 21), 20, date(2026, 2, 1), date(2026, 2, 20)),
        (date(2026, 1, 31), 31, date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 2, 1), 1, date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 12, 31), 15, date(2027, 1, 1), date(2027, 1, 15)),
    ],
)
def test_a_day_leads_to_the_next_settlement_moment(day: date, settlement_day: int, period: date, settled: date) -> None:
    assert settlement(day, settlement_day) == Settlement(period=period, day=settled)


@pytest.mark.parametrize(
    ("settled", "moment"),
    [
        # Kyiv is two hours ahead of UTC in winter and three in summer; the clocks change on the last Sundays of
        # March and October at 01:00 UTC.
        (date(2026, 1, 31), datetime(2026, 1, 31, 22, tzinfo=UTC)),
        (date(2026, 3, 28), datetime(2026, 3, 28, 22, tzinfo=UTC)),
        (date(2026, 3, 29), datetime(2026, 3, 29, 21, tzinfo=UTC)),
        (date(2026, 10, 24), datetime(2026, 10, 24, 21, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 22, tzinfo=UTC)),
        (date(2026, 12, 31), datetime(2026, 12, 31, 22, tzinfo=UTC)),
    ],
)
def test_the_settlement_moment_is_the_midnight_that_ends_the_day_in_kyiv(settled: date, moment: datetime) -> None:
    assert Settlement(settled.replace(day=1), settled).moment(KYIV) == moment


@pytest.mark.parametrize(
    ("today", "phase", "period"),
    [
        (date(2026, 1, 28), Phase.CLOSED, date(2026, 1, 1)),
        (date(2026, 1, 29), Phase.OPEN, date(2026, 1, 1)),
        (date(2026, 1, 31), Phase.OPEN, date(2026, 1, 1)),
        (date(2026, 2, 2), Phase.OPEN, date(2026, 1, 1)),
        (date(2026, 2, 3), Phase.CLOSING, date(2026, 1, 1)),
        (date(2026, 2, 4), Phase.CLOSED, date(2026, 2, 1)),
        (date(2026, 2, 26), Phase.OPEN, date(2026, 2, 1)),
    ],
)
def test_a_window_is_open_around_the_settlement_day_and_says_when_it_closes(
    today: date, phase: Phase, period: date
) -> None:
    (window,) = windows_on(today, PLAIN)
    assert (window.phase, window.period) == (phase, period)


def test_a_closed_window_names_the_next_opening() -> None:
    (window,) = windows_on(date(2026, 2, 10), PLAIN)
    assert not window.accepts
    assert (window.opens_on, window.closes_on) == (date(2026, 2, 26), date(2026, 3, 3))


def test_after_the_window_a_late_reading_of_that_period_is_taken_where_the_terms_allow_it() -> None:
    (window,) = windows_on(date(2026, 2, 10), Terms(31, 2, 3, accepts_late=True))
    assert window.is_late
    assert not window.takes_corrections
    assert window.period == date(2026, 1, 1)
    assert (window.earliest, window.latest) == (date(2026, 1, 29), date(2026, 2, 10))


def test_a_window_reopened_by_staff_takes_readings_until_its_last_day() -> None:
    reopened = {date(2026, 1, 1): date(2026, 2, 12)}
    (window,) = windows_on(date(2026, 2, 12), PLAIN, reopened)
    assert (window.phase, window.period, window.closes_on) == (Phase.REOPENED, date(2026, 1, 1), date(2026, 2, 12))
    assert windows_on(date(2026, 2, 13), PLAIN, reopened)[0].phase is Phase.CLOSED


def test_a_reopened_window_stands_beside_the_open_one() -> None:
    windows = windows_on(date(2026, 2, 27), PLAIN, {date(2026, 1, 1): date(2026, 2, 28)})
    assert [window.period for window in windows] == [date(2026, 2, 1), date(2026, 1, 1)]


def test_an_always_open_branch_takes_readings_of_the_coming_settlement_on_any_day() -> None:
    terms = Terms(31, 2, 3, always_open=True)
    (window,) = windows_on(date(2026, 2, 10), terms)
    assert (window.phase, window.period) == (Phase.ALWAYS, date(2026, 2, 1))
    assert (window.earliest, window.latest) == (date(2026, 2, 1), date(2026, 2, 10))
    assert [one.period for one in windows_on(date(2026, 2, 2), terms)] == [date(2026, 1, 1), date(2026, 2, 1)]


@seed(SEED)
@settings(max_examples=scaled(300, 10_000), deadline=None)
@given(
    st.integers(min_value=0, max_value=1500),
    st.integers(min_value=0, max_value=31),
    st.integers(min_value=0, max_value=27),
    st.integers(min_value=0, max_value=27),
    st.booleans(),
    st.booleans(),
)
def test_on_every_day_there_is_a_window_and_a_reading_of_today_lies_in_the_open_one(
    offset: int, settlement_day: int, before: int, after: int, always: bool, late: bool
) -> None:
    today = date(2025, 1, 1) + timedelta(days=offset)
    windows = windows_on(today, Terms(settlement_day, before, after, always_open=always, accepts_late=late))
    assert len({window.period for window in windows}) == len(windows)
    for window in windows:
        if window.accepts:
            assert window.earliest <= window.latest <= today
        if window.phase in (Phase.OPEN, Phase.CLOSING):
            assert window.opens_on <= today <= window.closes_on
            assert (window.settlement.day - window.opens_on).days == before
        if window.phase is Phase.CLOSED:
            assert window.opens_on > today
    assert not (always or late) or windows[0].accepts
