"""What a provider's report does to an order, and which payments of the ERP are an order's; no Django.

The rules are of this product; `docs/decisions/0019-online-payments.md` says what they settle.
"""

import enum
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from cabinet_pages.quantities.money import ZERO

#: A reference begins so; the rest are letters and digits that nobody mistakes for each other.
REFERENCE_PREFIX: Final = "OP"
REFERENCE_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REFERENCE_LENGTH: Final = 10
_REFERENCE = re.compile(rf"(?<![0-9A-Z]){REFERENCE_PREFIX}[{REFERENCE_ALPHABET}]{{{REFERENCE_LENGTH}}}(?![0-9A-Z])")
# Programs of banks write Latin letters as the Cyrillic ones that look like them.
_TWINS = str.maketrans("АВСЕНКМРТХУІЅЈОԚԜ", "ABCEHKMPTXYISJOQW")


class OrderState(enum.StrEnum):
    """How far an order is."""

    CREATED = "created"
    STARTED = "started"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    PART_REFUNDED = "part_refunded"
    REFUNDED = "refunded"


#: The person may still pay.
OPEN: Final = (OrderState.CREATED, OrderState.STARTED)
#: Some of the money is here.
HELD: Final = (OrderState.PAID, OrderState.PART_REFUNDED)
#: No report of a failure undoes these.
SETTLED: Final = (*HELD, OrderState.REFUNDED)


class Problem(enum.StrEnum):
    """What an employee has to look into; the customer's order stands still meanwhile."""

    AMOUNT = "amount"
    CURRENCY = "currency"
    SECOND_PAYMENT = "second_payment"
    REUSED_PAYMENT = "reused_payment"
    REFUND = "refund"


class Outcome(enum.StrEnum):
    """What became of a report."""

    APPLIED = "applied"
    #: It says what is known already, or comes too late to change anything.
    IGNORED = "ignored"
    #: It contradicts the order: see `Problem`.
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Standing:
    """An order as a report finds it: UAH, and the provider's name for the payment that is known of."""

    state: OrderState
    amount: Decimal
    refunded: Decimal = ZERO
    payment: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider says: `status` is one of `ProviderStatus`, `amount` as of `ProviderEvent`."""

    status: str
    amount: Decimal
    is_our_currency: bool
    payment: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a report does: the state, and what is refunded, that follow; `problem` where it contradicts the order."""

    outcome: Outcome
    state: OrderState
    refunded: Decimal
    problem: Problem | None = None


def judged(order: Standing, report: Report) -> Change:
    """What a genuine report does to an order, in whatever order reports arrive.

    Money that has come is never unsaid: a payment counts also after a failure and after the order's time, and nothing
    but a refund follows it.
    """
    same = Change(Outcome.IGNORED, order.state, order.refunded)
    if report.status == "paid":
        return _paid(order, report, same)
    if report.status == "refunded":
        return _refunded(order, report, same)
    if report.status in ("failed", "expired") and order.state in OPEN:
        return Change(Outcome.APPLIED, OrderState(report.status), order.refunded)
    if report.status == "pending" and order.state is OrderState.CREATED:
        return Change(Outcome.APPLIED, OrderState.STARTED, order.refunded)
    return same


def state_after_refund(amount: Decimal, refunded: Decimal) -> OrderState:
    """The state of a paid order of which so much is refunded, UAH."""
    if not refunded:
        return OrderState.PAID
    return OrderState.REFUNDED if refunded >= amount else OrderState.PART_REFUNDED


def _paid(order: Standing, report: Report, same: Change) -> Change:
    if order.state in SETTLED:
        is_second = bool(report.payment and order.payment and report.payment != order.payment)
        return _disputed(same, Problem.SECOND_PAYMENT) if is_second else same
    if not report.is_our_currency:
        return _disputed(same, Problem.CURRENCY)
    if report.amount != order.amount:
        return _disputed(same, Problem.AMOUNT)
    return Change(Outcome.APPLIED, OrderState.PAID, order.refunded)


def _refunded(order: Standing, report: Report, same: Change) -> Change:
    if not report.is_our_currency:
        return _disputed(same, Problem.CURRENCY)
    if not 0 < report.amount <= order.amount:
        return _disputed(same, Problem.REFUND)
    refunded = max(order.refunded, report.amount)
    if refunded == order.refunded:
        return same
    # Before the report of the payment itself, too: what was given back had been paid.
    return Change(Outcome.APPLIED, state_after_refund(order.amount, refunded), refunded)


def _disputed(same: Change, problem: Problem) -> Change:
    return Change(Outcome.DISPUTED, same.state, same.refunded, problem)


# --- the ERP's payments ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """A paid order that may not be booked yet.

    Args:
        key: what it is known by.
        reference: as its purpose has it.
        paid_on: the Kyiv day of the payment.
        known_payment: primary key of the newest payment of the account when the order was made; older ones are others.
        refunded: what was given back, UAH.
        parts: what was paid, UAH by article, in the articles' order.
    """

    key: int
    reference: str
    paid_on: date
    known_payment: int
    refunded: Decimal
    parts: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class BookedPayment:
    """A payment that the ERP has booked: `words` are its purpose and its documents' numbers."""

    key: int
    article: int | None
    day: date
    amount: Decimal
    words: str


def references_in(words: str) -> frozenset[str]:
    """The references that a purpose or a document's number names."""
    if REFERENCE_PREFIX not in words.upper().translate(_TWINS):
        return frozenset()
    return frozenset(_REFERENCE.findall(words.upper().translate(_TWINS)))


def not_booked(
    orders: Collection[PaidOrder], payments: Iterable[BookedPayment], *, days: int
) -> dict[int, dict[int, Decimal]]:
    """What of each paid order the ERP has not booked yet, UAH by article.

    A payment whose purpose or document names the order's reference is the order's. An order that no payment names is
    looked for by article and amount: a payment that names no order, came to the cabinet after the order was made, and
    is dated at most so many days after it was paid; nearest first, and each payment for one order only.

    Args:
        orders: of one account.
        payments: of the same account.
        days: see above.
    """
    if not orders:
        return {}
    left = {order.key: dict(order.parts) for order in orders}
    for order in orders:
        # What was given back will leave the books as well, or never enter them.
        _lessen(left[order.key], list(order.parts)[::-1], order.refunded)
    by_reference = {order.reference: order for order in orders}
    named: set[int] = set()
    nameless = []
    for payment in payments:
        if payment.amount <= 0:
            continue
        names = references_in(payment.words)
        if not names:
            nameless.append(payment)
        rest = payment.amount
        for reference in sorted(names & by_reference.keys()):
            key = by_reference[reference].key
            named.add(key)
            rest = _take_away(left[key], payment.article, rest)
    _pair([order for order in orders if order.key not in named], nameless, left, days)
    return {key: {article: amount for article, amount in parts.items() if amount} for key, parts in left.items()}


def _take_away(parts: dict[int, Decimal], article: int | None, amount: Decimal) -> Decimal:
    """Take what is booked from what is not, from its own article first; return what is left of it."""
    own = [article] if article in parts else []
    return _lessen(parts, [*own, *(other for other in parts if other != article)], amount)


def _pair(
    orders: Iterable[PaidOrder], payments: Collection[BookedPayment], left: dict[int, dict[int, Decimal]], days: int
) -> None:
    near = sorted(
        ((payment.day - order.paid_on).days, order.key, article, payment.key)
        for order in orders
        for article, amount in order.parts.items()
        for payment in payments
        if (payment.article, payment.amount) == (article, amount)
        and payment.key > order.known_payment
        and 0 <= (payment.day - order.paid_on).days <= days
    )
    taken: set[int] = set()
    for _, key, article, payment_key in near:
        if left[key][article] and payment_key not in taken:
            left[key][article] = ZERO
            taken.add(payment_key)


def _lessen(parts: dict[int, Decimal], order: Iterable[int], amount: Decimal) -> Decimal:
    for article in order:
        taken = min(parts[article], amount)
        parts[article] -= taken
        amount -= taken
    return amount
