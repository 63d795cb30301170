"""Shares and changes: exact until the one rounding half-up."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabinet_pages.readings.history.rules import change_percent, months_until, percent_of, tangent
from tests.support.scale import scaled

energy = st.integers(0, 10**15).map(lambda number: Decimal(number).scaleb(-3))


@pytest.mark.parametrize(
    ("active", "reactive", "expected"),
    [
        ("1000", "350", "0.35"),
        ("1000", "345", "0.35"),
        ("1000", "344.999", "0.34"),
        ("3", "1", "0.33"),
        ("1000000000000", "0.001", "0.00"),
        ("0.001", "1000000000000", "1000000000000000.00"),
        ("0", "5", None),
        (None, "5", None),
        ("5", None, None),
        ("5", "0", "0.00"),
    ],
)
def test_the_power_factor_is_rounded_once_half_up(
    active: str | None, reactive: str | None, expected: str | None
) -> None:
    numbers = [None if one is None else Decimal(one) for one in (active, reactive)]
    found = tangent(*numbers)
    assert (None if found is None else f"{found:f}") == expected


@settings(max_examples=scaled(300, 5000), deadline=None)
@given(energy, energy)
def test_a_rounded_quotient_is_within_half_of_its_last_digit(part: Decimal, whole: Decimal) -> None:
    found = tangent(whole, part)
    if not whole:
        assert found is None
        return
    assert found is not None
    error = Fraction(found) - Fraction(part) / Fraction(whole)
    assert -Fraction(1, 200) < error <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [("150", "100", "50.0"), ("50", "100", "-50.0"), ("100.05", "100", "0.1"), ("99.95", "100", "-0.1")],
)
def test_a_change_is_told_in_per_cent_of_what_was_before(now: str, before: str, expected: str) -> None:
    assert change_percent(Decimal(now), Decimal(before)) == Decimal(expected)


def test_there_is_no_per_cent_of_nothing() -> None:
    assert change_percent(Decimal(5), Decimal(0)) is None
    assert change_percent(None, Decimal(5)) is None
    assert percent_of(Decimal(5), None) is None


def test_two_years_are_twenty_four_periods() -> None:
    months = months_until(date(2026, 1, 1))
    assert (months[0], months[-1], len(months)) == (date(2024, 2, 1), date(2026, 1, 1), 24)
