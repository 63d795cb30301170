"""What is due and when: the unpaid remainders of a ledger that a scope has opened; no query of its own.

Only what is charged already is here: payments of months to come are known with their invoices.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from cabinet_pages.billing.ledgers import InvoiceFacts, Ledger
from cabinet_pages.billing.turnover.rules import WHOLE, ArticleName
from cabinet_pages.quantities.money import ZERO, total


@dataclass(frozen=True, slots=True)
class ExpectedPayment:
    """An unpaid remainder, UAH.

    Args:
        amount: what is left to pay; what was paid online and is not booked yet is not.
        articles: of what it is.
        invoice: which asks for it; None for debt that is older than the invoices.
        due_on: the last Kyiv day for paying it; None where none is known, and then it is never overdue.
        days: whole days since that day; below zero until it comes.
    """

    amount: Decimal
    articles: tuple[ArticleName, ...]
    invoice: InvoiceFacts | None = None
    due_on: date | None = None
    days: int = 0

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed; on that day itself it has not."""
        return self.due_on is not None and self.days > 0

    @property
    def days_left(self) -> int:
        """Whole days until its day."""
        return -self.days

    @property
    def uuid(self) -> UUID | None:
        """By which the page of the invoice is found."""
        return self.invoice.uuid if self.invoice else None


@dataclass(frozen=True, slots=True)
class Expected:
    """The unpaid remainders of an account, UAH, as the cabinet allocates payments.

    Args:
        rows: older debt first, then invoices by the day on which they are due.
        over_returned: what was returned beyond all money there was: it is owed again.
        has_invoices: whether any invoice is known.
        being_clarified: the branch's newest balance is another than the computed one.
        awaited: what of the remainders was paid online and is not booked yet; it is in no row.
    """

    rows: list[ExpectedPayment]
    over_returned: Decimal
    has_invoices: bool
    being_clarified: bool
    awaited: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All that is left to pay."""
        return total(row.amount for row in self.rows) + self.over_returned

    @property
    def overdue(self) -> Decimal:
        """What of it should have been paid before today."""
        return total(row.amount for row in self.rows if row.is_overdue)

    @property
    def next_due_on(self) -> date | None:
        """The nearest day, today or later, by which something is to be paid."""
        return min((row.due_on for row in self.rows if row.due_on and not row.is_overdue), default=None)

    @property
    def next_amount(self) -> Decimal:
        """What is to be paid by that day, without what is overdue."""
        day = self.next_due_on
        return total(row.amount for row in self.rows if day is not None and row.due_on == day)


def expected_of(ledger: Ledger, today: date) -> Expected:
    """What is left to pay of an account on a Kyiv day, and by when."""
    older = [
        ExpectedPayment(debt.unpaid, (_article(ledger, debt.article),))
        for debt in ledger.allocation.older
        if debt.unpaid
    ]
    rows, awaited = [], []
    for facts in sorted(ledger.own_invoices, key=lambda facts: (facts.due_on or facts.issued_on, facts.issued_on)):
        online = ledger.awaited_of(facts.pk)
        left = {}
        for debt in ledger.allocation.of_invoice(facts.pk):
            paid_online = min(debt.unpaid, online.get(debt.article or 0, ZERO))
            left[debt.article] = debt.unpaid - paid_online
            awaited.append(paid_online)
        if any(left.values()):
            rows.append(
                ExpectedPayment(
                    amount=total(left.values()),
                    articles=tuple(_article(ledger, article) for article, amount in left.items() if amount),
                    invoice=facts,
                    due_on=facts.due_on,
                    days=(today - facts.due_on).days if facts.due_on else 0,
                )
            )
    return Expected(
        rows=[*older, *rows],
        over_returned=total(ledger.allocation.over_returned.values()),
        has_invoices=bool(ledger.own_invoices),
        being_clarified=bool(ledger.disputed),
        awaited=total(awaited),
    )


def _article(ledger: Ledger, article: int | None) -> ArticleName:
    return WHOLE if article is None else ledger.articles[article]


__all__ = ["Expected", "ExpectedPayment", "expected_of"]
