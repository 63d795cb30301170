"""Volumes against an independent model in fractions: rollover, multipliers, zones, rounding."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, seed, settings
from hypothesis import strategies as st

from cabinet_pages.readings.rules import (
    ConsumptionRefused,
    KnownReading,
    RatioSpan,
    Step,
    apportion,
    exact_sum,
    multiplier_change,
    multiplier_on,
    rounded,
    step_between,
    volumes,
)
from tests.support.scale import SEED, scaled

EXAMPLES = scaled(300, 10_000)

digits_of = st.integers(min_value=1, max_value=9)
ratios = st.integers(min_value=1, max_value=10**9).map(lambda value: Decimal(value).scaleb(-4))


@st.composite
def two_readings(draw: st.DrawFn) -> tuple[Decimal, Decimal, int]:
    digits = draw(digits_of)
    values = st.integers(min_value=0, max_value=10 ** (digits + 3) - 1)
    return Decimal(draw(values)).scaleb(-3), Decimal(draw(values)).scaleb(-3), digits


def step(previous: Decimal, current: Decimal, *, digits: int, multiplier: Decimal) -> Step:
    """One step between two values without days."""
    return step_between(KnownReading(previous, None), KnownReading(current, None), digits=digits, multiplier=multiplier)


def half_up(value: Fraction) -> int:
    return (value + Fraction(1, 2)).__floor__()


def turned(previous: Decimal, current: Decimal, digits: int, multiplier: Decimal) -> Fraction:
    """What passed a meter, by walking its dial: forward from one figure to the other."""
    forward = (Fraction(current) - Fraction(previous)) % (10**digits)
    return forward * Fraction(multiplier)


def test_a_difference_with_decimals_times_the_multiplier_is_exact() -> None:
    result = step(Decimal("1200.0"), Decimal("1234.5"), digits=6, multiplier=Decimal(200))
    assert rounded(result.exact) == Decimal(6900)
    assert result.formula(language="uk") == "(1\u00a0234,5 − 1\u00a0200) × 200"


def test_a_four_digit_register_that_went_from_9998_to_12_counts_14() -> None:
    result = step(Decimal(9998), Decimal(12), digits=4, multiplier=Decimal(1))
    assert rounded(result.exact) == Decimal(14)
    assert result.rolled_over
    assert result.formula(language="en") == "(10,000 − 9,998 + 12) × 1"


def test_half_a_kilowatt_hour_is_rounded_up() -> None:
    assert rounded(step(Decimal(0), Decimal("0.025"), digits=6, multiplier=Decimal(20)).exact) == 1
    assert rounded(step(Decimal(0), Decimal("0.024"), digits=6, multiplier=Decimal(20)).exact) == 0


@pytest.mark.parametrize(
    ("previous", "current", "code"),
    [("1", "-0.001", "negative"), ("0", "10000", "too_many_digits"), ("10000", "1", "too_many_digits")],
)
def test_values_that_a_register_cannot_show_give_no_volume(previous: str, current: str, code: str) -> None:
    with pytest.raises(ConsumptionRefused) as refusal:
        step(Decimal(previous), Decimal(current), digits=4, multiplier=Decimal(1))
    assert refusal.value.code == code


@seed(SEED)
@settings(max_examples=EXAMPLES, deadline=None)
@given(two_readings(), ratios)
@example((Decimal("9999.999"), Decimal("0"), 4), Decimal("0.0001"))
def test_the_volume_is_what_the_dial_turned(readings: tuple[Decimal, Decimal, int], multiplier: Decimal) -> None:
    previous, current, digits = readings
    result = step(previous, current, digits=digits, multiplier=multiplier)
    expected = turned(previous, current, digits, multiplier)
    assert Fraction(result.exact) == expected
    assert rounded(result.exact) == half_up(expected)
    assert result.rolled_over == (current < previous)


@seed(SEED)
@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=10**12).map(lambda value: Decimal(value).scaleb(-7)), max_size=5))
def test_rounded_zones_add_up_to_the_rounded_total_and_none_is_off_by_a_kilowatt_hour(parts: list[Decimal]) -> None:
    rounded = apportion(parts)
    assert sum(rounded) == half_up(sum((Fraction(part) for part in parts), Fraction(0)))
    assert all(abs(whole - part) < 1 or whole == part for whole, part in zip(rounded, parts, strict=True))
    assert all(whole >= 0 for whole in rounded)


def test_the_kilowatt_hour_that_is_left_goes_to_the_largest_fraction() -> None:
    assert apportion([Decimal("10.4"), Decimal("20.45"), Decimal("5.3")]) == [10, 21, 5]
    assert apportion([Decimal("1.5"), Decimal("1.5")]) == [2, 1]


def test_zones_share_their_rounding_and_other_channels_do_not() -> None:
    groups = {1: (1, "A+"), 2: (1, "A+"), 3: (1, "R+")}
    assert volumes(dict.fromkeys(groups, Decimal("0.4")), groups) == {1: 1, 2: 0, 3: 0}


def test_a_sum_of_many_long_parts_is_never_rounded() -> None:
    parts = [Decimal("99999999999999999999.9999999"), Decimal("0.0000001")] * 2
    assert exact_sum(parts) == Decimal("200000000000000000000.0000000")


def test_the_multiplier_is_the_one_that_began_last_by_the_day() -> None:
    spans = [RatioSpan(date(2026, 1, 15), Decimal(300)), RatioSpan(date(2025, 1, 1), Decimal(200))]
    assert multiplier_on(spans, date(2026, 1, 14)) == 200
    assert multiplier_on(spans, date(2026, 1, 15)) == 300
    assert multiplier_on(spans, date(2024, 1, 1)) == 200
    assert multiplier_on([], date(2026, 1, 1)) == 1


def test_a_change_of_the_multiplier_inside_the_period_is_told() -> None:
    spans = [RatioSpan(date(2025, 1, 1), Decimal(200)), RatioSpan(date(2026, 1, 15), Decimal(300))]
    assert multiplier_change(spans, date(2025, 12, 31), date(2026, 1, 31)) == spans[1]
    assert multiplier_change(spans, date(2026, 1, 15), date(2026, 1, 31)) is None
    assert multiplier_change(spans, date(2025, 1, 2), date(2026, 1, 14)) is None


@seed(SEED)
@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.lists(st.tuples(st.integers(min_value=0, max_value=900), ratios), unique_by=lambda one: one[0], max_size=4),
    st.integers(min_value=0, max_value=900),
)
def test_every_day_has_the_ratio_of_the_span_it_lies_in(changes: list[tuple[int, Decimal]], offset: int) -> None:
    origin = date(2024, 1, 1)
    spans = [RatioSpan(origin + timedelta(days=days), ratio) for days, ratio in changes]
    calendar: dict[int, Decimal] = {}
    for days, ratio in sorted(changes):
        calendar |= dict.fromkeys(range(days, 901), ratio)
    first = min(changes)[1] if changes else Decimal(1)
    assert multiplier_on(spans, origin + timedelta(days=offset)) == calendar.get(offset, first)
