"""Taking imported accounts back: their earlier selves, their customers, their removal."""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from django.db import transaction

from cabinet_pages.accounts.models import Account, Customer
from cabinet_pages.accounts.services import (
    ACCOUNT_FIELDS,
    AccountRow,
    CustomerChange,
    account_values,
    customers_by_key,
    remove_unused_customers,
    store_identities,
)
from cabinet_pages.bulk import CHUNK, update_rows
from cabinet_pages.removal import delete_rows


class EarlierAccount(NamedTuple):
    """An account as it stood.

    Args:
        row: its values, with the id.
        customer_key: of the customer's record that it belonged to.
    """

    row: AccountRow
    customer_key: str


def restore_accounts(*, rows: Iterable[EarlierAccount]) -> int:
    """Give accounts their earlier values, and the customers' records they belonged to; return how many.

    A record that is gone is made again; one that no account is left with is removed.
    """
    iterator = iter(rows)
    count = 0
    left: set[int] = set()
    with transaction.atomic():
        while chunk := list(islice(iterator, CHUNK)):
            left.update(_customer_ids(earlier.row.pk for earlier in chunk))
            identities = {earlier.customer_key: earlier.row.customer for earlier in chunk}
            ids, _ = store_identities(identities, customers_by_key(identities))
            customers = {earlier.row.number: ids[earlier.customer_key] for earlier in chunk}
            update_rows(
                Account,
                ACCOUNT_FIELDS,
                ((earlier.row.pk, *account_values(earlier.row, customers)) for earlier in chunk),
            )
            count += len(chunk)
        remove_unused_customers(left)
    return count


def restore_customers(*, changes: Iterable[CustomerChange]) -> int:
    """Give customers' records the details they had, where nobody changed them since; return how many were changed."""
    count = 0
    with transaction.atomic():
        for change in changes:
            stored = customers_by_key([change.key])
            if change.key in stored and stored[change.key][1] == change.after:
                store_identities({change.key: change.before}, stored)
                count += 1
    return count


def remove_accounts(*, ids: Iterable[int]) -> int:
    """Delete accounts that nothing stands on, and customers left without any; return how many accounts.

    Raises:
        IntegrityError: something stands on one of them by now.
    """
    iterator = iter(ids)
    count = 0
    left: set[int] = set()
    with transaction.atomic():
        while chunk := list(islice(iterator, CHUNK)):
            left.update(_customer_ids(chunk))
            count += delete_rows(Account, chunk)
        remove_unused_customers(left)
    return count


def _customer_ids(account_ids: Iterable[int | None]) -> set[int]:
    served = Customer.objects.filter(accounts__in=[pk for pk in account_ids if pk is not None])
    return set(served.values_list("pk", flat=True))
