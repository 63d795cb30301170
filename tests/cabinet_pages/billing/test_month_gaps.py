"""«Не рознесено / уточнюється»: one rule for the turnover sheet and for the act."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

from cabinet_pages.billing.reconciliation.rules import Line, LineKind, StatedRow, reconcile
from cabinet_pages.billing.rules import month_gaps
from cabinet_pages.billing.turnover.rules import WHOLE, ArticleName, SheetRow, turnover
from tests.support.scale import chance, scaled

JANUARY = date(2026, 1, 1)
NAMES = {pk: ArticleName(pk, f"Стаття {pk}", pk) for pk in (1, 2, 3)}
ZERO = Decimal("0.00")


def test_a_figure_differs_by_what_its_documents_miss() -> None:
    documents = [(1, Decimal(7)), (1, Decimal(2)), (2, Decimal(5))]
    assert month_gaps({1: Decimal(10), 2: Decimal(5)}, documents) == {1: Decimal(1)}
    assert month_gaps({None: Decimal(20)}, documents) == {None: Decimal(6)}


def test_a_figure_that_is_not_given_is_compared_with_nothing() -> None:
    documents = [(1, Decimal(7)), (3, Decimal(2))]
    assert month_gaps({1: None, 2: None}, documents) == {}
    assert month_gaps({None: None}, documents) == {}
    # An article that the balances leave out is a zero only where the branch gives the figure for others.
    assert month_gaps({1: None, 2: Decimal(4)}, documents) == {2: Decimal(4), 3: Decimal(-2)}


def random_month(random: Random) -> tuple[dict[int | None, Decimal | None], list[tuple[int, Decimal]]]:
    articles: list[int | None] = random.choice([[1, 2], [1, 2, 3], [None]])
    stated = {pk: None if random.random() < 0.2 else Decimal(random.randint(-900, 9000)) / 100 for pk in articles}
    documents = [
        (random.choice([1, 2, 3]), Decimal(random.randint(-900, 9000)) / 100) for _ in range(random.randint(0, 6))
    ]
    return stated, documents


def test_the_sheet_and_the_act_show_the_same_differences() -> None:
    random = chance("month gaps")
    for _ in range(scaled(300, 5_000)):
        charged, invoices = random_month(random)
        paid = {pk: None if random.random() < 0.2 else Decimal(random.randint(0, 9000)) / 100 for pk in charged}
        payments = random_month(random)[1]
        sums: dict[str, dict[tuple[date, int | None], Decimal]] = {"charged": {}, "paid": {}}
        for name, documents in (("charged", invoices), ("paid", payments)):
            for pk, amount in documents:
                sums[name][JANUARY, pk] = sums[name].get((JANUARY, pk), ZERO) + amount
        sheet = turnover(
            [
                SheetRow(JANUARY, WHOLE if pk is None else NAMES[pk], ZERO, charged[pk], paid[pk], None, ZERO)
                for pk in charged
            ],
            sums["charged"],
            sums["paid"],
            NAMES,
            JANUARY,
        )
        stated = [StatedRow(JANUARY, pk, str(pk), ZERO, charged[pk], paid[pk], None, ZERO) for pk in charged]
        lines = [
            Line(f"{kind}{n}", kind, JANUARY, JANUARY, pk, str(pk), **{side: amount})  # type: ignore[arg-type]
            for kind, side, documents in (
                (LineKind.INVOICE, "debit", invoices),
                (LineKind.PAYMENT, "credit", payments),
            )
            for n, (pk, amount) in enumerate(documents)
        ]
        act = reconcile(JANUARY, date(2026, 1, 31), stated, lines)
        for kind, figures, documents, shown in (
            (LineKind.CHARGED_GAP, charged, invoices, {row.article.pk: row.charged_gap for row in sheet.rows}),
            (LineKind.PAID_GAP, paid, payments, {row.article.pk: row.paid_gap for row in sheet.rows}),
        ):
            expected = by_hand(figures, documents)
            in_act = {
                line.article_id: Fraction(line.debit or line.credit or 0) for line in act.lines if line.kind is kind
            }
            assert in_act == expected
            assert {pk: Fraction(gap) for pk, gap in shown.items() if gap} == expected


def by_hand(
    figures: dict[int | None, Decimal | None], documents: list[tuple[int, Decimal]]
) -> dict[int | None, Fraction]:
    """The differences, in fractions and the other way round: article by article."""
    if all(figure is None for figure in figures.values()):
        return {}
    sums: dict[int | None, Fraction] = defaultdict(Fraction)
    for of, amount in documents:
        sums[None if None in figures else of] += Fraction(amount)
    found: dict[int | None, Fraction] = {}
    articles: set[int | None] = {*figures, *sums}
    for pk in articles:
        figure = figures.get(pk, ZERO)
        if figure is not None and Fraction(figure) != sums[pk]:
            found[pk] = Fraction(figure) - sums[pk]
    return found
