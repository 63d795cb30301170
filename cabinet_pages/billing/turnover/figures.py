"""The turnover sheet and the age of debts of a ledger that a scope has opened; no query of their own."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from cabinet_pages.billing.ledgers import Ledger
from cabinet_pages.billing.rules import month_of
from cabinet_pages.billing.turnover.rules import (
    WHOLE,
    AgeingRow,
    Owed,
    Sheet,
    SheetRow,
    ageing,
    ageing_total,
    turnover,
)
from cabinet_pages.quantities.money import total


@dataclass(frozen=True, slots=True)
class Ageing:
    """The unpaid debt of an account, UAH, as the cabinet allocates payments.

    Args:
        rows: by article and age.
        whole: all of them added up.
        overpaid: money that found no debt; it is not taken off the rows, for it is of other articles.
        over_returned: what was returned beyond all money there was, which is in no row.
        being_clarified: the branch's newest balance is another than the computed one.
    """

    rows: list[AgeingRow]
    whole: AgeingRow
    overpaid: Decimal
    over_returned: Decimal
    being_clarified: bool


def turnover_of(ledger: Ledger, first: date, last: date) -> Sheet:
    """The turnover sheet from month `first` to month `last`."""
    before = month_of(first - timedelta(days=1))
    stated = [
        SheetRow(
            month=month,
            article=WHOLE if row.article is None else ledger.articles[row.article],
            opening=row.first,
            charged=row.charged,
            paid=row.paid,
            corrected=row.corrected,
            closing=row.second,
        )
        for month, rows in ledger.balances.items()
        if before <= month <= last
        for row in rows
    ]
    return turnover(stated, ledger.charged(), ledger.paid(), ledger.articles, first)


def ageing_of(ledger: Ledger, today: date) -> Ageing:
    """The unpaid debt of an account by article and age on a Kyiv day."""
    allocation, invoices = ledger.allocation, ledger.own_invoices
    debts = [
        Owed(debt.article, debt.unpaid, invoice.due_on or invoice.issued_on)
        for invoice in invoices
        for debt in allocation.of_invoice(invoice.pk)
    ]
    # Older debt was owed before the first invoice, or before the first month with balances, at the latest.
    oldest = min((invoice.accounted_in for invoice in invoices), default=ledger.newest_month or today)
    debts += [Owed(debt.article, debt.unpaid, oldest) for debt in allocation.older]
    rows = ageing(debts, ledger.articles, today)
    return Ageing(
        rows=rows,
        whole=ageing_total(rows),
        overpaid=allocation.overpaid,
        over_returned=total(allocation.over_returned.values()),
        being_clarified=bool(ledger.disputed),
    )


__all__ = ["Ageing", "ageing_of", "turnover_of"]
