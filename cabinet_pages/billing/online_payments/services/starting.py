"""The beginning of an online payment: the order, and the provider's page."""

import logging
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from cabinet_pages.access.queries import Scope
from cabinet_pages.billing.documents import document_of
from cabinet_pages.billing.ledgers import ledger_for
from cabinet_pages.billing.models import Invoice
from cabinet_pages.billing.online_payments import audit
from cabinet_pages.billing.online_payments.contract import (
    CURRENCY,
    OrderToPay,
    PaymentProvider,
    ProviderUnavailable,
)
from cabinet_pages.billing.online_payments.messages import OnlineRefused
from cabinet_pages.billing.online_payments.models import OnlinePayment, OnlinePaymentPart
from cabinet_pages.billing.online_payments.rules import (
    OPEN,
    REFERENCE_ALPHABET,
    REFERENCE_LENGTH,
    REFERENCE_PREFIX,
    OrderState,
)
from cabinet_pages.billing.online_payments.services.locking import lock_account
from cabinet_pages.billing.paying import PaymentOffer
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.utility.models import UtilitySettings

logger = logging.getLogger(__name__)


@transaction.atomic
def order_payment(
    *, by: Any, scope: Scope, invoice: Invoice, utility: UtilitySettings, iban: str, provider: PaymentProvider
) -> OnlinePayment:
    """Order the payment of what is left of an invoice to one IBAN; one that is still open for the same sum is returned.

    The sum is computed here and now, with everything that has been paid online and is not booked yet. So of two
    windows one order comes, and nothing is ordered that another window has just paid.

    Args:
        by: the person.
        scope: what opens the account to them.
        invoice: one of the scope's.
        utility: the payee.
        iban: which of the invoice's payments; all else of it is the cabinet's own.
        provider: that will take the money.

    Raises:
        OnlineRefused: `nothing_due`.
    """
    lock_account(scope.account.pk)
    ledger = ledger_for(scope)
    offers = document_of(utility, scope, invoice, ledger=ledger).offers
    offer = next((offer for offer in offers if offer.order.iban == iban), None)
    if offer is None:
        raise OnlineRefused("nothing_due")
    now = timezone.now()
    opened = OnlinePayment.objects.filter(
        account=scope.account,
        invoice_number=invoice.number,
        invoice_issued_on=invoice.issued_on,
        iban=iban,
        state__in=OPEN,
    ).first()
    if opened is not None:
        same = (opened.amount, opened.provider) == (offer.order.amount, provider.code)
        if same and opened.expires_at > now and _parts(opened) == _parts_of(offer):
            return opened
        OnlinePayment.objects.filter(pk=opened.pk, state__in=OPEN).update(state=OrderState.EXPIRED)
    reference = _new_reference()
    order = OnlinePayment.objects.create(
        reference=reference,
        account=scope.account,
        invoice_number=invoice.number,
        invoice_issued_on=invoice.issued_on,
        iban=iban,
        # First, so that a bank that shortens purposes leaves it.
        purpose=f"{reference}; {offer.order.purpose}",
        amount=offer.order.amount,
        provider=provider.code,
        known_payment=max((payment.key for payment in ledger.payments), default=0),
        person=by,
        created_at=now,
        expires_at=now + timedelta(minutes=cabinet_settings.ONLINE_PAYMENT_MINUTES),
    )
    OnlinePaymentPart.objects.bulk_create(
        [OnlinePaymentPart(order=order, article_id=article, amount=amount) for article, amount in _parts_of(offer)]
    )
    log(
        order,
        audit.ORDER,
        user=by,
        data={"account": scope.account.number, "invoice": invoice.number, "amount": f"{order.amount:f}"},
    )
    return order


def hand_over(
    *,
    order: OnlinePayment,
    provider: PaymentProvider,
    utility: UtilitySettings,
    return_url: str,
    webhook_url: str,
    language: str,
) -> None:
    """Have the provider prepare the payment of an order that is not begun yet; the order is changed in place.

    No transaction is open while the provider is asked. Two windows may ask at once: for one reference the provider
    answers alike.

    Raises:
        OnlineRefused: `provider_down`; the order stays as it was and may be begun again.
    """
    if order.state != OrderState.CREATED:
        return
    recipient = utility.full_name or utility.short_name
    wanted = OrderToPay(
        reference=order.reference,
        amount=order.amount,
        currency=CURRENCY,
        recipient=recipient,
        recipient_code=utility.edrpou,
        iban=order.iban,
        purpose=order.purpose,
        expires_at=order.expires_at,
        return_url=return_url,
        webhook_url=webhook_url,
        language=language,
    )
    try:
        handover = provider.start(wanted)
    except ProviderUnavailable as failure:
        logger.warning("The payment provider %s does not answer: %s", provider.code, failure)
        raise OnlineRefused("provider_down") from failure
    kept = {"url": handover.url, "fields": dict(handover.fields)}
    OnlinePayment.objects.filter(pk=order.pk, state=OrderState.CREATED).update(state=OrderState.STARTED, handover=kept)
    order.refresh_from_db()


def _new_reference() -> str:
    # Fifty bits: none is guessed, and two are never the same.
    return REFERENCE_PREFIX + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH))


def _parts_of(offer: PaymentOffer) -> list[tuple[int, Any]]:
    return [(part.article.pk, part.unpaid) for part in offer.parts if part.article is not None]


def _parts(order: OnlinePayment) -> list[tuple[int, Any]]:
    return list(order.parts.order_by("pk").values_list("article_id", "amount"))


__all__ = ["hand_over", "order_payment"]
