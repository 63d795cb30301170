"""What reports do to orders, and which booked payments are an order's."""

from datetime import date
from decimal import Decimal
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabinet_pages.billing.online_payments.rules import (
    BookedPayment,
    OrderState,
    Outcome,
    PaidOrder,
    Problem,
    Report,
    Standing,
    judged,
    not_booked,
    references_in,
)

HUNDRED = Decimal("100.00")
REFERENCE = "OP7K2M9QXR4T"
OTHER = "OPAAAAAAAAAA"
DAY = date(2026, 3, 10)
ENERGY, PENALTY = 1, 2


def standing(state: str = "started", refunded: str = "0.00", payment: str = "") -> Standing:
    return Standing(OrderState(state), HUNDRED, Decimal(refunded), payment)


def report(status: str, amount: str = "100.00", *, ours: bool = True, payment: str = "P") -> Report:
    return Report(status, Decimal(amount), ours, payment)


@pytest.mark.parametrize("state", ["created", "started", "failed", "expired"])
def test_money_that_has_come_counts_whatever_was_reported_before(state: str) -> None:
    change = judged(standing(state), report("paid"))
    assert (change.outcome, change.state) == (Outcome.APPLIED, OrderState.PAID)


@pytest.mark.parametrize("status", ["pending", "failed", "expired", "paid"])
@pytest.mark.parametrize("state", ["paid", "part_refunded", "refunded"])
def test_nothing_but_a_refund_follows_a_payment(state: str, status: str) -> None:
    change = judged(standing(state, payment="P"), report(status))
    assert (change.outcome, change.state) == (Outcome.IGNORED, OrderState(state))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (report("paid", "99.99"), Problem.AMOUNT),
        (report("paid", "100.01"), Problem.AMOUNT),
        (report("paid", ours=False), Problem.CURRENCY),
        (report("refunded", "100.01"), Problem.REFUND),
        (report("refunded", "0.00"), Problem.REFUND),
        (report("refunded", ours=False), Problem.CURRENCY),
    ],
)
def test_what_contradicts_the_order_changes_no_state(given: Report, problem: Problem) -> None:
    change = judged(standing(), given)
    assert (change.outcome, change.state, change.problem) == (Outcome.DISPUTED, OrderState.STARTED, problem)


def test_a_second_payment_of_one_order_is_told() -> None:
    change = judged(standing("paid", payment="P"), report("paid", payment="Q"))
    assert (change.outcome, change.problem) == (Outcome.DISPUTED, Problem.SECOND_PAYMENT)


def test_reports_in_any_order_come_to_the_same_end() -> None:
    reports = [report("pending"), report("failed"), report("paid"), report("refunded", "40.00"), report("expired")]
    ends = set()
    for order in permutations(reports):
        now = standing("created")
        for one in order:
            change = judged(now, one)
            now = Standing(change.state, HUNDRED, change.refunded, now.payment or one.payment)
        ends.add((now.state, now.refunded))
    assert ends == {(OrderState.PART_REFUNDED, Decimal("40.00"))}


def test_refunds_are_told_in_all_and_a_smaller_one_is_an_older() -> None:
    change = judged(standing("part_refunded", "40.00"), report("refunded", "30.00"))
    assert (change.outcome, change.refunded) == (Outcome.IGNORED, Decimal("40.00"))
    change = judged(standing("part_refunded", "40.00"), report("refunded", "100.00"))
    assert (change.state, change.refunded) == (OrderState.REFUNDED, HUNDRED)


@pytest.mark.parametrize(
    "words",
    [
        f"{REFERENCE}; о/р 80-1",
        f"оплата {REFERENCE.lower()}.",
        "ОР7К2М9QХR4Т, у т.ч. ПДВ",
        f"12 {REFERENCE}",
    ],
)
def test_a_reference_is_found_as_banks_write_it(words: str) -> None:
    assert references_in(words) == {REFERENCE}


@pytest.mark.parametrize("words", ["", "OP7K2M9QXR4", f"X{REFERENCE}", f"{REFERENCE}7", "OP7K2M9QXR4O"])
def test_what_only_resembles_a_reference_is_none(words: str) -> None:
    assert references_in(words) == frozenset()


def order(key: int = 1, reference: str = REFERENCE, refunded: str = "0.00", **parts: str) -> PaidOrder:
    articles = {"energy": ENERGY, "penalty": PENALTY}
    amounts = parts or {"energy": "100.00"}
    return PaidOrder(
        key, reference, DAY, 10, Decimal(refunded), {articles[name]: Decimal(text) for name, text in amounts.items()}
    )


def booked(amount: str, words: str = "", *, key: int = 11, article: int = ENERGY, days: int = 1) -> BookedPayment:
    return BookedPayment(key, article, date(2026, 3, 10 + days), Decimal(amount), words)


def awaited(orders: list[PaidOrder], payments: list[BookedPayment]) -> dict[int, dict[int, Decimal]]:
    return not_booked(orders, payments, days=5)


def test_an_order_nobody_has_booked_is_awaited_whole() -> None:
    assert awaited([order()], []) == {1: {ENERGY: HUNDRED}}


def test_a_payment_that_names_the_order_is_the_orders_whenever_it_came() -> None:
    assert awaited([order()], [booked("100.00", REFERENCE, key=3, days=20)]) == {1: {}}


def test_payments_that_name_the_order_add_up_across_articles() -> None:
    orders = [order(energy="100.00", penalty="20.00")]
    halves = [booked("60.00", REFERENCE), booked("60.00", REFERENCE, article=PENALTY)]
    assert awaited(orders, halves) == {1: {}}
    assert awaited(orders, halves[:1]) == {1: {ENERGY: Decimal("40.00"), PENALTY: Decimal("20.00")}}


def test_a_nameless_payment_of_the_same_article_and_sum_a_few_days_later_is_the_orders() -> None:
    assert awaited([order()], [booked("100.00", days=5)]) == {1: {}}


@pytest.mark.parametrize(
    "payment",
    [
        pytest.param(booked("100.00", days=6), id="too late"),
        pytest.param(booked("100.00", days=-1), id="before it was paid"),
        pytest.param(booked("99.99"), id="another sum"),
        pytest.param(booked("100.00", article=PENALTY), id="another article"),
        pytest.param(booked("100.00", key=10), id="known when the order was made"),
        pytest.param(booked("100.00", OTHER), id="another order's"),
        pytest.param(booked("-100.00", REFERENCE), id="a return"),
    ],
)
def test_any_other_payment_is_not(payment: BookedPayment) -> None:
    assert awaited([order()], [payment]) == {1: {ENERGY: HUNDRED}}


def test_one_nameless_payment_books_one_of_two_equal_orders() -> None:
    found = awaited([order(1), order(2, OTHER)], [booked("100.00")])
    assert sorted(found.values(), key=len) == [{}, {ENERGY: HUNDRED}]
    assert awaited([order(1), order(2, OTHER)], [booked("100.00"), booked("100.00", key=12)]) == {1: {}, 2: {}}


def test_what_was_given_back_is_not_awaited() -> None:
    assert awaited([order(refunded="40.00")], []) == {1: {ENERGY: Decimal("60.00")}}

    # Whether the ERP books the payment and its return, or what is left of both.
    assert awaited([order(refunded="40.00")], [booked("60.00", REFERENCE)]) == {1: {}}
    assert awaited([order(refunded="40.00")], [booked("100.00", REFERENCE)]) == {1: {}}


KOPECKS = st.integers(1, 50_000).map(lambda number: Decimal(number).scaleb(-2))


@given(
    parts=st.dictionaries(st.integers(1, 4), KOPECKS, min_size=1),
    payments=st.lists(st.tuples(st.integers(1, 5), KOPECKS), max_size=6),
    share=st.integers(0, 100),
    seed=st.randoms(use_true_random=False),
)
def test_not_a_kopeck_is_awaited_twice_or_lost(
    parts: dict[int, Decimal], payments: list[tuple[int, Decimal]], share: int, seed: Random
) -> None:
    whole = sum(parts.values())
    refunded = (whole * share / 100).quantize(Decimal("0.01"))
    orders = [PaidOrder(1, REFERENCE, DAY, 10, refunded, parts)]
    rows = [
        BookedPayment(11 + place, article, DAY, amount, REFERENCE) for place, (article, amount) in enumerate(payments)
    ]
    found = awaited(orders, rows)[1]
    assert sum(found.values()) == max(whole - refunded - sum(amount for _, amount in payments), Decimal(0))
    assert all(0 < amount <= parts[article] for article, amount in found.items())
    seed.shuffle(rows)
    assert sum(awaited(orders, rows)[1].values()) == sum(found.values())
