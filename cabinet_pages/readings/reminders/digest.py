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
from django.urls import reverse
from wagtail.models import Site

from cabinet_pages.access.models import Access, Role
from cabinet_pages.access.queries import Scope, scope_of
from cabinet_pages.accounts.models import Account
from cabinet_pages.clock import kyiv_today
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.notifications.rendering import absolute_url, render_mail, utility_of_default_site
from cabinet_pages.notifications.services import NewMail, post_mails, posted_events
from cabinet_pages.readings.models import WindowReopening
from cabinet_pages.readings.pages import ReadingsPage
from cabinet_pages.readings.queries import Progress, plain_window, progress_of
from cabinet_pages.readings.reminders.rules import Stage, last_day, stage_on
from cabinet_pages.readings.rules import ReadingWindow
from cabinet_pages.windows.queries import first_below

TEMPLATE = "cabinet_pages/mail/reading_reminder"
#: People whose accounts are looked at together.
PEOPLE_AT_ONCE = 200
#: Accounts that one mail names; of more it gives the number.
ACCOUNTS_NAMED = 50


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
    """One mail: a person, a window, and the accounts that are not sent whole."""

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
    """What a run did: mails written, or to be written, and points that they name."""

    mails: int = 0
    points: int = 0


def send_reading_reminders(*, today: date | None = None, dry_run: bool = False) -> Outcome:
    """Write the reminders of a Kyiv day (today) into the outbox; a repeated run writes none twice.

    Args:
        today: the Kyiv day.
        dry_run: only count.
    """
    today = today or kyiv_today()
    addresses = _Addresses()
    mails = points = 0
    for users in _pages_of_people(today):
        new = _not_posted(_reminders(users, today))
        mails += len(new)
        points += sum(progress.missing for reminder in new for _account, progress in reminder.accounts)
        if new and not dry_run:
            with transaction.atomic():
                post_mails([_mail(reminder, addresses) for reminder in new])
    return Outcome(mails=mails, points=points)


def remind_of_reopening(reopening: WindowReopening) -> int:
    """Tell who may send readings that staff opened a window again, unless everything is sent; return how many mails.

    It is said at once, within the caller's transaction: such a window may be open for this day alone.
    """
    if Stage.REOPENED not in cabinet_settings.READING_REMINDERS:
        return 0
    account = reopening.account
    progress = progress_of([account.pk], reopening.period).get(account.pk)
    if progress is None or not progress.missing:
        return 0
    due = Due(period=reopening.period, stage=Stage.REOPENED, until=reopening.open_until)
    accesses = _accesses(kyiv_today()).filter(account=account).exclude(user__email="")
    reminders = _not_posted(
        [
            Reminder(access.user, due, [(account, progress)])
            for access in accesses.select_related("user__cabinet_person").order_by("user_id")
        ]
    )
    addresses = _Addresses()
    post_mails([_mail(reminder, addresses) for reminder in reminders])
    return len(reminders)


def _accesses(today: date) -> "QuerySet[Access]":
    """Rights to send readings of accounts whose contracts last, of people who want to be reminded."""
    return Access.objects.live(today).filter(
        Q(account__terminated_on__isnull=True) | Q(account__terminated_on__gt=today),
        Q(user__cabinet_person__isnull=True) | Q(user__cabinet_person__wants_reminders=True),
        role__in=(Role.OWNER, Role.SUBMITTER),
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
    """The reminders of a page of people: their accounts in one query, and one more for each settled month."""
    accesses = list(
        _accesses(today)
        .filter(user__in=users)
        .select_related("account__branch", "account__customer", "user__cabinet_person")
        .order_by("user_id", "account__number")
    )
    dues: dict[int, Due] = {}
    for access in accesses:
        if (due := _due(scope_of(access), today)) is not None:
            dues[access.account_id] = due
    by_period: dict[date, list[int]] = defaultdict(list)
    for pk, due in dues.items():
        by_period[due.period].append(pk)
    progress = {
        pk: found for period, accounts in by_period.items() for pk, found in progress_of(accounts, period).items()
    }
    reminders: dict[tuple[int, Due], Reminder] = {}
    for access in accesses:
        found = progress.get(access.account_id)
        if found is None or not found.missing or not access.user.email:
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


def _not_posted(reminders: Sequence[Reminder]) -> list[Reminder]:
    posted = posted_events([reminder.event_key for reminder in reminders])
    return [reminder for reminder in reminders if reminder.event_key not in posted]


class _Addresses:
    """The addresses that a mail names and the utility that signs it, asked for once in a run."""

    def __init__(self) -> None:
        site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
        page = first_below(site.root_page, ReadingsPage) if site else None
        parts = page.get_url_parts() if page else None
        self.window = parts[2] if parts else ""
        self.profile = absolute_url(reverse("cabinet_profile"))
        self.utility = utility_of_default_site()

    def sheet(self, accounts: Sequence[Account], due: Due) -> str:
        """The reading sheet of the only account, else of all; a window opened again may stand behind the plain one."""
        if not self.window:
            return absolute_url(reverse("cabinet_landing"))
        slug = accounts[0].slug if len(accounts) == 1 else "all"
        period = f"?period={due.period:%Y-%m}" if due.stage is Stage.REOPENED else ""
        return absolute_url(f"{self.window}{slug}/sheet/{period}")


def _mail(reminder: Reminder, addresses: _Addresses) -> NewMail:
    person = getattr(reminder.user, "cabinet_person", None)
    accounts = [account for account, _progress in reminder.accounts]
    mail = render_mail(
        TEMPLATE,
        {
            "utility": addresses.utility,
            "person_name": "" if person is None else str(person),
            "due": reminder.due,
            "is_closing": reminder.due.stage is Stage.CLOSING,
            "is_reopened": reminder.due.stage is Stage.REOPENED,
            "accounts": reminder.accounts[:ACCOUNTS_NAMED],
            "more": max(len(accounts) - ACCOUNTS_NAMED, 0),
            "sheet_url": addresses.sheet(accounts, reminder.due),
            "profile_url": addresses.profile,
        },
        language="" if person is None else person.language,
    )
    return NewMail(
        event_key=reminder.event_key, to=reminder.user.email, subject=mail.subject, text=mail.text, html=mail.html
    )
