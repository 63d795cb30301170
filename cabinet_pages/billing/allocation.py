"""To which debts the money of an account goes; pure, no Django.

Per article (стаття реалізації) money goes to the invoice that it names, else to the period that it names, else to the
oldest debt first, beginning with debt older than the first loaded invoice; what is left is an overpayment. Negative
lines of invoices pay as payments do. A returned payment takes back the money that came last before it. Nothing is
invented and nothing is lost: `Allocation.paid + overpaid − over_returned` is the sum of all money, to the kopeck.

The rule is of this product, for 1C gives no allocation; `docs/decisions/0013-allocation.md` says what it settles.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cabinet_pages.quantities.money import ZERO, total

#: What a caller finds money again by: a word, a primary key, and a place where one key has several.
Source = tuple[str, int, int]

#: Where the branch gives balances of the whole account: a debt, or money, of no article in particular.
ANY_ARTICLE = None


@dataclass(frozen=True, slots=True)
class Charge:
    """What an invoice asks for one article and period.

    Args:
        invoice: primary key of the invoice.
        article: primary key of the article; None where the lines are not known.
        period: first day of the month that it is for.
        issued_on: the invoice's date; older ones are paid first.
        amount: the sum with VAT, UAH, above zero.
    """

    invoice: int
    article: int | None
    period: date
    issued_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """A payment, a return of one, or a negative line of an invoice.

    Args:
        source: what the caller finds it again by, for example ("payment", 7, 0).
        article: primary key of the article.
        made_on: the Kyiv date of the payment, or of the invoice with the negative line.
        amount: UAH; below zero for a return.
        invoices: primary keys of the invoices that it names, the first first.
        periods: first days of the months that it names.
    """

    source: Source
    article: int | None
    made_on: date
    amount: Decimal
    invoices: tuple[int, ...] = ()
    periods: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """A part of some money, UAH, that went to a debt."""

    source: Source
    amount: Decimal


@dataclass(slots=True)
class Debt:
    """An amount asked for, UAH, with what has been paid of it and by what money."""

    article: int | None
    amount: Decimal = ZERO
    paid: Decimal = ZERO
    shares: list[Share] = field(default_factory=list)

    @property
    def unpaid(self) -> Decimal:
        """What is left to pay, UAH; never below zero."""
        return self.amount - self.paid

    def paid_by(self, kind: str, key: int) -> Decimal:
        """What the money of a source has paid of it, UAH, whatever its place."""
        return total(share.amount for share in self.shares if share.source[:2] == (kind, key))


@dataclass(frozen=True, slots=True)
class Allocation:
    """Where the money of an account went; keys of articles are as in the charges.

    Args:
        parts: what is paid of each invoice, by article in the order of its charges.
        older: debts older than the first loaded invoice, by article.
        overpayments: money by article that found no debt (переплата), above zero.
        over_returned: what was returned by article beyond all the money there was, above zero: it is owed again.
        left: of which money the overpayments are, above zero, by its source.
        taken_back: what returns have taken back of which money, above zero, by its source.
    """

    parts: dict[int, list[Debt]]
    older: list[Debt]
    overpayments: dict[int | None, Decimal]
    over_returned: dict[int | None, Decimal]
    left: dict[Source, Decimal] = field(default_factory=dict)
    taken_back: dict[Source, Decimal] = field(default_factory=dict)

    @property
    def paid(self) -> Decimal:
        """What is paid of all debts, UAH."""
        return total(debt.paid for debt in self._debts())

    @property
    def overpaid(self) -> Decimal:
        """All overpayments, UAH."""
        return total(self.overpayments.values())

    @property
    def balance(self) -> Decimal:
        """The balance (сальдо) that follows: + the consumer's debt, − an overpayment, UAH."""
        return total(debt.unpaid for debt in self._debts()) + total(self.over_returned.values()) - self.overpaid

    def of_invoice(self, invoice: int) -> list[Debt]:
        """The parts of one invoice; none where it asks for nothing."""
        return self.parts.get(invoice, [])

    def _debts(self) -> list[Debt]:
        return [*self.older, *(part for parts in self.parts.values() for part in parts)]


#: What `Share.source` is for the overpayment with which the loaded months began.
OPENING_CREDIT = ("opening", 0, 0)


def allocate(
    charges: Iterable[Charge], money: Iterable[Money], opening: Mapping[int | None, Decimal] | None = None
) -> Allocation:
    """Give the money of one account to its debts.

    Args:
        charges: of the valid invoices that are not withdrawn, in any order.
        money: payments, returns and negative lines of the same rows, in any order.
        opening: by article, or under `ANY_ARTICLE` for the whole account, the balance in UAH before the first charge:
            + a debt that is older than all invoices, − an overpayment that pays before all other money.

    Returns:
        the debts with what is paid, and what is left of the money.
    """
    ledger = _Ledger(charges, opening or {})
    purses, over_returned = _without_returns(money, opening or {})
    taken_back: dict[Source, Decimal] = defaultdict(lambda: ZERO)
    for purse in purses:
        if purse.left < purse.money.amount:
            taken_back[purse.money.source] += purse.money.amount - purse.left
    for purse in purses:
        ledger.pay_named(purse, purse.money.invoices)
    for purse in purses:
        ledger.pay_periods(purse, purse.money.periods)
    for purse in purses:
        ledger.pay_oldest(purse)
    overpayments: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    left: dict[Source, Decimal] = defaultdict(lambda: ZERO)
    for purse in purses:
        if purse.left:
            overpayments[purse.money.article] += purse.left
            # The opening overpayments of several articles have one source.
            left[purse.money.source] += purse.left
    return Allocation(
        parts=ledger.parts,
        older=ledger.older,
        overpayments=dict(overpayments),
        over_returned=dict(over_returned),
        left=dict(left),
        taken_back=dict(taken_back),
    )


@dataclass(slots=True)
class _Purse:
    """Money, and what is left of it."""

    money: Money
    left: Decimal


@dataclass(slots=True)
class _Open:
    """What is left to pay of a charge, and the part of its invoice that it belongs to."""

    debt: Debt
    left: Decimal
    invoice: int | None = None
    period: date | None = None


class _Ledger:
    """The debts of an account, the oldest first."""

    def __init__(self, charges: Iterable[Charge], opening: Mapping[int | None, Decimal]) -> None:
        self.parts: dict[int, list[Debt]] = {}
        self.older = [Debt(article, amount) for article, amount in opening.items() if amount > 0]
        self._rows = [_Open(debt, debt.amount) for debt in self.older]
        known: dict[tuple[int, int | None], Debt] = {}
        for charge in sorted(charges, key=lambda charge: (charge.issued_on, charge.period, charge.invoice)):
            key = (charge.invoice, charge.article)
            if key not in known:
                known[key] = Debt(charge.article)
                self.parts.setdefault(charge.invoice, []).append(known[key])
            known[key].amount += charge.amount
            self._rows.append(_Open(known[key], charge.amount, charge.invoice, charge.period))
        self._by_invoice: dict[tuple[int | None, int | None], list[_Open]] = defaultdict(list)
        self._by_period: dict[tuple[int | None, date | None], list[_Open]] = defaultdict(list)
        for row in self._rows:
            self._by_invoice[row.debt.article, row.invoice].append(row)
            self._by_period[row.debt.article, row.period].append(row)
        self._queues: dict[int | None, list[_Open]] = {}

    def pay_named(self, purse: _Purse, invoices: Sequence[int]) -> None:
        """Pay the invoices that the money names, of its own article."""
        for invoice in invoices:
            self._pay(purse, self._by_invoice.get((purse.money.article, invoice), []))

    def pay_periods(self, purse: _Purse, periods: Sequence[date]) -> None:
        """Pay what is owed for the periods that the money names, of its own article."""
        for period in periods:
            self._pay(purse, self._by_period.get((purse.money.article, period), []))

    def pay_oldest(self, purse: _Purse) -> None:
        """Pay the oldest debts that the money may pay."""
        queue = self._queue(purse.money.article)
        while purse.left and queue:
            self._pay(purse, queue[-1:])
            if not queue[-1].left:
                queue.pop()

    def _queue(self, article: int | None) -> list[_Open]:
        # The oldest last, so that a paid one leaves at the end. Money of no article in particular may pay any debt,
        # and any money a debt of no article in particular.
        if article not in self._queues:
            self._queues[article] = [
                row
                for row in reversed(self._rows)
                if row.left and (article is ANY_ARTICLE or row.debt.article in (article, ANY_ARTICLE))
            ]
        return self._queues[article]

    @staticmethod
    def _pay(purse: _Purse, rows: Iterable[_Open]) -> None:
        for row in rows:
            amount = min(purse.left, row.left)
            if amount > 0:
                purse.left -= amount
                row.left -= amount
                row.debt.paid += amount
                row.debt.shares.append(Share(purse.money.source, amount))


def _without_returns(
    money: Iterable[Money], opening: Mapping[int | None, Decimal]
) -> tuple[list[_Purse], dict[int | None, Decimal]]:
    """What there is to pay with, in the order in which it came, and what was returned beyond it by article.

    A return takes back the article's money that came last before it, then what came after.
    """
    rows = sorted(money, key=lambda row: (row.made_on, row.source))
    purses = [
        _Purse(Money(OPENING_CREDIT, article, date.min, -amount), -amount)
        for article, amount in opening.items()
        if amount < 0
    ]
    purses += [_Purse(row, row.amount) for row in rows if row.amount > 0]
    over_returned: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    by_article: dict[int | None, list[_Purse]] = defaultdict(list)
    for purse in purses:
        by_article[purse.money.article].append(purse)
    for row in rows:
        if row.amount >= 0:
            continue
        owed = -row.amount
        of_article = by_article[row.article]
        before = [purse for purse in of_article if purse.money.made_on <= row.made_on]
        for purse in [*reversed(before), *of_article[len(before) :]]:
            taken = min(owed, purse.left)
            purse.left -= taken
            owed -= taken
        if owed:
            over_returned[row.article] += owed
    return purses, over_returned


__all__ = ["ANY_ARTICLE", "OPENING_CREDIT", "Allocation", "Charge", "Debt", "Money", "Share", "Source", "allocate"]
