"""Writes of payments: the promotion of imported rows, and taking it back."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from cabinet_pages.bulk import CHUNK, insert_from, insert_rows, update_rows
from cabinet_pages.payments.models import BankCredit, Payment
from cabinet_pages.payments.services.settling import settle_bank_credits
from cabinet_pages.removal import delete_rows


class PaymentRow(NamedTuple):
    """A payment as it will stand.

    Args:
        pk: the stored payment it replaces; None for a new one.
        account_id, document, paid_on, article_id, ordinal: its natural key; `paid_on` is a Kyiv date.
        amount: UAH, negative for a refund.
        period: the first day of a month.
        vat: UAH.
        withdrawn: out of every sum and customer screen, because a complete file lacked it.
    """

    pk: int | None
    account_id: int
    document: str
    paid_on: date
    article_id: int
    ordinal: int
    amount: Decimal
    kind: str
    period: date | None = None
    payer: str = ""
    order_number: str = ""
    vat: Decimal | None = None
    purpose: str = ""
    withdrawn: bool = False


#: What `insert_payments` takes, in order.
PAYMENT_FIELDS = PaymentRow._fields[1:]


def promote_payments(*, rows: Iterable[PaymentRow]) -> int:
    """Write payments: new ones in the order given, which is their order within a day, and replacements by id.

    Bank credits of the same accounts are settled with them: a row that a statement has announced is now booked.
    The caller's transaction holds the batch, its journal and its audit entry; a row that another import has stored
    meanwhile breaks the natural key.

    Raises:
        IntegrityError: the natural key of a new row is taken.
    """
    iterator = iter(rows)
    count = 0
    with transaction.atomic():
        # Most branches know no statements, and their files have rows by the hundred thousand.
        are_there_credits = BankCredit.objects.exists()
        accounts: set[int] = set()
        while chunk := list(islice(iterator, CHUNK)):
            insert_rows(Payment, PAYMENT_FIELDS, (row[1:] for row in chunk if row.pk is None))
            update_rows(Payment, PAYMENT_FIELDS, (row for row in chunk if row.pk is not None))
            count += len(chunk)
            if are_there_credits:
                accounts.update(row.account_id for row in chunk)
        if accounts:
            settle_bank_credits(accounts=accounts)
    return count


def insert_payments(*, rows: "QuerySet[Any, Any]") -> int:
    """Write new payments that a query makes, in its order, which is their order within a day.

    As `promote_payments`, without their leaving the database.

    Args:
        rows: `values_list(*PAYMENT_FIELDS)`, each of the type of its column.

    Raises:
        IntegrityError: the natural key of a row is taken.
    """
    with transaction.atomic():
        count = insert_from(Payment, PAYMENT_FIELDS, rows)
        if BankCredit.objects.exists():
            accounts = rows.order_by().values_list("account_id", flat=True).distinct()
            settle_bank_credits(accounts=set(accounts))
    return count


def remove_payments(*, ids: Iterable[int]) -> int:
    """Delete payments that an undone file had brought; bank credits that were waiting for them wait again.

    Returns:
        how many were deleted.
    """
    iterator = iter(ids)
    count = 0
    accounts: set[int] = set()
    with transaction.atomic(savepoint=False):
        # Thousands of ids take longer to be asked about than to be deleted.
        are_there_credits = BankCredit.objects.filter(payment__isnull=False).exists()
        while chunk := list(islice(iterator, CHUNK)):
            if are_there_credits:
                paired = BankCredit.objects.filter(payment__in=chunk, account__isnull=False)
                accounts.update(pk for pk in paired.values_list("account_id", flat=True) if pk is not None)
            count += delete_rows(Payment, chunk)
        if accounts:
            settle_bank_credits(accounts=accounts)
    return count
