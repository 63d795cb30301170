"""The address to which a payment provider reports."""

import logging
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cabinet_pages.billing.online_payments.contract import EventRefused, payment_provider
from cabinet_pages.billing.online_payments.services import Receipt, apply_report

logger = logging.getLogger(__name__)

#: A report is a few hundred bytes; what is larger is not read.
LARGEST_REPORT: Final = 64 * 1024


@csrf_exempt
@never_cache
@require_POST
def payment_report(request: HttpRequest) -> HttpResponse:
    """Take a report of the provider: 200 when it is stored or known, else the provider sends it again.

    Nobody is signed in here, and no session is read: the signature over the raw bytes is all that counts. Of what is
    not signed nothing is stored but a line in the log.
    """
    provider = payment_provider()
    if provider is None:
        return _answer("no provider", 404)
    if _length(request) > LARGEST_REPORT:
        return _answer("too large", 413)
    try:
        event = provider.read_event(request.body, request.headers)
    except EventRefused as refused:
        logger.warning("A payment report for %s was refused: %s", provider.code, refused)
        return _answer("refused", 403)
    receipt = apply_report(provider=provider, event=event)
    if receipt is Receipt.NO_SUCH_ORDER:
        logger.warning("%s reports the payment of an unknown order %s", provider.code, event.order)
        return _answer(receipt.value, 404)
    return _answer(receipt.value, 200)


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return LARGEST_REPORT + 1


def _answer(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
