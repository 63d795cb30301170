"""Which invoices the payments of an account have paid, for the window of payments."""

from collections import defaultdict
from collections.abc import Collection

from cabinet_pages.access.queries import Scope
from cabinet_pages.billing.allocation import ANY_ARTICLE
from cabinet_pages.billing.ledgers import Ledger, ledger_for
from cabinet_pages.payments.uses import PaymentUse, UsedPart
from cabinet_pages.quantities.money import ZERO, total


def payment_uses(scope: Scope, payments: Collection[int]) -> dict[int, PaymentUse]:
    """Where payments of an account went; one query, whatever their number."""
    return uses_in(ledger_for(scope), payments)


def uses_in(ledger: Ledger, payments: Collection[int]) -> dict[int, PaymentUse]:
    """Where payments of a ledger went, by primary key; a payment that is not of the ledger is left out."""
    wanted = set(payments)
    parts = _parts(ledger, wanted)
    allocation = ledger.allocation
    found = {}
    for row in ledger.payments:
        if row.key not in wanted or not ledger.is_visible(row.day):
            continue
        source = ("payment", row.key, 0)
        is_before = ledger.begins_on is not None and row.day < ledger.begins_on
        found[row.key] = PaymentUse(
            parts=tuple(parts[row.key]),
            overpaid=allocation.left.get(source, ZERO),
            taken_back=allocation.taken_back.get(source, ZERO),
            before=ledger.begins_on if is_before else None,
            being_clarified=row.article in ledger.disputed or ANY_ARTICLE in ledger.disputed,
        )
    return found


def _parts(ledger: Ledger, wanted: Collection[int]) -> dict[int, list[UsedPart]]:
    """What each of the payments pays: older debt first, then invoices in the order of their dates."""
    parts: dict[int, list[UsedPart]] = defaultdict(list)
    allocation = ledger.allocation
    for invoice, debts in [(None, allocation.older), *allocation.parts.items()]:
        paid = defaultdict(list)
        for debt in debts:
            for share in debt.shares:
                kind, key, _ = share.source
                if kind == "payment" and key in wanted:
                    paid[key].append(share.amount)
        for key, amounts in paid.items():
            facts = None if invoice is None else ledger.invoices[invoice]
            parts[key].append(
                UsedPart(total(amounts))
                if facts is None
                else UsedPart(total(amounts), facts.number, facts.issued_on, facts.accounted_in, facts.uuid)
            )
    return parts


__all__ = ["payment_uses", "uses_in"]
