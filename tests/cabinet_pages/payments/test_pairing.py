"""Which payment of 1C is which receipt by bank."""

from datetime import date, timedelta
from itertools import permutations

import pytest

from cabinet_pages.payments.rules import Dated, pair
from tests.support.scale import chance, scaled

DAY = date(2026, 1, 15)


def on(pk, days, order=0):
    return Dated(pk, DAY + timedelta(days=days), (order,))


@pytest.mark.parametrize(("days", "is_one"), [(0, True), (5, True), (-5, True), (6, False), (-6, False)])
def test_five_days_apart_are_one_payment_and_six_are_two(days, is_one):
    assert pair([on(1, 0)], [on(7, days)], days=5) == ({1: 7} if is_one else {})


def test_the_nearest_day_is_taken_then_the_order():
    assert pair([on(1, 0), on(2, 3)], [on(7, 3), on(8, 4)], days=5) == {2: 7, 1: 8}
    assert pair([on(1, 0, 1), on(2, 0, 2)], [on(7, 0, 1), on(8, 0, 2), on(9, 0, 3)], days=5) == {1: 7, 2: 8}


def test_each_is_used_once_and_what_came_first_does_not_matter():
    for example in range(scaled(20, 500)):
        source = chance(f"pairs {example}")
        credits = [on(pk, source.randint(0, 9), pk) for pk in range(source.randint(0, 4))]
        payments = [on(100 + pk, source.randint(0, 9), pk) for pk in range(source.randint(0, 4))]
        pairs = pair(credits, payments, days=5)
        assert len(set(pairs.values())) == len(pairs)
        for some_credits in permutations(credits):
            assert pair(some_credits, payments[::-1], days=5) == pairs
