"""«Сплатити онлайн» below the window of invoices: the order, and what has become of it."""

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.contrib.routable_page.models import path

from cabinet_pages.access.limits import is_allowed
from cabinet_pages.access.queries import Scope
from cabinet_pages.billing.ledgers import Ledger, ledger_for
from cabinet_pages.billing.models import Invoice
from cabinet_pages.billing.online_payments.contract import PaymentProvider, payment_provider
from cabinet_pages.billing.online_payments.messages import OnlineRefused
from cabinet_pages.billing.online_payments.models import STATE_WORDS, OnlinePayment
from cabinet_pages.billing.online_payments.queries import ATTEMPTS_SHOWN, attempt_for, attempts_for
from cabinet_pages.billing.online_payments.rules import HELD, OPEN, OrderState
from cabinet_pages.billing.online_payments.services import hand_over, order_payment
from cabinet_pages.billing.queries import invoice_for
from cabinet_pages.notifications.rendering import absolute_url
from cabinet_pages.utility.models import UtilitySettings

logger = logging.getLogger(__name__)

FOLDER = "cabinet_pages/billing/online_payments"
LAMPS = {
    OrderState.CREATED: "neutral",
    OrderState.STARTED: "waiting",
    OrderState.PAID: "success",
    OrderState.FAILED: "error",
    OrderState.EXPIRED: "neutral",
    OrderState.PART_REFUNDED: "info",
    OrderState.REFUNDED: "info",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """An order as it is shown at this moment.

    Args:
        order: itself.
        url: of its own page.
        is_booked: the ERP has booked it, or the branch has found it in the books.
    """

    order: OnlinePayment
    url: str = ""
    is_booked: bool = False

    @property
    def state(self) -> OrderState:
        """Its state; an open order whose time is over is expired, though a late payment would still count."""
        stored = OrderState(self.order.state)
        return OrderState.EXPIRED if stored in OPEN and self.order.expires_at <= timezone.now() else stored

    @property
    def words(self) -> str:
        """The state in the reader's language."""
        if self.state in HELD and self.is_booked:
            return _("paid online and credited")
        if self.state is OrderState.PAID:
            return _("paid online, awaits crediting")
        return str(STATE_WORDS[self.state])

    @property
    def lamp(self) -> str:
        """The kind of `components/status.html`."""
        return LAMPS[self.state]

    @property
    def can_be_paid(self) -> bool:
        """Whether the provider's page may be opened."""
        return self.state is OrderState.STARTED and bool(self.order.handover.get("url"))


class OnlinePaymentRoutes:
    """Addresses below an invoice."""

    @path("<str:number>/<uuid:uuid>/pay/")
    def pay_online(self: Any, request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
        """Order the payment of one IBAN's part of the invoice; the sum is the cabinet's, never the browser's."""
        scope = self.scope_or_404(request, number)
        invoice = _invoice_or_404(scope, uuid)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        provider = payment_provider()
        if provider is None:
            raise Http404
        address = f"{self.get_url(request)}{scope.account.slug}/{invoice.uuid}/"
        if not is_allowed(request, "online_payment"):
            messages.error(request, _("Too many attempts. Try again in an hour, or pay by the QR code."))
            return redirect(f"{address}#pay")
        utility = UtilitySettings.for_request(request)
        try:
            order = order_payment(
                by=request.user,
                scope=scope,
                invoice=invoice,
                utility=utility,
                iban=request.POST.get("iban", ""),
                provider=provider,
            )
            own = f"{address}online/{order.uuid}/"
            hand_over(
                order=order,
                provider=provider,
                utility=utility,
                return_url=request.build_absolute_uri(f"{own}?returned=1"),
                webhook_url=absolute_url(reverse("cabinet_payment_report")),
                language=get_language() or "",
            )
        except OnlineRefused as refused:
            messages.error(request, refused.message)
            return redirect(f"{address}#pay")
        return redirect(own)

    @path("<str:number>/<uuid:uuid>/online/<uuid:order>/")
    def online_payment(self: Any, request: HttpRequest, number: str, uuid: UUID, order: UUID) -> HttpResponse:
        """What has become of an order: the way to the provider's page, and the way back from it."""
        scope = self.scope_or_404(request, number)
        invoice = _invoice_or_404(scope, uuid)
        found = attempt_for(scope, invoice, order)
        if found is None:
            raise Http404
        context = {
            **self.get_shell_context(request, scope),
            "invoice": invoice,
            "invoice_url": f"{self.get_url(request)}{scope.account.slug}/{invoice.uuid}/",
            "attempt": _attempt(found, ledger_for(scope)),
            # It words the page, and proves nothing.
            "has_returned": "returned" in request.GET,
        }
        return TemplateResponse(request, f"{FOLDER}/attempt.html", context)


def online_context(scope: Scope, invoice: Invoice, ledger: Ledger, address: str) -> dict[str, Any]:
    """What the page of an invoice shows of paying online; nothing, and no query, where no provider is or was set.

    Args:
        scope, invoice, ledger: of the page.
        address: of the page.
    """
    provider = usable_provider()
    if provider is None and not ledger.online:
        return {}
    orders = attempts_for(scope, invoice)[:ATTEMPTS_SHOWN]
    return {
        "attempts": [_attempt(order, ledger, f"{address}online/{order.uuid}/") for order in orders],
        "pay_url": f"{address}pay/" if provider else "",
    }


def usable_provider() -> PaymentProvider | None:
    """The provider, if it can take payments now; one that the settings name wrongly is told to the administrator."""
    try:
        return payment_provider()
    except (ImportError, TypeError, ValueError):
        logger.exception("The payment provider of the settings cannot be used")
        return None


def _attempt(order: OnlinePayment, ledger: Ledger, url: str = "") -> Attempt:
    return Attempt(order, url, is_booked=order.booked_at is not None or ledger.is_online_booked(order.pk))


def _invoice_or_404(scope: Scope, uuid: UUID) -> Invoice:
    invoice = invoice_for(scope, uuid)
    if invoice is None:
        raise Http404
    return invoice
