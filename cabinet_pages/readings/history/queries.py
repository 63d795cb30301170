"""Reads of volumes by month; each takes a Scope.

The volume of a register in a month is what billing accepted, else what the cabinet computed («попередній»). Billing
says it in the verdict on the customer's reading, which is about the whole month, or in readings of its own, each about
its part of the month; so the verdict stands before them, and they before the computed volume.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from cabinet_pages.access.queries import Scope
from cabinet_pages.clock import kyiv_today
from cabinet_pages.metering.models import Channel, MeteringPoint, PointRole, Register, Zone
from cabinet_pages.metering.queries import points_for, registers_in_place
from cabinet_pages.readings.history.rules import MONTHS, MonthVolume, months_until
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState
from cabinet_pages.readings.rules import exact_sum, settlement, shift_period

#: A reading that counts: not superseded, withdrawn or rejected.
STANDS = Q(is_current=True, withdrawn=False) & ~Q(state=ReadingState.REJECTED)
# How a point counts in the volume of a site and of an account.
ADDED = Q(register__meter__point__role=PointRole.BILLING)
SUBTRACTED = Q(register__meter__point__role=PointRole.SUBCONSUMER)


def current_period(scope: Scope) -> date:
    """The period that today's settlement leads to."""
    return settlement(kyiv_today(), scope.account.settlement_day).period


def periods_of(scope: Scope) -> tuple[date, ...]:
    """The months that the present owner may look at, oldest first: two years and the month that is not settled yet."""
    return file_periods(scope, MONTHS + 1)


def file_periods(scope: Scope, count: int) -> tuple[date, ...]:
    """The months of which a file may be made, oldest first: the newest `count` of the present owner."""
    months = months_until(current_period(scope), count)
    since = scope.visible_from
    return tuple(one for one in months if since is None or one >= since.replace(day=1)) or months[-1:]


def standing_readings(scope: Scope) -> "QuerySet[Reading]":
    """Readings of an account that count and that the present owner may see."""
    return Reading.objects.filter(
        STANDS, scope.visible("read_on"), register__meter__point__account=scope.account
    ).order_by()


def with_volumes(scope: Scope, readings: "QuerySet[Reading]") -> "QuerySet[Reading]":
    """Readings with `counts`, whether a month's volume is made of them, and `counted`, that volume."""
    own = Q(kind=ReadingKind.CUSTOMER)
    same = Reading.objects.filter(
        STANDS,
        scope.visible("read_on"),
        register=OuterRef("register"),
        period=OuterRef("period"),
        accepted_volume__isnull=False,
    )
    verdict, delivered = Exists(same.filter(own)), Exists(same.exclude(kind=ReadingKind.CUSTOMER))
    accepted = Q(accepted_volume__isnull=False)
    counts = STANDS & (
        (own & accepted) | (~own & accepted & Q(~verdict)) | (own & ~accepted & Q(volume__isnull=False) & Q(~delivered))
    )
    return readings.annotate(
        counts=Case(When(counts, then=Value(True)), default=Value(False), output_field=BooleanField()),
        counted=Coalesce("accepted_volume", "volume"),
    )


def counted_readings(scope: Scope) -> "QuerySet[Reading]":
    """The readings that sums of volumes are made of, with `counted`, kWh (kVAr·h)."""
    readings: Any = with_volumes(scope, standing_readings(scope))
    return readings.filter(~checks_zones("register__"), counts=True)  # type: ignore[no-any-return]


def checks_zones(path: str = "") -> Q:
    """The condition on registers of the whole day whose meter has zones for the channel too; they are in no sum.

    Args:
        path: the lookup path to the register, with its underscores.
    """
    zones = Register.objects.filter(
        meter=OuterRef(f"{path}meter"), channel=OuterRef(f"{path}channel"), zone__gt=Zone.WHOLE_DAY
    )
    return Q(Exists(zones), **{f"{path}zone": Zone.WHOLE_DAY})


def volumes_by_month(scope: Scope, months: Sequence[date], *, site: str = "") -> dict[str, list[MonthVolume]]:
    """The volumes of the account, or of one Об'єкт, by channel in each of the months; two queries.

    Σ settlement points − Σ subconsumers, added up by the database; technical points never count, and losses, which
    are known for the present only, are not in it.

    Args:
        scope: the account.
        months: periods, oldest first.
        site: an Об'єкт; all of them without.

    Returns:
        By channel, only those that are measured or were read; a list as long as `months`.
    """
    readings = counted_readings(scope).filter(period__range=(months[0], months[-1]))
    registers = Register.objects.filter(~checks_zones(), meter__point__in=points_for(scope).order_by())
    if site:
        readings = readings.filter(register__meter__point__site=site)
        registers = registers.filter(meter__point__site=site)
    readings = readings.exclude(register__meter__point__role=PointRole.TECHNICAL)
    expected = _registers_by_month(registers.exclude(meter__point__role=PointRole.TECHNICAL), months)
    known: dict[tuple[str, date], list[dict[str, Any]]] = {}
    rows: Any = readings.values("period", channel=F("register__channel"), zone=F("register__zone")).annotate(
        added=Sum("counted", filter=ADDED),
        subtracted=Sum("counted", filter=SUBTRACTED),
        accepted=Count("register", distinct=True, filter=Q(accepted_volume__isnull=False)),
        computed=Count("register", distinct=True, filter=Q(accepted_volume__isnull=True)),
    )
    for row in rows.order_by("period", "channel", "zone"):
        known.setdefault((row["channel"], row["period"]), []).append(row)
    channels = [one for one in Channel.values if one in expected or any(key[0] == one for key in known)]
    return {
        channel: [
            _month(month, known.get((channel, month), []), expected.get(channel, {}).get(month, 0)) for month in months
        ]
        for channel in channels
    }


def volumes_of_registers(
    registers: Sequence[Register], readings: Iterable[Reading], months: Sequence[date]
) -> dict[str, list[MonthVolume]]:
    """The volumes of a point's registers by channel in each of the months, whatever the point's role; no query.

    Args:
        registers: with their meters and point.
        readings: with `counts` and `counted`, as `readings_of_point` gives them; those of other registers are left.
        months: periods, oldest first.
    """
    counting: dict[tuple[int, date], list[Reading]] = {}
    for reading in readings:
        if getattr(reading, "counts", False):
            counting.setdefault((reading.register_id, reading.period), []).append(reading)

    def month(period: date, of_channel: list[Register]) -> MonthVolume:
        zones: dict[int, list[Decimal]] = {}
        accepted = computed = 0
        for register in of_channel:
            found = counting.get((register.pk, period), [])
            zones.setdefault(register.zone, []).extend(getattr(one, "counted", Decimal(0)) for one in found)
            is_accepted = bool(found) and all(one.accepted_volume is not None for one in found)
            accepted += is_accepted
            computed += bool(found) and not is_accepted
        return MonthVolume(
            period=period,
            zones={zone: exact_sum(parts) for zone, parts in sorted(zones.items()) if parts},
            accepted=accepted,
            computed=computed,
            expected=sum(_hung(one, last_day(period)) for one in of_channel),
        )

    zoned = {(one.meter_id, one.channel) for one in registers if one.zone}
    summed = [one for one in registers if one.zone or (one.meter_id, one.channel) not in zoned]
    by_channel = {channel: [one for one in summed if one.channel == channel] for channel in Channel.values}
    return {
        channel: [month(period, of_channel) for period in months]
        for channel, of_channel in by_channel.items()
        if of_channel
    }


def _hung(register: Register, day: date) -> bool:
    """The condition of `in_place` on a loaded register."""
    meter, closed_on = register.meter, register.meter.point.closed_on
    is_hung = (meter.installed_on is None or meter.installed_on <= day) and (
        meter.removed_on is None or meter.removed_on > day
    )
    return is_hung and (closed_on is None or closed_on > day)


def _month(period: date, rows: list[dict[str, Any]], expected: int) -> MonthVolume:
    nothing = Decimal(0)
    return MonthVolume(
        period=period,
        zones={row["zone"]: exact_sum((row["added"] or nothing, -(row["subtracted"] or nothing))) for row in rows},
        accepted=sum(row["accepted"] for row in rows),
        computed=sum(row["computed"] for row in rows),
        expected=expected,
    )


def _registers_by_month(registers: "QuerySet[Register]", months: Sequence[date]) -> dict[str, dict[date, int]]:
    """How many registers of each channel hung at the end of each month; one query."""
    counts = {f"month_{index}": Count("pk", filter=in_place(month)) for index, month in enumerate(months)}
    rows: Any = registers.order_by().values("channel").annotate(**counts)
    return {row["channel"]: {month: row[f"month_{index}"] for index, month in enumerate(months)} for row in rows}


def in_place(period: date) -> Q:
    """The condition on registers that hung at an open point at the end of a month."""
    end = last_day(period)
    return registers_in_place(end) & (Q(meter__point__closed_on__isnull=True) | Q(meter__point__closed_on__gt=end))


def last_day(period: date) -> date:
    """The last day of a period."""
    return shift_period(period, 1) - timedelta(days=1)


def readings_of_point(scope: Scope, point: MeteringPoint, months: Sequence[date]) -> list[Reading]:
    """Every version of every reading of a point in the months, with `counts`; one query, newest first."""
    readings = Reading.objects.filter(
        scope.visible("read_on"),
        withdrawn=False,
        register__meter__point=point,
        period__range=(months[0], months[-1]),
    ).select_related("register__meter", "submission", "export")
    return list(with_volumes(scope, readings).order_by("-read_on", "-is_current", "-version", "-pk"))


def registers_of_point(scope: Scope, point_id: int) -> list[Register]:
    """The registers of a point with their meters and the point itself, of the meter in place first; one query.

    None of a meter that was removed before the present owner came; none where the point is foreign or absent.
    """
    registers = Register.objects.filter(meter__point__in=points_for(scope).filter(pk=point_id).order_by())
    if scope.visible_from is not None:
        registers = registers.filter(Q(meter__removed_on__isnull=True) | Q(meter__removed_on__gte=scope.visible_from))
    return list(
        registers.select_related("meter__point").order_by(
            F("meter__removed_on").desc(nulls_first=True), "meter__serial", "channel", "zone"
        )
    )


# --- files ----------------------------------------------------------------------------------------------------------


def exported_readings(scope: Scope, first: date, last: date) -> "QuerySet[Reading]":
    """Every version of the account's readings of the periods, with `counts`; by point, register and day."""
    readings = Reading.objects.filter(
        scope.visible("read_on"),
        withdrawn=False,
        register__meter__point__account=scope.account,
        period__range=(first, last),
    ).select_related("register__meter__point", "submission")
    return with_volumes(scope, readings).order_by(
        "register__meter__point__site",
        "register__meter__point__name",
        "register__meter__point",
        "register__meter__serial",
        "register__channel",
        "register__zone",
        "period",
        "read_on",
        "version",
        "pk",
    )
