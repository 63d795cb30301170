"""Money goes to debts to the kopeck: named first, then the oldest, and the rest is an overpayment."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from cabinet_pages.billing.allocation import (
    ANY_ARTICLE,
    OPENING_CREDIT,
    Allocation,
    Charge,
    Money,
    Share,
    Source,
    allocate,
)
from tests.cabinet_pages.billing.ledgers import RandomLedger, random_ledger
from tests.support.scale import SEED, chance, scaled

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
ACTIVE, PENALTY = 1, 2


def charge(invoice: int, amount: str, month: date = JANUARY, article: int = ACTIVE) -> Charge:
    return Charge(invoice, article, month, month.replace(day=28), Decimal(amount))


def pay(
    number: int, amount: str, day: date = MARCH, article: int | None = ACTIVE, **named: tuple[object, ...]
) -> Money:
    return Money(("payment", number, 0), article, day, Decimal(amount), **named)  # type: ignore[arg-type]


def paid(allocation: Allocation) -> dict[int, list[str]]:
    return {invoice: [str(part.paid) for part in parts] for invoice, parts in allocation.parts.items()}


def assert_exact(ledger: RandomLedger, allocation: Allocation) -> None:
    """Nothing is invented, nothing lost, and nobody pays for another article."""
    over_returned = sum(allocation.over_returned.values(), Decimal(0))
    assert allocation.paid + allocation.overpaid - over_returned == ledger.total_money
    assert allocation.balance == ledger.total_debt - ledger.total_money
    debts = [*allocation.older, *(part for parts in allocation.parts.values() for part in parts)]
    assert sum((debt.amount for debt in debts), Decimal(0)) == ledger.total_debt
    used: dict[Source, Decimal] = defaultdict(Decimal)
    articles = {row.source: row.article for row in ledger.money}
    for debt in debts:
        assert 0 <= debt.paid <= debt.amount
        assert sum((share.amount for share in debt.shares), Decimal(0)) == debt.paid
        for share in debt.shares:
            assert share.amount > 0
            used[share.source] += share.amount
            payer = articles.get(share.source)
            assert share.source == OPENING_CREDIT or debt.article in (payer, ANY_ARTICLE)
    amounts = {row.source: row.amount for row in ledger.money}
    assert all(amount <= amounts[source] for source, amount in used.items() if source != OPENING_CREDIT)
    # Money is over only where its article owes nothing.
    for article, over in allocation.overpayments.items():
        assert over > 0
        assert not [debt for debt in debts if debt.unpaid and article in (debt.article, ANY_ARTICLE)]


def test_the_oldest_debt_is_paid_first_and_what_is_left_is_an_overpayment() -> None:
    charges = [charge(2, "50.00", FEBRUARY), charge(1, "100.00"), charge(3, "7.00", article=PENALTY)]
    allocation = allocate(charges, [pay(1, "120.00"), pay(2, "40.01")])
    assert paid(allocation) == {1: ["100.00"], 2: ["50.00"], 3: ["0.00"]}
    assert allocation.overpayments == {ACTIVE: Decimal("10.01")}
    assert allocation.balance == Decimal("-3.01")
    assert allocation.of_invoice(2)[0].shares == [
        Share(("payment", 1, 0), Decimal("20.00")),
        Share(("payment", 2, 0), Decimal("30.00")),
    ]


def test_debt_older_than_the_first_invoice_comes_before_it() -> None:
    allocation = allocate([charge(1, "100.00")], [pay(1, "130.00")], {ACTIVE: Decimal("60.00")})
    assert allocation.older[0].unpaid == 0
    assert allocation.of_invoice(1)[0].unpaid == Decimal("30.00")


def test_an_opening_overpayment_pays_before_all_other_money() -> None:
    allocation = allocate([charge(1, "100.00")], [pay(1, "130.00")], {ACTIVE: Decimal("-60.00")})
    assert allocation.of_invoice(1)[0].shares[0] == Share(OPENING_CREDIT, Decimal("60.00"))
    assert allocation.overpayments == {ACTIVE: Decimal("90.00")}


def test_an_opening_balance_of_the_whole_account_concerns_every_article() -> None:
    owed = allocate([charge(1, "10.00", article=PENALTY)], [pay(1, "8.00")], {ANY_ARTICLE: Decimal("5.00")})
    assert owed.older[0].unpaid == 0
    assert owed.overpayments == {ACTIVE: Decimal("3.00")}
    over = allocate([charge(1, "10.00", article=PENALTY)], [], {ANY_ARTICLE: Decimal("-12.00")})
    assert paid(over) == {1: ["10.00"]}
    assert over.overpayments == {ANY_ARTICLE: Decimal("2.00")}


def test_a_named_invoice_is_paid_before_older_ones_and_by_whoever_names_it() -> None:
    charges = [charge(1, "100.00"), charge(2, "100.00", FEBRUARY)]
    allocation = allocate(charges, [pay(1, "100.00", FEBRUARY), pay(2, "100.00", invoices=(2,))])
    assert allocation.of_invoice(2)[0].shares == [Share(("payment", 2, 0), Decimal("100.00"))]
    assert paid(allocation) == {1: ["100.00"], 2: ["100.00"]}


def test_a_named_period_is_paid_before_older_debts() -> None:
    charges = [charge(1, "100.00"), charge(2, "100.00", FEBRUARY)]
    assert paid(allocate(charges, [pay(1, "130.00", periods=(FEBRUARY,))])) == {1: ["30.00"], 2: ["100.00"]}


def test_a_name_of_another_article_or_of_nothing_leaves_the_oldest_debt() -> None:
    charges = [charge(1, "100.00"), charge(2, "100.00", FEBRUARY, PENALTY)]
    assert paid(allocate(charges, [pay(1, "50.00", invoices=(2, 99))])) == {1: ["50.00"], 2: ["0.00"]}


def test_a_negative_line_pays_like_a_payment() -> None:
    line = Money(("line", 4, 0), ACTIVE, MARCH, Decimal("30.00"), invoices=(2,))
    allocation = allocate([charge(1, "100.00"), charge(2, "20.00", FEBRUARY)], [line])
    assert paid(allocation) == {1: ["10.00"], 2: ["20.00"]}


def test_a_return_takes_back_the_money_that_came_last_before_it() -> None:
    charges = [charge(1, "100.00"), charge(2, "100.00", FEBRUARY)]
    rows = [pay(1, "100.00", JANUARY), pay(2, "100.00", FEBRUARY), pay(3, "-100.00", MARCH)]
    allocation = allocate(charges, rows)
    assert paid(allocation) == {1: ["100.00"], 2: ["0.00"]}
    assert allocation.of_invoice(1)[0].shares == [Share(("payment", 1, 0), Decimal("100.00"))]


def test_more_returned_than_ever_came_is_owed_again() -> None:
    allocation = allocate([charge(1, "100.00")], [pay(1, "10.00"), pay(2, "-15.00")])
    assert allocation.over_returned == {ACTIVE: Decimal("5.00")}
    assert allocation.balance == Decimal("105.00")


def test_random_ledgers_lose_and_invent_nothing() -> None:
    random = chance("allocation")
    for _ in range(scaled(100, 1_000)):
        ledger = random_ledger(random)
        assert_exact(ledger, allocate(ledger.charges, ledger.money, ledger.opening))


def test_the_order_in_which_rows_are_read_changes_nothing() -> None:
    random = chance("allocation order")
    for _ in range(scaled(30, 300)):
        ledger = random_ledger(random)
        before = allocate(ledger.charges, ledger.money, ledger.opening)
        random.shuffle(ledger.money)
        again = allocate(ledger.charges, ledger.money, ledger.opening)
        assert {invoice: {part.article: part.paid for part in parts} for invoice, parts in before.parts.items()} == {
            invoice: {part.article: part.paid for part in parts} for invoice, parts in again.parts.items()
        }


AMOUNTS = st.integers(1, 10**13).map(lambda kopecks: Decimal(kopecks).scaleb(-2))
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
CHARGES = st.lists(
    st.builds(
        Charge,
        invoice=st.integers(1, 6),
        article=st.sampled_from([1, 2]),
        period=DAYS.map(lambda day: day.replace(day=1)),
        issued_on=DAYS,
        amount=AMOUNTS,
    ),
    max_size=12,
)
MONEY = st.lists(
    st.builds(
        Money,
        source=st.tuples(st.just("payment"), st.integers(1, 10**6), st.just(0)),
        article=st.sampled_from([1, 2, 3]),
        made_on=DAYS,
        amount=AMOUNTS | AMOUNTS.map(lambda amount: -amount),
        invoices=st.lists(st.integers(1, 8), max_size=3).map(tuple),
        periods=st.lists(DAYS.map(lambda day: day.replace(day=1)), max_size=2).map(tuple),
    ),
    max_size=15,
    unique_by=lambda row: row.source,
)
OPENING = st.dictionaries(st.sampled_from([1, 2]), AMOUNTS | AMOUNTS.map(lambda amount: -amount), max_size=2)


@seed(SEED)
@settings(max_examples=scaled(100, 2_000), deadline=None, database=None)
@given(charges=CHARGES, money=MONEY, opening=OPENING)
def test_whatever_the_ledger_sums_hold_to_the_kopeck(
    charges: list[Charge], money: list[Money], opening: dict[int | None, Decimal]
) -> None:
    assert_exact(RandomLedger(charges, money, opening), allocate(charges, money, opening))
