"""How amounts look in each language."""

from decimal import Decimal

import pytest

from cabinet_pages.quantities.formatting import (
    format_energy,
    format_money,
    format_number,
    format_price,
    format_ratio,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0,00\u00a0₴"),
        ("0.5", "0,50\u00a0₴"),
        ("999.99", "999,99\u00a0₴"),
        ("1000", "1\u00a0000,00\u00a0₴"),
        ("1234567.89", "1\u00a0234\u00a0567,89\u00a0₴"),
        ("-5", "\u22125,00\u00a0₴"),
        ("12345678901234567.89", "12\u00a0345\u00a0678\u00a0901\u00a0234\u00a0567,89\u00a0₴"),
    ],
)
def test_money_in_ukrainian_has_no_break_spaces_and_a_comma(value: str, text: str) -> None:
    assert format_money(Decimal(value), language="uk") == text


def test_money_in_english_has_commas_and_a_dot() -> None:
    assert format_money(Decimal("1234567.8"), language="en-gb", currency=False) == "1,234,567.80"


def test_money_without_the_sign_of_the_hryvnia_is_the_number_alone() -> None:
    assert format_money(Decimal("10000.00"), language="uk", currency=False) == "10\u00a0000,00"


def test_more_than_two_decimals_of_money_are_rounded_half_up() -> None:
    assert format_money(Decimal("0.125"), language="uk", currency=False) == "0,13"


def test_an_absent_amount_is_a_dash() -> None:
    assert format_money(None, language="uk") == "—"
    assert format_energy(None, language="uk") == "—"
    assert format_ratio(None, language="uk") == "—"
    assert format_price(None, language="uk") == "—"


@pytest.mark.parametrize(
    ("value", "text"),
    [("1500.000", "1\u00a0500"), ("0.125", "0,125"), ("12.500", "12,5"), ("0", "0"), ("1E+3", "1\u00a0000")],
)
def test_energy_keeps_its_decimals_and_drops_trailing_zeros(value: str, text: str) -> None:
    assert format_energy(Decimal(value), language="uk") == text


def test_a_ratio_is_written_without_trailing_zeros() -> None:
    assert format_ratio(Decimal("40.00"), language="uk") == "40"


def test_a_price_shows_at_least_two_decimals_and_every_one_it_has() -> None:
    assert format_price(Decimal("2.1"), language="uk") == "2,10"
    assert format_price(Decimal("5.8756400"), language="uk") == "5,87564"


def test_a_number_is_never_rounded() -> None:
    assert format_number(Decimal("0.0000001"), language="en") == "0.0000001"
