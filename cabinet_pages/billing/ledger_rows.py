"""Everything that the ledgers of accounts are made of, in one query: screens have few queries to spend."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import BigIntegerField, CharField, DateField, F, IntegerField, Q, QuerySet, Sum, UUIDField, Value
from django.db.models.functions import Cast, Concat, TruncMonth

from cabinet_pages.access.queries import Scope
from cabinet_pages.billing.models import Balance, Invoice
from cabinet_pages.billing.online_payments.models import OnlinePaymentPart
from cabinet_pages.billing.online_payments.rules import HELD
from cabinet_pages.payments.models import Payment
from cabinet_pages.quantities.fields import MoneyField

BALANCE: Final = "balance"
INVOICE: Final = "invoice"
PAYMENT: Final = "payment"
ONLINE: Final = "online"


class LedgerRow(NamedTuple):
    """A balance, a payment, a part of one made online, or the lines of an invoice of one article, period and sign added
    up; sums in UAH.

    Args:
        kind: `BALANCE`, `INVOICE`, `PAYMENT` or `ONLINE`; it says what the other columns mean.
        account: primary key.
        key: primary key of the invoice, payment or order.
        article: primary key; None for a balance of the whole account, and for an invoice without lines.
        article_name, article_order, carries_vat: of the article.
        day: the month of a balance, the date of an invoice or payment (Kyiv dates).
        period: of an invoice, where the export gives it; the date of the invoice that was paid online.
        line_period: of its lines likewise.
        due_on: of an invoice.
        state: of an invoice.
        text: the number of an invoice, the purpose of a payment, the reference of an order.
        corrects: the number that an invoice corrects, the documents of a payment, the invoice that was paid online.
        first: opening balance, positive lines, or the amount of a payment.
        second: closing balance, or negative lines.
        charged, paid, corrected: of a balance; `paid` of an order: what was given back of the whole.
        uuid: of an invoice, by which its page is found.
        known: the newest payment that was known when an order was made.
    """

    kind: str
    account: int
    key: int
    article: int | None
    article_name: str | None
    article_order: int | None
    carries_vat: bool | None
    day: date
    period: date | None
    line_period: date | None
    due_on: date | None
    state: str
    text: str
    corrects: str
    first: Decimal | None
    second: Decimal | None
    charged: Decimal | None
    paid: Decimal | None
    corrected: Decimal | None
    uuid: UUID | None
    known: int | None


# No alias may be the name of a model's field.
_COLUMNS = tuple(f"row_{name}" for name in LedgerRow._fields)


def ledger_rows(scopes: Sequence[Scope]) -> "list[LedgerRow]":
    """The rows of accounts that are not withdrawn, from the month on in which each present owner took the account."""
    accounts = [scope.account.pk for scope in scopes]
    arms = (_balances(accounts), _invoices(accounts), _payments(accounts), _online_payments(accounts))
    return [LedgerRow(*row) for row in arms[0].union(*arms[1:], all=True)]


def _balances(accounts: list[int]) -> "QuerySet[Any, Any]":
    return _columns(
        _of(Balance.objects, accounts, "period"),
        kind=_text(BALANCE),
        key=Value(0, IntegerField()),
        **_article("article"),
        day=F("period"),
        first=F("opening"),
        second=F("closing"),
        charged=F("charged"),
        paid=F("paid"),
        corrected=F("corrected"),
    )


def _invoices(accounts: list[int]) -> "QuerySet[Any, Any]":
    return _columns(
        _of(Invoice.objects, accounts, "issued_on"),
        kind=_text(INVOICE),
        key=F("pk"),
        **_article("lines__article"),
        day=F("issued_on"),
        period=F("period"),
        line_period=F("lines__period"),
        due_on=F("due_on"),
        state=F("state"),
        text=F("number"),
        corrects=F("corrects_number"),
        uuid=F("uuid"),
        first=Sum("lines__gross", filter=Q(lines__gross__gt=0)),
        second=Sum("lines__gross", filter=Q(lines__gross__lt=0)),
    )


def _payments(accounts: list[int]) -> "QuerySet[Any, Any]":
    return _columns(
        _of(Payment.objects, accounts, "paid_on"),
        kind=_text(PAYMENT),
        key=F("pk"),
        **_article("article"),
        day=F("paid_on"),
        text=F("purpose"),
        corrects=Concat("order_number", Value(" "), "document", output_field=CharField()),
        first=F("amount"),
    )


def _online_payments(accounts: list[int]) -> "QuerySet[Any, Any]":
    """What was paid online and the branch has not found in its books itself, by the article of each part."""
    parts = OnlinePaymentPart.objects.filter(
        _in_time("order__invoice_issued_on", "order__account"),
        order__account__in=accounts,
        order__state__in=HELD,
        order__booked_at__isnull=True,
    )
    return _columns(
        parts.order_by(),
        account=F("order__account_id"),
        kind=_text(ONLINE),
        key=F("order__pk"),
        **_article("article"),
        day=F("order__paid_on"),
        period=F("order__invoice_issued_on"),
        text=F("order__reference"),
        corrects=F("order__invoice_number"),
        first=F("amount"),
        paid=F("order__refunded"),
        known=F("order__known_payment"),
    )


def _of(manager: Any, accounts: list[int], day: str) -> "QuerySet[Any]":
    found: QuerySet[Any] = manager.filter(_in_time(day, "account"), account__in=accounts, withdrawn=False).order_by()
    return found


def _in_time(day: str, account: str) -> Q:
    return Q(**{f"{account}__owned_since__isnull": True}) | Q(**{f"{day}__gte": TruncMonth(f"{account}__owned_since")})


def _article(path: str) -> dict[str, Any]:
    return {
        "article": F(f"{path}_id"),
        "article_name": F(f"{path}__name"),
        "article_order": F(f"{path}__order"),
        "carries_vat": F(f"{path}__carries_vat"),
    }


def _columns(rows: "QuerySet[Any]", **given: Any) -> "QuerySet[Any, Any]":
    """The columns of a row in their order; what a kind does not have is nothing of the column's type."""
    absent = {
        **dict.fromkeys(("period", "line_period", "due_on"), _nothing(DateField())),
        **dict.fromkeys(("state", "text", "corrects"), _text("")),
        **dict.fromkeys(("second", "charged", "paid", "corrected"), _nothing(MoneyField())),
        "uuid": _nothing(UUIDField()),
        "known": _nothing(BigIntegerField()),
    }
    columns = {"account": F("account_id"), **absent, **given}
    sums = {name: column for name, column in columns.items() if isinstance(column, Sum)}
    plain = {f"row_{name}": column for name, column in columns.items() if name not in sums}
    grouped = rows.annotate(**plain).values(*plain).annotate(**{f"row_{name}": sum_ for name, sum_ in sums.items()})
    listed: QuerySet[Any, Any] = grouped.values_list(*_COLUMNS)
    return listed


def _text(text: str) -> Any:
    return Cast(Value(text), CharField(max_length=500))


def _nothing(kind: Any) -> Any:
    return Cast(Value(None), kind)


__all__ = ["BALANCE", "INVOICE", "ONLINE", "PAYMENT", "LedgerRow", "ledger_rows"]
