"""Reads of points, meters and registers; each takes a Scope."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery
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
class MeterRow:
    """A meter in place with its registers and the ratio of today."""

    meter: Meter
    ratio: MeterRatio | None
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


def points_found(scope: Scope, text: str) -> "QuerySet[MeteringPoint]":
    """Points of an account whose name, code, EIC, address, site or meter contains a text in any letter case.

    The texts are folded here, because SQLite does not fold Cyrillic; one account has at most some hundreds of points.
    """
    wanted = fold_search(text)
    if not wanted:
        return points_for(scope)
    texts: dict[int, list[str]] = {}
    columns = ("name", "code", "eic", "address", "site")
    for pk, *values in points_for(scope).values_list("pk", *columns, "meters__serial"):
        texts.setdefault(pk, []).extend(value or "" for value in values)
    found = [pk for pk, values in texts.items() if any(wanted in fold_search(value) for value in values)]
    return points_for(scope).filter(pk__in=found)


def meters_in_place(day: date) -> Q:
    """The condition on meters that hang at their points on a Kyiv day."""
    installed = Q(installed_on__isnull=True) | Q(installed_on__lte=day)
    return installed & (Q(removed_on__isnull=True) | Q(removed_on__gt=day))


def last_readings(scope: Scope, registers: "QuerySet[Register]") -> "QuerySet[Register]":
    """Registers with `last_value` and `last_on`: the newest reading that the present owner may see."""
    known = (
        Register.objects.filter(KNOWN_READINGS, scope.visible("readings__read_on"), pk=OuterRef("pk"))
        .annotate(shown_value=Coalesce("readings__accepted_value", "readings__value"))
        .order_by("-readings__read_on", "-readings__pk")
    )
    return registers.annotate(
        last_value=Subquery(known.values("shown_value")[:1]), last_on=Subquery(known.values("readings__read_on")[:1])
    )


def metered(scope: Scope, points: Iterable[MeteringPoint]) -> list[PointRow]:
    """Points of one page of a list with their meters, registers, ratios and last readings, in three queries."""
    listed = list(points)
    today = kyiv_today()
    ratios = MeterRatio.objects.filter(valid_from__lte=today).order_by("-valid_from")
    meters = (
        Meter.objects.filter(meters_in_place(today), point__in=listed)
        .prefetch_related(
            Prefetch("registers", queryset=last_readings(scope, Register.objects.order_by("channel", "zone"))),
            Prefetch("ratios", queryset=ratios),
        )
        .order_by(F("installed_on").asc(nulls_first=True), "serial")
    )
    rows: dict[int, list[MeterRow]] = {}
    for meter in meters:
        known = list(meter.ratios.all())
        rows.setdefault(meter.point_id, []).append(
            MeterRow(
                meter=meter,
                ratio=known[0] if known else None,
                verification=verification_state(meter.next_verification_on, today),
                registers=[
                    RegisterRow(
                        register=register,
                        last_value=getattr(register, "last_value", None),
                        last_on=getattr(register, "last_on", None),
                    )
                    for register in meter.registers.all()
                ],
            )
        )
    return [
        PointRow(
            point=point,
            is_closed=point.closed_on is not None and point.closed_on <= today,
            meters=rows.get(point.pk, []),
        )
        for point in listed
    ]
