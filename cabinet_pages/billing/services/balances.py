"""Writes of balances: the promotion of imported rows."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from django.db import transaction

from cabinet_pages.billing.models import Balance
from cabinet_pages.bulk import CHUNK, insert_rows, update_rows
from cabinet_pages.removal import delete_rows


class BalanceRow(NamedTuple):
    """A balance as it will stand; UAH, + is the consumer's debt.

    Args:
        pk: the stored balance it replaces; None for a new one.
        period: the first day of a month.
        article_id, article_key: the article, or None and '' for the whole account.
        withdrawn: out of every sum and customer screen, because a complete file lacked it.
    """

    pk: int | None
    account_id: int
    period: date
    article_id: int | None
    article_key: str
    opening: Decimal
    charged: Decimal | None
    paid: Decimal | None
    corrected: Decimal | None
    closing: Decimal
    withdrawn: bool = False


_FIELDS = BalanceRow._fields[1:]


def promote_balances(*, rows: Iterable[BalanceRow]) -> int:
    """Write balances, new ones and replacements by id; return how many.

    Raises:
        IntegrityError: the natural key of a new row is taken.
    """
    iterator = iter(rows)
    count = 0
    with transaction.atomic():
        while chunk := list(islice(iterator, CHUNK)):
            insert_rows(Balance, _FIELDS, (row[1:] for row in chunk if row.pk is None))
            update_rows(Balance, _FIELDS, (row for row in chunk if row.pk is not None))
            count += len(chunk)
    return count


def remove_balances(*, ids: Iterable[int]) -> int:
    """Delete balances that an undone file had brought; return how many."""
    return delete_rows(Balance, ids)
