"""Reads for the readings window; each takes a Scope."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.db.models import Count, DateField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast

from cabinet_pages.access.queries import Scope
from cabinet_pages.accounts.models import Account
from cabinet_pages.clock import kyiv_today
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.metering.models import MeteringPoint, ReadBy, Register
from cabinet_pages.metering.queries import PointRow, metered, points_for, registers_in_place
from cabinet_pages.readings import rules
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState, WindowReopening

#: States in which billing has the reading: it can no longer be corrected.
PASSED = (ReadingState.EXPORTED, ReadingState.ACCEPTED, ReadingState.BILLED)
# How many earlier readings of a register the checks may look at.
HISTORY = 24


@dataclass(frozen=True, slots=True)
class EntryRegister:
    """A register on the entry form.

    Args:
        facts: what the rules need to know.
        current: the current version of the period, also one that was withdrawn or that an earlier owner sent.
        since: the day from which the present owner sees readings.
    """

    register: Register
    facts: rules.RegisterFacts
    current: Reading | None = None
    since: date | None = None

    @property
    def sent(self) -> Reading | None:
        """What the present owner sent for the period and counts."""
        if self.current is None or self.current.withdrawn:
            return None
        return None if self.since is not None and self.current.read_on < self.since else self.current

    @property
    def is_passed(self) -> bool:
        """Whether billing already has this period's reading."""
        return self.current is not None and not self.current.withdrawn and self.current.state in PASSED


@dataclass(frozen=True, slots=True)
class EntrySheet:
    """A point with the registers that are read in a window."""

    point: MeteringPoint
    window: rules.ReadingWindow
    registers: list[EntryRegister] = field(default_factory=list)

    @property
    def facts(self) -> list[rules.RegisterFacts]:
        """What the rules need to know, in the order of the form."""
        return [one.facts for one in self.registers]

    @property
    def sent_on(self) -> date | None:
        """«Дата зняття» of what was sent for the period."""
        return next((one.sent.read_on for one in self.registers if one.sent), None)


@dataclass(frozen=True, slots=True)
class PointChoice:
    """A point in the list from which one is chosen."""

    row: PointRow
    is_asked: bool
    is_sent: bool
    is_partly_sent: bool

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

    A late reading is taken only until billing has readings of that period, and never for days of an earlier owner.
    """
    today = today or kyiv_today()
    terms = terms_of(scope.account)
    reopened, passed = _reopened_and_passed(scope, today)
    found = rules.windows_on(today, terms, reopened)
    if found[0].is_late and found[0].period in passed:
        found = rules.windows_on(today, replace(terms, accepts_late=False), reopened)
    since = scope.visible_from
    if since is None:
        return found
    own = [replace(one, earliest=max(one.earliest, since)) for one in found if one.latest >= since]
    return tuple(own) or rules.windows_on(today, replace(terms, accepts_late=False, always_open=False))


def window_for(scope: Scope, period: date | None) -> rules.ReadingWindow | None:
    """The window of a period as it stands today, the first one without a period; None for one that is not open."""
    found = windows_for(scope)
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


def missing_points(scope: Scope, period: date) -> "QuerySet[MeteringPoint]":
    """Points for which a reading is still to be sent."""
    return points_for(scope).filter(_asked(), Exists(_unsent(period)))


def point_choices(scope: Scope, points: Iterable[MeteringPoint], period: date) -> list[PointChoice]:
    """One page of the list of points with meters, last readings and what was sent for the period; one query."""
    sent = Reading.objects.filter(_current(period), register=OuterRef("pk"))
    choices = []
    for row in metered(scope, points, Register.objects.annotate(is_sent=Exists(sent))):
        marks = [getattr(one.register, "is_sent", False) for meter in row.meters for one in meter.registers]
        choices.append(
            PointChoice(
                row=row,
                is_asked=row.is_read_by_consumer and bool(marks),
                is_sent=bool(marks) and all(marks),
                is_partly_sent=any(marks),
            )
        )
    return choices


def entry_sheet(scope: Scope, point_id: int, window: rules.ReadingWindow) -> EntrySheet | None:
    """The registers of a point with what each reading is counted from, in three queries; None for no such point.

    The previous value is the newest of: readings that the operator took or accepted, and the customer's current
    readings of earlier periods; else the reading at installation. A reading of the same period is what is being
    corrected, so it is never the previous one. The present owner's volume is never counted from a day of an earlier
    owner: without a reading since then it stays unknown until the branch accepts the value.
    """
    registers = list(
        Register.objects.filter(
            registers_in_place(kyiv_today()), meter__point__in=points_for(scope).filter(pk=point_id).order_by()
        )
        .select_related("meter__point")
        .prefetch_related("meter__ratios")
        .order_by("meter__installed_on", "meter__serial", "channel", "zone")
    )
    point = registers[0].meter.point if registers else point_for(scope, point_id)
    if point is None:
        return None
    readings: dict[int, list[Reading]] = {}
    for reading in Reading.objects.filter(register__in=registers, is_current=True).order_by("-read_on", "-pk"):
        readings.setdefault(reading.register_id, []).append(reading)
    entries = []
    for register in registers:
        of_register = readings.get(register.pk, [])
        entries.append(
            EntryRegister(
                register=register,
                facts=_facts(scope, register, of_register, window),
                current=next((one for one in of_register if _is_own(one) and one.period == window.period), None),
                since=scope.visible_from,
            )
        )
    return EntrySheet(point=point, window=window, registers=entries)


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


def _reopened_and_passed(scope: Scope, today: date) -> tuple[dict[date, date], set[date]]:
    """The last days of reopened windows by period, and recent periods that billing has readings of; one query."""
    nothing = Value(None, output_field=DateField())
    passed = (
        Reading.objects.filter(
            register__meter__point__account=scope.account,
            kind=ReadingKind.CUSTOMER,
            period__gte=rules.shift_period(today, -2),
            state__in=PASSED,
        )
        .order_by()
        .annotate(until=Cast(nothing, DateField()))
        .values_list("period", "until")
    )
    reopened = (
        WindowReopening.objects.filter(account=scope.account, open_until__gte=today)
        .order_by()
        .annotate(until=F("open_until"))
        .values_list("period", "until")
    )
    rows = list(reopened.union(passed))
    return {period: until for period, until in rows if until}, {period for period, until in rows if not until}


def _is_own(reading: Reading) -> bool:
    return reading.kind == ReadingKind.CUSTOMER


def _facts(
    scope: Scope, register: Register, readings: list[Reading], window: rules.ReadingWindow
) -> rules.RegisterFacts:
    meter = register.meter
    since = scope.visible_from
    by_day: dict[date, Decimal] = {}
    # On one day what the operator took or accepted counts before what the customer sent.
    for reading in sorted(readings, key=lambda one: (one.read_on, not _is_own(one)), reverse=True):
        counts = reading.period < window.period if _is_own(reading) else reading.kind != ReadingKind.FINAL
        stands = not reading.withdrawn and reading.state != ReadingState.REJECTED
        stands = stands and (since is None or reading.read_on >= since)
        if counts and stands and len(by_day) < HISTORY:
            value = reading.value if reading.accepted_value is None else reading.accepted_value
            by_day.setdefault(reading.read_on, value)
    history = tuple(rules.KnownReading(value, day) for day, value in by_day.items())
    installed_by_owner = since is None or (meter.installed_on is not None and meter.installed_on >= since)
    initial = register.initial_value if installed_by_owner else None
    if initial is not None and (not history or (meter.installed_on and meter.installed_on < min(by_day))):
        history = (*history, rules.KnownReading(initial, meter.installed_on))
    return rules.RegisterFacts(
        register=register.pk,
        meter=meter.pk,
        channel=register.channel,
        zone=register.zone,
        digits=register.digits,
        previous=history[0] if history else None,
        ratios=tuple(rules.RatioSpan(one.valid_from, one.multiplier) for one in meter.ratios.all()),
        history=history,
        active_from=meter.installed_on,
        active_until=meter.removed_on,
    )
