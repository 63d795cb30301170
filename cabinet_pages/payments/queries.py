"""Reads of payments; each takes a Scope."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from cabinet_pages.access.queries import Scope, branches_for, works_for_all_branches
from cabinet_pages.payments.models import BankCredit, Payment
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


@dataclass(frozen=True, slots=True)
class PaymentWish:
    """Which payments are asked for.

    Args:
        first, last: Kyiv days, both included.
        article: primary key; None for all.
        least, most: UAH, both included; returns are below zero. None where there is no limit.
    """

    first: date
    last: date
    article: int | None = None
    least: Decimal | None = None
    most: Decimal | None = None

    @property
    def condition(self) -> Q:
        """The condition on payments."""
        wanted = Q(paid_on__range=(self.first, self.last))
        for name, value in (("article", self.article), ("amount__gte", self.least), ("amount__lte", self.most)):
            if value is not None:
                wanted &= Q(**{name: value})
        return wanted


def payments_for(scope: Scope, wish: PaymentWish) -> "QuerySet[Payment]":
    """Payments of an account, ascending by date; a day's in the order of their file."""
    return own_payments(scope).filter(wish.condition).select_related("article").order_by("paid_on", "pk")


def own_payments(scope: Scope) -> "QuerySet[Payment]":
    """Every payment of an account that its present owner may see."""
    return Payment.objects.filter(scope.visible("paid_on"), account=scope.account, withdrawn=False)


def payment_totals(scope: Scope, wish: PaymentWish | None) -> tuple[PaymentTotals, list[tuple[int, str]]]:
    """Payments added up by article, and the articles of all payments of the account; one query.

    Args:
        scope: the account.
        wish: which payments to add up; None for none of them.

    Returns:
        the totals, without articles of which there is no such payment, and the primary keys and names of all articles
        that the account has ever paid for, in the articles' order.
    """
    counted = wish.condition if wish is not None else Q(pk__isnull=True)
    groups = list(
        own_payments(scope)
        .order_by()
        .values(key=F("article"), order=F("article__order"), name=F("article__name"))
        .annotate(count=Count("pk", filter=counted), sum=Sum("amount", filter=counted))
        .order_by("order", "name")
    )
    totals = [ArticleTotal(row["name"], row["count"], row["sum"]) for row in groups if row["count"]]
    return PaymentTotals(totals), [(row["key"], row["name"]) for row in groups]


def pending_credits_for(scope: Scope, first: date, last: date) -> "QuerySet[BankCredit]":
    """Money that has come to the bank for an account and that nobody has booked yet, from day to day, both included.

    It enters no sum. A credit that still waits in the queue of the branch is nobody's, and is not among them.
    """
    return (
        BankCredit.objects.filter(
            scope.visible("received_on"),
            _UNBOOKED,
            account=scope.account,
            article__isnull=False,
            received_on__range=(first, last),
        )
        .select_related("article")
        .order_by("received_on", "pk")
    )


def credits_for_staff(user: Any) -> "QuerySet[BankCredit]":
    """The bank credits of an employee's branches; those of no branch are the central office's."""
    allowed = Q(branch__in=branches_for(user))
    if works_for_all_branches(user):
        allowed |= Q(branch__isnull=True)
    return BankCredit.objects.filter(allowed, withdrawn=False)


def queued(credits: "QuerySet[BankCredit]", *, dismissed: bool = False) -> "QuerySet[BankCredit]":
    """Those of the credits that wait for somebody to say whose they are; with `dismissed` those that are not ours."""
    return credits.filter(
        Q(account__isnull=True) | Q(article__isnull=True), _UNPAIRED, dismissed_at__isnull=not dismissed
    )


# A payment that was withdrawn is none, whoever still points at it.
_UNPAIRED = Q(payment__isnull=True) | Q(payment__withdrawn=True)
_UNBOOKED = _UNPAIRED & Q(withdrawn=False, dismissed_at__isnull=True)
