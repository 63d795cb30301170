"""What may be wrong or odd with a reading: errors that refuse it, and findings that a person confirms with a reason.

Sources: ПРРЕЕ and ККОЕЕ as summed up in the domain facts: digits, decimals, dates, activity of the register; a smaller
reading, a zero, a volume far from the mean. Thresholds come from the caller. Findings are (code, params); the
sentence is made at the edge.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from cabinet_pages.readings.rules.consumption import (
    Consumption,
    RatioSpan,
    consumption,
    exact_sum,
    multiplier_change,
    multiplier_on,
    volumes,
)

#: Decimal places that a reading may have.
DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """A code with the figures of its sentence."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownReading:
    """What a register showed at the end of a Kyiv day; no day for a value given without one."""

    value: Decimal
    read_on: date | None


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """What is known of a register before a reading is typed.

    Args:
        register, meter: their ids.
        channel, zone: the energy (A+, A-, R+, R-) and the tariff zone.
        digits: digits before the decimal mark.
        previous: the reading that the volume is counted from; None when nothing is known.
        ratios: the meter's multipliers with the days they began.
        history: dated readings up to `previous`, the newest first.
        active_from, active_until: the Kyiv days between which the register can be read.
    """

    register: int
    meter: int
    channel: str
    zone: int
    digits: int
    previous: KnownReading | None
    ratios: tuple[RatioSpan, ...] = ()
    history: tuple[KnownReading, ...] = ()
    active_from: date | None = None
    active_until: date | None = None

    @property
    def group(self) -> tuple[int, str]:
        """Zones of one meter and channel are read and rounded together."""
        return self.meter, self.channel


@dataclass(frozen=True, slots=True)
class Line:
    """A typed reading with everything computed from it.

    Args:
        replaced: whether a person says that the meter was replaced, so that no volume can be computed.
        result: how the volume came about; None where it cannot be computed.
        volume: whole kWh (kVAr·h) after the rounding of its group.
    """

    facts: RegisterFacts
    value: Decimal
    read_on: date
    multiplier: Decimal
    replaced: bool = False
    result: Consumption | None = None
    volume: Decimal | None = None
    errors: tuple[Finding, ...] = ()

    @property
    def days(self) -> int | None:
        """Days since the previous reading, when both are dated."""
        before = self.facts.previous
        return (self.read_on - before.read_on).days if before and before.read_on else None


def check_value(value: Decimal, *, digits: int) -> list[Finding]:
    """Refuse what a register cannot show: not a number, negative, too many digits or decimals."""
    if not value.is_finite():
        return [Finding("not_a_number")]
    if value < 0:
        return [Finding("negative")]
    errors = []
    if value >= Decimal(10) ** digits:
        errors.append(Finding("too_many_digits", {"digits": digits}))
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > DECIMALS:
        errors.append(Finding("too_many_decimals", {"decimals": DECIMALS}))
    return errors


def check_date(read_on: date, *, today: date, earliest: date, latest: date) -> list[Finding]:
    """Refuse «Дата зняття» in the future or outside the reading window; all are Kyiv dates."""
    if read_on > today:
        return [Finding("future_date")]
    if not earliest <= read_on <= latest:
        return [Finding("outside_window", {"earliest": earliest, "latest": latest})]
    return []


def check_register(facts: RegisterFacts, read_on: date) -> list[Finding]:
    """Refuse a register that is not in use on the day, and a day before the previous reading's."""
    errors = []
    if (facts.active_from and read_on < facts.active_from) or (facts.active_until and read_on > facts.active_until):
        errors.append(Finding("inactive_register"))
    if facts.previous and facts.previous.read_on and read_on < facts.previous.read_on:
        errors.append(Finding("before_previous", {"date": facts.previous.read_on}))
    return errors


def assess(
    facts: Sequence[RegisterFacts],
    entries: Mapping[int, Decimal],
    read_on: date,
    *,
    replaced: AbstractSet[int] = frozenset(),
) -> list[Line]:
    """Check typed values against their registers and compute the volumes, zones of a meter and channel together.

    Args:
        facts: the registers of a point, in the order of the lines.
        entries: the typed value of each register that was read.
        read_on: «Дата зняття», a Kyiv date.
        replaced: registers whose smaller value a person explains by a replaced meter.
    """
    results: dict[int, Consumption] = {}
    errors: dict[int, tuple[Finding, ...]] = {}
    for one in facts:
        if one.register not in entries:
            continue
        value = entries[one.register]
        found = [*check_value(value, digits=one.digits), *check_register(one, read_on)]
        if one.previous is not None and check_value(one.previous.value, digits=one.digits):
            found.append(Finding("previous_unusable", {"digits": one.digits}))
        errors[one.register] = tuple(found)
        if found or one.previous is None or one.register in replaced:
            continue
        results[one.register] = consumption(
            one.previous.value, value, digits=one.digits, multiplier=multiplier_on(one.ratios, read_on)
        )
    rounded = volumes(results, {one.register: one.group for one in facts})
    return [
        Line(
            facts=one,
            value=entries[one.register],
            read_on=read_on,
            multiplier=multiplier_on(one.ratios, read_on),
            replaced=one.register in replaced,
            result=results.get(one.register),
            volume=rounded.get(one.register),
            errors=errors[one.register],
        )
        for one in facts
        if one.register in entries
    ]


def incomplete_groups(facts: Sequence[RegisterFacts], entered: AbstractSet[int]) -> list[RegisterFacts]:
    """Registers that were left out although another zone of their meter and channel was read."""
    begun = {one.group for one in facts if one.register in entered}
    return [one for one in facts if one.group in begun and one.register not in entered]


# --- findings that need a confirmation -----------------------------------------------------------------------------


def less_than_previous(line: Line) -> Finding | None:
    """A smaller value: the register returned to zero, or the meter was replaced."""
    before = line.facts.previous
    if before is None or line.value >= before.value:
        return None
    return Finding("less_than_previous", {"previous": before.value})


def nothing_used(line: Line) -> Finding | None:
    """The same value although days have passed and the register was moving before."""
    if line.result is None or line.result.difference or not line.days:
        return None
    mean = daily_mean(line.facts, periods=len(line.facts.history))
    return Finding("nothing_used") if mean is None or mean[0] else None


def ratio_changed(line: Line) -> Finding | None:
    """The multiplier changed since the previous reading, so the whole volume is counted with the new one."""
    before = line.facts.previous
    if line.result is None or before is None or before.read_on is None:
        return None
    span = multiplier_change(line.facts.ratios, before.read_on, line.read_on)
    return Finding("ratio_changed", {"date": span.valid_from, "multiplier": span.multiplier}) if span else None


def daily_mean(facts: RegisterFacts, *, periods: int) -> tuple[Decimal, int] | None:
    """The kWh and the days between a register's last readings, or None when there are not two.

    The two numbers are kept apart so that a comparison needs no division.

    Args:
        facts: the register.
        periods: how many of the last intervals between dated readings are taken.
    """
    dated = [known for known in facts.history if known.read_on is not None][: periods + 1]
    if any(check_value(known.value, digits=facts.digits) for known in dated):
        return None
    parts, days = [], 0
    for later, earlier in pairwise(dated):
        if later.read_on is None or earlier.read_on is None:
            continue
        ratio = multiplier_on(facts.ratios, later.read_on)
        parts.append(consumption(earlier.value, later.value, digits=facts.digits, multiplier=ratio).exact)
        days += (later.read_on - earlier.read_on).days
    return (exact_sum(parts), days) if days else None


def far_from_mean(line: Line, *, factor: Decimal, periods: int, minimum: Decimal) -> Finding | None:
    """A daily volume many times above or below the mean of the last intervals.

    Args:
        line: the reading.
        factor: how many times is far.
        periods: intervals between readings that make the mean.
        minimum: volumes that differ from the expected one by less kWh than this are never far.
    """
    mean = daily_mean(line.facts, periods=periods)
    if line.result is None or mean is None or not line.days:
        return None
    used, days = mean
    actual = line.result.exact * days
    expected = used * line.days
    if abs(actual - expected) < minimum * days:
        return None
    params = {"expected": (expected / days).quantize(Decimal(1)), "channel": line.facts.channel}
    if actual > expected * factor:
        return Finding("far_above", params)
    if actual * factor < expected and line.result.difference:
        return Finding("far_below", params)
    return None
