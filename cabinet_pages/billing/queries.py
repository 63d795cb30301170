"""Reads of invoices and balances; each takes a Scope."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from cabinet_pages.access.queries import Scope, opened_to
from cabinet_pages.articles.models import Article
from cabinet_pages.billing.ledgers import Ledger, ledger_for
from cabinet_pages.billing.models import Balance, Invoice, InvoiceLine, InvoiceState
from cabinet_pages.billing.rules import StatedBalance, month_of, stated_balance
from cabinet_pages.quantities.money import ZERO, total
from cabinet_pages.utility.models import PayeeAccount, UtilitySettings

VALID = Q(state=InvoiceState.VALID)


@dataclass(frozen=True, slots=True)
class InvoiceTotals:
    """Sums in UAH of the valid invoices of a list; `count` and `annulled` are numbers of invoices."""

    count: int
    annulled: int
    net: Decimal
    vat: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class Movement:
    """Balances of a month, an article or a whole period, UAH; None where the branch has not given a figure.

    `is_apart` marks penalty, yearly interest and inflation: articles that carry no VAT.
    """

    opening: Decimal | None = None
    charged: Decimal | None = None
    paid: Decimal | None = None
    corrected: Decimal | None = None
    closing: Decimal | None = None
    month: date | None = None
    article: str = ""
    is_apart: bool = False

    @property
    def stated_opening(self) -> StatedBalance | None:
        """The opening balance as debt or overpayment."""
        return stated_balance(self.opening)

    @property
    def stated_closing(self) -> StatedBalance | None:
        """The closing balance as debt or overpayment."""
        return stated_balance(self.closing)


@dataclass(frozen=True, slots=True)
class Finance:
    """Balances of a period: of the whole, and by article where the branch gives them so."""

    whole: Movement
    by_article: list[Movement] = field(default_factory=list)

    @property
    def main(self) -> list[Movement]:
        """The articles of the supply itself."""
        return [movement for movement in self.by_article if not movement.is_apart]

    @property
    def apart(self) -> list[Movement]:
        """Penalty, yearly interest and inflation."""
        return [movement for movement in self.by_article if movement.is_apart]


def invoices_for(scope: Scope) -> "QuerySet[Invoice]":
    """Invoices of an account that its present owner may see, newest first."""
    return Invoice.objects.filter(scope.visible("issued_on"), account=scope.account, withdrawn=False).order_by(
        "-issued_on", "-pk"
    )


def invoice_totals(invoices: "QuerySet[Invoice]") -> InvoiceTotals:
    """Count and add up invoices in the database; annulled ones are counted, never added."""
    found = invoices.order_by().aggregate(
        count=Count("pk"),
        valid=Count("pk", filter=VALID),
        net_sum=Sum("net", filter=VALID),
        vat_sum=Sum("vat", filter=VALID),
        gross_sum=Sum("gross", filter=VALID),
    )
    return InvoiceTotals(
        count=found["count"],
        annulled=found["count"] - found["valid"],
        net=found["net_sum"] or ZERO,
        vat=found["vat_sum"] or ZERO,
        gross=found["gross_sum"] or ZERO,
    )


def invoice_for(scope: Scope, uuid: UUID) -> Invoice | None:
    """One invoice of the account; None for a foreign, a hidden and an absent one alike."""
    return invoices_for(scope).filter(uuid=uuid).first()


def invoices_opened_to(user: Any) -> "QuerySet[Invoice]":
    """Invoices of all accounts that a user may see, for whoever is asked for one of them."""
    return Invoice.objects.filter(opened_to(user, "issued_on"), withdrawn=False).order_by()


@dataclass(frozen=True, slots=True)
class UnpaidPart:
    """An article of an invoice, UAH.

    Args:
        article: itself.
        gross: what its positive lines ask for.
        paid: what is paid of it by the ledger.
        credited: what of that negative lines of the same invoice pay: they are in its sum already.
        unpaid: what is left to pay.
        awaited: what was paid online and is not in the ledger yet; it is not left to pay.
    """

    article: Article
    gross: Decimal
    paid: Decimal
    unpaid: Decimal
    awaited: Decimal = ZERO
    credited: Decimal = ZERO


def unpaid_parts(
    scope: Scope, invoice: Invoice, *, ledger: Ledger | None = None, lines: Iterable[InvoiceLine] | None = None
) -> list[UnpaidPart]:
    """What is left to pay of an invoice by article, in the articles' order, as the cabinet allocates payments.

    Args:
        scope: of the invoice's account.
        invoice: one that the scope has opened; an annulled one asks for nothing.
        ledger: the account's, where the caller has it already; otherwise it takes a query.
        lines: of the invoice with their articles, likewise.

    Returns:
        a part for each article that has a positive line, paid ones too; none where nothing is asked for.
    """
    ledger = ledger or ledger_for(scope)
    parts = ledger.allocation.of_invoice(invoice.pk)
    if not parts:
        return []
    # Of the same article no more than is left, whatever was paid online and elsewhere at once.
    awaited = ledger.awaited_of(invoice.pk)
    articles = {line.article_id: line.article for line in (lines_of(invoice) if lines is None else lines)}
    found = [
        UnpaidPart(
            article=articles[part.article],
            gross=part.amount,
            paid=part.paid,
            unpaid=part.unpaid - (online := min(part.unpaid, awaited.get(part.article, ZERO))),
            awaited=online,
            credited=part.paid_by("line", invoice.pk),
        )
        for part in parts
        if part.article is not None
    ]
    return sorted(found, key=lambda part: (part.article.order, part.article.name))


def lines_of(invoice: Invoice) -> "QuerySet[InvoiceLine]":
    """Lines of an invoice that a scope has opened, in their order, with their articles."""
    return invoice.lines.select_related("article").order_by("position")


def payee_accounts_of(utility: UtilitySettings) -> list[PayeeAccount]:
    """All IBANs of the utility with their articles; one query."""
    return list(utility.payee_accounts.select_related("article"))


def balances_for(scope: Scope) -> "QuerySet[Balance]":
    """Balances of an account of months that ended in the time of its present owner."""
    balances = Balance.objects.filter(account=scope.account, withdrawn=False)
    if scope.visible_from is not None:
        # The end of the month counts, and it is not before a day exactly when the month is not before the day's.
        balances = balances.filter(period__gte=month_of(scope.visible_from))
    return balances


def balance_range(scope: Scope) -> tuple[date | None, date | None]:
    """The first and the last month with balances."""
    found = balances_for(scope).aggregate(first=Min("period"), last=Max("period"))
    return found["first"], found["last"]


def finance_for(scope: Scope, first: date, last: date) -> Finance:
    """Balances from month `first` to month `last`: opening of the one, closing of the other, movements between.

    A movement that any row of the period leaves open is unknown as a whole, never partly added.
    """
    groups = (
        balances_for(scope)
        .filter(period__range=(first, last))
        .order_by()
        .values(
            "article_key", name=F("article__name"), order=F("article__order"), carries_vat=F("article__carries_vat")
        )
        .annotate(
            opening_sum=Sum("opening", filter=Q(period=first)),
            closing_sum=Sum("closing", filter=Q(period=last)),
            charged_sum=Sum("charged"),
            paid_sum=Sum("paid"),
            corrected_sum=Sum("corrected"),
            rows=Count("pk"),
            charged_rows=Count("charged"),
            paid_rows=Count("paid"),
            corrected_rows=Count("corrected"),
        )
        .order_by("article__order", "article__name")
    )
    movements = [
        Movement(
            article=row["name"] or "",
            is_apart=row["carries_vat"] is False,
            opening=row["opening_sum"],
            closing=row["closing_sum"],
            charged=_whole(row, "charged"),
            paid=_whole(row, "paid"),
            corrected=_whole(row, "corrected"),
        )
        for row in groups
    ]
    openings = [movement.opening for movement in movements if movement.opening is not None]
    closings = [movement.closing for movement in movements if movement.closing is not None]
    whole = Movement(
        opening=total(openings) if openings else None,
        closing=total(closings) if closings else None,
        charged=_known_total([movement.charged for movement in movements]),
        paid=_known_total([movement.paid for movement in movements]),
        corrected=_known_total([movement.corrected for movement in movements]),
    )
    return Finance(whole=whole, by_article=[movement for movement in movements if movement.article])


def months_for(scope: Scope, months: list[date]) -> list[Movement]:
    """The balance of each month of the whole account; a month without data has neither opening nor closing."""
    groups = (
        balances_for(scope)
        .filter(period__in=months)
        .order_by()
        .values("period")
        .annotate(
            opening_sum=Sum("opening"),
            closing_sum=Sum("closing"),
            charged_sum=Sum("charged"),
            paid_sum=Sum("paid"),
            corrected_sum=Sum("corrected"),
            rows=Count("pk"),
            charged_rows=Count("charged"),
            paid_rows=Count("paid"),
            corrected_rows=Count("corrected"),
        )
    )
    known = {row["period"]: row for row in groups}
    return [
        Movement(month=month)
        if month not in known
        else Movement(
            month=month,
            opening=known[month]["opening_sum"],
            closing=known[month]["closing_sum"],
            charged=_whole(known[month], "charged"),
            paid=_whole(known[month], "paid"),
            corrected=_whole(known[month], "corrected"),
        )
        for month in months
    ]


def _whole(row: Mapping[str, Any], name: str) -> Decimal | None:
    """A sum in which every row has taken part, or None."""
    amount: Decimal | None = row[f"{name}_sum"]
    return amount if row[f"{name}_rows"] == row["rows"] else None


def _known_total(amounts: list[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return total(known) if known and len(known) == len(amounts) else None
