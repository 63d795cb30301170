"""Money given back by the branch."""

import logging
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from wagtail.log_actions import log

from cabinet_pages.access.queries import branches_for
from cabinet_pages.billing.online_payments import audit
from cabinet_pages.billing.online_payments.contract import (
    CURRENCY,
    PaymentProvider,
    ProviderUnavailable,
    RefundRefused,
    RefundToMake,
    payment_provider,
)
from cabinet_pages.billing.online_payments.messages import OnlineRefused
from cabinet_pages.billing.online_payments.models import OnlinePayment, OnlineRefund, RefundState
from cabinet_pages.billing.online_payments.rules import SETTLED, state_after_refund
from cabinet_pages.billing.online_payments.services.locking import lock_account
from cabinet_pages.billing.online_payments.services.reporting import announce_news
from cabinet_pages.quantities.money import ZERO, total

logger = logging.getLogger(__name__)


def refundable(order: OnlinePayment) -> Decimal:
    """What of an order can still be given back, UAH; what is asked for and not answered yet cannot."""
    if order.state not in SETTLED:
        return ZERO
    asked = total(order.refunds.filter(state=RefundState.ASKED).values_list("amount", flat=True))
    left: Decimal = max(order.amount - order.refunded - asked, ZERO)
    return left


def refund_payment(*, by: Any, order: OnlinePayment, amount: Decimal, reason: str, token: UUID) -> OnlineRefund:
    """Give money of a paid order back; with the same token again, what was not answered is asked again.

    The refund is written first, then the provider is asked with no transaction open, then its answer is written: a
    process that dies between leaves a refund that may be repeated, and never one that went twice.

    Args:
        by: an employee of the account's branch with the right to change online payments.
        order: with its account loaded; it is changed in place.
        amount: UAH.
        reason: for the log and the provider.
        token: names the refund.

    Raises:
        OnlineRefused: `not_your_branch`, `not_paid`, `too_much`, `reason_required`, `no_provider`, `refund_unanswered`,
            `refund_refused`.
    """
    if not branches_for(by).filter(pk=order.account.branch_id).exists():
        raise OnlineRefused("not_your_branch")
    provider = payment_provider()
    if provider is None or provider.code != order.provider:
        raise OnlineRefused("no_provider")
    refund = _asked(by, order, amount, " ".join(reason.replace("\x00", "").split()), token)
    if refund.state == RefundState.ASKED:
        _ask(by, order, refund, provider)
    return refund


@transaction.atomic
def _asked(by: Any, order: OnlinePayment, amount: Decimal, reason: str, token: UUID) -> OnlineRefund:
    lock_account(order.account_id)
    order.refresh_from_db()
    known = OnlineRefund.objects.filter(uuid=token, order=order).first()
    if known is not None:
        return known
    if order.state not in SETTLED:
        raise OnlineRefused("not_paid")
    if not reason:
        raise OnlineRefused("reason_required")
    most = refundable(order)
    if not 0 < amount <= most:
        raise OnlineRefused("too_much", amount=most)
    refund = OnlineRefund.objects.create(uuid=token, order=order, amount=amount, reason=reason[:255], asked_by=by)
    log(order, audit.REFUND_ASK, user=by, data={"amount": f"{amount:f}", "reason": refund.reason})
    return refund


def _ask(by: Any, order: OnlinePayment, refund: OnlineRefund, provider: PaymentProvider) -> None:
    wanted = RefundToMake(
        key=str(refund.uuid),
        order=order.reference,
        payment=order.provider_payment,
        amount=refund.amount,
        currency=CURRENCY,
        reason=refund.reason,
    )
    try:
        refunded = provider.refund(wanted)
    except ProviderUnavailable as failure:
        logger.warning("The payment provider %s does not answer: %s", provider.code, failure)
        raise OnlineRefused("refund_unanswered") from failure
    except RefundRefused as refused:
        _answered(by, order, refund, RefundState.REFUSED, order.refunded, str(refused))
        raise OnlineRefused("refund_refused", why=str(refused)) from refused
    _answered(by, order, refund, RefundState.DONE, refunded)


@transaction.atomic
def _answered(
    by: Any, order: OnlinePayment, refund: OnlineRefund, state: RefundState, refunded: Decimal, refusal: str = ""
) -> None:
    lock_account(order.account_id)
    order.refresh_from_db()
    changed = OnlineRefund.objects.filter(pk=refund.pk, state=RefundState.ASKED).update(
        state=state, refusal=refusal[:255]
    )
    refund.refresh_from_db()
    if not changed:
        return
    done = state is RefundState.DONE
    log(
        order,
        audit.REFUND_DONE if done else audit.REFUND_REFUSED,
        user=by,
        data={"amount": f"{refund.amount:f}", "why": refusal},
    )
    # The provider's report of the same refund may have come before its answer.
    most = min(max(order.refunded, refunded), order.amount)
    if done and most != order.refunded:
        order.refunded, order.state = most, state_after_refund(order.amount, most)
        order.save(update_fields=["refunded", "state"])
        announce_news(order, occasion=f"{order.state}:{order.refunded:f}")
