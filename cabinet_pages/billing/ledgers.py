"""What an account owes and has paid, read for allocation: a constant number of queries for however many accounts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from cabinet_pages.access.queries import Scope
from cabinet_pages.billing.allocation import ANY_ARTICLE, Allocation, Charge, Money, allocate
from cabinet_pages.billing.models import Balance, Invoice, InvoiceLine, InvoiceState
from cabinet_pages.billing.purposes import NamedInvoice, folded_number, named_in
from cabinet_pages.billing.rules import PaymentStatus, month_of, next_month, payment_status
from cabinet_pages.payments.models import Payment
from cabinet_pages.quantities.money import ZERO, total


@dataclass(frozen=True, slots=True)
class InvoicePayment:
    """How far an invoice is paid, UAH.

    Args:
        status: in a word.
        asked: what its positive lines ask for.
        paid: what of it is paid, by payments and by negative lines.
        unpaid: what is left to pay.
        being_clarified: the branch's newest balance of an article of it is another than the cabinet's.
    """

    status: PaymentStatus
    asked: Decimal
    paid: Decimal
    unpaid: Decimal
    being_clarified: bool


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """What allocation knows of a valid invoice."""

    pk: int
    number: str
    issued_on: date
    accounted_in: date
    due_on: date | None
    corrects: str


@dataclass(slots=True)
class Ledger:
    """The loaded rows of one account, and where its money went.

    Args:
        invoices: by primary key; annulled ones are not among them.
        opening: the balances with which the ledger begins, by article; `ANY_ARTICLE` where they are of the whole.
        begins_on: from this Kyiv day on the ledger's rows count; None for all of them.
        allocation: what is paid of what.
        disputed: articles whose newest closing balance is another than the computed one.
        newest_month: the month of that balance; None without balances.
    """

    invoices: dict[int, InvoiceFacts]
    opening: dict[int | None, Decimal]
    begins_on: date | None
    allocation: Allocation
    disputed: frozenset[int | None] = field(default=frozenset())
    newest_month: date | None = None

    def is_disputed(self, article: int | None) -> bool:
        """Whether the branch's balance says something else of an article."""
        return article in self.disputed or ANY_ARTICLE in self.disputed

    def payment_of(self, invoice: int, today: date) -> InvoicePayment | None:
        """How far an invoice is paid on a Kyiv day; None for one that asks for nothing any more."""
        facts = self.invoices.get(invoice)
        if facts is None:
            return None
        parts = self.allocation.of_invoice(invoice)
        paid, unpaid = total(part.paid for part in parts), total(part.unpaid for part in parts)
        return InvoicePayment(
            status=payment_status(paid=paid, unpaid=unpaid, due_on=facts.due_on, today=today),
            asked=paid + unpaid,
            paid=paid,
            unpaid=unpaid,
            being_clarified=any(self.is_disputed(part.article) for part in parts),
        )


@dataclass(slots=True)
class _Rows:
    """Everything loaded of one account."""

    invoices: dict[int, InvoiceFacts] = field(default_factory=dict)
    lines: dict[int, list[tuple[int | None, date, Decimal]]] = field(default_factory=lambda: defaultdict(list))
    payments: list[Payment] = field(default_factory=list)
    balances: dict[date, list[tuple[int | None, Decimal, Decimal]]] = field(default_factory=lambda: defaultdict(list))


def ledger_for(scope: Scope) -> Ledger:
    """The ledger of one account."""
    return ledgers_for([scope])[scope.account.pk]


def ledgers_for(scopes: Sequence[Scope]) -> dict[int, Ledger]:
    """The ledgers of accounts by their primary keys; four queries, whatever the number of accounts and rows."""
    rows = {scope.account.pk: _Rows() for scope in scopes}
    visible_from = {scope.account.pk: scope.visible_from for scope in scopes}
    _load_invoices(rows, _of(Invoice.objects, rows, "", "issued_on"))
    _load_lines(rows, _of(InvoiceLine.objects, rows, "invoice__", "invoice__issued_on"))
    for payment in (
        _of(Payment.objects, rows, "", "paid_on")
        .only("account_id", "article_id", "paid_on", "amount", "purpose")
        .order_by("paid_on", "pk")
    ):
        rows[payment.account_id].payments.append(payment)
    balances = Balance.objects.filter(account__in=list(rows), withdrawn=False)
    for account, period, article, opening, closing in balances.values_list(
        "account_id", "period", "article_id", "opening", "closing"
    ):
        since = visible_from[account]
        if since is None or period >= month_of(since):
            rows[account].balances[period].append((article, opening, closing))
    return {account: _ledger(found) for account, found in rows.items()}


def _of(manager: Any, accounts: Iterable[int], prefix: str, day: str) -> "QuerySet[Any]":
    """Rows of accounts that are not withdrawn, and dated in the time of each account's present owner."""
    since = f"{prefix}account__owned_since"
    in_time = Q(**{f"{since}__isnull": True}) | Q(**{f"{day}__gte": F(since)})
    found: QuerySet[Any] = manager.filter(
        in_time, **{f"{prefix}account__in": list(accounts), f"{prefix}withdrawn": False}
    )
    return found


def _load_invoices(rows: dict[int, _Rows], invoices: "QuerySet[Any]") -> None:
    for account, *values, period, issued_on, due_on, corrects in invoices.filter(state=InvoiceState.VALID).values_list(
        "account_id", "pk", "number", "period", "issued_on", "due_on", "corrects_number"
    ):
        pk, number = values
        rows[account].invoices[pk] = InvoiceFacts(
            pk=pk,
            number=number,
            issued_on=issued_on,
            accounted_in=month_of(period or issued_on),
            due_on=due_on,
            corrects=corrects,
        )


def _load_lines(rows: dict[int, _Rows], lines: "QuerySet[InvoiceLine]") -> None:
    """Lines added up by invoice, article, period and sign: what one invoice asks and gives back is not netted."""
    groups = (
        lines.filter(invoice__state=InvoiceState.VALID)
        .order_by("invoice_id", "article_id", "period")
        .values_list("invoice__account_id", "invoice_id", "article_id", "period")
        .annotate(asked=Sum("gross", filter=Q(gross__gt=0)), given=Sum("gross", filter=Q(gross__lt=0)))
    )
    for account, invoice, article, period, asked, given in groups:
        facts = rows[account].invoices.get(invoice)
        if facts is None:
            # Imported between the two queries.
            continue
        for amount in (asked, given):
            if amount:
                rows[account].lines[invoice].append((article, period or facts.accounted_in, amount))


def _ledger(rows: _Rows) -> Ledger:
    opening, begins_on = _opening(rows)
    named = _numbers(rows.invoices.values())
    charges, money = [], []
    for facts in rows.invoices.values():
        for position, (article, period, amount) in enumerate(rows.lines[facts.pk]):
            if amount > 0:
                charges.append(Charge(facts.pk, article, period, facts.issued_on, amount))
            else:
                money.append(_negative_line(facts, position, article, period, -amount, named))
    payments = [payment for payment in rows.payments if begins_on is None or payment.paid_on >= begins_on]
    money += [_payment(payment, named) for payment in payments]
    ledger = Ledger(
        invoices=rows.invoices,
        opening=opening,
        begins_on=begins_on,
        allocation=allocate(charges, money, opening),
        newest_month=max(rows.balances, default=None),
    )
    ledger.disputed = _disputed(rows, ledger, payments)
    return ledger


def _opening(rows: _Rows) -> tuple[dict[int | None, Decimal], date | None]:
    """The balance older than the first invoice, by article, and the first day whose payments are not part of it.

    See `docs/decisions/0013-allocation.md`, «Older debt».
    """
    first = min((facts.accounted_in for facts in rows.invoices.values()), default=min(rows.balances, default=None))
    if first is None or not rows.balances:
        return {}, None
    later = [month for month in rows.balances if month >= first]
    if not later:
        last = max(rows.balances)
        return {article: closing for article, _, closing in rows.balances[last]}, next_month(last)
    anchor = min(later)
    opening: dict[int | None, Decimal] = {article: amount for article, amount, _ in rows.balances[anchor]}
    between = _movements(rows, rows.payments, lambda month: first <= month < anchor)
    for article, amount in between.items():
        key = ANY_ARTICLE if ANY_ARTICLE in opening else article
        opening[key] = opening.get(key, ZERO) - amount
    return opening, first


def _movements(rows: _Rows, payments: Iterable[Payment], counts: Any) -> dict[int | None, Decimal]:
    """Invoices without payments, by article, of the months that count."""
    found: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    for facts in rows.invoices.values():
        if counts(facts.accounted_in):
            for article, _, amount in rows.lines[facts.pk]:
                found[article] += amount
    for payment in payments:
        if counts(month_of(payment.paid_on)):
            found[payment.article_id] -= payment.amount
    return found


def _disputed(rows: _Rows, ledger: Ledger, payments: Iterable[Payment]) -> frozenset[int | None]:
    """Articles of which the newest closing balance is not what the rows up to its month come to."""
    newest = ledger.newest_month
    if newest is None:
        return frozenset()
    computed = defaultdict(lambda: ZERO, ledger.opening)
    for article, amount in _movements(rows, payments, lambda month: month <= newest).items():
        computed[article] += amount
    stated = {article: closing for article, _, closing in rows.balances[newest]}
    if ANY_ARTICLE in stated or ANY_ARTICLE in ledger.opening:
        same = total(computed.values()) == total(stated.values())
        return frozenset() if same else frozenset({ANY_ARTICLE})
    return frozenset(
        article for article in {*computed, *stated} if computed.get(article, ZERO) != stated.get(article, ZERO)
    )


def _numbers(invoices: Iterable[InvoiceFacts]) -> dict[str, list[InvoiceFacts]]:
    """Invoices by folded number, the oldest first."""
    found: dict[str, list[InvoiceFacts]] = defaultdict(list)
    for facts in sorted(invoices, key=lambda facts: (facts.issued_on, facts.pk)):
        found[folded_number(facts.number)].append(facts)
    return found


def _meant(named: NamedInvoice, numbers: dict[str, list[InvoiceFacts]], by: date) -> int | None:
    """The invoice of a number: the one of the date beside it, else the newest issued by a day, else the next."""
    found = numbers.get(named.number, [])
    for facts in found:
        if facts.issued_on == named.issued_on:
            return facts.pk
    issued = [facts for facts in found if facts.issued_on <= by]
    meant = issued[-1:] or found[:1]
    return meant[0].pk if meant else None


def _payment(payment: Payment, numbers: dict[str, list[InvoiceFacts]]) -> Money:
    named = named_in(payment.purpose, payment.paid_on)
    meant = (_meant(one, numbers, payment.paid_on) for one in named.invoices)
    return Money(
        source=("payment", payment.pk, 0),
        article=payment.article_id,
        made_on=payment.paid_on,
        amount=payment.amount,
        invoices=tuple(dict.fromkeys(pk for pk in meant if pk is not None)),
        periods=named.periods,
    )


def _negative_line(
    facts: InvoiceFacts,
    position: int,
    article: int | None,
    period: date,
    amount: Decimal,
    numbers: dict[str, list[InvoiceFacts]],
) -> Money:
    invoices: tuple[int, ...] = ()
    if facts.corrects:
        meant = _meant(NamedInvoice(folded_number(facts.corrects)), numbers, facts.issued_on)
        invoices = () if meant is None else (meant,)
    elif period == facts.accounted_in:
        invoices = (facts.pk,)
    return Money(
        source=("line", facts.pk, position),
        article=article,
        made_on=facts.issued_on,
        amount=amount,
        invoices=invoices,
        periods=(period,),
    )


__all__ = ["InvoicePayment", "Ledger", "ledger_for", "ledgers_for"]
