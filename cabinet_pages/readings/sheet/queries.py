"""Reads for «Відомість показів»: the points of accounts with what a person has typed so far."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, QuerySet

from cabinet_pages.access.queries import Scope
from cabinet_pages.clock import kyiv_date, kyiv_today
from cabinet_pages.metering.models import ReadBy
from cabinet_pages.quantities.folding import fold_search
from cabinet_pages.readings.facts import EntryRegister, EntrySheet, entry_sheets
from cabinet_pages.readings.models import ReadingDraft, ReadingState, ReadingSubmission
from cabinet_pages.readings.queries import rejections, windows_of
from cabinet_pages.readings.rules import ReadingWindow


class Draft(NamedTuple):
    """What a person has typed for a register, as it was typed."""

    pk: int
    typed: str
    read_on: date | None
    explanation: str
    remark: str
    updated_at: datetime


@dataclass(frozen=True)
class ReadingSheet:
    """The points of one or several accounts on one screen.

    Args:
        scopes: the accounts whose windows take readings, in the order of the sheet.
        windows: the window of each, by the account's id.
        points: all their points, also those that the customer does not read.
        drafts: what the person has typed, by register.
        closed: accounts that take no readings now, with the window to come.
        others: every window that takes readings, by the account's id; `windows` has the one that the sheet is for.
    """

    scopes: tuple[Scope, ...]
    windows: dict[int, ReadingWindow]
    points: list[EntrySheet]
    drafts: dict[int, Draft]
    closed: list[tuple[Scope, ReadingWindow]]
    others: Mapping[int, tuple[ReadingWindow, ...]] = field(default_factory=dict)

    def with_drafts(self, drafts: dict[int, Draft]) -> "ReadingSheet":
        """The same sheet after something was typed."""
        return replace(self, drafts=drafts)

    def over(self, periods: Mapping[int, date]) -> set[int]:
        """The accounts whose month takes no readings any more, by their ids: the sheet has none or another of them.

        Args:
            periods: what a form was made for, by the account's id.
        """
        taken = {pk: window.period for pk, window in self.windows.items()}
        sending = {scope.account.pk for scope in (*self.scopes, *(one for one, _ in self.closed)) if scope.can_submit}
        return {pk for pk, period in periods.items() if pk in sending and taken.get(pk) != period}

    @cached_property
    def by_account(self) -> dict[int, Scope]:
        """The scopes by the ids of their accounts."""
        return {scope.account.pk: scope for scope in self.scopes}

    @cached_property
    def asked(self) -> list[EntrySheet]:
        """The points whose readings the customer takes."""
        today = kyiv_today()
        return [
            one
            for one in self.points
            if one.registers
            and one.point.read_by == ReadBy.CONSUMER
            and (one.point.closed_on is None or one.point.closed_on > today)
        ]

    @cached_property
    def missing(self) -> int:
        """Points of which not every register was sent; a rejected reading counts as not sent."""
        return sum(not is_sent(one) for one in self.asked)

    @cached_property
    def registers(self) -> dict[int, tuple[EntrySheet, EntryRegister]]:
        """What is asked for, by register."""
        return {entry.register.pk: (one, entry) for one in self.asked for entry in one.registers}

    @cached_property
    def rejections(self) -> dict[int, str]:
        """Why billing rejected readings of the sheet, by the reading's id."""
        return rejections(self.asked)

    @property
    def default_day(self) -> date:
        """«Дата зняття» of the sheet before anybody chooses one: today, or the last day of a closed window."""
        today = kyiv_today()
        return min([today, *(window.latest for window in self.windows.values())])

    @property
    def bounds(self) -> tuple[date, date]:
        """The first and the last day that «Дата зняття» may be in any of the windows."""
        found = list(self.windows.values())
        return min(one.earliest for one in found), max(one.latest for one in found)

    @property
    def by_window(self) -> list[tuple[ReadingWindow, list[Scope]]]:
        """The windows of the sheet, each with the accounts that it stands for, the first to close before the others."""
        found: dict[ReadingWindow, list[Scope]] = {}
        for scope in self.scopes:
            found.setdefault(self.windows[scope.account.pk], []).append(scope)
        return sorted(found.items(), key=lambda one: (one[0].closes_on, one[0].period))

    @property
    def saved_at(self) -> datetime | None:
        """When the newest of the drafts was saved."""
        return max((one.updated_at for one in self.drafts.values()), default=None)


def is_sent(sheet: EntrySheet) -> bool:
    """Whether every register of a point has a reading for the period that stands."""
    return all(one.sent is not None and one.sent.state != ReadingState.REJECTED for one in sheet.registers)


def reading_sheet(
    user: Any,
    scopes: Sequence[Scope],
    *,
    period: date | None = None,
    periods: Mapping[int, date] | None = None,
    moment: datetime | None = None,
) -> ReadingSheet:
    """The sheet of accounts, with a constant number of queries.

    Args:
        user: whose drafts stand on it.
        scopes: of the accounts; those whose window is closed go to `closed`.
        period: of all accounts; the first window of each without it.
        periods: the period of some accounts by their ids, which goes before `period`.
        moment: for which the windows stand; now.
    """
    day = kyiv_date(moment) if moment else kyiv_today()
    windows: dict[int, ReadingWindow] = {}
    closed = []
    found = windows_of(scopes, today=day)
    for scope in scopes:
        of_account = found[scope.account.pk]
        wanted = (periods or {}).get(scope.account.pk, period)
        window = next((one for one in of_account if one.period == wanted), of_account[0])
        if window.accepts and scope.can_submit:
            windows[scope.account.pk] = window
        else:
            closed.append((scope, window))
    taking = tuple(scope for scope in scopes if scope.account.pk in windows)
    return ReadingSheet(
        scopes=taking,
        windows=windows,
        points=entry_sheets(taking, windows, day=day),
        drafts=drafts_of(user, taking, windows),
        closed=closed,
        others=found,
    )


def drafts_of(user: Any, scopes: Iterable[Scope], windows: dict[int, ReadingWindow]) -> dict[int, Draft]:
    """What a person has typed for the windows of accounts, by register; one query."""
    periods = {scope.account.pk: windows[scope.account.pk].period for scope in scopes}
    if not periods:
        return {}
    rows = ReadingDraft.objects.filter(
        user_id=user.pk, account__in=list(periods), period__in=set(periods.values())
    ).values_list(
        "account_id", "period", "register_id", "pk", "typed", "read_on", "explanation", "remark", "updated_at"
    )
    return {
        register: Draft(pk, typed, read_on, explanation, remark, updated_at)
        for account, period, register, pk, typed, read_on, explanation, remark, updated_at in rows
        if periods[account] == period
    }


def sites_of(points: Iterable[EntrySheet]) -> list[str]:
    """The names of the sites (Об'єкт), in their order."""
    return sorted({one.point.site for one in points if one.point.site})


def fits(sheet: EntrySheet, folded: str) -> bool:
    """Whether a point's name, code, EIC, address, site or meter contains a text that `fold_search` folded."""
    point = sheet.point
    texts = [point.name, point.code, point.eic, point.address, point.site]
    texts += {entry.register.meter.serial for entry in sheet.registers}
    return any(folded in fold_search(text) for text in texts)


def sent_from_sheet(scopes: Iterable[Scope], token: UUID) -> "QuerySet[ReadingSubmission]":
    """The submissions that a sheet made for accounts of the person, with `rows`, the number of their readings."""
    accounts = [scope.account.pk for scope in scopes]
    return (
        ReadingSubmission.objects.filter(sheet=token, account__in=accounts)
        .select_related("account")
        .annotate(rows=Count("readings"))
        .order_by("account__number")
    )


def batches(values: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Cut a long list of ids into parts that a statement takes."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
