"""Points and sites compared over all of an account: each list is made, ordered and cut by the database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from django.db.models import (
    Count,
    Exists,
    F,
    FloatField,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Abs, Cast, Coalesce, NullIf

from cabinet_pages.access.queries import Scope
from cabinet_pages.accounts.models import Account
from cabinet_pages.metering.models import Channel, MeteringPoint, PointRole, Register
from cabinet_pages.metering.queries import points_for
from cabinet_pages.readings.history.queries import (
    ADDED,
    SUBTRACTED,
    checks_zones,
    counted_readings,
    in_place,
    standing_readings,
)
from cabinet_pages.readings.history.rules import YEAR
from cabinet_pages.readings.models import ReadingKind
from cabinet_pages.readings.rules import shift_period

# A query set of grouped readings as dictionaries; mypy's plug-in knows no names of annotations.
Rows: TypeAlias = Any

# --- sites ----------------------------------------------------------------------------------------------------------


def has_site(scope: Scope, site: str) -> bool:
    """Whether any point of the account that the owner may see belongs to a site."""
    # PostgreSQL takes no text with a NUL in it.
    return "\x00" not in site and points_for(scope).filter(site=site).exists()


def site_rows(scope: Scope, period: date) -> Rows:
    """The account's sites with A+ of a month, the month before and the same month last year; ordered by name."""
    compared = _compared(scope, period, Channel.ACTIVE_CONSUMED).exclude(
        register__meter__point__role=PointRole.TECHNICAL
    )
    sums = {
        f"{name}_{part}": Sum("counted", filter=Q(period=month) & role)
        for name, month in months_compared(period).items()
        for part, role in (("added", ADDED), ("subtracted", SUBTRACTED))
    }
    return (
        compared.exclude(register__meter__point__site="")
        .values(site=F("register__meter__point__site"))
        .annotate(**sums, points=Count("register__meter__point", distinct=True))
        .order_by("site")
    )


# --- all points at once ---------------------------------------------------------------------------------------------

#: What movers may be ordered by: the months compared, and kWh or per cent.
ORDERS = ("month", "year", "month_percent", "year_percent")


def latest_period(scope: Scope, periods: Sequence[date]) -> date:
    """The newest of the periods with any volume; the last settled one where there is none."""
    newest = (
        counted_readings(scope)
        .filter(period__range=(periods[0], periods[-1]))
        .aggregate(newest=Max("period"))["newest"]
    )
    return newest or periods[max(len(periods) - 2, 0)]


def volumes_by_point(scope: Scope, period: date) -> Rows:
    """Every point with A+ of a month (`now`), the month before (`month`) and the same month last year (`year`).

    `*_registers` count the registers that gave them: another number of registers is no comparison.
    """
    annotations: dict[str, Any] = {}
    for name, month in months_compared(period).items():
        annotations[name] = Sum("counted", filter=Q(period=month))
        annotations[f"{name}_registers"] = Count("register", distinct=True, filter=Q(period=month))
        annotations[f"{name}_computed"] = Count("pk", filter=Q(period=month, accepted_volume__isnull=True))
    return _by_point(_compared(scope, period, Channel.ACTIVE_CONSUMED)).annotate(**annotations)


def movers(scope: Scope, period: date, order: str) -> Rows:
    """Points by the largest change of their volume, up or down; those that cannot be compared are not among them.

    Args:
        scope: the account.
        period: the month.
        order: one of ORDERS.
    """
    against = order.removesuffix("_percent")
    changed: Rows = volumes_by_point(scope, period).annotate(change=F("now") - F(against)).filter(change__isnull=False)
    size = Abs(F("change"))
    if order.endswith("_percent"):
        # Only the order of the rows comes from floats; the per cent that is shown is exact.
        share = Cast(size, FloatField()) / Cast(NullIf(F(against), Value(Decimal(0))), FloatField())
        return changed.annotate(share=share).order_by(F("share").desc(nulls_last=True), "name", "point")
    return changed.annotate(size=size).order_by("-size", "name", "point")


def zero_points(scope: Scope, period: date) -> Rows:
    """Points that used nothing in a month, those that used most in the month before first."""
    return volumes_by_point(scope, period).filter(now=Decimal(0)).order_by(F("month").desc(nulls_last=True), "name")


def flat_registers(scope: Scope, period: date, months: int) -> Rows:
    """Registers in place whose reading was the same in each of the months that end with a period.

    Args:
        scope: the account.
        period: the newest of the months.
        months: how many, two at least.
    """
    shown = Coalesce("accepted_value", "value")
    return (
        standing_readings(scope)
        .exclude(kind=ReadingKind.INITIAL)
        .filter(
            period__range=(shift_period(period, 1 - months), period),
            register__in=Register.objects.filter(in_place(period), meter__point__account=scope.account).order_by(),
        )
        .annotate(shown=shown)
        .values(
            "register",
            point=F("register__meter__point"),
            name=F("register__meter__point__name"),
            site=F("register__meter__point__site"),
            serial=F("register__meter__serial"),
            channel=F("register__channel"),
            zone=F("register__zone"),
        )
        .annotate(periods=Count("period", distinct=True), low=Min("shown"), high=Max("shown"), last=Max("read_on"))
        .filter(periods=months, low=F("high"))
        .order_by("site", "name", "serial", "channel", "zone")
    )


def unread_points(scope: Scope, period: date) -> "QuerySet[MeteringPoint]":
    """Points with a register in place for which no reading of a month stands."""
    read = standing_readings(scope).exclude(kind=ReadingKind.INITIAL).filter(register=OuterRef("pk"), period=period)
    unread = Register.objects.filter(in_place(period), ~Exists(read), meter__point=OuterRef("pk"))
    last = standing_readings(scope).filter(register__meter__point=OuterRef("pk"), period__lt=period)
    return (
        points_for(scope)
        .filter(Exists(unread))
        .annotate(last_on=last.values("register__meter__point").annotate(newest=Max("read_on")).values("newest"))
    )


def reactive_points(scope: Scope, period: date) -> Rows:
    """Points with reactive energy of a month: A+ and R+ with the registers that gave them, the largest tgφ first."""
    channels = {"active": Channel.ACTIVE_CONSUMED, "reactive": Channel.REACTIVE_CONSUMED}
    annotations: dict[str, Any] = {}
    for name, channel in channels.items():
        annotations[name] = Sum("counted", filter=Q(register__channel=channel))
        annotations[f"{name}_registers"] = Count("register", distinct=True, filter=Q(register__channel=channel))
    readings = counted_readings(scope).filter(period=period, register__channel__in=channels.values())
    # Only the order of the rows comes from floats; the quotient that is shown is exact.
    share = Cast(F("reactive"), FloatField()) / Cast(NullIf(F("active"), Value(Decimal(0))), FloatField())
    return (
        _by_point(readings)
        .annotate(**annotations)
        .filter(reactive__isnull=False)
        .annotate(share=share)
        .order_by(F("share").desc(nulls_last=True), "name", "point")
    )


def registers_expected(scope: Scope, period: date, points: Iterable[int]) -> dict[tuple[int, str], int]:
    """How many registers that are summed hung at points at the end of a month, by point and channel; one query."""
    own = Q(meter__point__account=scope.account, meter__point__in=list(points))
    rows = (
        Register.objects.filter(in_place(period), ~checks_zones(), own)
        .order_by()
        .values("meter__point", "channel")
        .annotate(registers=Count("pk"))
    )
    return {(row["meter__point"], row["channel"]): row["registers"] for row in rows}


def months_compared(period: date) -> dict[str, date]:
    """A month, the month before it and the same month last year, by the names of `volumes_by_point`."""
    return {"now": period, "month": shift_period(period, -1), "year": shift_period(period, -YEAR)}


def _compared(scope: Scope, period: date, channel: str) -> Rows:
    return counted_readings(scope).filter(register__channel=channel, period__in=months_compared(period).values())


def _by_point(readings: Rows) -> Rows:
    return readings.values(
        point=F("register__meter__point"),
        name=F("register__meter__point__name"),
        site=F("register__meter__point__site"),
        role=F("register__meter__point__role"),
    )


@dataclass(frozen=True, slots=True)
class Attention:
    """How many points (registers, where readings are flat) each list of the overview has."""

    movers: int
    flat: int
    zero: int
    unread: int
    reactive: int

    def of(self, name: str) -> int:
        """The length of one list."""
        return int(getattr(self, name))


class _RowCount(Subquery):
    """How many rows a query set has, as a column of another one: five lists are counted in one query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted_rows)"
    output_field = IntegerField()


def attention_of(scope: Scope, period: date, months: int, order: str) -> Attention:
    """The lengths of the lists of the overview, all counted by the database in one query."""
    lists = {
        "movers": movers(scope, period, order),
        "flat": flat_registers(scope, period, months),
        "zero": zero_points(scope, period),
        "unread": unread_points(scope, period).values("pk"),
        "reactive": reactive_points(scope, period),
    }
    counts = {name: _RowCount(rows.order_by()) for name, rows in lists.items()}
    found: Any = Account.objects.filter(pk=scope.account.pk).values(**counts).get()
    return Attention(**found)
