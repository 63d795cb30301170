"""What was sent of registers, as the page of an invoice asks for it."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from cabinet_pages.access.queries import Scope
from cabinet_pages.clock import kyiv_today
from cabinet_pages.metering.models import MeterRatio, Register
from cabinet_pages.metering.queries import points_for
from cabinet_pages.metering.submitted import SubmittedReading, SubmittedRegister
from cabinet_pages.readings.models import ReadingKind, ReadingState
from cabinet_pages.readings.rules import shift_period

_READING = (
    "period", "read_on", "value", "previous_value", "multiplier", "volume", "state", "state_reason", "accepted_value",
    "accepted_volume",
)  # fmt: skip


def submitted_registers(
    scope: Scope, points: Collection[str], meters: Collection[str], months: Collection[date]
) -> list[SubmittedRegister]:
    """Registers of points or meters of an account with the customer's readings for months; one query.

    A register of which nothing was sent stands alone, one of which more months were asked for stands once for each
    that was sent.
    """
    own = Q(readings__kind=ReadingKind.CUSTOMER, readings__is_current=True, readings__withdrawn=False)
    own &= Q(readings__period__in=list(months))
    registers = Register.objects.filter(
        Q(meter__point__code__in=points) | Q(meter__serial__in=meters),
        meter__point__in=points_for(scope).order_by(),
    )
    if scope.visible_from is not None:
        own &= Q(readings__read_on__gte=scope.visible_from)
        registers = registers.filter(Q(meter__removed_on__isnull=True) | Q(meter__removed_on__gte=scope.visible_from))
    until = shift_period(max(months), 1) - timedelta(days=1) if months else kyiv_today()
    ratios = MeterRatio.objects.filter(
        meter=OuterRef("meter"), valid_from__lte=Coalesce(OuterRef("own__read_on"), Value(until))
    ).order_by("-valid_from")
    rows: Any = (
        registers.annotate(own=FilteredRelation("readings", condition=own))
        .annotate(
            **{f"own_{name}": F(f"own__{name}") for name in _READING},
            **{
                f"ratio_{name}": Subquery(ratios.values(name)[:1])
                for name in ("multiplier", "current_ratio", "voltage_ratio")
            },
        )
        .order_by("meter__point__code", "meter__serial", "channel", "zone", "own__period")
        .values(
            "channel",
            "zone",
            "digits",
            *(f"own_{name}" for name in _READING),
            *(f"ratio_{name}" for name in ("multiplier", "current_ratio", "voltage_ratio")),
            point=F("meter__point"),
            code=F("meter__point__code"),
            serial=F("meter__serial"),
            losses=F("meter__point__losses"),
        )
    )
    return [_register(row) for row in rows]


def _register(row: dict[str, Any]) -> SubmittedRegister:
    return SubmittedRegister(
        point=row["point"],
        point_code=row["code"],
        meter_serial=row["serial"],
        channel=row["channel"],
        zone=row["zone"],
        digits=row["digits"],
        multiplier=row["ratio_multiplier"],
        current_ratio=row["ratio_current_ratio"],
        voltage_ratio=row["ratio_voltage_ratio"],
        losses=(row["losses"] or Decimal(0)) != 0,
        reading=None if row["own_period"] is None else _reading(row),
    )


def _reading(row: dict[str, Any]) -> SubmittedReading:
    return SubmittedReading(
        period=row["own_period"],
        read_on=row["own_read_on"],
        value=row["own_value"],
        previous=row["own_previous_value"],
        multiplier=row["own_multiplier"],
        volume=row["own_volume"],
        state=ReadingState(row["own_state"]).label,
        reason=row["own_state_reason"],
        accepted_value=row["own_accepted_value"],
        accepted_volume=row["own_accepted_volume"],
    )


__all__ = ["submitted_registers"]
