"""The contract of a payment provider, and the provider that the settings choose.

A provider is asked for nothing but three things: to take a payment, to read a message of its own, to give money back.
What is owed, what has been paid and what may be given back is decided by the cabinet alone.
"""

import enum
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Final

from django.utils.module_loading import import_string

from cabinet_pages.conf import cabinet_settings
from cabinet_pages.quantities.money import round_money

#: The only money of the cabinet.
CURRENCY: Final = "UAH"
#: Names of events and payments as the database keeps them.
_NAME = re.compile(r"[!-~]{1,120}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MOST: Final = Decimal("999999999999.99")


class ProviderUnavailable(Exception):
    """The provider did not answer, or not to the point; the same may be asked again. The text is for the log."""


class RefundRefused(Exception):
    """The provider gives nothing back; the text says why, for the employee."""


class EventRefused(Exception):
    """A message that is not the provider's, is too old, or cannot be read; the text is for the log."""


@dataclass(frozen=True, slots=True)
class OrderToPay:
    """A payment that a person wants to make.

    Args:
        reference: names the order on both sides; capital Latin letters and digits.
        amount: UAH with kopecks, computed by the cabinet.
        currency: `CURRENCY`.
        recipient, recipient_code, iban: the payee.
        purpose: what the payee's statement is to say; it begins with the reference.
        expires_at: after this moment the provider should take no money for it.
        return_url: where the person comes back to, whatever happened.
        webhook_url: where messages about it are sent.
        language: of the person, `uk` or another.
    """

    reference: str
    amount: Decimal
    currency: str
    recipient: str
    recipient_code: str
    iban: str
    purpose: str
    expires_at: datetime
    return_url: str
    webhook_url: str
    language: str


@dataclass(frozen=True, slots=True)
class Handover:
    """Where a person pays.

    Args:
        url: of the provider's page.
        fields: what a form there wants by POST; without any the page is opened by a link.
    """

    url: str
    fields: Mapping[str, str] = field(default_factory=dict)


class ProviderStatus(enum.StrEnum):
    """What a provider may report of an order."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A message of the provider that is really its own. Names have printable Latin characters, at most 120.

    Args:
        key: names the message; the same message sent again has the same key.
        order: the reference of the order.
        payment: the provider's name for the payment; '' where there is none yet.
        status: what is reported.
        amount: what was paid, or what has been given back in all; for other statuses it is not looked at.
        currency: of the amount.
        happened_at: an aware moment.
    """

    key: str
    order: str
    payment: str
    status: ProviderStatus
    amount: Decimal
    currency: str
    happened_at: datetime

    def __post_init__(self) -> None:
        """Refuse what no order can be compared with. Raises EventRefused."""
        if not _NAME.fullmatch(self.key) or not _NAME.fullmatch(self.order) or not _NAME.fullmatch(self.payment or "-"):
            raise EventRefused("a name is empty, too long or not printable")
        if not _CURRENCY.fullmatch(self.currency):
            raise EventRefused("no currency")
        if not self.amount.is_finite() or not 0 <= self.amount <= _MOST or round_money(self.amount) != self.amount:
            raise EventRefused("no sum of money")
        if self.happened_at.tzinfo is None:
            raise EventRefused("a moment without a time zone")


@dataclass(frozen=True, slots=True)
class RefundToMake:
    """Money to give back.

    Args:
        key: names the refund; asked again with the same key, the provider gives nothing back a second time.
        order: the reference of the order.
        payment: the provider's name for the payment.
        amount: UAH.
        currency: `CURRENCY`.
        reason: for the provider's records.
    """

    key: str
    order: str
    payment: str
    amount: Decimal
    currency: str
    reason: str


class PaymentProvider(ABC):
    """Takes payments over the internet; chosen by the setting PAYMENT_PROVIDER.

    It is asked in web requests, so each of its answers must come within seconds; it keeps nothing of its own.
    """

    #: Names the provider in the database; it never changes.
    code: ClassVar[str]
    #: Origins that its forms are sent to, such as `https://pay.example`, for the site's `form-action` policy.
    form_origins: ClassVar[Sequence[str]] = ()

    @abstractmethod
    def start(self, order: OrderToPay) -> Handover:
        """Prepare a payment. Asked again for the same reference, it must lead to the same payment.

        Raises:
            ProviderUnavailable: the person may try again.
        """

    @abstractmethod
    def read_event(self, body: bytes, headers: Mapping[str, str]) -> ProviderEvent:
        """Check the signature of a message over its raw bytes, then read it. Nothing else proves that it is genuine.

        Args:
            body: as it was received.
            headers: names in any letter case.

        Raises:
            EventRefused: forged, too old or unreadable.
        """

    @abstractmethod
    def refund(self, refund: RefundToMake) -> Decimal:
        """Give money back; return what has been given back of the payment in all, UAH.

        Raises:
            ProviderUnavailable: it is not known whether the money went; the same key may be asked again.
            RefundRefused: it did not go and will not.
        """

    def problems(self) -> Sequence[str]:
        """What is wrong with its settings; each becomes an error of `manage.py check`."""
        return ()


def payment_provider() -> PaymentProvider | None:
    """The provider that the setting PAYMENT_PROVIDER names; None where it names none.

    Raises:
        TypeError: what it names is no provider, or takes other options.
        ImportError: it names nothing.
    """
    chosen = cabinet_settings.PAYMENT_PROVIDER
    if chosen is None:
        return None
    provider = import_string(chosen["BACKEND"])(**chosen.get("OPTIONS", {}))
    if not isinstance(provider, PaymentProvider):
        raise TypeError(f"{chosen['BACKEND']} is not a PaymentProvider")
    return provider
