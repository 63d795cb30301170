"""Keeping bank credits and booked payments in step, so that no hryvnia is counted twice.

What comes out depends on the stored payments and credits alone and not on which came first, so it may be done again
at any time: after a promotion, after an undo, after an operator's decision.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from django.db import transaction

from cabinet_pages.accounts.models import PaymentsSource
from cabinet_pages.bulk import update_rows
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.payments.models import BANK_DOCUMENT, BankCredit, Payment
from cabinet_pages.payments.rules import Dated, pair
from cabinet_pages.removal import delete_rows

# Below SQLite's limit on the parameters of one statement.
_CHUNK = 500
_TAIL = 8


class _Credit(NamedTuple):
    """A credit with an account, as settling looks at it."""

    pk: int
    account_id: int
    article_id: int | None
    received_on: date
    amount: Decimal
    own_account: str
    key: str
    ordinal: int
    payer: str
    order_number: str
    purpose: str
    payment_id: int | None
    source: str

    @property
    def document(self) -> str:
        """The document of the payment that this credit becomes; the account's tail keeps two banks apart."""
        return f"{BANK_DOCUMENT}{self.key}@{self.own_account[-_TAIL:]}"[:80]


class _Booked(NamedTuple):
    """A stored payment of an account that has credits."""

    pk: int
    account_id: int
    article_id: int
    paid_on: date
    amount: Decimal
    document: str
    ordinal: int


def settle_bank_credits(*, accounts: Iterable[int]) -> None:
    """Pair the credits of accounts with booked payments, and book those that nobody else books.

    A credit is the ERP's payment of the same account and amount whose day is at most `BANK_PAIRING_DAYS` away. One
    without such a payment becomes a payment itself where the account's branch books by bank statements.

    Args:
        accounts: ids of the accounts whose payments or credits have changed. Nothing but one query is spent where
            there are no bank credits at all.
    """
    if not BankCredit.objects.filter(account__isnull=False).exists():
        return
    iterator = iter(sorted(set(accounts)))
    while chunk := list(islice(iterator, _CHUNK)):
        with transaction.atomic():
            _settle(chunk)


def _settle(accounts: Collection[int]) -> None:
    credits = list(_credits(accounts))
    if not credits:
        return
    own = {payment.pk: payment for payment in _own_payments(credits)}
    pairs = _pairs(credits, _others_payments(credits))
    links: dict[int, int | None] = {}
    obsolete: list[int] = []
    to_book: list[_Credit] = []
    for credit in credits:
        booked = own.get(credit.payment_id or 0)
        if credit.pk in pairs:
            links[credit.pk] = pairs[credit.pk]
            obsolete += [booked.pk] if booked else []
        elif booked is not None and _says_the_same(booked, credit):
            links[credit.pk] = booked.pk
        else:
            links[credit.pk] = None
            obsolete += [booked.pk] if booked else []
            if credit.source == PaymentsSource.BANK and credit.article_id is not None:
                to_book.append(credit)
    changed = [credit for credit in credits if credit.payment_id != links[credit.pk]]
    # No payment may be two credits' even for a moment, so the old links go first.
    _link((credit.pk, None) for credit in changed if credit.payment_id is not None)
    delete_rows(Payment, obsolete)
    _link((credit.pk, links[credit.pk]) for credit in changed if links[credit.pk] is not None)
    _book(to_book)


def _credits(accounts: Collection[int]) -> Iterator[_Credit]:
    """The credits of accounts.

    PostgreSQL locks them, so that two settlements of one account go one after the other; SQLite has one writer. Were
    it otherwise, the unique link to a payment would refuse the second.
    """
    return map(
        _Credit._make,
        BankCredit.objects.select_for_update(of=("self",))
        .filter(account_id__in=accounts, withdrawn=False, dismissed_at__isnull=True)
        .order_by("pk")
        .values_list(*_Credit._fields[:-1], "account__branch__payments_source"),
    )


def _own_payments(credits: Iterable[_Credit]) -> Iterator[_Booked]:
    """The payments that were made of these credits, whatever account and day they have by now."""
    linked = {credit.payment_id for credit in credits if credit.payment_id is not None}
    payments = Payment.objects.filter(pk__in=linked, document__startswith=BANK_DOCUMENT)
    return map(_Booked._make, payments.values_list(*_Booked._fields))


def _others_payments(credits: Collection[_Credit]) -> Iterator[_Booked]:
    """What the ERP has booked for the same accounts around the same days."""
    margin = timedelta(days=cabinet_settings.BANK_PAIRING_DAYS)
    days = [credit.received_on for credit in credits]
    payments = Payment.objects.filter(
        account_id__in={credit.account_id for credit in credits},
        paid_on__range=(min(days) - margin, max(days) + margin),
        withdrawn=False,
    ).exclude(document__startswith=BANK_DOCUMENT)
    return map(_Booked._make, payments.values_list(*_Booked._fields).iterator())


def _pairs(credits: Iterable[_Credit], payments: Iterable[_Booked]) -> dict[int, int]:
    groups: dict[tuple[int, Decimal], tuple[list[Dated], list[Dated]]] = defaultdict(lambda: ([], []))
    for credit in credits:
        order = (credit.own_account, credit.key, credit.ordinal)
        groups[credit.account_id, credit.amount][0].append(Dated(credit.pk, credit.received_on, order))
    for payment in payments:
        if (group := groups.get((payment.account_id, payment.amount))) is not None:
            group[1].append(Dated(payment.pk, payment.paid_on, (payment.document, payment.ordinal, payment.pk)))
    days = cabinet_settings.BANK_PAIRING_DAYS
    pairs: dict[int, int] = {}
    for of_credits, of_payments in groups.values():
        if of_payments:
            pairs |= pair(of_credits, of_payments, days=days)
    return pairs


def _says_the_same(payment: _Booked, credit: _Credit) -> bool:
    return (payment.account_id, payment.article_id, payment.paid_on, payment.amount) == (
        credit.account_id,
        credit.article_id,
        credit.received_on,
        credit.amount,
    )


def _link(rows: Iterable[tuple[int, int | None]]) -> None:
    update_rows(BankCredit, ["payment_id"], rows)


def _book(credits: Collection[_Credit]) -> None:
    """Make payments of credits, in the order in which the money came."""
    ordered = sorted(credits, key=lambda one: (one.received_on, one.pk))
    made = Payment.objects.bulk_create(
        [
            Payment(
                account_id=credit.account_id,
                document=credit.document,
                paid_on=credit.received_on,
                article_id=credit.article_id,
                ordinal=credit.ordinal,
                amount=credit.amount,
                payer=credit.payer,
                order_number=credit.order_number,
                purpose=credit.purpose,
            )
            for credit in ordered
            if credit.article_id is not None
        ],
        batch_size=_CHUNK,
    )
    _link((credit.pk, payment.pk) for credit, payment in zip(ordered, made, strict=True))
