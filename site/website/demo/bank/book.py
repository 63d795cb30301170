"""What the bank of the demo remembers: a file for each payment, among the private files of the site."""

import json
import re
from dataclasses import asdict, dataclass, field
from decimal import Decimal

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from cabinet_pages.conf import cabinet_settings

FOLDER = "demo-bank"
_REFERENCE = re.compile(r"[0-9A-Z]{1,40}")


@dataclass
class BankPayment:
    """A payment at the bank; sums are exact text, UAH.

    Args:
        reference: of the shop's order.
        payment: the bank's own name for it.
        amount: ordered.
        purpose, recipient, iban: as the shop gave them.
        expires_at: an ISO moment.
        return_url, webhook_url: of the shop.
        state: `waiting`, `paid` or `declined`.
        refunds: what was given back, by the shop's key.
        notices: reports as they were written, the oldest first.
    """

    reference: str
    payment: str
    amount: str
    purpose: str
    recipient: str
    iban: str
    expires_at: str
    return_url: str
    webhook_url: str
    state: str = "waiting"
    refunds: dict[str, str] = field(default_factory=dict)
    notices: list[dict[str, str]] = field(default_factory=list)

    @property
    def refunded(self) -> Decimal:
        """What was given back in all, UAH."""
        return sum((Decimal(amount) for amount in self.refunds.values()), Decimal("0.00"))


def find(reference: str) -> BankPayment | None:
    """A payment by the shop's reference."""
    storage = storages[cabinet_settings.PRIVATE_STORAGE]
    if not _REFERENCE.fullmatch(reference) or not storage.exists(_name(reference)):
        return None
    with storage.open(_name(reference)) as file:
        return BankPayment(**json.loads(file.read()))


def keep(payment: BankPayment) -> None:
    """Remember a payment as it is now."""
    storage = storages[cabinet_settings.PRIVATE_STORAGE]
    storage.delete(_name(payment.reference))
    storage.save(_name(payment.reference), ContentFile(json.dumps(asdict(payment), ensure_ascii=False).encode()))


def _name(reference: str) -> str:
    return f"{FOLDER}/{reference}.json"
