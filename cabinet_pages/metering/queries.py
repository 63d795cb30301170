"""Reads of points, meters and registers; each takes a Scope."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Case, DateField, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from cabinet_pages.access.queries import Scope
from cabinet_pages.clock import kyiv_today
from cabinet_pages.metering.models import Meter, MeteringPoint, MeterRatio, ReadBy, Register
from cabinet_pages.metering.rules import Verification, verification_state
from cabinet_pages.quantities.folding import fold_search

# The values of cabinet_pages.readings.models that a customer's meter is shown with; metering stands below readings.
KNOWN_READINGS = Q(readings__is_current=True, readings__withdrawn=False) & ~Q(readings__state="rejected")


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A register with its last known reading."""

    register: Register
    last_value: Decimal | None
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Ratio:
    """Today's multiplier of a meter, with the transformer ratios that it is made of where they are known."""

    multiplier: Decimal
    current: Decimal | None = None
    voltage: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A meter in place with its registers; without a ratio it is direct."""

    meter: Meter
    ratio: Ratio | None
    verification: Verification
    registers: list[RegisterRow] = field(default_factory=list)

    @property
    def is_overdue(self) -> bool:
        """Whether the date of the next verification has passed."""
        return self.verification is Verification.OVERDUE

    @property
    def is_ending(self) -> bool:
        """Whether the next verification is near."""
        return self.verification is Verification.ENDING


@dataclass(frozen=True, slots=True)
class PointRow:
    """A metering point with the meters in place."""

    point: MeteringPoint
    is_closed: bool
    meters: list[MeterRow] = field(default_factory=list)

    @property
    def is_read_by_consumer(self) -> bool:
        """Whether the customer is asked for readings of this point."""
        return self.point.read_by == ReadBy.CONSUMER and not self.is_closed


def points_for(scope: Scope) -> "QuerySet[MeteringPoint]":
    """Points of an account; one closed before the present owner came is not shown."""
    points = MeteringPoint.objects.filter(account=scope.account)
    if scope.visible_from is not None:
        points = points.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=scope.visible_from))
    return points.order_by("site", "name", "code")


def points_found(points: "QuerySet[MeteringPoint]", text: str) -> "QuerySet[MeteringPoint] | list[MeteringPoint]":
    """Those of the points whose name, code, EIC, address, site or meter contains a text in any letter case.

    The texts are folded here, because SQLite does not fold Cyrillic; one account has at most some hundreds of points.
    """
    wanted = fold_search(text)
    if not wanted:
        return points
    found: dict[int, MeteringPoint] = {}
    for point in points.annotate(serial=F("meters__serial")):
        texts = (point.name, point.code, point.eic, point.address, point.site, getattr(point, "serial", None) or "")
        if any(wanted in fold_search(one) for one in texts):
            found.setdefault(point.pk, point)
    return list(found.values())


def registers_in_place(day: date) -> Q:
    """The condition on registers whose meters hang at their points on a Kyiv day."""
    installed = Q(meter__installed_on__isnull=True) | Q(meter__installed_on__lte=day)
    return installed & (Q(meter__removed_on__isnull=True) | Q(meter__removed_on__gt=day))


def with_last_readings(scope: Scope, registers: "QuerySet[Register]") -> "QuerySet[Register]":
    """Registers with `last_value` and `last_on`: the newest reading that the present owner may see."""
    known = (
        Register.objects.filter(KNOWN_READINGS, scope.visible("readings__read_on"), pk=OuterRef("pk"))
        .annotate(shown_value=Coalesce("readings__accepted_value", "readings__value"))
        .order_by("-readings__read_on", "-readings__pk")
    )
    return registers.annotate(
        last_value=Subquery(known.values("shown_value")[:1]), last_on=Subquery(known.values("readings__read_on")[:1])
    )


def with_ratios(registers: "QuerySet[Register]", day: date) -> "QuerySet[Register]":
    """Registers with `multiplier`, `current_ratio` and `voltage_ratio` of their meter on a Kyiv day.

    Before the first known ratio the first one holds, as in `readings.rules.multiplier_on`.
    """
    begun = Case(When(valid_from__lte=day, then=F("valid_from")), output_field=DateField())
    valid = MeterRatio.objects.filter(meter=OuterRef("meter")).order_by(begun.desc(nulls_last=True), "valid_from")
    names = ("multiplier", "current_ratio", "voltage_ratio")
    return registers.annotate(**{name: Subquery(valid.values(name)[:1]) for name in names})


def metered(
    scope: Scope, points: Iterable[MeteringPoint], registers: "QuerySet[Register] | None" = None
) -> list[PointRow]:
    """Points of one page of a list with the meters in place, ratios and last readings, in one query.

    Args:
        points: of the page.
        registers: a query set with annotations that the caller needs on each register.
    """
    listed = list(points)
    today = kyiv_today()
    found = (
        (Register.objects.all() if registers is None else registers)
        .filter(registers_in_place(today), meter__point__in=listed)
        .select_related("meter")
        .order_by(F("meter__installed_on").asc(nulls_first=True), "meter__serial", "channel", "zone")
    )
    rows: dict[int, dict[int, MeterRow]] = {}
    for register in with_ratios(with_last_readings(scope, found), today):
        meters = rows.setdefault(register.meter.point_id, {})
        row = meters.setdefault(register.meter_id, _meter_row(register, today))
        row.registers.append(RegisterRow(register, *(getattr(register, name) for name in ("last_value", "last_on"))))
    return [
        PointRow(
            point=point,
            is_closed=point.closed_on is not None and point.closed_on <= today,
            meters=list(rows.get(point.pk, {}).values()),
        )
        for point in listed
    ]


def _meter_row(register: Register, today: date) -> MeterRow:
    multiplier, current, voltage = (
        getattr(register, name) for name in ("multiplier", "current_ratio", "voltage_ratio")
    )
    return MeterRow(
        meter=register.meter,
        ratio=None if multiplier is None else Ratio(multiplier, current, voltage),
        verification=verification_state(register.meter.next_verification_on, today),
    )
