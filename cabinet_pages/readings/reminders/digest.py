"""«Показання ще не подано»: one mail for a person, a window and a stage, however many points are missing.

People are taken by pages, and every page costs the same number of queries, so a branch of any size is one run.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q, QuerySet

from cabinet_pages.access.models import Access
from cabinet_pages.access.queries import Scope, scope_of
from cabinet_pages.accounts.models import Account
from cabinet_pages.clock import kyiv_today
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.notifications.channels import MAIL, installed_channels
from cabinet_pages.notifications.choices import wishes
from cabinet_pages.notifications.services import Notice, post_notices, posted_events
from cabinet_pages.readings.events import SENDERS, WindowOpening
from cabinet_pages.readings.models import WindowReopening
from cabinet_pages.readings.queries import Progress, plain_window, progress_of
from cabinet_pages.readings.reminders.rules import Stage, last_day, stage_on
from cabinet_pages.readings.rules import ReadingWindow

#: People whose accounts are looked at together.
PEOPLE_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Due:
    """A window that a person is reminded of.

    Args:
        period: the first day of the settled month.
        stage: the occasion.
        until: the last Kyiv day for the readings.
    """

    period: date
    stage: Stage
    until: date


@dataclass(slots=True)
class Reminder:
    """What one person is reminded of: a window, and the accounts that are not sent whole."""

    user: Any
    due: Due
    accounts: list[tuple[Account, Progress]] = field(default_factory=list)

    @property
    def event_key(self) -> str:
        """What keeps the mail from being written twice, however often the reminders run."""
        due = self.due
        key = f"reading-reminder:{self.user.pk}:{due.period:%Y%m}:{due.stage}:{due.until:%Y%m%d}"
        # Staff open windows again account by account.
        return f"{key}:{self.accounts[0][0].pk}" if due.stage is Stage.REOPENED else key


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: messages written, or to be written, and points that they name."""

    mails: int = 0
    points: int = 0


def send_reading_reminders(*, today: date | None = None, dry_run: bool = False) -> Outcome:
    """Write the reminders of a Kyiv day (today) into the outbox; a repeated run writes none twice.

    Args:
        today: the Kyiv day.
        dry_run: only count.
    """
    today = today or kyiv_today()
    mails = points = 0
    for users in _pages_of_people(today):
        new = _not_posted(_reminders(users, today))
        mails += len(new)
        points += sum(progress.missing for _, reminder in new for _account, progress in reminder.accounts)
        if new and not dry_run:
            with transaction.atomic():
                post_notices(notices=[notice for notice, _ in new])
    return Outcome(mails=mails, points=points)


def remind_of_reopening(reopening: WindowReopening) -> int:
    """Tell who may send readings that staff opened a window again, unless everything is sent; return how many messages.

    It is said at once, within the caller's transaction: such a window may be open for this day alone.
    """
    if Stage.REOPENED not in cabinet_settings.READING_REMINDERS:
        return 0
    account = reopening.account
    progress = progress_of([account.pk], reopening.period).get(account.pk)
    if progress is None or not progress.missing:
        return 0
    due = Due(period=reopening.period, stage=Stage.REOPENED, until=reopening.open_until)
    accesses = _accesses(kyiv_today()).filter(account=account)
    new = _not_posted(
        [
            Reminder(access.user, due, [(account, progress)])
            for access in accesses.select_related("user").order_by("user_id")
        ]
    )
    return post_notices(notices=[notice for notice, _ in new])


def _accesses(today: date) -> "QuerySet[Access]":
    """Rights to send readings of accounts whose contracts last."""
    return Access.objects.live(today).filter(
        Q(account__terminated_on__isnull=True) | Q(account__terminated_on__gt=today),
        role__in=SENDERS,
        user__is_active=True,
    )


def _pages_of_people(today: date) -> Iterator[list[int]]:
    """Ids of the people who may be reminded, in their order, a page at a time."""
    people = get_user_model()._default_manager.filter(pk__in=_accesses(today).values("user")).order_by("pk")
    after = 0
    while page := list(people.filter(pk__gt=after).values_list("pk", flat=True)[:PEOPLE_AT_ONCE]):
        yield page
        after = page[-1]


def _reminders(users: Sequence[int], today: date) -> list[Reminder]:
    """The reminders of a page of people: their accounts and what staff prolonged in a query each, and one more for each
    settled month.
    """
    accesses = list(
        _accesses(today)
        .filter(user__in=users)
        .select_related("account__branch", "account__customer", "user")
        .order_by("user_id", "account__number")
    )
    dues: dict[int, Due] = {}
    for access in accesses:
        if (due := _due(scope_of(access), today)) is not None:
            dues[access.account_id] = due
    # Of a window that staff prolonged people have heard; its plain last day is none any more.
    prolonged = WindowReopening.objects.filter(account__in=dues).values_list("account_id", "period", "open_until")
    for pk, period, until in prolonged:
        if pk in dues and dues[pk].period == period and dues[pk].until < until:
            del dues[pk]
    by_period: dict[date, list[int]] = defaultdict(list)
    for pk, due in dues.items():
        by_period[due.period].append(pk)
    progress = {
        pk: found for period, accounts in by_period.items() for pk, found in progress_of(accounts, period).items()
    }
    reminders: dict[tuple[int, Due], Reminder] = {}
    for access in accesses:
        found = progress.get(access.account_id)
        if found is None or not found.missing:
            continue
        due = dues[access.account_id]
        reminder = reminders.setdefault((access.user_id, due), Reminder(access.user, due))
        reminder.accounts.append((access.account, found))
    return list(reminders.values())


def _due(scope: Scope, today: date) -> Due | None:
    window: ReadingWindow = plain_window(scope, today)
    always_open = scope.account.branch.readings_always_open
    stage = stage_on(window, today, always_open=always_open, closing_days=cabinet_settings.READING_CLOSING_DAYS)
    if stage is None or stage not in cabinet_settings.READING_REMINDERS:
        return None
    return Due(period=window.period, stage=stage, until=last_day(window, always_open=always_open))


def _not_posted(reminders: Sequence[Reminder]) -> list[tuple[Notice, Reminder]]:
    """What is to be written: a message by each channel that its person wants, and that is not written yet."""
    channels = installed_channels().values()
    chosen = wishes(WindowOpening.code, [reminder.user.pk for reminder in reminders])
    wanted = [
        (_notice(reminder, channel.code), reminder)
        for reminder in reminders
        for channel in channels
        if chosen.get((reminder.user.pk, channel.code), channel.on_by_default) and channel.address(reminder.user)
    ]
    posted = posted_events([notice.event_key for notice, _ in wanted])
    return [(notice, reminder) for notice, reminder in wanted if notice.event_key not in posted]


def _notice(reminder: Reminder, channel: str) -> Notice:
    due = reminder.due
    return Notice(
        event_key=reminder.event_key if channel == MAIL else f"{reminder.event_key}:{channel}",
        event=WindowOpening.code,
        channel=channel,
        user_id=reminder.user.pk,
        told={
            "items": [{"account": account.pk, "on": ""} for account, _progress in reminder.accounts],
            "facts": {"period": due.period.isoformat(), "stage": due.stage.value, "until": due.until.isoformat()},
        },
    )
