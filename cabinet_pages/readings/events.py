"""What people are told of readings: verdicts of billing, and windows in which readings are still to be sent."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy

from cabinet_pages.access.announcing import AccountEvent, Told
from cabinet_pages.access.models import Role
from cabinet_pages.accounts.models import Account
from cabinet_pages.clock import kyiv_today
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState
from cabinet_pages.readings.pages import ReadingsPage
from cabinet_pages.readings.queries import progress_of
from cabinet_pages.readings.reminders.rules import Stage
from cabinet_pages.windows.addresses import window_address

#: So many readings are named in one mail; the cabinet shows all of them.
READINGS_NAMED = 30
#: So many accounts are named in a reminder.
ACCOUNTS_NAMED = 50
SENDERS = (Role.OWNER, Role.SUBMITTER)


class ReadingVerdict(AccountEvent):
    """Readings that billing or the branch has not accepted; an item has the id of the `reading`."""

    code = "verdict"
    label = gettext_lazy("Readings that are not accepted")
    template = "cabinet_pages/mail/readings_rejected"
    roles = SENDERS

    def context(self, told: Told) -> dict[str, Any] | None:
        """The readings that are still rejected and that nobody has sent again."""
        readings = sorted(
            Reading.objects.filter(
                pk__in={item["reading"] for item in told.items},
                kind=ReadingKind.CUSTOMER,
                state=ReadingState.REJECTED,
                is_current=True,
                withdrawn=False,
                register__meter__point__account__in=told.scopes,
            ).select_related("register__meter__point__account"),
            key=_place,
        )
        if not readings:
            return None
        groups: dict[Account, list[Reading]] = defaultdict(list)
        for reading in readings[:READINGS_NAMED]:
            groups[reading.register.meter.point.account].append(reading)
        accounts = {reading.register.meter.point.account_id for reading in readings}
        return {
            "account": readings[0].register.meter.point.account,
            "count": len(accounts),
            "groups": list(groups.items()),
            "more": max(len(readings) - READINGS_NAMED, 0),
        }


class WindowOpening(AccountEvent):
    """Readings that are still to be sent when a window opens or closes soon; `facts` say which window it is."""

    code = "window"
    label = gettext_lazy("Reading window opens or closes soon")
    template = "cabinet_pages/mail/reading_reminder"
    roles = SENDERS

    def context(self, told: Told) -> dict[str, Any] | None:
        """The accounts that are still not sent whole, as long as the window lasts: a mail may be days late."""
        period = date.fromisoformat(told.facts["period"])
        until = date.fromisoformat(told.facts["until"])
        stage = Stage(told.facts["stage"])
        if until < kyiv_today():
            return None
        accounts = [
            told.scopes[item["account"]].account
            for item in told.items
            if not told.scopes[item["account"]].is_terminated
        ]
        progress = progress_of([account.pk for account in accounts], period)
        missing = [
            (account, progress[account.pk])
            for account in accounts
            if account.pk in progress and progress[account.pk].missing
        ]
        if not missing:
            return None
        # A window opened again may stand behind the plain one.
        query = f"?period={period:%Y-%m}" if stage is Stage.REOPENED else ""
        slug = missing[0][0].slug if len(missing) == 1 else "all"
        return {
            "period": period,
            "until": until,
            "is_closing": stage is Stage.CLOSING,
            "is_reopened": stage is Stage.REOPENED,
            "accounts": missing[:ACCOUNTS_NAMED],
            "more": max(len(missing) - ACCOUNTS_NAMED, 0),
            "sheet_url": window_address(ReadingsPage, slug=slug, rest=f"sheet/{query}"),
        }


def _place(reading: Reading) -> tuple[str, str, str, str, int]:
    register = reading.register
    point = register.meter.point
    return (point.account.number, point.code, register.meter.serial, register.channel, register.zone)
