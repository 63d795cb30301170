"""Volumes of one register: difference of two readings, rollover, multiplier, steps. Exact decimals only.

A dated reading stands for the end of its Kyiv day. A multiplier begins inside its first day, so a reading of that day,
or of the day before, divides the volume between the old multiplier and the new one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal, Inexact, localcontext
from itertools import pairwise

from cabinet_pages.quantities.formatting import format_energy, format_ratio

# Wide enough that no product of a reading (up to 18 digits) and a ratio (up to 18) is ever rounded in silence.
EXACT = Context(prec=80, traps=[Inexact])
ONE = Decimal(1)
DAY = timedelta(days=1)


class ConsumptionRefused(ValueError):
    """Two values that give no volume.

    Args:
        code: `negative` or `too_many_digits`.
        params: `digits`, the capacity of the register.
    """

    def __init__(self, code: str, **params: int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class KnownReading:
    """What a register showed at the end of a Kyiv day; no day for a value given without one."""

    value: Decimal
    read_on: date | None


@dataclass(frozen=True, slots=True)
class RatioSpan:
    """A multiplier from a Kyiv date on."""

    valid_from: date
    multiplier: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """What passed a register between two readings that follow each other.

    Args:
        previous, current: what the register showed, in its own unit.
        multiplier: розрахунковий коефіцієнт.
        rolled_over: whether the register passed its last figure between the two.
        difference: the exact difference in the register's unit.
        exact: difference × multiplier in kWh (kVAr·h), unrounded.
    """

    previous: KnownReading
    current: KnownReading
    multiplier: Decimal
    rolled_over: bool
    difference: Decimal
    exact: Decimal

    def formula(self, *, language: str) -> str:
        """The left side of the explanation: «(1 234,5 − 1 200) × 200», with the capacity added after a rollover."""
        current = format_energy(self.current.value, language=language)
        previous = format_energy(self.previous.value, language=language)
        if self.rolled_over:
            with localcontext(EXACT):
                capacity = self.difference - self.current.value + self.previous.value
            difference = f"{format_energy(capacity, language=language)} − {previous} + {current}"
        else:
            difference = f"{current} − {previous}"
        return f"({difference}) × {format_ratio(self.multiplier, language=language)}"


def step_between(previous: KnownReading, current: KnownReading, *, digits: int, multiplier: Decimal) -> Step:
    """Compute what passed a register between two readings.

    A smaller reading than the previous one is a rollover: ten to the power of `digits` is added, so 9998 → 12 at
    four digits is 14. Whether it was a rollover or a replaced meter is a person's answer; see `findings`.

    Args:
        previous, current: readings in the register's unit.
        digits: digits of the register before the decimal mark.
        multiplier: Ктт × Ктн of the time between them.

    Raises:
        ConsumptionRefused: a value is negative or has more digits than the register.
    """
    with localcontext(EXACT):
        capacity = Decimal(10) ** digits
        for value in (previous.value, current.value):
            if value < 0:
                raise ConsumptionRefused("negative", digits=digits)
            if value >= capacity:
                raise ConsumptionRefused("too_many_digits", digits=digits)
        rolled_over = current.value < previous.value
        difference = current.value - previous.value + (capacity if rolled_over else 0)
        return Step(previous, current, multiplier, rolled_over, difference, difference * multiplier)


def steps_of(
    previous: KnownReading,
    waypoints: Iterable[KnownReading],
    current: KnownReading,
    *,
    digits: int,
    ratios: Sequence[RatioSpan],
) -> tuple[Step, ...]:
    """Divide the time between two readings at the readings that lie between, each step with its own multiplier.

    Args:
        previous: the reading that the volume is counted from.
        waypoints: dated readings; those after `previous` and not after `current` divide the volume.
        current: the reading that the volume is counted to.
        digits: digits of the register before the decimal mark.
        ratios: the meter's multipliers with the days they began.

    Raises:
        ConsumptionRefused: a value is negative or has more digits than the register.
    """
    steps, before = [], previous
    for after in (*waypoints_between(previous, waypoints, current.read_on), current):
        multiplier = multiplier_between(ratios, before.read_on, after.read_on)
        steps.append(step_between(before, after, digits=digits, multiplier=multiplier))
        before = after
    return tuple(steps)


def waypoints_between(
    previous: KnownReading | None, waypoints: Iterable[KnownReading], until: date | None
) -> list[KnownReading]:
    """The dated readings after `previous` and not after a day, the oldest first."""
    after = previous.read_on if previous else None
    dated = [(one.read_on, one) for one in waypoints if one.read_on is not None]
    inside = [pair for pair in dated if (after is None or pair[0] > after) and (until is None or pair[0] <= until)]
    return [one for _, one in sorted(inside, key=lambda pair: pair[0])]


def exact_sum(values: Iterable[Decimal]) -> Decimal:
    """The sum of kWh without any rounding, however long its parts are."""
    with localcontext(EXACT):
        return sum(values, Decimal(0))


def exact_of(steps: Sequence[Step]) -> Decimal | None:
    """The unrounded kWh (kVAr·h) of all steps; None where there are none."""
    return exact_sum(one.exact for one in steps) if steps else None


def formula_of(steps: Sequence[Step], *, language: str) -> str:
    """The left side of the explanation of a volume, its steps joined with «+»; empty without steps."""
    return " + ".join(one.formula(language=language) for one in steps)


def multiplier_on(spans: Sequence[RatioSpan], day: date) -> Decimal:
    """The multiplier valid on a day: the latest that began by then.

    A meter without ratios is direct (1). Before the first known ratio the first one holds: exports often give only
    the day on which the journal of ratios was begun.
    """
    ordered = sorted(spans, key=lambda span: span.valid_from)
    if not ordered:
        return ONE
    begun = [span for span in ordered if span.valid_from <= day]
    return (begun[-1] if begun else ordered[0]).multiplier


def multiplier_between(spans: Sequence[RatioSpan], after: date | None, until: date | None) -> Decimal:
    """The multiplier of the time between two readings: the newest that began before the day of the later one.

    A multiplier that begins on the later reading's own day counts from there on. Between two readings of one day,
    and without days, the newest multiplier known then holds.
    """
    if until is None:
        return multiplier_on(spans, date.max)
    # Nothing lies before the first day of the calendar.
    return multiplier_on(spans, until if after == until or until == date.min else until - DAY)


def multiplier_change(spans: Sequence[RatioSpan], after: date, until: date) -> RatioSpan | None:
    """The last change of the multiplier that lies inside the time between two readings, or None.

    Without a reading on the day of the change the volume cannot be divided; it is computed with the newer
    multiplier and the change is pointed out.
    """
    ordered = sorted(spans, key=lambda span: span.valid_from)
    inside = [
        span
        for before, span in pairwise(ordered)
        if after + DAY < span.valid_from < until and span.multiplier != before.multiplier
    ]
    return inside[-1] if inside else None
