"""Writes of bank credits: the promotion of statements, and taking it back."""

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from django.db import transaction

from cabinet_pages.bulk import CHUNK, insert_rows, update_rows
from cabinet_pages.payments.models import BANK_DOCUMENT, BankCredit, Payment
from cabinet_pages.payments.services.settling import settle_bank_credits
from cabinet_pages.removal import delete_rows

_IDS = 500


class BankCreditRow(NamedTuple):
    """Money that came, as it will stand.

    Args:
        pk: the stored credit it replaces; None for a new one.
        own_account, key, ordinal: its natural key.
        received_on: a Kyiv date.
        amount: UAH.
        branch_id: whose queue it waits in; None for the central office's.
        account_id, article_id: None where nothing has told them.
        matched_by: one of `MatchedBy`, or ''.
    """

    pk: int | None
    own_account: str
    key: str
    ordinal: int
    received_on: date
    amount: Decimal
    order_number: str = ""
    payer: str = ""
    payer_code: str = ""
    payer_account: str = ""
    purpose: str = ""
    branch_id: int | None = None
    account_id: int | None = None
    article_id: int | None = None
    matched_by: str = ""
    withdrawn: bool = False


_FIELDS = BankCreditRow._fields[1:]


def promote_bank_credits(*, rows: Iterable[BankCreditRow]) -> int:
    """Write credits, new ones and replacements by id, and settle the accounts that they are for.

    A decision of the queue («не наш платіж») stays. The caller's transaction holds the batch and its audit entry.

    Raises:
        IntegrityError: the natural key of a new row is taken.
    """
    iterator = iter(rows)
    count = 0
    accounts: set[int] = set()
    with transaction.atomic():
        while chunk := list(islice(iterator, CHUNK)):
            replaced = [row for row in chunk if row.pk is not None]
            accounts |= _accounts_of([row.pk for row in replaced if row.pk is not None])
            accounts |= {row.account_id for row in chunk if row.account_id is not None}
            # A credit that loses its account, or its force, must not leave behind the payment made of it.
            _unbook([row.pk for row in replaced if row.pk is not None and (row.account_id is None or row.withdrawn)])
            insert_rows(BankCredit, (*_FIELDS, "dismissal_reason"), ((*row[1:], "") for row in chunk if row.pk is None))
            update_rows(BankCredit, _FIELDS, replaced)
            count += len(chunk)
        settle_bank_credits(accounts=accounts)
    return count


def remove_bank_credits(*, ids: Iterable[int]) -> int:
    """Delete credits that an undone statement had brought, with the payments made of them; settle their accounts."""
    iterator = iter(ids)
    count = 0
    accounts: set[int] = set()
    with transaction.atomic():
        while chunk := list(islice(iterator, _IDS)):
            accounts |= _accounts_of(chunk)
            _unbook(chunk)
            count += delete_rows(BankCredit, chunk)
        settle_bank_credits(accounts=accounts)
    return count


def _accounts_of(ids: Collection[int]) -> set[int]:
    found: set[int] = set()
    iterator = iter(ids)
    while chunk := list(islice(iterator, _IDS)):
        credits = BankCredit.objects.filter(pk__in=chunk, account__isnull=False)
        found.update(pk for pk in credits.values_list("account_id", flat=True) if pk is not None)
    return found


def _unbook(ids: Collection[int]) -> None:
    """Delete the payments that were made of credits; those that the ERP booked stay, and are free again."""
    iterator = iter(ids)
    while chunk := list(islice(iterator, _IDS)):
        payments = Payment.objects.filter(bank_credit__in=chunk, document__startswith=BANK_DOCUMENT)
        booked = list(payments.values_list("pk", flat=True))
        BankCredit.objects.filter(pk__in=chunk, payment__isnull=False).update(payment=None)
        delete_rows(Payment, booked)


def unbook_bank_credit(*, credit_id: int) -> None:
    """Free the payment of one credit; see `_unbook`."""
    _unbook([credit_id])
