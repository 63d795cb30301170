"""Reads of payments; each takes a Scope."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, QuerySet, Sum

from cabinet_pages.access.queries import Scope
from cabinet_pages.payments.models import Payment
from cabinet_pages.quantities.money import total


@dataclass(frozen=True, slots=True)
class ArticleTotal:
    """What was paid for an article, UAH, and in how many payments."""

    article: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PaymentTotals:
    """Payments of a period added up by the database, by article in the articles' order."""

    by_article: list[ArticleTotal]

    @property
    def count(self) -> int:
        """The number of payments."""
        return sum(article.count for article in self.by_article)

    @property
    def amount(self) -> Decimal:
        """The sum of all payments, UAH; returns are negative in it."""
        return total(article.amount for article in self.by_article)


def payments_for(scope: Scope, first: date, last: date) -> "QuerySet[Payment]":
    """Payments of an account from day to day, both included, ascending by date; a day's in the order of their file."""
    return (
        Payment.objects.filter(
            scope.visible("paid_on"), account=scope.account, withdrawn=False, paid_on__range=(first, last)
        )
        .select_related("article")
        .order_by("paid_on", "pk")
    )


def payment_totals(payments: "QuerySet[Payment]") -> PaymentTotals:
    """Add up payments by article in one query, whatever their number."""
    groups = (
        payments.order_by()
        .values(order=F("article__order"), name=F("article__name"))
        .annotate(count=Count("pk"), sum=Sum("amount"))
        .order_by("order", "name")
    )
    return PaymentTotals([ArticleTotal(article=row["name"], count=row["count"], amount=row["sum"]) for row in groups])
