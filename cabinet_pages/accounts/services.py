"""Writes about branches, and the promotion of imported accounts with their customers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from django.db import transaction
from wagtail.log_actions import log

from cabinet_pages.accounts.models import Account, Branch, Customer
from cabinet_pages.accounts.rules import customer_key
from cabinet_pages.bulk import CHUNK, insert_rows, update_rows
from cabinet_pages.quantities.folding import fold_search

BRANCH_SAVE = "cabinet.branch.save"


@transaction.atomic
def save_branch(*, code: str, name: str, by: Any = None) -> tuple[Branch, bool]:
    """Create a branch, or rename the one that has this code.

    Args:
        code: as exchange files name it, kept in capitals.
        by: who does it; None for the command line.

    Returns:
        the branch, and whether it is new.

    Raises:
        ValueError: the code or the name is empty or too long.
    """
    code, name = code.strip().upper(), " ".join(name.split())
    for value, field in ((code, "code"), (name, "name")):
        limit = getattr(Branch._meta.get_field(field), "max_length", None) or 0
        if not value or len(value) > limit:
            raise ValueError(f"The {field} of a branch has 1 to {limit} characters.")
    branch, created = Branch.objects.get_or_create(code=code, defaults={"name": name})
    if not created and branch.name == name:
        return branch, False
    Branch.objects.filter(pk=branch.pk).update(name=name)
    branch.name = name
    log(branch, BRANCH_SAVE, user=by, data={"code": code, "name": name})
    return branch, created


class CustomerIdentity(NamedTuple):
    """Who a customer is, as a file says."""

    name: str
    code: str
    erp_code: str
    vat_number: str


class CustomerChange(NamedTuple):
    """Other details under a customer's key; who takes an import back gives the earlier ones again."""

    key: str
    before: CustomerIdentity
    after: CustomerIdentity


class AccountRow(NamedTuple):
    """An account as it will stand, with its customer.

    Args:
        pk: the stored account it replaces; None for a new one.
        contract_date, terminated_on, owned_since: Kyiv dates.
        settlement_day: 0 to 31; 31 and 0 are the last day of the month.
        owned_since: since when the present customer has it; earlier rows are hidden from that customer's people.
    """

    pk: int | None
    number: str
    branch_id: int
    customer: CustomerIdentity
    physical_address: str
    legal_address: str
    contract_number: str
    contract_date: date | None
    terminated_on: date | None
    payment_form: str
    bank_account: str
    settlement_day: int | None
    area: str
    supplier: str
    distribution_payer: str
    prepayment_schedule: str
    email: str
    phone: str
    owned_since: date | None

    @property
    def search_text(self) -> str:
        """What staff and customers find the account by."""
        return fold_search(f"{self.number} {self.customer.name} {self.physical_address}")[:SEARCH_LENGTH]


ACCOUNT_FIELDS = [
    "number", "branch_id", "customer_id", "physical_address", "legal_address", "contract_number", "contract_date",
    "terminated_on", "payment_form", "bank_account", "settlement_day", "area", "supplier", "distribution_payer",
    "prepayment_schedule", "email", "phone", "owned_since", "search_text",
]  # fmt: skip
SEARCH_LENGTH = 400


def promote_accounts(*, rows: Iterable[AccountRow], branch: Branch | None) -> list[CustomerChange]:
    """Write accounts and the customers they belong to.

    Accounts share a customer as `accounts.rules.customer_key` says. A branch does not rename the customer that another
    branch serves too: where its file says something else, its accounts get a record of their own. A customer left
    without accounts is removed.

    Args:
        branch: whose file it is; None for the central office's, which may rename everybody.

    Returns:
        the customers that got other details and whose earlier ones no replaced account tells.

    Raises:
        IntegrityError: somebody has stored one of the new numbers meanwhile.
    """
    iterator = iter(rows)
    changed: list[CustomerChange] = []
    left: set[int] = set()
    with transaction.atomic():
        while chunk := list(islice(iterator, CHUNK)):
            replaced = [row.pk for row in chunk if row.pk is not None]
            present = set(Account.objects.filter(pk__in=replaced).values_list("customer_id", flat=True))
            left |= present
            customers, updates = _store_customers(chunk, branch)
            changed += [change for pk, change in updates if pk not in present]
            insert_rows(Account, ACCOUNT_FIELDS, (account_values(row, customers) for row in chunk if row.pk is None))
            update_rows(
                Account,
                ACCOUNT_FIELDS,
                ((row.pk, *account_values(row, customers)) for row in chunk if row.pk is not None),
            )
        remove_unused_customers(left)
    return changed


def remove_unused_customers(ids: set[int]) -> None:
    """Remove those of the customers that no account belongs to."""
    Customer.objects.filter(pk__in=ids, accounts__isnull=True).delete()


def account_values(row: AccountRow, customers: Mapping[str, int]) -> tuple[object, ...]:
    """The row in the order of `ACCOUNT_FIELDS`.

    Args:
        customers: account number → id of its customer.
    """
    return (row.number, row.branch_id, customers[row.number], *row[4:], row.search_text)


def _store_customers(
    rows: Sequence[AccountRow], branch: Branch | None
) -> tuple[dict[str, int], list[tuple[int, CustomerChange]]]:
    """Create or rename the customers of the rows; return account number → id of its customer, and who was renamed."""
    wanted = {row.number: (_key(row), row.customer) for row in rows}
    stored = customers_by_key({key for key, _ in wanted.values()})
    if branch is not None:
        served = set(
            Account.objects.filter(customer_id__in=[pk for pk, _ in stored.values()])
            .exclude(branch=branch)
            .values_list("customer_id", flat=True)
        )
        own = {
            number: (f"{key}@{branch.code}"[:300], told)
            for number, (key, told) in wanted.items()
            if key in stored and stored[key][0] in served and stored[key][1] != told
        }
        wanted |= own
        stored |= customers_by_key({key for key, _ in own.values()})
    ids, updates = store_identities(dict(wanted.values()), stored)
    return {number: ids[key] for number, (key, _) in wanted.items()}, updates


def store_identities(
    identities: Mapping[str, CustomerIdentity], stored: Mapping[str, tuple[int, CustomerIdentity]]
) -> tuple[dict[str, int], list[tuple[int, CustomerChange]]]:
    """Create the customers that are missing, give the others their details; return key → id, and who was changed.

    Args:
        identities: key → details to have.
        stored: what `customers_by_key` says of these keys.
    """
    missing = {key: told for key, told in identities.items() if key not in stored}
    insert_rows(Customer, _CUSTOMER_FIELDS, ((key, *_customer(told)) for key, told in missing.items()))
    updates = [
        (stored[key][0], CustomerChange(key, stored[key][1], told))
        for key, told in identities.items()
        if key in stored and stored[key][1] != told
    ]
    update_rows(Customer, _CUSTOMER_FIELDS[1:], ((pk, *_customer(change.after)) for pk, change in updates))
    ids = {key: pk for key, (pk, _) in {**stored, **customers_by_key(missing)}.items()}
    return ids, updates


_CUSTOMER_FIELDS = ["key", "name", "code", "erp_code", "vat_number", "search_text"]


def _key(row: AccountRow) -> str:
    told = row.customer
    return customer_key(erp_code=told.erp_code, code=told.code, name=told.name, account_number=row.number)


def _customer(told: CustomerIdentity) -> tuple[str, ...]:
    return (*told, fold_search(f"{told.name} {told.code}")[:SEARCH_LENGTH])


def customers_by_key(keys: Iterable[str]) -> dict[str, tuple[int, CustomerIdentity]]:
    """The stored customers of the keys: key → id and details."""
    rows = Customer.objects.filter(key__in=set(keys)).values_list("key", "pk", "name", "code", "erp_code", "vat_number")
    return {key: (pk, CustomerIdentity(*told)) for key, pk, *told in rows}
