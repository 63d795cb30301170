"""Reads of acts of reconciliation and of appeals; each takes a Scope."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import DateField, QuerySet, Sum
from django.db.models.functions import Coalesce

from cabinet_pages.access.queries import Scope, branches_for
from cabinet_pages.billing.models import InvoiceLine, InvoiceState
from cabinet_pages.billing.queries import balances_for
from cabinet_pages.billing.reconciliation.models import Appeal, AppealState
from cabinet_pages.billing.reconciliation.rules import Act, Line, LineKind, StatedRow, accounted_day, reconcile
from cabinet_pages.billing.rules import month_of, next_month
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.payments.models import Payment


def stated_for(scope: Scope) -> list[StatedRow]:
    """Every balance of an account that its present owner may see, the oldest first; one query.

    All of them: which period is offered, with what it can begin and what it begins with are three questions to the
    same few rows.
    """
    rows = (
        balances_for(scope)
        .order_by("period", "article__order", "article__name")
        .values_list(
            "period",
            "article_id",
            Coalesce("article__name", "article_key"),
            "opening",
            "charged",
            "paid",
            "corrected",
            "closing",
        )
    )
    return [StatedRow(*row) for row in rows]


def known_from(scope: Scope, stated: Sequence[StatedRow]) -> date | None:
    """The first Kyiv day with which an act can begin; None where no balances are known.

    It is the first day of the first month with balances, or the day on which the present customer took the account.
    """
    if not stated:
        return None
    return max(stated[0].month, scope.visible_from or stated[0].month)


def act_for(scope: Scope, first: date, last: date, stated: Sequence[StatedRow]) -> Act:
    """The act of an account from day to day; two queries.

    Args:
        scope: the account.
        first: not before `known_from(scope, stated)`.
        last: not before `first`.
        stated: as `stated_for` gives them.
    """
    # A month before the first day, where there is one: then an opening balance that is not the closing one before it is
    # a line of this act, and acts of two periods in a row join.
    anchor = max((row.month for row in stated if row.month < first), default=first)
    within = [row for row in stated if anchor <= row.month <= last]
    return reconcile(first, last, within, [*_invoices(scope, anchor, last), *_payments(scope, anchor, last)])


def _invoices(scope: Scope, first_month: date, last: date) -> Iterator[Line]:
    """Valid invoices by article, accounted in the months from `first_month` to that of `last`."""
    rows = (
        InvoiceLine.objects.filter(
            invoice__account=scope.account, invoice__withdrawn=False, invoice__state=InvoiceState.VALID
        )
        .annotate(accounted_on=Coalesce("invoice__period", "invoice__issued_on", output_field=DateField()))
        .filter(accounted_on__gte=first_month, accounted_on__lt=next_month(month_of(last)))
        .order_by()
        .values(
            "invoice__uuid",
            "invoice__number",
            "invoice__issued_on",
            "invoice__kind",
            "accounted_on",
            "article_id",
            "article__name",
        )
        .annotate(gross_sum=Sum("gross"), vat_sum=Sum("vat"))
    )
    for row in rows:
        dated, month = row["invoice__issued_on"], month_of(row["accounted_on"])
        yield Line(
            key=f"{LineKind.INVOICE.value}:{row['invoice__uuid']}:{row['article_id']}",
            kind=LineKind.INVOICE,
            day=_day_of(scope, dated, month),
            month=month,
            article_id=row["article_id"],
            article=row["article__name"],
            debit=row["gross_sum"],
            vat=row["vat_sum"],
            number=row["invoice__number"],
            dated=dated,
            variety=row["invoice__kind"],
        )


def _payments(scope: Scope, first_month: date, last: date) -> Iterator[Line]:
    """Payments of the months from `first_month` to that of `last`."""
    rows = (
        Payment.objects.filter(
            account=scope.account, withdrawn=False, paid_on__gte=first_month, paid_on__lt=next_month(month_of(last))
        )
        .order_by("paid_on", "pk")
        .values("pk", "paid_on", "article_id", "article__name", "amount", "kind", "order_number")
    )
    for row in rows:
        dated = row["paid_on"]
        yield Line(
            key=f"{LineKind.PAYMENT.value}:{row['pk']}",
            kind=LineKind.PAYMENT,
            day=dated,
            month=month_of(dated),
            article_id=row["article_id"],
            article=row["article__name"],
            credit=row["amount"],
            number=row["order_number"],
            dated=dated,
            variety=row["kind"],
        )


def _day_of(scope: Scope, dated: date, month: date) -> date:
    """The day of a document; an earlier owner's is before the present one's first day, so it is never a line.

    Its sum still belongs to the balance with which the present owner began.
    """
    day = accounted_day(dated, month)
    since = scope.visible_from
    if since is not None and dated < since <= day:
        return since - timedelta(days=1)
    return day


def appeals_for(scope: Scope) -> "QuerySet[Appeal]":
    """Appeals of an account, newest first; those of an earlier owner are hidden."""
    appeals = Appeal.objects.filter(scope.visible("line_day"), account=scope.account)
    if scope.visible_from is not None:
        midnight = datetime.combine(scope.visible_from, time(), tzinfo=cabinet_settings.zone)
        appeals = appeals.filter(filed_at__gte=midnight)
    return appeals.order_by("-filed_at", "-pk")


def open_appeals_by_line(scope: Scope) -> dict[str, Appeal]:
    """The open appeals of an account by the key of their line."""
    return {appeal.line_key: appeal for appeal in appeals_for(scope).filter(state=AppealState.OPEN)}


def appeals_for_staff(user: Any) -> "QuerySet[Appeal]":
    """The appeals that an employee may see: those of accounts of the branches they work for."""
    return Appeal.objects.filter(account__branch__in=branches_for(user))
