"""Rows of the history's tables: the months of a register, and points compared over all of the account."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Page

from cabinet_pages.access.queries import Scope
from cabinet_pages.metering.models import Channel, PointRole, Register, Zone
from cabinet_pages.readings.history.rules import change_percent, percent_of, tangent
from cabinet_pages.readings.messages import unit_of
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState
from cabinet_pages.readings.receipts.lifeline import LifeStep, life_line
from cabinet_pages.readings.rows import HistoryRow, history_rows
from cabinet_pages.readings.rules import exact_sum


@dataclass(frozen=True, slots=True)
class RegisterMonth:
    """A month of a register.

    Args:
        period: the first day of the month.
        main: the reading that tells the month: the customer's own, else the newest of the others; None without any.
        others: the month's other current readings, such as control ones.
        volume: accepted where there is one, else computed; None where nothing is known or the reading was rejected.
        is_accepted: which of the two it is.
        versions: how many versions of the customer's reading there are.
        life: the steps that the customer's reading has reached.
    """

    period: date
    main: HistoryRow | None
    others: list[HistoryRow]
    volume: Decimal | None
    is_accepted: bool
    versions: int
    life: list[LifeStep]

    @property
    def difference(self) -> Decimal | None:
        """By how much the accepted volume is more than the computed one; None where they cannot be compared."""
        computed = self.main.reading.volume if self.main else None
        if not self.is_accepted or self.volume is None or computed is None:
            return None
        return exact_sum((self.volume, -computed))


@dataclass(frozen=True, slots=True)
class RegisterHistory:
    """A register with its months, newest first."""

    register: Register
    unit: str
    months: list[RegisterMonth]


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A point, register or site with a month beside the month before and the same month last year.

    Args:
        is_partial: other registers gave the two volumes, so the change may be none of the consumer's.
        is_computed: the month's volume has a part that billing has not accepted yet.
    """

    place: dict[str, Any]
    now: Decimal | None
    before: Decimal | None
    year: Decimal | None
    change: Decimal | None
    change_percent: Decimal | None
    year_change: Decimal | None
    year_percent: Decimal | None
    is_partial: bool = False
    is_computed: bool = False


@dataclass(frozen=True, slots=True)
class ReactivePoint:
    """A point's A+ and R+ of a month; the shares are None where a register gave nothing."""

    place: dict[str, Any]
    active: Decimal | None
    reactive: Decimal | None
    share: Decimal | None
    tangent: Decimal | None
    is_partial: bool


def owned_rows(scope: Scope, readings: Any) -> Any:
    """Rows of readings; none explains its volume by a reading of an earlier owner. Of a page the same page."""
    rows = history_rows(readings)
    if scope.visible_from is None:
        return rows
    hidden = [_owned(scope, row) for row in rows]
    return Page(hidden, rows.number, rows.paginator) if isinstance(rows, Page) else hidden


def register_histories(
    scope: Scope, registers: Iterable[Register], readings: Iterable[Reading], months: Sequence[date]
) -> list[RegisterHistory]:
    """Every month of every register, named whether there is a reading or not.

    Args:
        scope: the account.
        registers: of a point.
        readings: of the point, every version, with `counts`, newest first.
        months: oldest first.
    """
    by_month: dict[tuple[int, date], list[Reading]] = {}
    for reading in readings:
        by_month.setdefault((reading.register_id, reading.period), []).append(reading)
    return [
        RegisterHistory(
            register=register,
            unit=unit_of(register.channel),
            months=[_month(scope, month, by_month.get((register.pk, month), [])) for month in reversed(months)],
        )
        for register in registers
    ]


def compared_rows(rows: Any) -> list[ComparedRow]:
    """Rows of `volumes_by_point` with changes in kWh and per cent."""
    return [
        _compared(
            row,
            *(row[name] for name in ("now", "month", "year")),
            is_partial=row["now_registers"] != row["month_registers"] and row["month"] is not None,
            is_computed=bool(row["now_computed"]),
        )
        for row in rows
    ]


def site_rows_of(rows: Any) -> list[ComparedRow]:
    """Rows of `site_rows`: settlement points less subconsumers."""
    found = []
    for row in rows:
        values = []
        for name in ("now", "month", "year"):
            added, subtracted = row[f"{name}_added"], row[f"{name}_subtracted"]
            known = added is not None or subtracted is not None
            values.append(exact_sum((added or Decimal(0), -(subtracted or Decimal(0)))) if known else None)
        found.append(_compared(row, *values))
    return found


def reactive_point_rows(rows: Sequence[dict[str, Any]], expected: dict[tuple[int, str], int]) -> list[ReactivePoint]:
    """Rows of `reactive_points` with their shares.

    Args:
        rows: of one page.
        expected: registers in place by point and channel.
    """
    found = []
    for row in rows:
        channels = (("active", Channel.ACTIVE_CONSUMED), ("reactive", Channel.REACTIVE_CONSUMED))
        is_whole = all(row[f"{name}_registers"] >= expected.get((row["point"], one), 0) for name, one in channels)
        active = row["active"] if is_whole else None
        found.append(
            ReactivePoint(
                place=_named(row),
                active=row["active"],
                reactive=row["reactive"],
                share=percent_of(row["reactive"], active),
                tangent=tangent(active, row["reactive"]),
                is_partial=not is_whole,
            )
        )
    return found


def flat_rows(rows: Any) -> list[dict[str, Any]]:
    """Rows of `flat_registers` with names of energy and zone."""
    return [
        {
            **row,
            "channel_name": Channel(row["channel"]).label,
            "zone_name": Zone(row["zone"]).label if row["zone"] else "",
        }
        for row in rows
    ]


def _named(row: dict[str, Any]) -> dict[str, Any]:
    role = row.get("role")
    return {**row, "role_name": PointRole(role).label if role and role != PointRole.BILLING else ""}


def _compared(
    row: dict[str, Any], now: Decimal | None, before: Decimal | None, year: Decimal | None, **flags: bool
) -> ComparedRow:
    return ComparedRow(
        place=_named(row),
        now=now,
        before=before,
        year=year,
        change=_difference(now, before),
        change_percent=change_percent(now, before),
        year_change=_difference(now, year),
        year_percent=change_percent(now, year),
        **flags,
    )


def _difference(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if now is None or before is None else exact_sum((now, -before))


def _month(scope: Scope, period: date, readings: list[Reading]) -> RegisterMonth:
    current = [one for one in readings if one.is_current]
    # The customer's own reading tells the month, also one that was rejected: the reason stands there.
    current.sort(key=lambda one: one.kind != ReadingKind.CUSTOMER or one.state == ReadingState.REJECTED)
    rows = owned_rows(scope, current)
    counting = [one for one in current if getattr(one, "counts", False)]
    volumes = [volume for one in counting if (volume := _volume(one)) is not None]
    main = rows[0] if rows else None
    return RegisterMonth(
        period=period,
        main=main,
        others=rows[1:],
        volume=exact_sum(volumes) if volumes else None,
        is_accepted=bool(counting) and all(one.accepted_volume is not None for one in counting),
        versions=sum(one.kind == ReadingKind.CUSTOMER for one in readings),
        life=[step for step in life_line(main.reading) if step.reached] if main else [],
    )


def _volume(reading: Reading) -> Decimal | None:
    volume: Decimal | None = reading.volume if reading.accepted_volume is None else reading.accepted_volume
    return volume


def _owned(scope: Scope, row: HistoryRow) -> HistoryRow:
    before, since = row.reading.previous_on, scope.visible_from
    if since is None or not row.formula or (before is not None and before >= since):
        return row
    return replace(row, formula="")
