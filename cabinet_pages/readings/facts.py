"""From the database to the facts of the rules: what each reading of a window is counted from, for many points at once.

The number of queries does not depend on the number of points. Readings come as tuples: a big sheet looks at some
thousands of them and needs a few figures of each.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q, QuerySet

from cabinet_pages.access.queries import Scope
from cabinet_pages.clock import kyiv_today
from cabinet_pages.metering.models import MeteringPoint, MeterRatio, Register
from cabinet_pages.metering.queries import points_for
from cabinet_pages.metering.rules import in_place
from cabinet_pages.quantities.ordering import natural_key
from cabinet_pages.readings import rules
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState

#: States in which billing has the reading: it can no longer be corrected.
PASSED = (ReadingState.EXPORTED, ReadingState.ACCEPTED, ReadingState.BILLED)
# The same month of the year before begins with the reading before it; one month more for those taken early.
HISTORY_MONTHS = 14

_CUSTOMER, _INITIAL, _FINAL = ReadingKind.CUSTOMER.value, ReadingKind.INITIAL.value, ReadingKind.FINAL.value
# Of several readings of one day the last of these counts: what billing accepted is what it counts on from.
_WEIGHT = {
    _CUSTOMER: 0, _INITIAL: 1, _FINAL: 2, ReadingKind.CONTROL.value: 3, ReadingKind.ACCEPTED.value: 4,
}  # fmt: skip
_REJECTED = ReadingState.REJECTED.value


@dataclass(frozen=True, slots=True)
class SentReading:
    """The current version of a register's reading for a period, with what a correction of it needs; volume in kWh."""

    pk: int
    version: int
    value: Decimal
    read_on: date
    state: str
    withdrawn: bool
    volume: Decimal | None


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
    current: SentReading | None = None
    since: date | None = None

    @property
    def sent(self) -> SentReading | None:
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
    """A point with the registers that are read in a window.

    Args:
        removed: registers of the point's meters that were taken away inside the period, as far as it is known what
            they showed then.
    """

    point: MeteringPoint
    window: rules.ReadingWindow
    registers: list[EntryRegister] = field(default_factory=list)
    removed: tuple[rules.RemovedRegister, ...] = ()

    @property
    def facts(self) -> list[rules.RegisterFacts]:
        """What the rules need to know, in the order of the form."""
        return [one.facts for one in self.registers]

    @property
    def point_facts(self) -> rules.PointFacts:
        """The same with what concerns the whole point."""
        return rules.PointFacts(
            point=self.point.pk,
            role=self.point.role,
            read_by=self.point.read_by,
            losses=self.point.losses,
            losses_unit=self.point.losses_unit,
            registers=tuple(self.facts),
            removed=self.removed,
        )

    @property
    def sent_on(self) -> date | None:
        """«Дата зняття» of what was sent for the period."""
        return next((one.sent.read_on for one in self.registers if one.sent), None)


def entry_sheet(scope: Scope, point_id: int, window: rules.ReadingWindow) -> EntrySheet | None:
    """One point of an account with its registers; None for no such point. Else as `entry_sheets`."""
    place = (scope, window)
    at = Q(point_id=point_id, point__account=scope.account)
    points = points_for(scope).filter(pk=point_id)
    # The point comes with its registers; only one that has none is asked for by itself.
    registers = list(
        _registers([place], at, day=kyiv_today())
        .filter(meter__point__in=points.order_by())
        .select_related("meter__point")
    )
    point = registers[0].meter.point if registers else points.first()
    return _sheets([place], {point.pk: point}, registers, at, today=kyiv_today())[0] if point else None


def entry_sheets(
    scopes: Sequence[Scope], windows: Mapping[int, rules.ReadingWindow], *, day: date | None = None
) -> list[EntrySheet]:
    """Every point of accounts with its registers and what each reading is counted from, in four or five queries.

    The previous value is the newest that counts of an earlier period: a reading that the operator took or accepted,
    or the customer's current one; else the reading at installation. What the operator took inside the period are
    waypoints. A reading of the same period is what is being corrected, so it is never the previous one. The present
    owner's volume is never counted from a day of an earlier owner: without a reading since then it stays unknown
    until the branch accepts the value.

    Args:
        scopes: of the accounts; the points come in their order, inside an account by site, name and code,
            numbers in them by their value.
        windows: by the id of the account; one without a window is left out.
        day: the Kyiv day on which meters hang at their points; today.
    """
    places = [(scope, windows[scope.account.pk]) for scope in scopes if scope.account.pk in windows]
    if not places:
        return []
    ids = [scope.account.pk for scope, _ in places]
    mine = Q(pk__in=[])
    for scope, _ in places:
        own = Q(account_id=scope.account.pk)
        if scope.visible_from is not None:
            own &= Q(closed_on__isnull=True) | Q(closed_on__gte=scope.visible_from)
        mine |= own
    points = MeteringPoint.objects.filter(mine).order_by("pk")
    at, today = Q(point__account__in=ids), day or kyiv_today()
    listed = {point.pk: point for point in points}
    registers = list(_registers(places, at, day=today)) if listed else []
    found = _sheets(places, listed, registers, at, today=today)
    order = {pk: number for number, pk in enumerate(ids)}
    return sorted(found, key=lambda sheet: (order[sheet.point.account_id], *_place(sheet.point)))


def _place(point: MeteringPoint) -> tuple[Any, ...]:
    """Where a point stands inside its account: a column of a person's own table, pasted beside it, must fit."""
    return natural_key(point.site), natural_key(point.name), natural_key(point.code)


_Places = Sequence[tuple[Scope, rules.ReadingWindow]]


def _registers(places: _Places, at: Q, *, day: date) -> "QuerySet[Register]":
    """Registers of the meters that hang on a day, and of those that were taken away since the period began."""
    begin = min(_begin_of(scope, window) for scope, window in places)
    return (
        Register.objects.filter(
            _below(at, "meter"), Q(meter__removed_on__isnull=True) | Q(meter__removed_on__gt=min(begin, day))
        )
        .select_related("meter")
        .order_by(F("meter__installed_on").asc(nulls_first=True), "meter__serial", "channel", "zone")
    )


def _sheets(
    places: _Places, listed: Mapping[int, MeteringPoint], rows: Sequence[Register], at: Q, *, today: date
) -> list[EntrySheet]:
    by_account = {scope.account.pk: (scope, window) for scope, window in places}
    begins = {pk: _begin_of(scope, window) for pk, (scope, window) in by_account.items()}
    ratios: dict[int, list[rules.RatioSpan]] = {}
    spans = MeterRatio.objects.filter(_below(at, "meter")).order_by("valid_from", "pk")
    for meter_id, valid_from, multiplier in spans.values_list("meter_id", "valid_from", "multiplier"):
        ratios.setdefault(meter_id, []).append(rules.RatioSpan(valid_from, multiplier))
    readings = _readings(rows, _below(at, "meter"), min(window.period for _, window in places))
    entries: dict[int, list[EntryRegister]] = {}
    removed: dict[int, list[rules.RemovedRegister]] = {}
    for register in rows:
        meter = register.meter
        point = listed.get(meter.point_id)
        if point is None:
            continue
        # What hangs on the point is at hand, so that nobody asks the database for it again.
        meter.point = point
        scope, window = by_account[point.account_id]
        known = _Known(register, point, tuple(ratios.get(meter.pk, ())), readings.get(register.pk, ()), scope, window)
        if in_place(installed_on=meter.installed_on, removed_on=meter.removed_on, day=today):
            entries.setdefault(point.pk, []).append(
                EntryRegister(register, known.facts(), known.current, scope.visible_from)
            )
        elif meter.removed_on is not None and begins[point.account_id] < meter.removed_on <= today:
            removed.setdefault(point.pk, []).append(known.removed())
    return [
        EntrySheet(point, by_account[point.account_id][1], entries.get(pk, []), tuple(removed.get(pk, ())))
        for pk, point in listed.items()
    ]


def _below(condition: Q, path: str) -> Q:
    """The condition on something that a meter carries, from the condition on the meter."""
    below = Q()
    for child in condition.children:
        name, value = child  # type: ignore[misc]
        below &= Q(**{f"{path}__{name}": value})
    return below


def _begin_of(scope: Scope, window: rules.ReadingWindow) -> date:
    """The day at whose end the period begins."""
    return rules.settlement_of(rules.shift_period(window.period, -1), scope.account.settlement_day).day


# --- readings as tuples ---------------------------------------------------------------------------------------------

# register, id, kind, period, read_on, value, accepted_value, state, withdrawn, version, volume; figures in thousandths.
_Row = tuple[int, int, str, date, date, int, int | None, str, bool, int, int | None]


def _raw(name: str) -> "ExpressionWrapper[F]":
    """A fixed-point column as the database has it: only the few values that are shown become decimals."""
    return ExpressionWrapper(F(name), output_field=BigIntegerField())


_COLUMNS: tuple[Any, ...] = (
    "register_id", "pk", "kind", "period", "read_on", _raw("value"), _raw("accepted_value"), "state", "withdrawn",
    "version", _raw("volume"),
)  # fmt: skip


def _decimal(thousandths: int) -> Decimal:
    return Decimal(thousandths).scaleb(-3)


def _readings(registers: Sequence[Register], at: Q, period: date) -> dict[int, list[_Row]]:
    """The current readings of registers that are not older than the checks look; of others the newest there are."""
    if not registers:
        return {}
    oldest = rules.shift_period(period, -HISTORY_MONTHS)
    found: dict[int, list[_Row]] = {}
    current = Reading.objects.filter(is_current=True).order_by()
    for row in current.filter(_below(at, "register"), read_on__gte=oldest).values_list(*_COLUMNS):
        found.setdefault(row[0], []).append(row)
    unknown = [
        one.pk
        for one in registers
        if (one.meter.installed_on is None or one.meter.installed_on < oldest)
        and not any(row[3] < period for row in found.get(one.pk, ()))
    ]
    if unknown:
        older = current.filter(register__in=unknown, read_on__lt=oldest)
        for row in older.values_list(*_COLUMNS):
            found.setdefault(row[0], []).append(row)
    return found


@dataclass(slots=True)
class _Known:
    """What the database has of one register."""

    register: Register
    point: MeteringPoint
    ratios: tuple[rules.RatioSpan, ...]
    rows: Iterable[_Row]
    scope: Scope
    window: rules.ReadingWindow
    history: tuple[rules.KnownReading, ...] = ()
    waypoints: tuple[rules.KnownReading, ...] = ()
    current: SentReading | None = None
    final: rules.KnownReading | None = None

    def __post_init__(self) -> None:
        since, period = self.scope.visible_from, self.window.period
        earlier: dict[date, int] = {}
        inside: dict[date, int] = {}
        # No database gives rows in an order of its own accord; of equal ones the later counts.
        ordered = sorted(self.rows, key=lambda row: (_WEIGHT[row[2]], row[3], row[1]))
        for _, pk, kind, of_period, read_on, value, accepted, state, withdrawn, version, volume in ordered:
            own = kind == _CUSTOMER
            if own and of_period == period:
                stored = None if volume is None else _decimal(volume)
                self.current = SentReading(pk, version, _decimal(value), read_on, state, withdrawn, stored)
                continue
            if withdrawn or state == _REJECTED or (since is not None and read_on < since):
                continue
            counted = value if accepted is None else accepted
            if kind == _FINAL:
                self.final = rules.KnownReading(_decimal(counted), read_on)
            elif of_period < period or (kind == _INITIAL and of_period == period):
                # On one day what the operator took or accepted counts before what the customer sent.
                earlier[read_on] = counted
            elif of_period == period and not own:
                inside[read_on] = counted
        self.history = tuple(rules.KnownReading(_decimal(earlier[day]), day) for day in sorted(earlier, reverse=True))
        self._begin_with_installation(since)
        self.waypoints = tuple(rules.KnownReading(_decimal(inside[day]), day) for day in sorted(inside))
        if not self.history and self.waypoints:
            # Nothing is known of an earlier period, so the first that the operator took is what there is.
            self.history, self.waypoints = self.waypoints[:1], self.waypoints[1:]
        if self.history and self.history[0].read_on is not None:
            after = self.history[0].read_on
            self.waypoints = tuple(one for one in self.waypoints if one.read_on is not None and one.read_on > after)

    def _begin_with_installation(self, since: date | None) -> None:
        installed_on = self.register.meter.installed_on
        if since is not None and (installed_on is None or installed_on < since):
            return
        initial = self.register.initial_value
        oldest = self.history[-1].read_on if self.history else None
        if initial is not None and (oldest is None or (installed_on is not None and installed_on < oldest)):
            self.history = (*self.history, rules.KnownReading(initial, installed_on))

    @property
    def previous(self) -> rules.KnownReading | None:
        return self.history[0] if self.history else None

    def facts(self) -> rules.RegisterFacts:
        register, meter = self.register, self.register.meter
        return rules.RegisterFacts(
            register=register.pk,
            meter=meter.pk,
            channel=register.channel,
            zone=register.zone,
            digits=register.digits,
            previous=self.previous,
            point=self.point.pk,
            waypoints=self.waypoints,
            ratios=self.ratios,
            history=self.history,
            active_from=meter.installed_on,
            active_until=meter.removed_on,
            permitted_power=self.point.permitted_power,
            next_verification_on=meter.next_verification_on,
        )

    def removed(self) -> rules.RemovedRegister:
        """The register of a meter that was taken away; without a final value while nobody knows what it showed."""
        register, meter = self.register, self.register.meter
        final = self.final
        if final is None and register.final_value is not None:
            final = rules.KnownReading(register.final_value, meter.removed_on)
        return rules.RemovedRegister(
            register=register.pk,
            meter=meter.pk,
            point=self.point.pk,
            channel=register.channel,
            zone=register.zone,
            digits=register.digits,
            previous=self.previous,
            waypoints=self.waypoints,
            ratios=self.ratios,
            final=final,
        )
