"""Which booked payment a bank credit is. No Django."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple


class Dated(NamedTuple):
    """A credit or a payment to pair.

    Args:
        pk: what it is known by.
        day: a Kyiv date.
        order: its place among those of one day; equal data gives equal places, whatever came in first.
    """

    pk: int
    day: date
    order: tuple[object, ...]


def pair(credits: Collection[Dated], payments: Collection[Dated], *, days: int) -> dict[int, int]:
    """Return credit → payment, each at most once: nearest days first, then the order of the credits and payments.

    Args:
        credits: of one account and one amount.
        payments: of the same account and amount.
        days: how many days may lie between the two.
    """
    near = sorted(
        (abs((credit.day - payment.day).days), credit[1:], payment[1:], credit.pk, payment.pk)
        for credit in credits
        for payment in payments
        if abs((credit.day - payment.day).days) <= days
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for *_, credit_pk, payment_pk in near:
        if credit_pk not in pairs and payment_pk not in taken:
            pairs[credit_pk] = payment_pk
            taken.add(payment_pk)
    return pairs
