"""The provider of the demo: signed reports, refunds by key, and a page on which a tester is the bank's customer."""

import hmac
import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import timezone

from cabinet_pages.billing.online_payments.contract import (
    EventRefused,
    Handover,
    OrderToPay,
    PaymentProvider,
    ProviderEvent,
    ProviderStatus,
    RefundRefused,
    RefundToMake,
)
from website.demo.bank import book
from website.demo.bank.book import BankPayment

SIGNATURE: Final = "X-Demo-Bank-Signature"
#: Seconds for which a signed report is good; whoever replays it later is refused.
GOOD_FOR: Final = 300


class DemoBank(PaymentProvider):
    """Takes no money, and so must never stand in production.

    Args:
        secret: signs its reports; both sides know it.
    """

    code = "demo_bank"

    def __init__(self, *, secret: str) -> None:
        self._secret = secret.encode()

    def problems(self) -> Sequence[str]:
        """It is for development alone."""
        if _may_run():
            return ()
        return ("PAYMENT_PROVIDER is the demo's bank, which takes no money: connect a real provider or none.",)

    def start(self, order: OrderToPay) -> Handover:
        """Write the order down, once for each reference, and lead to the tester's page."""
        self._refuse_production()
        if book.find(order.reference) is None:
            book.keep(
                BankPayment(
                    reference=order.reference,
                    payment=f"DB-{uuid4().hex[:12]}",
                    amount=f"{order.amount:.2f}",
                    purpose=order.purpose,
                    recipient=order.recipient,
                    iban=order.iban,
                    expires_at=order.expires_at.isoformat(),
                    return_url=order.return_url,
                    webhook_url=order.webhook_url,
                )
            )
        return Handover(reverse("demo_bank_payment", args=[order.reference]))

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Check the time and the HMAC-SHA256 of time and body, then read the JSON."""
        self._refuse_production()
        given = next((value for name, value in headers.items() if name.lower() == SIGNATURE.lower()), "")
        moment, _, digest = given.partition(",")
        if not moment.isascii() or not moment.isdigit() or not digest.isascii():
            raise EventRefused("no signature")
        if not hmac.compare_digest(self._digest(moment, body), digest):
            raise EventRefused("forged")
        if abs(time.time() - int(moment)) > GOOD_FOR:
            raise EventRefused("too old")
        try:
            told = json.loads(body)
            return ProviderEvent(
                key=str(told["key"]),
                order=str(told["order"]),
                payment=str(told["payment"]),
                status=ProviderStatus(told["status"]),
                amount=Decimal(told["amount"]),
                currency=str(told["currency"]),
                happened_at=datetime.fromisoformat(told["happened_at"]),
            )
        except (ValueError, TypeError, LookupError, InvalidOperation) as error:
            raise EventRefused(f"unreadable: {error}") from error

    def refund(self, refund: RefundToMake) -> Decimal:
        """Give back once for each key, and never more than was paid."""
        self._refuse_production()
        payment = book.find(refund.order)
        if payment is None or payment.state != "paid":
            raise RefundRefused("nothing was paid")
        if refund.key not in payment.refunds:
            if payment.refunded + refund.amount > Decimal(payment.amount):
                raise RefundRefused("more than was paid")
            payment.refunds[refund.key] = f"{refund.amount:.2f}"
            book.keep(payment)
        return payment.refunded

    def signed(self, notice: Mapping[str, str], *, at: float | None = None) -> tuple[bytes, dict[str, str]]:
        """A report as it is sent: its body, and its headers."""
        body = json.dumps(notice, sort_keys=True).encode()
        moment = str(int(time.time() if at is None else at))
        return body, {SIGNATURE: f"{moment},{self._digest(moment, body)}", "Content-Type": "application/json"}

    def _digest(self, moment: str, body: bytes) -> str:
        return hmac.new(self._secret, moment.encode() + b"." + body, sha256).hexdigest()

    def _refuse_production(self) -> None:
        if not _may_run():
            raise ImproperlyConfigured("The demo's bank takes no money and does not run in production.")


def notice_of(payment: BankPayment, status: ProviderStatus, amount: Decimal) -> dict[str, str]:
    """A report of a payment as the bank writes it, not signed yet."""
    return {
        "key": uuid4().hex,
        "order": payment.reference,
        "payment": payment.payment,
        "status": str(status),
        "amount": f"{amount:.2f}",
        "currency": "UAH",
        "happened_at": timezone.now().isoformat(),
    }


def _may_run() -> bool:
    return bool(settings.DEBUG or getattr(settings, "DEMO_ENABLED", False))
