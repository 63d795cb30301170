"""What an account owes and has paid, read for allocation: one query for however many accounts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from cabinet_pages.access.queries import Scope
from cabinet_pages.billing.allocation import ANY_ARTICLE, Allocation, Charge, Money, allocate
from cabinet_pages.billing.ledger_rows import BALANCE, INVOICE, ONLINE, LedgerRow, ledger_rows
from cabinet_pages.billing.models import InvoiceState
from cabinet_pages.billing.online_payments.rules import BookedPayment, PaidOrder, not_booked
from cabinet_pages.billing.purposes import NamedInvoice, folded_number, named_in
from cabinet_pages.billing.rules import PaymentStatus, month_of, next_month, payment_status
from cabinet_pages.billing.turnover.rules import ArticleName
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.quantities.money import ZERO, total


@dataclass(frozen=True, slots=True)
class InvoicePayment:
    """How far an invoice is paid, UAH.

    Args:
        status: in a word.
        asked: what its positive lines ask for.
        paid: what of it is paid, by payments and by negative lines.
        unpaid: what is not paid by the ledger.
        awaited: what of that was paid online and is not booked yet.
        being_clarified: the branch's newest balance of an article of it is another than the cabinet's.
    """

    status: PaymentStatus
    asked: Decimal
    paid: Decimal
    unpaid: Decimal
    being_clarified: bool
    awaited: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        """What is left to pay."""
        return self.unpaid - self.awaited


@dataclass(slots=True)
class InvoiceFacts:
    """What a ledger knows of an invoice.

    Args:
        pk: primary key.
        number: as it is written.
        issued_on: its date.
        accounted_in: first day of its period, or of the month of its date.
        due_on: the last Kyiv day for paying it.
        is_valid: it is not annulled.
        corrects: the number of the invoice that it corrects.
        lines: article, period and sum with VAT; positive and negative ones are apart.
        uuid: by which its page is found.
    """

    pk: int
    number: str
    issued_on: date
    accounted_in: date
    due_on: date | None
    is_valid: bool
    corrects: str
    lines: list[tuple[int | None, date, Decimal]] = field(default_factory=list)
    uuid: UUID | None = None


@dataclass(slots=True)
class Ledger:
    """The rows of one account, and where its money went.

    Args:
        account: primary key.
        visible_from: the Kyiv day from which documents are the present owner's; the sums of the month in which it lies
            have the earlier owner's too, as the month's balances do.
        invoices: by primary key, annulled ones too.
        payments: in the order of their dates.
        online: parts of what was paid online, by order, whether or not the ERP has booked it.
        balances: of the months of the present owner, by month.
        articles: by primary key.
    """

    account: int
    visible_from: date | None = None
    invoices: dict[int, InvoiceFacts] = field(default_factory=dict)
    payments: list[LedgerRow] = field(default_factory=list)
    online: dict[int, list[LedgerRow]] = field(default_factory=lambda: defaultdict(list))
    balances: dict[date, list[LedgerRow]] = field(default_factory=lambda: defaultdict(list))
    articles: dict[int, ArticleName] = field(default_factory=dict)
    #: The balances with which the ledger begins, by article; `ANY_ARTICLE` where they are of the whole.
    opening: dict[int | None, Decimal] = field(default_factory=dict)
    #: Payments before this day are part of these balances; None where all payments pay.
    begins_on: date | None = None
    #: Articles whose newest closing balance is another than the computed one.
    disputed: frozenset[int | None] = frozenset()
    allocation: Allocation = field(default_factory=lambda: allocate([], []))
    #: By order and article, what is paid online and not booked yet; nothing for an order that is booked whole.
    awaited: dict[int, dict[int, Decimal]] = field(default_factory=dict)

    @property
    def newest_month(self) -> date | None:
        """The newest month with balances."""
        return max(self.balances, default=None)

    def is_visible(self, day: date) -> bool:
        """Whether a document of a day is the present owner's."""
        return self.visible_from is None or day >= self.visible_from

    @property
    def own_invoices(self) -> list[InvoiceFacts]:
        """The valid invoices of the present owner."""
        return [facts for facts in self.invoices.values() if facts.is_valid and self.is_visible(facts.issued_on)]

    def payment_of(self, invoice: int, today: date) -> InvoicePayment | None:
        """How far an invoice is paid on a Kyiv day; None for one that asks for nothing any more."""
        facts = self.invoices.get(invoice)
        if facts is None or not facts.is_valid:
            return None
        parts = self.allocation.of_invoice(invoice)
        paid, unpaid = total(part.paid for part in parts), total(part.unpaid for part in parts)
        awaited = self.awaited_of(invoice) if self.awaited else {}
        return InvoicePayment(
            status=payment_status(paid=paid, unpaid=unpaid, due_on=facts.due_on, today=today),
            asked=paid + unpaid,
            paid=paid,
            unpaid=unpaid,
            being_clarified=any(part.article in self.disputed or ANY_ARTICLE in self.disputed for part in parts),
            awaited=total(min(part.unpaid, awaited.get(part.article or 0, ZERO)) for part in parts),
        )

    def awaited_of(self, invoice: int) -> dict[int, Decimal]:
        """What of an invoice is paid online and not booked by the ERP yet, UAH by article."""
        found: dict[int, Decimal] = defaultdict(lambda: ZERO)
        facts = self.invoices.get(invoice)
        for order, parts in self.awaited.items():
            row = self.online[order][0]
            if facts is not None and (row.corrects, row.period) == (facts.number, facts.issued_on):
                for article, amount in parts.items():
                    found[article] += amount
        return found

    def is_online_booked(self, order: int) -> bool:
        """Whether the ERP has booked all of what was paid by an order and not given back."""
        return order in self.awaited and not self.awaited[order]

    def movements(self, counts: Callable[[date], bool], *, own: bool = True) -> dict[int | None, Decimal]:
        """Valid invoices without payments, UAH by article, of the months that count.

        Args:
            counts: whether a month, by its first day, does.
            own: only the present owner's documents.
        """
        found: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
        for documents, sign in ((self.charged(own=own), 1), (self.paid(own=own), -1)):
            for (month, article), amount in documents.items():
                if counts(month):
                    found[article] += sign * amount
        return found

    def charged(self, *, own: bool = False) -> dict[tuple[date, int | None], Decimal]:
        """Sums of valid invoices, UAH by the month in which they are accounted and by article."""
        found: dict[tuple[date, int | None], Decimal] = defaultdict(lambda: ZERO)
        for facts in self.invoices.values():
            if facts.is_valid and (not own or self.is_visible(facts.issued_on)):
                for article, _, amount in facts.lines:
                    found[facts.accounted_in, article] += amount
        return found

    def paid(self, *, own: bool = False) -> dict[tuple[date, int | None], Decimal]:
        """Sums of payments, UAH by month and article."""
        found: dict[tuple[date, int | None], Decimal] = defaultdict(lambda: ZERO)
        for payment in self.payments:
            if not own or self.is_visible(payment.day):
                found[month_of(payment.day), payment.article] += payment.first or ZERO
        return found


def ledger_for(scope: Scope) -> Ledger:
    """The ledger of one account."""
    return ledgers_for([scope])[scope.account.pk]


def ledgers_for(scopes: Sequence[Scope]) -> dict[int, Ledger]:
    """The ledgers of accounts by their primary keys; one query, whatever the number of accounts and rows."""
    ledgers = {scope.account.pk: Ledger(scope.account.pk, scope.visible_from) for scope in scopes}
    # Nothing is asked for nobody.
    rows = ledger_rows(scopes) if scopes else []
    for row in sorted(rows, key=lambda row: (row.day, row.key, row.article or 0, row.line_period or row.day)):
        _add(ledgers[row.account], row)
    for ledger in ledgers.values():
        _settle(ledger)
    return ledgers


def _add(ledger: Ledger, row: LedgerRow) -> None:
    if row.article is not None and row.article not in ledger.articles:
        ledger.articles[row.article] = ArticleName(
            row.article, row.article_name or "", row.article_order or 0, not row.carries_vat
        )
    if row.kind == BALANCE:
        ledger.balances[row.day].append(row)
    elif row.kind == INVOICE:
        month = month_of(row.period or row.day)
        facts = ledger.invoices.setdefault(
            row.key,
            InvoiceFacts(
                pk=row.key,
                number=row.text,
                issued_on=row.day,
                accounted_in=month,
                due_on=row.due_on,
                is_valid=row.state == InvoiceState.VALID,
                corrects=row.corrects,
                uuid=row.uuid,
            ),
        )
        facts.lines += [(row.article, row.line_period or month, amount) for amount in (row.first, row.second) if amount]
    elif row.kind == ONLINE:
        ledger.online[row.key].append(row)
    else:
        ledger.payments.append(row)


def _settle(ledger: Ledger) -> None:
    """Give the money of a loaded ledger to its debts."""
    invoices = ledger.own_invoices
    ledger.opening, ledger.begins_on = _opening(ledger, invoices)
    named = _numbers(invoices)
    charges, money = [], []
    for facts in invoices:
        for position, (article, period, amount) in enumerate(facts.lines):
            if amount > 0:
                charges.append(Charge(facts.pk, article, period, facts.issued_on, amount))
            else:
                money.append(_negative_line(facts, position, article, period, -amount, named))
    money += [
        _payment(payment, named)
        for payment in ledger.payments
        if ledger.is_visible(payment.day) and (ledger.begins_on is None or payment.day >= ledger.begins_on)
    ]
    ledger.allocation = allocate(charges, money, ledger.opening)
    ledger.disputed = _disputed(ledger, ledger.begins_on)
    ledger.awaited = _awaited(ledger)


def _awaited(ledger: Ledger) -> dict[int, dict[int, Decimal]]:
    """Match what was paid online with what the ERP has booked; it is no money of the ledger before."""
    if not ledger.online:
        return {}
    orders = [
        PaidOrder(
            key=key,
            reference=rows[0].text,
            paid_on=rows[0].day,
            known_payment=rows[0].known or 0,
            refunded=rows[0].paid or ZERO,
            parts={row.article: row.first or ZERO for row in rows if row.article is not None},
        )
        for key, rows in sorted(ledger.online.items())
    ]
    booked = [
        BookedPayment(row.key, row.article, row.day, row.first or ZERO, f"{row.text} {row.corrects}")
        for row in ledger.payments
    ]
    return not_booked(orders, booked, days=cabinet_settings.ONLINE_PAYMENT_DAYS)


def _opening(ledger: Ledger, invoices: Sequence[InvoiceFacts]) -> tuple[dict[int | None, Decimal], date | None]:
    """The balance older than the first invoice, by article, and the first day whose payments are not part of it.

    See `docs/decisions/0013-allocation.md`, «Older debt».
    """
    balances = ledger.balances
    first = min((facts.accounted_in for facts in invoices), default=min(balances, default=None))
    if first is None or not balances:
        return {}, None
    later = [month for month in balances if month >= first]
    if not later:
        last = max(balances)
        return {row.article: row.second or ZERO for row in balances[last]}, next_month(last)
    anchor = min(later)
    opening: dict[int | None, Decimal] = {row.article: row.first or ZERO for row in balances[anchor]}
    for article, amount in ledger.movements(lambda month: first <= month < anchor).items():
        key = ANY_ARTICLE if ANY_ARTICLE in opening else article
        opening[key] = opening.get(key, ZERO) - amount
    return opening, first


def _disputed(ledger: Ledger, begins_on: date | None) -> frozenset[int | None]:
    """Articles of which the newest closing balance is not what the rows up to its month come to."""
    newest = ledger.newest_month
    if newest is None:
        return frozenset()
    computed = defaultdict(lambda: ZERO, ledger.opening)
    counted = ledger.movements(lambda month: month <= newest and (begins_on is None or month >= month_of(begins_on)))
    for article, amount in counted.items():
        computed[article] += amount
    stated = {row.article: row.second or ZERO for row in ledger.balances[newest]}
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


def _payment(payment: LedgerRow, numbers: dict[str, list[InvoiceFacts]]) -> Money:
    named = named_in(payment.text, payment.day)
    meant = (_meant(one, numbers, payment.day) for one in named.invoices)
    return Money(
        source=("payment", payment.key, 0),
        article=payment.article,
        made_on=payment.day,
        amount=payment.first or ZERO,
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


__all__ = ["InvoiceFacts", "InvoicePayment", "Ledger", "ledger_for", "ledgers_for"]
