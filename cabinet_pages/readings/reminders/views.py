"""«Календар»: the page that gives a person an address for calendar programs, and what stands at that address."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from cabinet_pages.access.limits import is_allowed
from cabinet_pages.access.views import private
from cabinet_pages.notifications.rendering import absolute_url
from cabinet_pages.readings.models import CalendarFeed
from cabinet_pages.readings.reminders.dates import calendar_events
from cabinet_pages.readings.reminders.icalendar import calendar_text
from cabinet_pages.readings.reminders.services import create_feed, feed_of_token, remove_feed

TEMPLATE = "cabinet_pages/readings/calendar.html"


@private
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def calendar_page(request: HttpRequest) -> HttpResponse:
    """Make, replace and remove the address; it is shown in the answer to the click that made it, and never again."""
    user: Any = request.user
    address = ""
    if request.method == "POST":
        if request.POST.get("step") == "remove":
            if remove_feed(user=user):
                messages.success(request, _("The address is removed: your calendar gets nothing from it any more."))
            return redirect("cabinet_calendar_page")
        address = absolute_url(reverse("cabinet_calendar", args=[create_feed(user=user)]))
    feed = CalendarFeed.objects.filter(user_id=user.pk).first()
    return render(request, TEMPLATE, {"feed": feed, "address": address})


@require_safe
@cache_control(private=True, no_store=True)
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of whoever the token was made for, as far as their access reaches now.

    Raises Http404 for a token that opens nothing.
    """
    if not is_allowed(request, "calendar_feed"):
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS)
    feed = feed_of_token(token)
    if feed is None:
        raise Http404
    person = getattr(feed.user, "cabinet_person", None)
    with translation.override((person.language if person else "") or settings.LANGUAGE_CODE):
        text = calendar_text(_("Electricity readings"), calendar_events(feed.user), made_at=timezone.now())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="readings.ics"'
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["X-Content-Type-Options"] = "nosniff"
    return response
