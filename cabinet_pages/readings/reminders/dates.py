"""The days that a person's calendar shows: reading windows, settlement days and verifications of meters."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cabinet_pages.access.queries import Scope, scopes_for
from cabinet_pages.accounts.rules import months_before
from cabinet_pages.clock import kyiv_date, kyiv_today
from cabinet_pages.metering.verification.queries import meters_to_verify
from cabinet_pages.notifications.rendering import absolute_url
from cabinet_pages.readings import rules
from cabinet_pages.readings.models import WindowReopening
from cabinet_pages.readings.queries import asked_accounts, terms_of
from cabinet_pages.readings.reminders.icalendar import CalendarEvent
from cabinet_pages.templatetags.cabinet import period as period_text

#: How far the calendar looks ahead.
MONTHS_AHEAD = 12
#: Accounts that the description of an event names.
ACCOUNTS_NAMED = 100


def calendar_events(user: Any, *, today: date | None = None) -> list[CalendarEvent]:
    """What lies ahead for all live accounts of a person, by day; four queries however many accounts there are.

    Windows of several accounts on the same days are one event, so that a calendar stays readable.
    """
    today = today or kyiv_today()
    scopes = [scope for scope in scopes_for(user) if not scope.is_terminated]
    until = months_before(today, -MONTHS_AHEAD)
    asked = asked_accounts([scope.account.pk for scope in scopes])
    reading = [scope for scope in scopes if scope.account.pk in asked]
    events = [
        *_windows(user, reading, today, until),
        *_reopened(user, reading, today),
        *_verifications(user, scopes, today, until),
    ]
    return sorted(events, key=lambda event: (event.first, event.summary))


def _windows(user: Any, scopes: Sequence[Scope], today: date, until: date) -> Iterator[CalendarEvent]:
    windows: dict[tuple[date, date, date, date], list[str]] = defaultdict(list)
    for scope in scopes:
        terms = terms_of(scope.account)
        ends_on = scope.account.terminated_on
        for months in range(-1, MONTHS_AHEAD + 2):
            settled = rules.settlement_of(rules.shift_period(rules.first_of_month(today), months), terms.settlement_day)
            opens_on = settled.day - timedelta(days=terms.days_before)
            closes_on = settled.day + timedelta(days=terms.days_after)
            if closes_on >= today and opens_on <= until and (ends_on is None or opens_on < ends_on):
                windows[settled.period, settled.day, opens_on, closes_on].append(scope.account.number)
    for (period, day, opens_on, closes_on), numbers in windows.items():
        key = f"{user.pk}:{period}:{day}:{opens_on}:{closes_on}"
        facts = {"month": period_text(period), "accounts": _accounts(numbers)}
        named = _named(numbers)
        yield CalendarEvent(
            uid=_uid(f"window:{key}"),
            first=opens_on,
            last=closes_on,
            summary=_("Readings for %(month)s: %(accounts)s") % facts,
            description=_("The reading window is open from %(opens)s to %(closes)s, both days included.")
            % {"opens": f"{opens_on:%d.%m.%Y}", "closes": f"{closes_on:%d.%m.%Y}"}
            + named,
            url=absolute_url(reverse("cabinet_landing")),
        )
        if today <= day <= until:
            yield CalendarEvent(
                uid=_uid(f"settlement:{key}"),
                first=day,
                last=day,
                summary=_("Settlement day for %(month)s: %(accounts)s") % facts,
                description=_("Read the meters at the end of this day.") + named,
            )


def _reopened(user: Any, scopes: Sequence[Scope], today: date) -> Iterator[CalendarEvent]:
    """Windows that staff opened again, from the day on which they did."""
    windows: dict[tuple[date, date, date], list[str]] = defaultdict(list)
    rows = (
        WindowReopening.objects.filter(account__in=[scope.account.pk for scope in scopes], open_until__gte=today)
        .order_by("account__number")
        .values_list("period", "opened_at", "open_until", "account__number")
    )
    for period, opened_at, open_until, number in rows:
        windows[period, kyiv_date(opened_at), open_until].append(number)
    for (period, opened_on, open_until), numbers in windows.items():
        yield CalendarEvent(
            uid=_uid(f"reopened:{user.pk}:{period}:{opened_on}:{open_until}"),
            first=min(opened_on, open_until),
            last=open_until,
            summary=_("Readings for %(month)s: %(accounts)s")
            % {"month": period_text(period), "accounts": _accounts(numbers)},
            description=_("The branch has opened the window again, up to and including %(until)s.")
            % {"until": f"{open_until:%d.%m.%Y}"}
            + _named(numbers),
            url=absolute_url(reverse("cabinet_landing")),
        )


def _verifications(user: Any, scopes: Sequence[Scope], today: date, until: date) -> Iterator[CalendarEvent]:
    for meter in meters_to_verify(scopes, until).filter(next_verification_on__gte=today):
        day = meter.next_verification_on
        point = meter.point
        if day is None:
            continue
        yield CalendarEvent(
            uid=_uid(f"verification:{user.pk}:{meter.pk}:{day}"),
            first=day,
            last=day,
            summary=_("Verification of meter № %(meter)s: %(account)s")
            % {"meter": meter.serial, "account": point.account.number},
            description="\n".join(text for text in (point.name, point.site, point.address) if text),
        )


def _accounts(numbers: Sequence[str]) -> str:
    if len(numbers) == 1:
        return numbers[0]
    return ngettext("%(count)d account", "%(count)d accounts", len(numbers)) % {"count": len(numbers)}


def _named(numbers: Sequence[str]) -> str:
    if len(numbers) == 1:
        return ""
    dots = "…" if len(numbers) > ACCOUNTS_NAMED else ""
    return "\n" + ", ".join(numbers[:ACCOUNTS_NAMED]) + dots


def _uid(key: str) -> str:
    """The same for the same event of the same site; it tells nothing of what it is made from."""
    return str(uuid5(NAMESPACE_URL, f"{absolute_url('/')}{key}"))
