"""Who takes payments over the internet: exactly one of its kind, so it is chosen by the setting PAYMENT_PROVIDER."""

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

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


class TownTill(PaymentProvider):
    """The till of the town hall.

    Args:
        key: signs its messages; the till and the site know it.
    """

    code = "town_till"

    def __init__(self, *, key: str) -> None:
        self.key = key.encode()

    def problems(self) -> Sequence[str]:
        """What is wrong with its options: an error of `manage.py check` each."""
        return () if len(self.key) >= 16 else ("The key of the town till is shorter than 16 characters.",)

    def start(self, order: OrderToPay) -> Handover:
        """Where the person pays: an address, or with `fields` a form; the same for the same reference."""
        asked = {"ref": order.reference, "sum": f"{order.amount:.2f}", "until": order.expires_at.isoformat()}
        return Handover(f"https://till.town.example/pay?{urlencode({**asked, 'sign': self.sign(urlencode(asked))})}")

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """First the signature over the raw bytes, then what they say."""
        given = headers.get("X-Till-Signature", "")
        if not hmac.compare_digest(self.sign(body.decode("latin-1")).encode(), given.encode()):
            raise EventRefused("forged")
        try:
            told = json.loads(body)
            return ProviderEvent(
                key=told["message"],
                order=told["ref"],
                payment=told["receipt"],
                status=ProviderStatus(told["status"]),
                amount=Decimal(told["sum"]),
                currency=told["currency"],
                happened_at=datetime.fromisoformat(told["at"]),
            )
        except (ValueError, TypeError, LookupError, ArithmeticError) as error:
            raise EventRefused(f"unreadable: {error}") from error

    def refund(self, refund: RefundToMake) -> Decimal:
        """What has been given back in all. `ProviderUnavailable` means «not known», and the same key is asked again."""
        raise RefundRefused("The town hall gives nothing back; write to the mayor.")

    def sign(self, text: str) -> str:
        """The till's signature of a text."""
        return hmac.new(self.key, text.encode("latin-1"), "sha256").hexdigest()
