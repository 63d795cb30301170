"""What a provider reports, applied to its order once."""

import enum
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from cabinet_pages.access.announcing import announce, listeners
from cabinet_pages.billing.online_payments import audit
from cabinet_pages.billing.online_payments.contract import CURRENCY, PaymentProvider, ProviderEvent, ProviderStatus
from cabinet_pages.billing.online_payments.models import OnlinePayment, OnlinePaymentReport
from cabinet_pages.billing.online_payments.rules import (
    SETTLED,
    Change,
    OrderState,
    Outcome,
    Problem,
    Report,
    Standing,
    judged,
)
from cabinet_pages.billing.online_payments.services.locking import lock_account
from cabinet_pages.clock import kyiv_date
from cabinet_pages.notifications.events import installed_events

#: The code of `events.OnlinePaymentNews`.
NEWS = "online_payment"


class Receipt(enum.Enum):
    """What is answered to a genuine report."""

    STORED = "stored"
    KNOWN = "known"
    NO_SUCH_ORDER = "no such order"


@transaction.atomic
def apply_report(*, provider: PaymentProvider, event: ProviderEvent) -> Receipt:
    """Store a genuine report and do to its order what follows from it, in one transaction; the same report once.

    Args:
        provider: that has checked the signature.
        event: as it was read.
    """
    order = OnlinePayment.objects.filter(provider=provider.code, reference=event.order).first()
    if order is None:
        return Receipt.NO_SUCH_ORDER
    lock_account(order.account_id)
    order.refresh_from_db()
    report, is_new = OnlinePaymentReport.objects.get_or_create(
        provider=provider.code,
        key=event.key,
        defaults={
            "order": order,
            "status": event.status,
            "amount": event.amount,
            "currency": event.currency,
            "payment": event.payment,
            "happened_at": event.happened_at,
            "outcome": Outcome.IGNORED,
        },
    )
    if not is_new:
        return Receipt.KNOWN
    change = _change(order, event)
    if change.outcome is not Outcome.IGNORED:
        report.outcome = change.outcome
        report.save(update_fields=["outcome"])
        _write(order, event, change)
    return Receipt.STORED


def announce_news(order: OnlinePayment, *, occasion: str) -> None:
    """Tell the people of an order's account what has become of it; whoever may not open it any more is not told."""
    if NEWS not in installed_events() or order.paid_on is None:
        return
    announce(
        event=NEWS,
        items=[{"account": order.account_id, "on": order.invoice_issued_on.isoformat(), "order": order.pk}],
        key=f"online-payment:{order.uuid}:{occasion}:",
        to=listeners(NEWS, [order.account_id]),
    )


def _change(order: OnlinePayment, event: ProviderEvent) -> Change:
    standing = Standing(OrderState(order.state), order.amount, order.refunded, order.provider_payment)
    reused = OnlinePayment.objects.filter(provider=order.provider, provider_payment=event.payment).exclude(pk=order.pk)
    if event.payment and reused.exists():
        return Change(Outcome.DISPUTED, standing.state, standing.refunded, Problem.REUSED_PAYMENT)
    report = Report(event.status, event.amount, event.currency == CURRENCY, event.payment)
    return judged(standing, report)


def _write(order: OnlinePayment, event: ProviderEvent, change: Change) -> None:
    fields: dict[str, Any] = {"state": change.state, "refunded": change.refunded}
    if change.problem is not None:
        fields["problem"] = change.problem
    elif event.status is ProviderStatus.PAID:
        # What an earlier report said wrong is put right; that report is kept.
        fields["problem"] = ""
    if change.problem is None and change.state in SETTLED and order.paid_at is None:
        fields |= {"paid_at": event.happened_at, "paid_on": kyiv_date(event.happened_at)}
    if change.problem is None and event.payment and not order.provider_payment:
        fields["provider_payment"] = event.payment
    OnlinePayment.objects.filter(pk=order.pk).update(**fields)
    for name, value in fields.items():
        setattr(order, name, value)
    log(
        order,
        _action(event, change),
        data={"status": str(event.status), "amount": f"{event.amount:f}", "currency": event.currency},
    )
    if change.outcome is Outcome.APPLIED and change.state in SETTLED:
        announce_news(order, occasion=f"{change.state}:{change.refunded:f}")


def _action(event: ProviderEvent, change: Change) -> str:
    if change.problem is not None:
        return audit.DISPUTE
    if event.status is ProviderStatus.PAID:
        return audit.PAID
    return audit.REFUND_DONE if event.status is ProviderStatus.REFUNDED else audit.REPORT
