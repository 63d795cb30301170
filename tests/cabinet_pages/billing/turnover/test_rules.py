"""The turnover sheet compares what the branch states with itself and with documents."""

from datetime import date
from decimal import Decimal

from cabinet_pages.billing.turnover.rules import WHOLE, ArticleName, SheetRow, turnover

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
ACTIVE, PENALTY = ArticleName(1, "Активна", 1), ArticleName(2, "Пеня", 2, is_apart=True)
NAMES = {1: ACTIVE, 2: PENALTY}


def stated(month: date, article: ArticleName, *figures: str) -> SheetRow:
    opening, charged, paid, closing = (Decimal(figure) for figure in figures)
    return SheetRow(month, article, opening, charged, paid, Decimal(0), closing)


def test_rows_that_follow_from_each_other_and_from_documents_have_no_difference() -> None:
    sheet = turnover(
        [stated(JANUARY, ACTIVE, "1", "10", "4", "7"), stated(FEBRUARY, ACTIVE, "7", "0", "7", "0")],
        {(JANUARY, 1): Decimal(10)},
        {(JANUARY, 1): Decimal(4), (FEBRUARY, 1): Decimal(7)},
        NAMES,
        JANUARY,
    )
    assert not sheet.is_broken
    assert not sheet.has_difference
    assert sheet.of([FEBRUARY]).rows == sheet.rows[1:]


def test_every_break_is_told_by_how_much() -> None:
    sheet = turnover(
        [stated(JANUARY, ACTIVE, "1", "10", "4", "7"), stated(FEBRUARY, ACTIVE, "8", "5", "3", "11")],
        {(FEBRUARY, 1): Decimal(6)},
        {(FEBRUARY, 1): Decimal(1)},
        NAMES,
        FEBRUARY,
    )
    row = sheet.rows[0]
    assert (row.jump, row.gap, row.charged_gap, row.paid_gap) == (1, 1, -1, 2)
    assert len(sheet.rows) == 1


def test_an_article_that_balances_leave_out_is_as_good_as_zero() -> None:
    sheet = turnover(
        [
            stated(JANUARY, ACTIVE, "0", "0", "0", "0"),
            stated(JANUARY, PENALTY, "0", "5", "0", "5"),
            stated(FEBRUARY, ACTIVE, "0", "0", "0", "0"),
        ],
        {(JANUARY, 2): Decimal(5), (FEBRUARY, 2): Decimal(3)},
        {},
        NAMES,
        JANUARY,
    )
    missing = sheet.rows[-1]
    assert (missing.article, missing.opening, missing.jump, missing.charged_gap) == (PENALTY, None, -5, -3)


def test_balances_of_the_whole_are_compared_with_documents_of_all_articles() -> None:
    sheet = turnover(
        [stated(JANUARY, WHOLE, "0", "15", "0", "15"), stated(FEBRUARY, ACTIVE, "9", "0", "0", "9")],
        {(JANUARY, 1): Decimal(10), (JANUARY, 2): Decimal(5)},
        {},
        NAMES,
        JANUARY,
    )
    assert not sheet.has_difference
    # A change from the whole to articles is no break.
    assert not sheet.is_broken


def test_a_movement_that_the_branch_does_not_give_differs_from_nothing() -> None:
    row = SheetRow(JANUARY, ACTIVE, Decimal(0), None, None, None, Decimal(3))
    assert not turnover([row], {(JANUARY, 1): Decimal(9)}, {}, NAMES, JANUARY).has_difference
