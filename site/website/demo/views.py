"""A mailbox in the browser: what the cabinet would send, readable without a mail server. Development only."""

from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache

from cabinet_pages.notifications.models import OutgoingMail

PER_PAGE = 30


@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest mails first, or those of one address with `?to=`."""
    _only_in_development()
    # What still waits has no text yet.
    mails = OutgoingMail.objects.exclude(subject="")
    if to := request.GET.get("to", "").strip():
        mails = mails.filter(to=to)
    page = Paginator(mails, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "demo/mailbox.html", {"mails": page, "to": to})


@never_cache
def mail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One mail as its reader sees it in plain text."""
    _only_in_development()
    return render(request, "demo/mail.html", {"mail": get_object_or_404(OutgoingMail, uuid=uuid)})


def _only_in_development() -> None:
    if not getattr(settings, "DEMO_ENABLED", False):
        raise Http404
