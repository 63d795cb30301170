"""What customers sent of registers, for subjects that do not know readings; whoever keeps readings tells by hook."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from wagtail import hooks

from cabinet_pages.access.queries import Scope

# A function of a scope, codes of points, serial numbers of meters and months that returns a list of SubmittedRegister.
SUBMITTED_READINGS_HOOK = "cabinet_submitted_readings"


@dataclass(frozen=True, slots=True)
class SubmittedReading:
    """The customer's present reading of a register for a month.

    Args:
        period: first day of the month.
        read_on: the Kyiv day on which it was read.
        value: what the register showed.
        previous: what it showed before; None where nothing is known.
        multiplier: розрахунковий коефіцієнт with which the volume was computed.
        volume: whole kWh (kVAr·h); None for a first reading.
        state: what has become of it, in the reader's language.
        reason: why, as billing says it.
        accepted_value, accepted_volume: what billing made of it; None until it says so.
    """

    period: date
    read_on: date
    value: Decimal
    previous: Decimal | None
    multiplier: Decimal | None
    volume: Decimal | None
    state: str | Promise
    reason: str
    accepted_value: Decimal | None
    accepted_volume: Decimal | None


@dataclass(frozen=True, slots=True)
class SubmittedRegister:
    """A register with the customer's reading for one of the months that were asked for.

    Args:
        point: primary key of the metering point.
        point_code, meter_serial: as the branch writes them.
        channel, zone: of the register.
        digits: before the decimal mark.
        multiplier: of the meter on the day of the reading, or at the end of the months; None where none is known.
        current_ratio, voltage_ratio: of the transformers, where they are known.
        losses: whether the branch adds losses to the volumes of the point.
        reading: None where nothing was sent.
    """

    point: int
    point_code: str
    meter_serial: str
    channel: str
    zone: int
    digits: int
    multiplier: Decimal | None
    current_ratio: Decimal | None
    voltage_ratio: Decimal | None
    losses: bool
    reading: SubmittedReading | None


def submitted_registers(
    scope: Scope, points: Collection[str], meters: Collection[str], months: Collection[date]
) -> list[SubmittedRegister]:
    """Registers of points or meters of an account with what was sent of them for months; none where none is named.

    Args:
        scope: the account.
        points: codes of metering points.
        meters: serial numbers.
        months: first days.
    """
    found: list[SubmittedRegister] = []
    if points or meters:
        for function in hooks.get_hooks(SUBMITTED_READINGS_HOOK):
            found += function(scope, points, meters, months)
    return found


__all__ = ["SUBMITTED_READINGS_HOOK", "SubmittedReading", "SubmittedRegister", "submitted_registers"]
