"""To what the money of payments went; whoever allocates it tells by hook, for payments know no invoices."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from wagtail import hooks

from cabinet_pages.access.queries import Scope
from cabinet_pages.quantities.money import ZERO

# A function of a scope and primary keys of its account's payments that returns, by payment, a PaymentUse.
PAYMENT_USES_HOOK = "cabinet_payment_uses"


@dataclass(frozen=True, slots=True)
class UsedPart:
    """A part of a payment that went to one debt.

    Args:
        amount: UAH.
        number, issued_on, period: of the invoice, its period by the first day of the month; a debt without a number
            is older than the invoices.
        uuid: by which the page of the invoice is found.
    """

    amount: Decimal
    number: str = ""
    issued_on: date | None = None
    period: date | None = None
    uuid: UUID | None = None


@dataclass(frozen=True, slots=True)
class PaymentUse:
    """Where a payment went, as it is computed; for money that came, the parts and the three sums are its amount.

    Args:
        parts: what it pays, the oldest debt first.
        overpaid: what has found no debt (переплата), UAH.
        taken_back: what later returns have taken back of it, UAH.
        before: it is part of the balance at the beginning of this day, so no debt is known that it paid.
        being_clarified: the branch's newest balance of its article is another than the computed one.
    """

    parts: tuple[UsedPart, ...] = ()
    overpaid: Decimal = ZERO
    taken_back: Decimal = ZERO
    before: date | None = None
    being_clarified: bool = False


def payment_uses(scope: Scope, payments: Collection[int]) -> dict[int, PaymentUse]:
    """Where payments of an account went, by primary key; those of which nobody can tell are left out."""
    found: dict[int, PaymentUse] = {}
    for function in hooks.get_hooks(PAYMENT_USES_HOOK):
        found |= function(scope, payments)
    return found


__all__ = ["PAYMENT_USES_HOOK", "PaymentUse", "UsedPart", "payment_uses"]
