"""The hash of the state: what it sees, and what it must not see."""

from collections.abc import Callable
from datetime import date

import pytest
from django.utils import timezone

from cabinet_pages.access.models import Access
from cabinet_pages.accounts.models import Account
from cabinet_pages.documents.marks import note_look
from cabinet_pages.documents.models import SignedDocument
from cabinet_pages.payments.models import Payment
from cabinet_pages.state_hash import state_hash
from tests.factories import (
    grant,
    make_account,
    make_balance,
    make_branch,
    make_counter_signature,
    make_invoice,
    make_payment,
    make_user,
)

pytestmark = pytest.mark.django_db


def fill(days: list[int]) -> None:
    account = make_account("80-1", make_branch("VIN"))
    for day in days:
        make_payment(account, date(2026, 1, day), "10.00")
    make_balance(account, date(2026, 1, 1), "0.00", "5.00")
    make_invoice(account)
    grant(make_user("person@example.com"), account)


def test_order_and_ids_do_not_matter() -> None:
    fill([1, 2, 3])
    first = state_hash()
    Payment.objects.all().delete()
    for day in (3, 1, 2):
        make_payment(Account.objects.get(), date(2026, 1, day), "10.00")
    assert state_hash() == first


@pytest.mark.parametrize(
    "change",
    [
        lambda: Payment.objects.filter(paid_on=date(2026, 1, 1)).update(withdrawn=True),
        lambda: Payment.objects.filter(paid_on=date(2026, 1, 1)).delete(),
        lambda: Account.objects.update(owned_since=date(2026, 1, 1)),
        lambda: Access.objects.update(closed_at=timezone.now()),
        lambda: make_branch("TRO"),
    ],
)
def test_any_change_of_the_data_is_seen(change: Callable[[], object]) -> None:
    fill([1, 2, 3])
    before = state_hash()
    change()
    assert state_hash() != before


def test_the_time_of_granting_is_not_seen() -> None:
    fill([1])
    before = state_hash()
    Access.objects.update(granted_at=timezone.now())
    assert state_hash() == before


def test_what_a_consumer_has_signed_is_seen_and_who_has_read_it_is_not() -> None:
    fill([1])
    document = SignedDocument.objects.create(
        account=Account.objects.get(), kind="Акт", number="1", dated=date(2026, 1, 31), file="x", file_name="x"
    )
    before = state_hash()
    note_look(user=Access.objects.get().user, document=document, downloaded=True)
    assert state_hash() == before
    signed = make_counter_signature(document)
    waiting = state_hash()
    assert waiting != before
    type(signed).objects.update(state="returned")
    assert state_hash() not in {before, waiting}
