"""Reads of a branch's collecting: counts by area, what is flagged. The caller gives branches that the employee has."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from cabinet_pages.accounts.models import Account, Branch
from cabinet_pages.clock import kyiv_today
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.metering.models import MeteringPoint, ReadBy, Register
from cabinet_pages.metering.queries import registers_in_place
from cabinet_pages.readings import rules
from cabinet_pages.readings.facts import PASSED
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState

#: How many months back a reading is compared with: the same month of the year before is among them.
COMPARED_MONTHS = 12
#: The newest of the earlier readings that stand beside a flagged one.
SHOWN_BEFORE = 3


@dataclass(frozen=True, slots=True)
class Collecting:
    """What is looked at.

    Args:
        branches: ids of the branches, all of them the employee's.
        period: the first day of the settled month.
        day: the Kyiv day on which points and meters are asked for.
        area: a Дільниця; None for all of them, '' for points without one.
        number: an account's number; '' for all of them.
    """

    branches: tuple[int, ...]
    period: date
    day: date
    area: str | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How far the collecting is, in an area or in all.

    Args:
        accounts: with points that the consumer reads.
        accounts_missing: of them, those with a point that is not sent whole.
        points: that the consumer reads.
        missing: of them, those with a register that nothing was sent for.
        flagged: points with an unusual reading that nobody has reviewed.
        rejected: points with a reading that the branch or billing sent back.
        late: points with a reading that came after its window.
        exported: points with a reading that billing has.
        control: points with a control reading of the operator.
    """

    area: str = ""
    accounts: int = 0
    accounts_missing: int = 0
    points: int = 0
    missing: int = 0
    flagged: int = 0
    rejected: int = 0
    late: int = 0
    exported: int = 0
    control: int = 0

    @property
    def sent(self) -> int:
        """Points that are sent whole."""
        return self.points - self.missing

    @property
    def accounts_sent(self) -> int:
        """Accounts of which every point is sent."""
        return self.accounts - self.accounts_missing

    @property
    def percent(self) -> int:
        """Whole per cent of the points that are sent, rounded down, so that 100 means all of them."""
        return self.sent * 100 // self.points if self.points else 100


@dataclass(frozen=True, slots=True)
class Compared:
    """What a flagged reading is compared with.

    Args:
        before: the earlier readings of its register, newest first.
        mean: the mean volume of the last periods, whole kWh (kVAr·h); None where there is none.
        year_ago: the volume of the same month a year before.
    """

    before: tuple[Reading, ...] = ()
    mean: Decimal | None = None
    year_ago: Decimal | None = None


def present_period(branch: Branch | None, today: date | None = None) -> date:
    """The period that a branch collects on a Kyiv day: of the window that takes readings, else of the last one.

    Accounts whose contract names another settlement day than the last of the month may stand in the next one.
    """
    today = today or kyiv_today()
    window = month_window(branch, today)
    return window.period if window.accepts else rules.shift_period(window.period, -1)


def month_window(branch: Branch | None, today: date | None = None) -> rules.ReadingWindow:
    """The window, on a Kyiv day, of the accounts of a branch that settle on the last day of the month."""
    terms = branch or Branch()
    return rules.windows_on(
        today or kyiv_today(),
        rules.Terms(
            settlement_day=None,
            days_before=terms.readings_days_before,
            days_after=terms.readings_days_after,
            always_open=terms.readings_always_open,
            accepts_late=cabinet_settings.LATE_READINGS == "accept",
            closing_days=cabinet_settings.READING_CLOSING_DAYS,
        ),
    )[0]


def asked_on(period: date, branch: Branch | None, today: date | None = None) -> date:
    """The day whose points and meters a period asks for: today while it is collected, its last day afterwards."""
    today = today or kyiv_today()
    last = rules.shift_period(period, 1) - timedelta(days=1)
    return today if period >= present_period(branch, today) else min(today, last)


def area_of(point: str = "") -> Case:
    """The Дільниця of a point, else of its account; `point` is the lookup path to the point, with its underscores."""
    return Case(When(**{f"{point}area": ""}, then=F(f"{point}account__area")), default=F(f"{point}area"))


def asked_points(what: Collecting) -> "QuerySet[Any]":
    """The points that consumers are asked to read, each with its `area_shown` and whether it `is_missing`."""
    sent = Reading.objects.filter(_standing(what.period), register=OuterRef("pk"))
    in_place = Register.objects.filter(registers_in_place(what.day), meter__point=OuterRef("pk"))
    points: QuerySet[Any] = MeteringPoint.objects.filter(
        Exists(in_place),
        Q(closed_on__isnull=True) | Q(closed_on__gt=what.day),
        Q(account__terminated_on__isnull=True) | Q(account__terminated_on__gt=what.day),
        account__branch__in=what.branches,
        read_by=ReadBy.CONSUMER,
    ).annotate(area_shown=area_of(), is_missing=Exists(in_place.filter(~Exists(sent))))
    if what.number:
        points = points.filter(account__number=what.number)
    return points if what.area is None else points.filter(area_shown=what.area)


def period_readings(what: Collecting) -> "QuerySet[Any]":
    """The current readings of the period, each with its `area_shown`."""
    readings: QuerySet[Any] = Reading.objects.filter(
        period=what.period, is_current=True, withdrawn=False, register__meter__point__account__branch__in=what.branches
    ).annotate(area_shown=area_of("register__meter__point__"))
    if what.number:
        readings = readings.filter(register__meter__point__account__number=what.number)
    return readings if what.area is None else readings.filter(area_shown=what.area)


def counts_by_area(what: Collecting) -> tuple[Counts, list[Counts]]:
    """The counts of all together and of each area, by name; three queries however many points there are."""
    points: QuerySet[Any] = asked_points(what).order_by()
    is_missing = Q(is_missing=True)
    counted = {
        "points": Count("pk"),
        "missing": Count("pk", filter=is_missing),
        "accounts": Count("account", distinct=True),
        "accounts_missing": Count("account", filter=is_missing, distinct=True),
    }
    whole = Counts(**points.aggregate(**counted))
    by_area = {row.pop("area_shown"): row for row in points.values("area_shown").annotate(**counted)}
    customer = Q(kind=ReadingKind.CUSTOMER)
    marks = {
        "flagged": to_review(),
        "rejected": customer & Q(state=ReadingState.REJECTED),
        "late": customer & Q(is_late=True),
        "exported": customer & Q(state__in=PASSED),
        "control": Q(kind=ReadingKind.CONTROL),
    }
    found = (
        period_readings(what)
        .order_by()
        .values("area_shown")
        .annotate(
            **{
                name: Count("register__meter__point", filter=condition, distinct=True)
                for name, condition in marks.items()
            }
        )
    )
    for row in found:
        by_area.setdefault(row["area_shown"], {}).update({name: row[name] for name in marks})
    # A point lies in one area, so its marks add up; an account may have points in several.
    areas = [Counts(area=area, **row) for area, row in sorted(by_area.items(), key=lambda item: (not item[0], item[0]))]
    return replace(whole, **{name: sum(getattr(one, name) for one in areas) for name in marks}), areas


def to_review() -> Q:
    """The condition on readings that are unusual and wait for an employee."""
    return is_unusual() & Q(
        kind=ReadingKind.CUSTOMER, state=ReadingState.SUBMITTED, is_current=True, reviewed_at__isnull=True
    )


def is_unusual() -> Q:
    """The condition on readings that were unusual when they were sent, or that a control reading contradicts since."""
    return has_warnings() | (Q(rolled_over=False) & Q(Exists(_contradicting())))


def has_warnings() -> Q:
    """The condition on readings that were unusual when they were sent."""
    return ~Q(warnings=[])


def with_control(readings: "QuerySet[Any]") -> "QuerySet[Any]":
    """Readings with `control_on` and `control_value` of the control reading that contradicts them; None without one."""
    newest = _contradicting().order_by("-read_on")
    annotated: QuerySet[Any] = readings.annotate(
        control_on=Subquery(newest.values("read_on")[:1]), control_value=Subquery(newest.values("counted")[:1])
    )
    return annotated


def _contradicting() -> "QuerySet[Any]":
    """Control readings that a reading of the outer query cannot stand beside, for no register counts backwards.

    One that is there when the customer sends is known to the checks; others come with a later import.
    """
    since = Q(read_on__gt=OuterRef("previous_on")) | Q(period=OuterRef("period"))
    larger_before = since & Q(read_on__lte=OuterRef("read_on"), counted__gt=OuterRef("value"))
    smaller_after = Q(period=OuterRef("period"), read_on__gt=OuterRef("read_on"), counted__lt=OuterRef("value"))
    return (
        Reading.objects.annotate(counted=Coalesce("accepted_value", "value"))
        .filter(larger_before | smaller_after, register=OuterRef("register"), kind=ReadingKind.CONTROL, withdrawn=False)
        .exclude(state=ReadingState.REJECTED)
    )


def areas_of(branches: Collection[int]) -> list[str]:
    """The names of the areas of branches' accounts and points, in their order."""
    accounts = Account.objects.filter(branch__in=branches).exclude(area="").order_by().values_list("area")
    points = MeteringPoint.objects.filter(account__branch__in=branches).exclude(area="").order_by().values_list("area")
    return sorted(area for (area,) in accounts.union(points))


def compared(readings: Sequence[Reading]) -> dict[int, Compared]:
    """What stands before each of the readings in the history of its register, by the reading's id; one query."""
    periods = [reading.period for reading in readings]
    if not periods:
        return {}
    earlier: dict[int, list[Reading]] = {}
    for one in (
        Reading.objects.filter(
            register__in={reading.register_id for reading in readings},
            period__gte=rules.shift_period(min(periods), -COMPARED_MONTHS - 1),
            period__lt=max(periods),
            is_current=True,
            withdrawn=False,
        )
        .exclude(state=ReadingState.REJECTED)
        .order_by("-read_on", "-pk")
    ):
        earlier.setdefault(one.register_id, []).append(one)
    return {
        reading.pk: _compared(
            reading, [one for one in earlier.get(reading.register_id, []) if one.period < reading.period]
        )
        for reading in readings
    }


def _compared(reading: Reading, before: list[Reading]) -> Compared:
    """Volumes of the earlier months: the accepted one, the computed one, else the difference to the month before.

    Delivered readings often come without volumes; the multiplier of the reviewed one then stands for theirs.
    """
    newest: dict[date, Reading] = {}
    for one in before:
        newest.setdefault(one.period, one)
    months = sorted(newest, reverse=True)
    volumes = {
        month: _volume(newest[month], newest.get(rules.shift_period(month, -1)), reading.multiplier) for month in months
    }
    known = [volume for volume in volumes.values() if volume is not None]
    return Compared(
        before=tuple(before[:SHOWN_BEFORE]),
        mean=_mean(known[: cabinet_settings.READING_MEAN_MONTHS]),
        year_ago=volumes.get(rules.shift_period(reading.period, -COMPARED_MONTHS)),
    )


def _volume(one: Reading, older: Reading | None, multiplier: Decimal | None) -> Decimal | None:
    known: Decimal | None = one.volume if one.accepted_volume is None else one.accepted_volume
    if known is not None or older is None or multiplier is None or one.value < older.value:
        return known
    volume: Decimal = (one.value - older.value) * multiplier
    return volume


def _mean(volumes: Iterable[Decimal]) -> Decimal | None:
    found = list(volumes)
    return rules.rounded(rules.exact_sum(found) / len(found)) if found else None


def _standing(period: date) -> Q:
    return Q(kind=ReadingKind.CUSTOMER, period=period, is_current=True, withdrawn=False) & ~Q(
        state=ReadingState.REJECTED
    )
