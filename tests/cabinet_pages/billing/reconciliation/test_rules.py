"""The arithmetic of the act: what it begins with, what it adds, and that it always comes out."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cabinet_pages.billing.reconciliation.rules import (
    Act,
    Line,
    LineKind,
    StatedRow,
    accounted_day,
    period_refusal,
    reconcile,
)
from cabinet_pages.billing.rules import months_between, next_month
from tests.cabinet_pages.billing.reconciliation.ledgers import MONTHS, START, random_act
from tests.support.scale import chance, scaled

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def sums(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def row(month: date, opening: str, closing: str, article: int | None = None, **figures: str | None) -> StatedRow:
    found = {name: sums(figures.get(name)) for name in ("charged", "paid", "corrected")}
    name = f"Стаття {article}" if article else ""
    return StatedRow(month, article, name, Decimal(opening), **found, closing=Decimal(closing))  # type: ignore[arg-type]


def invoice(day: date, amount: str, article: int = 1) -> Line:
    return Line(
        f"invoice:{day}:{article}",
        LineKind.INVOICE,
        day,
        day.replace(day=1),
        article,
        f"Стаття {article}",
        debit=Decimal(amount),
    )


def payment(day: date, amount: str, article: int = 1) -> Line:
    return Line(
        f"payment:{day}",
        LineKind.PAYMENT,
        day,
        day.replace(day=1),
        article,
        f"Стаття {article}",
        credit=Decimal(amount),
    )


def seen(act: Act) -> list[tuple[str, str, str]]:
    return [(line.kind.value, str(line.debit or ""), str(line.credit or "")) for line in act.lines]


def test_a_month_that_adds_up_has_its_documents_alone() -> None:
    stated = [row(JANUARY, "100.00", "170.00", charged="120.00", paid="50.00")]
    act = reconcile(
        JANUARY,
        date(2026, 1, 31),
        stated,
        [invoice(date(2026, 1, 31), "120.00"), payment(date(2026, 1, 20), "50.00")],
    )
    assert seen(act) == [("payment", "", "50.00"), ("invoice", "120.00", "")]
    assert (act.opening, act.debit, act.credit, act.closing) == tuple(map(Decimal, ("100", "120", "50", "170")))
    assert not act.is_unclear


def test_the_day_before_the_first_belongs_to_the_opening_balance() -> None:
    stated = [row(JANUARY, "100.00", "170.00", charged="120.00", paid="50.00")]
    documents = [invoice(date(2026, 1, 31), "120.00"), payment(date(2026, 1, 20), "50.00")]
    assert reconcile(date(2026, 1, 20), date(2026, 1, 20), stated, documents).opening == Decimal("100.00")
    later = reconcile(date(2026, 1, 21), date(2026, 1, 30), stated, documents)
    assert (later.opening, later.lines, later.closing) == (Decimal("50.00"), (), Decimal("50.00"))


def test_what_documents_lack_stands_as_a_line_by_article_at_the_end_of_the_month() -> None:
    stated = [
        row(JANUARY, "0.00", "70.00", 1, charged="120.00", paid="50.00"),
        row(JANUARY, "0.00", "30.00", 2, charged="30.00", paid="0.00"),
    ]
    act = reconcile(JANUARY, date(2026, 1, 31), stated, [invoice(date(2026, 1, 31), "100.00")])
    gaps = [(line.kind.value, line.article_id, line.debit, line.credit, line.day) for line in act.lines[1:]]
    end = date(2026, 1, 31)
    assert gaps == [
        ("charged-gap", 1, Decimal("20.00"), None, end),
        ("charged-gap", 2, Decimal("30.00"), None, end),
        ("paid-gap", 1, None, Decimal("50.00"), end),
    ]
    assert (act.debit, act.credit, act.closing) == (Decimal("150.00"), Decimal("50.00"), Decimal("100.00"))
    assert act.is_unclear


def test_documents_beyond_the_stated_sums_are_taken_back_on_their_own_side() -> None:
    stated = [row(JANUARY, "0.00", "0.00", charged="0.00", paid="0.00")]
    documents = [invoice(date(2026, 1, 31), "120.00"), payment(date(2026, 1, 20), "50.00")]
    act = reconcile(JANUARY, date(2026, 1, 31), stated, documents)
    assert seen(act)[2:] == [("charged-gap", "-120.00", ""), ("paid-gap", "", "-50.00")]
    assert (act.debit, act.credit, act.closing) == (Decimal(0), Decimal(0), Decimal(0))


def test_a_correction_stands_on_the_side_of_its_sign() -> None:
    stated = [
        row(JANUARY, "0.00", "5.00", charged="0.00", paid="0.00", corrected="5.00"),
        row(FEBRUARY, "5.00", "-2.00", charged="0.00", paid="0.00", corrected="-7.00"),
    ]
    act = reconcile(JANUARY, date(2026, 2, 28), stated, [])
    assert seen(act) == [("correction", "5.00", ""), ("correction", "", "7.00")]
    assert act.closing == Decimal("-2.00")


def test_broken_continuity_is_a_line_and_never_silent() -> None:
    stated = [
        row(JANUARY, "0.00", "10.00", charged="0.00", paid="0.00"),
        row(FEBRUARY, "4.00", "4.00", charged="0.00", paid="0.00"),
    ]
    act = reconcile(JANUARY, date(2026, 2, 28), stated, [])
    assert seen(act) == [("closing-gap", "10.00", ""), ("opening-gap", "", "6.00")]
    assert act.closing == Decimal("4.00")


def test_a_figure_that_the_branch_does_not_give_is_not_compared() -> None:
    act = reconcile(JANUARY, date(2026, 1, 31), [row(JANUARY, "0.00", "120.00")], [invoice(JANUARY, "120.00")])
    assert seen(act) == [("invoice", "120.00", "")]


@pytest.mark.parametrize(
    ("dated", "month", "day"),
    [
        (date(2026, 1, 20), JANUARY, date(2026, 1, 20)),
        (date(2026, 2, 5), JANUARY, date(2026, 1, 31)),
        (date(2025, 12, 25), JANUARY, JANUARY),
    ],
)
def test_a_document_is_accounted_within_the_month_it_is_for(dated: date, month: date, day: date) -> None:
    assert accounted_day(dated, month) == day


@pytest.mark.parametrize(
    ("first", "last", "data_from", "code"),
    [
        (date(2026, 2, 2), date(2026, 2, 1), JANUARY, "turned"),
        (date(2026, 2, 1), date(2026, 3, 2), JANUARY, "future"),
        (date(2026, 2, 1), date(2026, 2, 1), None, "no_balances"),
        (date(2025, 2, 1), date(2025, 12, 31), JANUARY, "before_data"),
        (date(2025, 2, 1), JANUARY, JANUARY, None),
        (date(2026, 3, 1), date(2026, 3, 1), JANUARY, None),
    ],
)
def test_a_period_that_no_act_can_be_made_of_is_named(
    first: date, last: date, data_from: date | None, code: str | None
) -> None:
    refusal = period_refusal(first, last, today=date(2026, 3, 1), data_from=data_from)
    assert (refusal and refusal[0]) == code


def test_random_ledgers_always_come_out_to_the_kopeck() -> None:
    random = chance("act of reconciliation")
    for _ in range(scaled(100, 1000)):
        one = random_act(random)
        act = reconcile(one.first, one.last, one.stated, one.documents)
        assert act.opening + act.debit - act.credit == act.closing
        assert max(Counter(line.key for line in act.lines).values(), default=1) == 1
        # Nothing is lost between two acts, wherever the period is cut.
        cut = one.first + timedelta(days=random.randrange((one.last - one.first).days + 1))
        earlier = reconcile(one.first, cut, one.stated, one.documents)
        assert earlier.closing == reconcile(cut + timedelta(days=1), one.last, one.stated, one.documents).opening
        shown = {line.key for line in one.documents if one.first <= line.day <= one.last}
        assert shown <= {line.key for line in act.lines}
        # A month ends with what the branch says, and its turnover is what was charged and paid.
        for month in months_between(START, START + timedelta(days=MONTHS * 30)):
            rows = [row for row in one.stated if row.month == month]
            if rows:
                end = next_month(month) - timedelta(days=1)
                whole = reconcile(month, end, one.stated, one.documents)
                assert whole.closing == sum(row.closing for row in rows)
                assert {line.key for line in whole.lines} <= {
                    line.key for line in reconcile(START, end, one.stated, one.documents).lines
                }
