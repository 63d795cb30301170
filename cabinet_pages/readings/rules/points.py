"""Volumes of points and of an account: zones, removed meters, losses, and which points count.

The account's volume is Σ розрахункові − Σ субспоживачі + втрати. Losses are taken as the ERP delivers them and belong
to the active energy of their point, so those of a subconsumer go away with it. Technical points never count. Points
read by АСКОЕ count when a value is there. Everything adds up from whole kilowatt-hours, each rounded once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from cabinet_pages.readings.rules.checks import check_value
from cabinet_pages.readings.rules.consumption import (
    EXACT,
    KnownReading,
    Step,
    exact_of,
    exact_sum,
    formula_of,
    steps_of,
)
from cabinet_pages.readings.rules.facts import Line, PointFacts, RemovedRegister, total_registers
from cabinet_pages.readings.rules.rounding import rounded, volumes

BILLING, SUBCONSUMER, TECHNICAL = "billing", "subconsumer", "technical"
PERCENT = "percent"
ACTIVE = "A+"
_CHANNELS = ("A+", "A-", "R+", "R-")


@dataclass(frozen=True, slots=True)
class RemovedPart:
    """What a meter that was taken away inside the period adds.

    Args:
        steps: how the volume came about; none where it cannot be computed.
        volume: whole kWh (kVAr·h) after the rounding of its group.
        is_total: whether the register counts the whole day beside zones.
    """

    facts: RemovedRegister
    steps: tuple[Step, ...] = ()
    volume: Decimal | None = None
    is_total: bool = False

    @property
    def exact(self) -> Decimal | None:
        """The unrounded kWh (kVAr·h); None where the volume cannot be computed."""
        return exact_of(self.steps)

    def formula(self, *, language: str) -> str:
        """The left side of the explanation, its steps joined with «+»."""
        return formula_of(self.steps, language=language)


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses of a point.

    Args:
        delivered: as the ERP gives them, kWh per period or %.
        is_percent: whether they are a share of the point's active volume.
        base: that volume, whole kWh; 0 for losses in kWh.
        volume: whole kWh.
    """

    delivered: Decimal
    is_percent: bool
    base: Decimal
    volume: Decimal


@dataclass(frozen=True, slots=True)
class ChannelVolume:
    """The volume of one channel of a point, whole kWh (kVAr·h), as far as it is known.

    Args:
        zones: by zone, over the point's meters in place.
        removed: the parts of meters that were taken away inside the period.
        losses: None where there are none, and for other energy than the active consumed.
        missing: registers whose volume is not known yet.
    """

    channel: str
    zones: tuple[tuple[int, Decimal], ...] = ()
    removed: tuple[RemovedPart, ...] = ()
    losses: Losses | None = None
    missing: tuple[int, ...] = ()

    @property
    def metered(self) -> Decimal:
        """What the meters counted."""
        parts = [part.volume for part in self.removed if part.volume is not None and not part.is_total]
        return exact_sum([*(volume for _, volume in self.zones), *parts])

    @property
    def total(self) -> Decimal:
        """What the meters counted, with the losses."""
        return self.metered + self.losses.volume if self.losses else self.metered

    @property
    def is_known(self) -> bool:
        """Whether any volume is known."""
        return bool(self.zones) or any(part.volume is not None for part in self.removed)

    @property
    def is_complete(self) -> bool:
        """Whether every volume is known."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class PointVolume:
    """The volumes of a point by channel."""

    facts: PointFacts
    channels: tuple[ChannelVolume, ...]

    def of(self, channel: str) -> ChannelVolume | None:
        """The volume of a channel; None where no register counts it."""
        return next((one for one in self.channels if one.channel == channel), None)

    @property
    def is_complete(self) -> bool:
        """Whether every volume of the point is known."""
        return all(one.is_complete for one in self.channels)


@dataclass(frozen=True, slots=True)
class AccountTerm:
    """What a point does in the account's volume of one channel.

    Args:
        code: `added` or `subtracted`; `technical` for a point that never counts; `unknown` while no volume is there,
            and `remote_unknown` for such a point that АСКОЕ reads.
        sign: 1, -1, or 0 for a point that does not count.
        volume: of the point, whole kWh (kVAr·h), without losses.
        losses: whole kWh.
        is_complete: whether every register of the point is in.
    """

    point: int
    code: str
    sign: int
    volume: Decimal = Decimal(0)
    losses: Decimal = Decimal(0)
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class AccountChannel:
    """The account's volume of one channel, whole kWh (kVAr·h)."""

    channel: str
    terms: tuple[AccountTerm, ...]

    @property
    def settled(self) -> Decimal:
        """Σ розрахункові, without losses."""
        return exact_sum(one.volume for one in self.terms if one.sign > 0)

    @property
    def subconsumed(self) -> Decimal:
        """Σ субспоживачі, without losses."""
        return exact_sum(one.volume for one in self.terms if one.sign < 0)

    @property
    def losses(self) -> Decimal:
        """The losses of the settlement points less those of the subconsumers."""
        return exact_sum(one.sign * one.losses for one in self.terms)

    @property
    def total(self) -> Decimal:
        """Σ розрахункові − Σ субспоживачі + втрати."""
        return self.settled - self.subconsumed + self.losses

    @property
    def is_complete(self) -> bool:
        """Whether every point that counts is known."""
        return all(one.is_complete for one in self.terms)


@dataclass(frozen=True, slots=True)
class AccountVolume:
    """The account's volumes by channel."""

    channels: tuple[AccountChannel, ...]

    def of(self, channel: str) -> AccountChannel | None:
        """The volume of a channel; None where no point has it."""
        return next((one for one in self.channels if one.channel == channel), None)


def removed_parts(removed: Sequence[RemovedRegister]) -> tuple[RemovedPart, ...]:
    """Compute what meters that were taken away add; zones of one meter and channel share their rounding."""
    totals = total_registers(removed)
    steps = {one.register: _steps_of_removed(one) for one in removed}
    exact = {register: exact_sum(step.exact for step in made) for register, made in steps.items() if made}
    whole = volumes(exact, {one.register: (one.group, one.register in totals) for one in removed})
    return tuple(
        RemovedPart(one, steps[one.register], whole.get(one.register), one.register in totals) for one in removed
    )


def point_volume(facts: PointFacts, lines: Iterable[Line]) -> PointVolume:
    """Add up a point: its lines by zone, the meters taken away inside the period, and the losses.

    Args:
        facts: the point.
        lines: the assessed lines, also such of other points; those of registers not read yet may lack.
    """
    registers = {one.register for one in facts.registers}
    own = [line for line in lines if line.facts.register in registers]
    removed = removed_parts(facts.removed)
    totals = total_registers(facts.registers)
    counted = [one for one in facts.registers if one.register not in totals]
    channels = {one.channel for one in facts.registers} | {one.channel for one in facts.removed}
    order = {channel: index for index, channel in enumerate(_CHANNELS)}
    made = []
    for channel in sorted(channels, key=lambda one: (order.get(one, len(order)), one)):
        zones: dict[int, list[Decimal]] = {}
        known = set()
        for line in own:
            if line.facts.channel == channel and line.facts.register not in totals and line.volume is not None:
                zones.setdefault(line.facts.zone, []).append(line.volume)
                known.add(line.facts.register)
        parts = tuple(part for part in removed if part.facts.channel == channel)
        missing = [one.register for one in counted if one.channel == channel and one.register not in known]
        missing += [part.facts.register for part in parts if part.volume is None and not part.is_total]
        plain = ChannelVolume(
            channel=channel,
            zones=tuple((zone, exact_sum(whole)) for zone, whole in sorted(zones.items())),
            removed=parts,
            missing=tuple(missing),
        )
        made.append(_with_losses(plain, facts))
    return PointVolume(facts, tuple(made))


def account_volume(points: Iterable[PointVolume]) -> AccountVolume:
    """Add up an account: Σ розрахункові − Σ субспоживачі + втрати, with what each point does in it and why."""
    terms: dict[str, list[AccountTerm]] = {}
    for point in points:
        for volume in point.channels:
            terms.setdefault(volume.channel, []).append(_term(point.facts, volume))
    ordered = [channel for channel in _CHANNELS if channel in terms]
    return AccountVolume(tuple(AccountChannel(channel, tuple(terms[channel])) for channel in ordered))


def _term(facts: PointFacts, volume: ChannelVolume) -> AccountTerm:
    if facts.role == TECHNICAL:
        return AccountTerm(facts.point, "technical", 0, volume.metered)
    if not volume.is_known:
        code = "remote_unknown" if facts.read_by == "remote" else "unknown"
        return AccountTerm(facts.point, code, 0, is_complete=False)
    code, sign = ("subtracted", -1) if facts.role == SUBCONSUMER else ("added", 1)
    losses = volume.losses.volume if volume.losses else Decimal(0)
    return AccountTerm(facts.point, code, sign, volume.metered, losses, volume.is_complete)


def _with_losses(volume: ChannelVolume, facts: PointFacts) -> ChannelVolume:
    if facts.losses is None or not facts.losses or volume.channel != ACTIVE or not volume.is_known:
        return volume
    is_percent = facts.losses_unit == PERCENT
    base = volume.metered if is_percent else Decimal(0)
    with localcontext(EXACT):
        exact = base * facts.losses / 100 if is_percent else facts.losses
    losses = Losses(facts.losses, is_percent, base, rounded(exact))
    return ChannelVolume(volume.channel, volume.zones, volume.removed, losses, volume.missing)


def _steps_of_removed(facts: RemovedRegister) -> tuple[Step, ...]:
    if facts.previous is None or facts.final is None:
        return ()
    values: tuple[KnownReading, ...] = (facts.previous, *facts.waypoints, facts.final)
    if any(check_value(one.value, digits=facts.digits) for one in values):
        return ()
    return steps_of(facts.previous, facts.waypoints, facts.final, digits=facts.digits, ratios=facts.ratios)
