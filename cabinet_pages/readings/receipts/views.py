"""Plain addresses of receipts: the way from a mail to the page, and the public check."""

import re
from http import HTTPStatus
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe
from wagtail.models import Site

from cabinet_pages.access.limits import is_allowed
from cabinet_pages.access.queries import accesses_for, scope_of
from cabinet_pages.access.views import private
from cabinet_pages.readings.models import ReadingSubmission
from cabinet_pages.readings.pages import ReadingsPage
from cabinet_pages.readings.receipts.queries import receipt_for, receipt_to_check
from cabinet_pages.windows.queries import address_below

TEMPLATE = "cabinet_pages/readings/receipt_check.html"
# Fewer digits of a hash than this tell nothing.
FEWEST_DIGITS = 8
_NOT_HEXADECIMAL = re.compile(r"[^0-9a-f]")


@private
@login_required
@require_safe
def receipt(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The address that a mail names: the receipt below the readings window. Raises Http404 for foreign and absent."""
    submission = ReadingSubmission.objects.filter(uuid=uuid).first()
    if submission is None:
        raise Http404
    access = accesses_for(request.user).filter(account_id=submission.account_id).first()
    site = Site.find_for_request(request)
    window = address_below(site.root_page, ReadingsPage, request) if site else ""
    if access is None or not window or receipt_for(scope_of(access), uuid) is None:
        raise Http404
    return redirect(f"{window}{scope_of(access).account.slug}/receipts/{uuid}/")


@private
@require_safe
def check(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """For anybody who holds a receipt: its number, its time, and whether it stands; nothing else of it."""
    if not is_allowed(request, "receipt_check"):
        return _answer(request, {"too_often": True}, HTTPStatus.TOO_MANY_REQUESTS)
    found = receipt_to_check(uuid)
    if found is None:
        return _answer(request, {}, HTTPStatus.NOT_FOUND)
    typed = request.GET.get("hash", "").strip()[:100]
    digits = _NOT_HEXADECIMAL.sub("", typed.lower())
    content = {
        "number": found.submission.number,
        "submitted_at": found.submission.submitted_at,
        "validity": found.validity.value,
        "typed": typed,
        "is_short": bool(typed) and len(digits) < FEWEST_DIGITS,
        "hash_fits": bool(digits) and found.submission.digest.startswith(digits),
        "fewest": FEWEST_DIGITS,
    }
    return _answer(request, content, HTTPStatus.OK)


def _answer(request: HttpRequest, content: dict[str, object], status: HTTPStatus) -> HttpResponse:
    response = render(request, TEMPLATE, content, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
