"""What is known of points and registers before a reading is typed, and a typed reading with what comes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from cabinet_pages.readings.rules.consumption import (
    KnownReading,
    RatioSpan,
    Step,
    exact_of,
    formula_of,
    waypoints_between,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A code with the figures of its sentence."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """What is known of a register before a reading is typed.

    Args:
        register, meter, point: their ids.
        channel, zone: the energy (A+, A-, R+, R-) and the tariff zone.
        digits: digits before the decimal mark.
        previous: the reading that closed the period before; None when nothing is known.
        waypoints: the operator's dated readings after `previous`, the oldest first; those not after the typed one
            divide its volume into steps.
        ratios: the meter's multipliers with the days they began.
        history: dated readings up to `previous`, the newest first.
        active_from, active_until: the Kyiv days between which the register can be read.
        permitted_power: kW of the point.
        next_verification_on: the day by which the meter must be verified again.
    """

    register: int
    meter: int
    channel: str
    zone: int
    digits: int
    previous: KnownReading | None
    point: int = 0
    waypoints: tuple[KnownReading, ...] = ()
    ratios: tuple[RatioSpan, ...] = ()
    history: tuple[KnownReading, ...] = ()
    active_from: date | None = None
    active_until: date | None = None
    permitted_power: Decimal | None = None
    next_verification_on: date | None = None

    @property
    def group(self) -> tuple[int, str]:
        """Zones of one meter and channel are read and rounded together."""
        return self.meter, self.channel

    def before(self, read_on: date) -> KnownReading | None:
        """The newest known reading not after a day: the last waypoint, else `previous`."""
        passed = waypoints_between(self.previous, self.waypoints, read_on)
        return passed[-1] if passed else self.previous


@dataclass(frozen=True, slots=True)
class RemovedRegister:
    """A register of a meter that was taken away inside the period: counted from its previous to its final reading.

    Args: as of `RegisterFacts`; `final` is what it showed when the meter was taken away, None while nobody knows.
    """

    register: int
    meter: int
    point: int
    channel: str
    zone: int
    digits: int
    previous: KnownReading | None
    waypoints: tuple[KnownReading, ...]
    ratios: tuple[RatioSpan, ...]
    final: KnownReading | None

    @property
    def group(self) -> tuple[int, str]:
        """Zones of one meter and channel are rounded together; a removed meter is a group of its own."""
        return self.meter, self.channel


@dataclass(frozen=True, slots=True)
class PointFacts:
    """What is known of a point.

    Args:
        point: its id.
        role: `billing`, `subconsumer` or `technical`.
        read_by: `consumer`, `remote` (АСКОЕ) or `operator`.
        losses: as the ERP delivers them; None for none.
        losses_unit: `energy` (kWh per period) or `percent` of the point's active volume.
        registers: of the meters in place.
        removed: of the meters taken away inside the period.
    """

    point: int
    role: str
    read_by: str
    losses: Decimal | None = None
    losses_unit: str = "energy"
    registers: tuple[RegisterFacts, ...] = ()
    removed: tuple[RemovedRegister, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was typed beside a reading, as far as every volume of it is known; exact kWh (kVAr·h).

    Args:
        zones: the sum over zones 1–3 of the meter and channel; None where there are none.
        at_point: the sum over all meters of the point in the channel.
        leads: whether the reading is the point's first in the channel, which speaks for the whole.
    """

    zones: Decimal | None = None
    at_point: Decimal | None = None
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A typed reading with everything computed from it.

    Args:
        multiplier: of the last step, and of the day where no volume can be computed.
        replaced: whether a person says that the meter was replaced, so that no volume can be computed.
        steps: how the volume came about; none where it cannot be computed.
        volume: whole kWh (kVAr·h) after the rounding of its group.
        is_total: whether the register counts the whole day beside zones, which then make the volume.
    """

    facts: RegisterFacts
    value: Decimal
    read_on: date
    multiplier: Decimal
    replaced: bool = False
    steps: tuple[Step, ...] = ()
    volume: Decimal | None = None
    errors: tuple[Finding, ...] = ()
    is_total: bool = False
    around: Surroundings = Surroundings()

    @property
    def exact(self) -> Decimal | None:
        """The unrounded kWh (kVAr·h) of all steps; None where the volume cannot be computed."""
        return exact_of(self.steps)

    @property
    def rolled_over(self) -> bool:
        """Whether the register passed its last figure in one of the steps."""
        return any(one.rolled_over for one in self.steps)

    @property
    def before(self) -> KnownReading | None:
        """The newest known reading not after this one."""
        return self.facts.before(self.read_on)

    @property
    def days(self) -> int | None:
        """Days since the reading that closed the period before, when both are dated."""
        before = self.facts.previous
        return (self.read_on - before.read_on).days if before and before.read_on else None

    @property
    def is_verification_overdue(self) -> bool:
        """Whether the meter should have been verified before the day of the reading; shown, never a block."""
        due = self.facts.next_verification_on
        return due is not None and due < self.read_on

    def formula(self, *, language: str) -> str:
        """The left side of the explanation, its steps joined with «+»; empty where there is no volume."""
        return formula_of(self.steps, language=language)


def total_registers(registers: Iterable[RegisterFacts | RemovedRegister]) -> frozenset[int]:
    """Registers of the whole day whose meter has zones for the channel too: a check of the zones, never added."""
    known = list(registers)
    zoned = {one.group for one in known if one.zone}
    return frozenset(one.register for one in known if not one.zone and one.group in zoned)
