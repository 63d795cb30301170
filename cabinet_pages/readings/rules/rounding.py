"""Whole kilowatt-hours: parts are rounded so that they add up to their rounded total (ККОЕЕ 9.7.2)."""

from collections.abc import Hashable, Mapping, Sequence
from decimal import ROUND_FLOOR, Context, Decimal, localcontext

from cabinet_pages.quantities.money import round_energy
from cabinet_pages.readings.rules.consumption import ONE, exact_sum

# Wide enough that rounding to a whole number is the only rounding.
WIDE = Context(prec=80)


def rounded(exact: Decimal) -> Decimal:
    """Whole kWh (kVAr·h) half-up, however long the exact number is."""
    with localcontext(WIDE):
        return round_energy(exact)


def apportion(parts: Sequence[Decimal]) -> list[Decimal]:
    """Round parts to whole kWh so that they add up to their exact sum rounded half-up.

    Parts are the zones of one meter and channel in a period. Each is rounded down, and the kilowatt-hours that are
    left go to the largest fractions, of equal ones to the earliest; so no part is off by a kilowatt-hour or more
    (ККОЕЕ 9.7.2).
    """
    total = rounded(exact_sum(parts))
    with localcontext(WIDE):
        whole = [part.quantize(ONE, rounding=ROUND_FLOOR) for part in parts]
        left = int(total - exact_sum(whole))
        by_fraction = sorted(range(len(parts)), key=lambda index: (whole[index] - parts[index], index))
        for index in by_fraction[:left]:
            whole[index] += ONE
        return whole


def volumes(exact: Mapping[int, Decimal], groups: Mapping[int, Hashable]) -> dict[int, Decimal]:
    """Whole kWh of each register, apportioned inside its group.

    Args:
        exact: the unrounded kWh by register.
        groups: what each register shares its rounding with, by register.
    """
    members: dict[Hashable, list[int]] = {}
    for register in exact:
        members.setdefault(groups[register], []).append(register)
    whole: dict[int, Decimal] = {}
    for registers in members.values():
        whole.update(zip(registers, apportion([exact[one] for one in registers]), strict=True))
    return whole
