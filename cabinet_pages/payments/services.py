"""Writes of payments: the promotion of imported rows."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from django.db import transaction

from cabinet_pages.bulk import CHUNK, insert_rows, update_rows
from cabinet_pages.payments.models import Payment


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


_FIELDS = PaymentRow._fields[1:]


def promote_payments(*, rows: Iterable[PaymentRow]) -> int:
    """Write payments: new ones in the order given, which is their order within a day, and replacements by id.

    The caller's transaction holds the batch, its journal and its audit entry; a row that another import has stored
    meanwhile breaks the natural key.

    Raises:
        IntegrityError: the natural key of a new row is taken.
    """
    iterator = iter(rows)
    count = 0
    with transaction.atomic():
        while chunk := list(islice(iterator, CHUNK)):
            insert_rows(Payment, _FIELDS, (row[1:] for row in chunk if row.pk is None))
            update_rows(Payment, _FIELDS, (row for row in chunk if row.pk is not None))
            count += len(chunk)
    return count
