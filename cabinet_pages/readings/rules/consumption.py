"""Volumes: difference of two readings, rollover, multiplier, rounding. Exact decimals only."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Context, Decimal, Inexact, localcontext

from cabinet_pages.quantities.formatting import format_energy, format_ratio
from cabinet_pages.quantities.money import round_energy

# Wide enough that no product of a reading (up to 18 digits) and a ratio (up to 18) is ever rounded in silence.
_EXACT = Context(prec=80, traps=[Inexact])
_WIDE = Context(prec=80)
ONE = Decimal(1)


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
class Consumption:
    """How a volume came about.

    Args:
        previous, current: what the register showed, in its own unit.
        digits: digits before the decimal mark; the register returns to zero at ten to this power.
        multiplier: розрахунковий коефіцієнт.
        rolled_over: whether the register passed its last figure between the two.
        difference: the exact difference in the register's unit.
        exact: difference × multiplier in kWh (kVAr·h), unrounded.
    """

    previous: Decimal
    current: Decimal
    digits: int
    multiplier: Decimal
    rolled_over: bool
    difference: Decimal
    exact: Decimal

    @property
    def volume(self) -> Decimal:
        """Whole kWh, rounded half-up, of this register alone."""
        with localcontext(_WIDE):
            return round_energy(self.exact)

    def formula(self, *, language: str) -> str:
        """The left side of the explanation: «(1 234,5 − 1 200) × 200», with the capacity added after a rollover."""
        current = format_energy(self.current, language=language)
        previous = format_energy(self.previous, language=language)
        if self.rolled_over:
            capacity = format_energy(Decimal(10) ** self.digits, language=language)
            difference = f"{capacity} − {previous} + {current}"
        else:
            difference = f"{current} − {previous}"
        return f"({difference}) × {format_ratio(self.multiplier, language=language)}"


def consumption(previous: Decimal, current: Decimal, *, digits: int, multiplier: Decimal) -> Consumption:
    """Compute what passed a register between two readings.

    A smaller reading than the previous one is a rollover: ten to the power of `digits` is added, so 9998 → 12 at
    four digits is 14. Whether it was a rollover or a replaced meter is a person's answer; see `checks`.

    Args:
        previous, current: readings in the register's unit.
        digits: digits of the register before the decimal mark.
        multiplier: Ктт × Ктн valid at the current reading.

    Raises:
        ConsumptionRefused: a value is negative or has more digits than the register.
    """
    with localcontext(_EXACT):
        capacity = Decimal(10) ** digits
        for value in (previous, current):
            if value < 0:
                raise ConsumptionRefused("negative", digits=digits)
            if value >= capacity:
                raise ConsumptionRefused("too_many_digits", digits=digits)
        rolled_over = current < previous
        difference = current - previous + (capacity if rolled_over else 0)
        return Consumption(
            previous=previous,
            current=current,
            digits=digits,
            multiplier=multiplier,
            rolled_over=rolled_over,
            difference=difference,
            exact=difference * multiplier,
        )


def exact_sum(values: Iterable[Decimal]) -> Decimal:
    """The sum of kWh without any rounding, however long its parts are."""
    with localcontext(_EXACT):
        return sum(values, Decimal(0))


def apportion(parts: Sequence[Decimal]) -> list[Decimal]:
    """Round parts to whole kWh so that they add up to their exact sum rounded half-up.

    Parts are the zones of one meter and channel in a period. Each is rounded down, and the kilowatt-hours that are
    left go to the largest fractions, of equal ones to the earliest; so no part is off by a kilowatt-hour or more
    (ККОЕЕ 9.7.2).
    """
    with localcontext(_WIDE):
        whole = [part.quantize(ONE, rounding=ROUND_FLOOR) for part in parts]
        left = int(round_energy(exact_sum(parts)) - exact_sum(whole))
        by_fraction = sorted(range(len(parts)), key=lambda index: (whole[index] - parts[index], index))
        for index in by_fraction[:left]:
            whole[index] += ONE
        return whole


def volumes(consumptions: Mapping[int, Consumption], groups: Mapping[int, Hashable]) -> dict[int, Decimal]:
    """Whole kWh of each register, apportioned inside its group.

    Args:
        consumptions: by register.
        groups: the meter and channel of each register; zones of one group share their rounding.
    """
    members: dict[Hashable, list[int]] = {}
    for register in consumptions:
        members.setdefault(groups[register], []).append(register)
    rounded: dict[int, Decimal] = {}
    for registers in members.values():
        rounded.update(zip(registers, apportion([consumptions[one].exact for one in registers]), strict=True))
    return rounded


@dataclass(frozen=True, slots=True)
class RatioSpan:
    """A multiplier from a Kyiv date on."""

    valid_from: date
    multiplier: Decimal


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


def multiplier_change(spans: Sequence[RatioSpan], after: date, until: date) -> RatioSpan | None:
    """The last change of the multiplier's value that fell after one day and by another, or None.

    Without a control reading on the day of the change the volume cannot be divided; it is computed with the ratio
    valid at the reading and the change is pointed out.
    """
    if multiplier_on(spans, after) == multiplier_on(spans, until):
        return None
    return max((span for span in spans if after < span.valid_from <= until), key=lambda span: span.valid_from)
