"""An account with an invoice to pay, its person, and a provider that answers as a test wants."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from cabinet_pages.accounts.models import Account
from cabinet_pages.billing.documents import owner_scope
from cabinet_pages.billing.ledgers import ledger_for
from cabinet_pages.billing.models import Invoice
from cabinet_pages.billing.online_payments.contract import (
    CURRENCY,
    Handover,
    OrderToPay,
    PaymentProvider,
    ProviderEvent,
    ProviderStatus,
    ProviderUnavailable,
    RefundRefused,
    RefundToMake,
)
from cabinet_pages.billing.online_payments.models import OnlinePayment
from cabinet_pages.billing.online_payments.services import Receipt, apply_report, order_payment
from cabinet_pages.billing.queries import unpaid_parts
from cabinet_pages.quantities.money import total
from tests import factories
from tests.cabinet_pages.billing.payees import IBAN, make_utility
from tests.support.windows import client_of

SECRET = "the secret of the tests"
#: What turns the demo's bank on, as the settings of a site would.
WITH_BANK = {
    **settings.WAGTAIL_CABINET,
    "PAYMENT_PROVIDER": {"BACKEND": "website.demo.bank.provider.DemoBank", "OPTIONS": {"secret": SECRET}},
}
_keys = count(1)


@dataclass
class Counter(PaymentProvider):
    """A provider in memory; `is_down` and `refuses` say what it does, the lists what it was asked."""

    code = "counter"
    is_down: bool = False
    refuses: str = ""
    started: list[OrderToPay] = field(default_factory=list)
    refunds: dict[str, RefundToMake] = field(default_factory=dict)
    asked: int = 0

    def start(self, order: OrderToPay) -> Handover:
        self.started.append(order)
        if self.is_down:
            raise ProviderUnavailable("connection refused")
        return Handover("https://pay.example/", {"order": order.reference})

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        raise NotImplementedError

    def refund(self, refund: RefundToMake) -> Decimal:
        self.asked += 1
        if self.refuses:
            raise RefundRefused(self.refuses)
        self.refunds[refund.key] = refund
        if self.is_down:
            # The money has gone, and the answer has not come.
            raise ProviderUnavailable("timeout")
        return total(one.amount for one in self.refunds.values())


@dataclass
class World:
    """What a test of online payments works with."""

    account: Account
    invoice: Invoice
    person: Any
    utility: Any
    provider: Counter = field(default_factory=Counter)

    @property
    def client(self) -> Client:
        """The person's browser."""
        return client_of(self.person)

    @property
    def address(self) -> str:
        """Of the invoice's page."""
        return f"/cabinet/legal/invoices/{self.account.slug}/{self.invoice.uuid}/"

    def order(self, **changes: Any) -> OnlinePayment:
        """Order what is left of the invoice."""
        return order_payment(
            **{
                "by": self.person,
                "scope": owner_scope(self.account),
                "invoice": self.invoice,
                "utility": self.utility,
                "iban": IBAN,
                "provider": self.provider,
                **changes,
            }
        )

    def report(self, ordered: OnlinePayment, status: str = "paid", amount: str = "", **changes: Any) -> Receipt:
        """Have the provider report."""
        event = event_of(ordered, status, amount, **changes)
        return apply_report(provider=self.provider, event=event)

    def paid(self) -> OnlinePayment:
        """A paid order."""
        order = self.order()
        self.report(order)
        order.refresh_from_db()
        return order

    def left(self) -> Decimal:
        """What the invoice's page asks for."""
        return total(part.unpaid for part in unpaid_parts(owner_scope(self.account), self.invoice))

    def awaited(self) -> Decimal:
        """What is paid online and not booked yet."""
        found = ledger_for(owner_scope(self.account)).awaited
        return total(amount for parts in found.values() for amount in parts.values())


def event_of(ordered: OnlinePayment, status: str = "paid", amount: str = "", **changes: Any) -> ProviderEvent:
    """A genuine event about an order, new unless `key` says otherwise."""
    told = {
        "key": f"event-{next(_keys)}",
        "order": ordered.reference,
        "payment": f"P-{ordered.reference}",
        "status": ProviderStatus(status),
        "amount": Decimal(amount or ordered.amount),
        "currency": CURRENCY,
        "happened_at": timezone.now(),
        **changes,
    }
    return ProviderEvent(**told)


def make_world() -> World:
    """An account with one invoice of 1 200,00 that its person may pay; the cabinet's pages are the caller's to make."""
    account = factories.make_account("80-431930")
    person = factories.make_user("payer@example.com")
    factories.grant(person, account)
    invoice = factories.make_invoice(account, "ВН-7/26", date(2026, 2, 28), lines=["1200.00"])
    return World(account, invoice, person, make_utility())
