"""Reads for the readings window; each takes a Scope."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, DateField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast

from cabinet_pages.access.queries import Scope
from cabinet_pages.accounts.models import Account
from cabinet_pages.clock import kyiv_today
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.metering.models import MeteringPoint, ReadBy, Register
from cabinet_pages.metering.queries import PointRow, metered, points_for, registers_in_place
from cabinet_pages.readings import rules
from cabinet_pages.readings.facts import PASSED
from cabinet_pages.readings.facts import EntryRegister as EntryRegister
from cabinet_pages.readings.facts import EntrySheet as EntrySheet
from cabinet_pages.readings.facts import entry_sheet as entry_sheet
from cabinet_pages.readings.facts import entry_sheets as entry_sheets
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState, WindowReopening


@dataclass(frozen=True, slots=True)
class PointChoice:
    """A point in the list from which one is chosen; `is_passed` once billing has all that it shows for the period."""

    row: PointRow
    is_asked: bool
    is_sent: bool
    is_partly_sent: bool
    is_passed: bool = False

    @property
    def last_on(self) -> date | None:
        """The day of the newest reading of any of its registers."""
        days = [register.last_on for meter in self.row.meters for register in meter.registers if register.last_on]
        return max(days, default=None)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the points that the customer reads have been sent for a period; `total` counts all points."""

    asked: int
    sent: int
    total: int

    @property
    def missing(self) -> int:
        """Points still to be read."""
        return self.asked - self.sent


def terms_of(account: Account) -> rules.Terms:
    """What the account's contract, its branch and the settings say about reading windows."""
    branch = account.branch
    return rules.Terms(
        settlement_day=account.settlement_day,
        days_before=branch.readings_days_before,
        days_after=branch.readings_days_after,
        always_open=branch.readings_always_open,
        accepts_late=cabinet_settings.LATE_READINGS == "accept",
        closing_days=cabinet_settings.READING_CLOSING_DAYS,
    )


def windows_for(scope: Scope, *, today: date | None = None) -> tuple[rules.ReadingWindow, ...]:
    """The reading windows of an account on a Kyiv day (today): those that take readings, else the closed next one.

    A late reading is taken only until billing has readings of that period, the customer's or its own, and never for
    days of an earlier owner.
    """
    return windows_of([scope], today=today)[scope.account.pk]


def windows_of(scopes: Sequence[Scope], *, today: date | None = None) -> dict[int, tuple[rules.ReadingWindow, ...]]:
    """The reading windows of accounts by their ids, each as `windows_for` gives them; one query for all."""
    today = today or kyiv_today()
    reopened, passed = _reopened_and_passed(scopes, today)
    return {
        scope.account.pk: _windows(scope, today, reopened[scope.account.pk], passed[scope.account.pk])
        for scope in scopes
    }


def _windows(
    scope: Scope, today: date, reopened: dict[date, date], passed: set[date]
) -> tuple[rules.ReadingWindow, ...]:
    terms = terms_of(scope.account)
    found = rules.windows_on(today, terms, reopened)
    if found[0].is_late and found[0].period in passed:
        found = rules.windows_on(today, replace(terms, accepts_late=False), reopened)
    since = scope.visible_from
    if since is None:
        return found
    own = [replace(one, earliest=max(one.earliest, since)) for one in found if one.latest >= since]
    return tuple(own) or rules.windows_on(today, replace(terms, accepts_late=False, always_open=False))


def window_for(scope: Scope, period: date | None, *, today: date | None = None) -> rules.ReadingWindow | None:
    """The window of a period on a Kyiv day (today), the first one without a period; None for one that is not open."""
    found = windows_for(scope, today=today)
    return found[0] if period is None else next((one for one in found if one.period == period), None)


def progress_for(scope: Scope, period: date) -> Progress:
    """How many points are asked for and how many of them were sent; one query."""
    asked = _asked()
    counted = points_for(scope).aggregate(
        total=Count("pk"),
        asked=Count("pk", filter=asked),
        sent=Count("pk", filter=asked & Q(~Exists(_unsent(period)))),
    )
    return Progress(**counted)


def plain_window(scope: Scope, today: date) -> rules.ReadingWindow:
    """The window of the nearest settlement on a Kyiv day, whatever staff reopened and however late one may be."""
    return rules.windows_on(today, replace(terms_of(scope.account), accepts_late=False, always_open=False))[0]


def progress_of(accounts: Collection[int], period: date) -> dict[int, Progress]:
    """How far the sending for a period is, by the account's id, of accounts with points that are asked for; one query.

    Args:
        accounts: ids of accounts that the caller may speak of.
        period: the first day of the settled month.
    """
    rows = (
        MeteringPoint.objects.filter(_asked(), account__in=accounts)
        .annotate(is_missing=Exists(_unsent(period)))
        .order_by()
        .values("account")
        .annotate(asked=Count("pk"), missing=Count("pk", filter=Q(is_missing=True)))
    )
    return {
        row["account"]: Progress(asked=row["asked"], sent=row["asked"] - row["missing"], total=row["asked"])
        for row in rows
    }


def asked_accounts(accounts: Collection[int]) -> set[int]:
    """Those of the accounts, by their ids, that have a point which the customer reads; one query."""
    points = MeteringPoint.objects.filter(_asked(), account__in=accounts)
    return set(points.order_by().values_list("account", flat=True).distinct())


def missing_points(scope: Scope, period: date) -> "QuerySet[MeteringPoint]":
    """Points for which a reading is still to be sent."""
    return points_for(scope).filter(_asked(), Exists(_unsent(period)))


def point_choices(scope: Scope, points: Iterable[MeteringPoint], period: date) -> list[PointChoice]:
    """One page of the list of points with meters, last readings and what was sent for the period; one query."""
    sent = Reading.objects.filter(_current(period), register=OuterRef("pk"))
    passed = sent.filter(state__in=PASSED)
    choices = []
    for row in metered(scope, points, Register.objects.annotate(is_sent=Exists(sent), is_passed=Exists(passed))):
        registers = [one.register for meter in row.meters for one in meter.registers]
        marks = [getattr(one, "is_sent", False) for one in registers]
        choices.append(
            PointChoice(
                row=row,
                is_asked=row.is_read_by_consumer and bool(marks),
                is_sent=bool(marks) and all(marks),
                is_partly_sent=any(marks),
                is_passed=bool(marks) and all(getattr(one, "is_passed", False) for one in registers),
            )
        )
    return choices


def rejections(points: Iterable[EntrySheet]) -> dict[int, str]:
    """Why billing rejected what was sent for the points, by the reading's id; one query, and none without such."""
    rejected = [
        entry.sent.pk
        for one in points
        for entry in one.registers
        if entry.sent is not None and entry.sent.state == ReadingState.REJECTED
    ]
    return dict(Reading.objects.filter(pk__in=rejected).values_list("pk", "state_reason")) if rejected else {}


def point_for(scope: Scope, point_id: int) -> MeteringPoint | None:
    """A point of the account by its id; None for a foreign and for an absent one alike."""
    return points_for(scope).filter(pk=point_id).first()


def readings_for(scope: Scope, point: MeteringPoint | None = None) -> "QuerySet[Reading]":
    """Readings of an account, or of one of its points, every version of them, newest first."""
    place = {"register__meter__point": point} if point else {"register__meter__point__account": scope.account}
    return (
        Reading.objects.filter(scope.visible("read_on"), withdrawn=False, **place)
        .select_related("register__meter__point", "submission", "export")
        .order_by("-read_on", "register__meter__point__name", "register__channel", "register__zone", "-version", "-pk")
    )


def _asked() -> Q:
    """The condition on points that the customer reads today: not read by АСКОЕ or the operator, with a meter."""
    today = kyiv_today()
    registers = Register.objects.filter(registers_in_place(today), meter__point=OuterRef("pk"))
    is_open = Q(closed_on__isnull=True) | Q(closed_on__gt=today)
    return is_open & Q(Exists(registers), read_by=ReadBy.CONSUMER)


def _current(period: date) -> Q:
    """The condition on the customer's readings that stand for a period."""
    return Q(kind=ReadingKind.CUSTOMER, period=period, is_current=True, withdrawn=False) & ~Q(
        state=ReadingState.REJECTED
    )


def _unsent(period: date) -> "QuerySet[Register]":
    """Registers of the outer query's point for which nothing was sent."""
    sent = Reading.objects.filter(_current(period), register=OuterRef("pk"))
    return Register.objects.filter(registers_in_place(kyiv_today()), ~Exists(sent), meter__point=OuterRef("pk"))


def _reopened_and_passed(
    scopes: Sequence[Scope], today: date
) -> tuple[dict[int, dict[date, date]], dict[int, set[date]]]:
    """By account: the last days of reopened windows by period, and recent periods that billing has; one query."""
    ids = [scope.account.pk for scope in scopes]
    late = {}
    for scope in scopes:
        first = rules.windows_on(today, terms_of(scope.account))[0]
        if first.is_late:
            late[scope.account.pk] = first.settlement
    nothing = Cast(Value(None, output_field=DateField()), DateField())
    passed = (
        Reading.objects.filter(
            register__meter__point__account__in=ids,
            kind=ReadingKind.CUSTOMER,
            period__gte=rules.shift_period(today, -2),
            state__in=PASSED,
        )
        .order_by()
        .annotate(of_account=F("register__meter__point__account_id"), until=nothing)
        .values_list("of_account", "period", "until")
    )
    reopened = (
        WindowReopening.objects.filter(account__in=ids, open_until__gte=today)
        .order_by()
        .annotate(of_account=F("account_id"), until=F("open_until"))
        .values_list("of_account", "period", "until")
    )
    arms: list[QuerySet[Any, tuple[Any, Any, Any]]] = [passed]
    if late:
        waiting = _waiting(late, today).annotate(
            of_account=F("meter__point__account_id"), period=nothing, until=nothing
        )
        arms.append(waiting.order_by().values_list("of_account", "period", "until"))
    days: dict[int, dict[date, date]] = {pk: {} for pk in ids}
    periods: dict[int, set[date]] = {pk: set() for pk in ids}
    settled = dict(late)
    for pk, period, until in reopened.union(*arms):
        if period is None:
            settled.pop(pk, None)
        elif until:
            days[pk][period] = until
        else:
            periods[pk].add(period)
    for pk, settlement in settled.items():
        periods[pk].add(settlement.period)
    return days, periods


def _waiting(late: Mapping[int, rules.Settlement], today: date) -> "QuerySet[Register]":
    """The registers of accounts with a late window that wait for a reading: of those that the customer would read,
    billing has none of its own, at the settlement or after it.

    Args:
        late: what the accounts settle, by their ids.
        today: the Kyiv day.
    """
    accounts: dict[rules.Settlement, list[int]] = {}
    for pk, settled in late.items():
        accounts.setdefault(settled, []).append(pk)
    at_settlement = Q(pk__in=[])
    for settled, ids in accounts.items():
        at_settlement |= Q(register__meter__point__account__in=ids, period=settled.period, read_on__gte=settled.day)
    taken = Reading.objects.filter(at_settlement, kind=ReadingKind.ACCEPTED, withdrawn=False, register=OuterRef("pk"))
    return Register.objects.filter(
        registers_in_place(today),
        Q(meter__point__closed_on__isnull=True) | Q(meter__point__closed_on__gt=today),
        ~Exists(taken),
        meter__point__account__in=late,
        meter__point__read_by=ReadBy.CONSUMER,
    )
