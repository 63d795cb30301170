"""The list of invoices over one or many accounts, each with what is paid of it as the cabinet computes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from cabinet_pages.access.queries import Scope
from cabinet_pages.billing.ledgers import InvoiceFacts, InvoicePayment, ledgers_for
from cabinet_pages.billing.models import Invoice
from cabinet_pages.billing.queries import InvoiceTotals, invoice_totals
from cabinet_pages.billing.rules import PaymentStatus
from cabinet_pages.billing.turnover.rules import ArticleName
from cabinet_pages.quantities.money import total


@dataclass(frozen=True, slots=True)
class InvoiceList:
    """Invoices that a filter leaves, to be paged by the database, and their totals.

    Args:
        invoices: with their accounts, the newest first.
        totals: of all of them; annulled ones are counted, never added.
        paid: what is paid of them, UAH.
        unpaid: what is left to pay, UAH.
        being_clarified: whether the state of any of them is.
        payments: by invoice; annulled ones are not among them.
    """

    invoices: "QuerySet[Invoice] | list[Invoice]"
    totals: InvoiceTotals
    paid: Decimal
    unpaid: Decimal
    being_clarified: bool
    payments: dict[int, InvoicePayment]

    def with_payments(self, page: Sequence[Invoice]) -> list[tuple[Invoice, InvoicePayment | None]]:
        """The invoices of a page, each with what is paid of it; None for an annulled one."""
        return [(invoice, self.payments.get(invoice.pk)) for invoice in page]


def invoices_of(scopes: Sequence[Scope]) -> "QuerySet[Invoice]":
    """Invoices of accounts that their present owners may see, the newest first."""
    in_time = Q(account__owned_since__isnull=True) | Q(issued_on__gte=F("account__owned_since"))
    return (
        Invoice.objects.filter(in_time, account__in=[scope.account.pk for scope in scopes], withdrawn=False)
        .select_related("account")
        .order_by("-issued_on", "-pk")
    )


@dataclass(frozen=True, slots=True)
class InvoiceWish:
    """What a list is cut to; None leaves it whole.

    Args:
        year, month: in which an invoice is accounted.
        article: primary key of an article of which it has a line.
        status: how far it is paid.
    """

    year: int | None = None
    month: int | None = None
    article: int | None = None
    status: PaymentStatus | None = None

    def takes(self, facts: InvoiceFacts, payment: InvoicePayment | None) -> bool:
        """Whether an invoice is in the list; without a payment it is annulled."""
        status = payment.status if payment else PaymentStatus.ANNULLED
        return (
            self.year in (None, facts.accounted_in.year)
            and self.month in (None, facts.accounted_in.month)
            and self.status in (None, status)
            and (self.article is None or any(article == self.article for article, _, _ in facts.lines))
        )


@dataclass(frozen=True, slots=True)
class InvoiceBook:
    """All invoices of accounts, as their ledgers know them.

    Args:
        scopes: the accounts.
        invoices: those of the present owners, annulled ones too, each with how far it is paid.
        articles: of their lines.
    """

    scopes: Sequence[Scope]
    invoices: list[tuple[InvoiceFacts, InvoicePayment | None]]
    articles: list[ArticleName]

    @property
    def years(self) -> set[int]:
        """The years in which they are accounted."""
        return {facts.accounted_in.year for facts, _ in self.invoices}

    def cut(self, wish: InvoiceWish | None) -> InvoiceList:
        """The list that is wished for; nothing for a wish that nobody understands. One query beside the page's own."""
        taken = [
            (facts, payment) for facts, payment in self.invoices if wish is not None and wish.takes(facts, payment)
        ]
        invoices = invoices_of(self.scopes)
        if len(taken) < len(self.invoices):
            invoices = invoices.filter(pk__in=[facts.pk for facts, _ in taken])
        found = [payment for _, payment in taken if payment is not None]
        return InvoiceList(
            invoices=invoices,
            totals=invoice_totals(invoices),
            paid=total(payment.paid for payment in found),
            unpaid=total(payment.left for payment in found),
            being_clarified=any(payment.being_clarified for payment in found),
            payments={facts.pk: payment for facts, payment in taken if payment is not None},
        )


def invoice_book(scopes: Sequence[Scope], today: date) -> InvoiceBook:
    """The invoices of accounts on a Kyiv day; one query, whatever the number of accounts."""
    invoices: list[tuple[InvoiceFacts, InvoicePayment | None]] = []
    articles: dict[int, ArticleName] = {}
    for ledger in ledgers_for(scopes).values():
        for facts in ledger.invoices.values():
            if ledger.is_visible(facts.issued_on):
                invoices.append((facts, ledger.payment_of(facts.pk, today)))
                articles |= {pk: ledger.articles[pk] for pk, _, _ in facts.lines if pk is not None}
    return InvoiceBook(
        scopes=scopes,
        invoices=invoices,
        articles=sorted(articles.values(), key=lambda article: (article.order, article.name)),
    )


__all__ = ["InvoiceBook", "InvoiceList", "InvoiceWish", "invoice_book", "invoices_of"]
