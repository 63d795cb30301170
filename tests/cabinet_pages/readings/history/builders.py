"""Readings of many months for tests of the history."""

from datetime import date
from decimal import Decimal
from typing import Any

from cabinet_pages.metering.models import Register
from cabinet_pages.readings.models import Reading, ReadingKind
from cabinet_pages.readings.rules import shift_period


def add_month(
    register: Register,
    period: date,
    volume: str | None = None,
    *,
    accepted: str | None = None,
    value: str = "100",
    **fields: Any,
) -> Reading:
    """A reading of a register that closes a month.

    Args:
        register: which one.
        period: the first day of the month.
        volume: kWh as the cabinet computed it.
        accepted: kWh as billing accepted it.
        value: what the register showed.
        fields: other attributes; without a kind it is the customer's own.
    """
    fields.setdefault("kind", ReadingKind.CUSTOMER)
    fields.setdefault("read_on", date.fromordinal(shift_period(period, 1).toordinal() - 1))
    return Reading.objects.create(
        register=register,
        period=period,
        value=Decimal(value),
        volume=None if volume is None else Decimal(volume),
        accepted_volume=None if accepted is None else Decimal(accepted),
        **fields,
    )
