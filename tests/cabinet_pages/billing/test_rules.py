"""Sums of invoices and signs of balances, without a database."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from cabinet_pages.billing.rules import (
    AmountsRefused,
    LineAmounts,
    Side,
    amount_in_words,
    balance_gap,
    invoice_sums,
    line_amounts,
    line_vat,
    months_between,
    stated_balance,
)
from tests.support.scale import chance, scaled


def test_sums_given_by_the_file_are_taken_as_they_are() -> None:
    amounts = line_amounts(gross=Decimal("120.00"), net=Decimal("99.99"), vat=Decimal("20.01"), carries_vat=True)
    assert amounts == LineAmounts(Decimal("99.99"), Decimal("20.01"), Decimal("120.00"), vat_computed=False)


@pytest.mark.parametrize("carries_vat", [True, False])
def test_sums_that_miss_each_other_by_a_kopeck_are_refused(carries_vat: bool) -> None:
    with pytest.raises(AmountsRefused) as refusal:
        line_amounts(gross=Decimal("120.00"), net=Decimal("100.00"), vat=Decimal("20.01"), carries_vat=carries_vat)
    assert refusal.value.code == "vat_sum"
    assert refusal.value.params == {"net": Decimal("100.00"), "vat": Decimal("20.01"), "gross": Decimal("120.00")}


@pytest.mark.parametrize(
    ("gross", "vat"),
    [
        ("120.00", "20.00"),
        ("0.03", "0.01"),
        ("0.02", "0.00"),
        ("-0.03", "-0.01"),
        ("-12.34", "-2.06"),
        ("0.00", "0.00"),
    ],
)
def test_absent_vat_is_a_sixth_of_the_sum_half_up(gross: str, vat: str) -> None:
    amounts = line_amounts(gross=Decimal(gross), net=None, vat=None, carries_vat=True)
    assert amounts.vat == Decimal(vat)
    assert amounts.net + amounts.vat == Decimal(gross)
    assert amounts.vat_computed


def test_an_article_without_vat_gets_none() -> None:
    amounts = line_amounts(gross=Decimal("77.77"), net=None, vat=None, carries_vat=False)
    assert amounts == LineAmounts(Decimal("77.77"), Decimal("0.00"), Decimal("77.77"), vat_computed=True)


def test_one_absent_sum_follows_from_the_other_two() -> None:
    assert line_vat(Decimal("120.00"), Decimal("100.00"), None, True) == Decimal("20.00")
    assert line_amounts(gross=Decimal("120.00"), net=None, vat=Decimal("0.00"), carries_vat=True).net == Decimal("120")


def test_computed_vat_is_the_exact_sixth_rounded_once() -> None:
    random = chance("vat")
    for _ in range(scaled(500, 10_000)):
        kopecks = random.randint(-(10**9), 10**9)
        amounts = line_amounts(gross=Decimal(kopecks).scaleb(-2), net=None, vat=None, carries_vat=True)
        exact = Fraction(abs(kopecks), 6)
        rounded = int(exact + Fraction(1, 2))
        assert abs(amounts.vat) == Decimal(rounded).scaleb(-2)


def test_the_invoice_is_the_sum_of_its_lines() -> None:
    lines = [line_amounts(gross=Decimal("0.03"), net=None, vat=None, carries_vat=True)] * 3
    sums = invoice_sums(lines)
    assert (sums.net, sums.vat, sums.gross) == (Decimal("0.06"), Decimal("0.03"), Decimal("0.09"))
    assert invoice_sums([]).gross == Decimal("0.00")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("2", "Дві гривні 00 копійок"),
        ("2.00", "Дві гривні 00 копійок"),
        ("1234.56", "Одна тисяча двісті тридцять чотири гривні 56 копійок"),
        ("0.01", "Нуль гривень 01 копійка"),
        ("-5.10", "Мінус п’ять гривень 10 копійок"),
    ],
)
def test_hryvnias_in_words_are_never_read_as_kopecks(amount: str, words: str) -> None:
    assert amount_in_words(Decimal(amount)) == words


@pytest.mark.parametrize(
    ("amount", "shown", "side"),
    [("12.30", "12.30", Side.DEBT), ("-12.30", "12.30", Side.CREDIT), ("0.00", "0.00", Side.SETTLED)],
)
def test_a_balance_is_an_amount_and_whose_debt_it_is(amount: str, shown: str, side: Side) -> None:
    balance = stated_balance(Decimal(amount))
    assert balance is not None
    assert (balance.amount, balance.side) == (Decimal(shown), side)
    assert stated_balance(None) is None


def test_a_balance_adds_up_or_says_by_how_much_it_does_not() -> None:
    opening, closing = Decimal("500.00"), Decimal("690.00")
    known = {"charged": Decimal("1200.00"), "paid": Decimal("1000.00"), "corrected": Decimal("-10.00")}
    assert balance_gap(opening=opening, closing=closing, **known) == 0
    assert balance_gap(opening=opening, closing=closing, **{**known, "corrected": None}) == Decimal("-10.00")
    assert balance_gap(opening=opening, charged=None, paid=None, corrected=None, closing=closing) == 0


def test_months_run_over_the_end_of_a_year() -> None:
    assert months_between(date(2025, 11, 30), date(2026, 2, 1)) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
    assert months_between(date(2026, 2, 1), date(2026, 1, 31)) == []
