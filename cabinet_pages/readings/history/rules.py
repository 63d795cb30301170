"""Months, shares and changes of volumes. Pure: exact numbers in, exact numbers out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from cabinet_pages.readings.rules import exact_sum, shift_period

#: Two years: the last twelve months and, beside each, the same month of the year before.
MONTHS = 24
YEAR = 12


@dataclass(frozen=True, slots=True)
class MonthVolume:
    """The volume of one channel in one month, of a point, a site or an account.

    Args:
        period: the first day of the month.
        zones: kWh (kVAr·h) by zone; empty where nothing is known. A difference with subconsumers may be negative.
        accepted: how many registers' volumes billing has accepted.
        computed: how many are still our own «попередній» calculation.
        expected: how many registers hung at the end of the month.
    """

    period: date
    zones: Mapping[int, Decimal] = field(default_factory=dict)
    accepted: int = 0
    computed: int = 0
    expected: int = 0

    @property
    def is_known(self) -> bool:
        """Whether any register gave a volume."""
        return bool(self.zones)

    @property
    def counted(self) -> int:
        """How many registers gave a volume."""
        return self.accepted + self.computed

    @property
    def is_complete(self) -> bool:
        """Whether every register in place gave one."""
        return self.is_known and self.counted >= self.expected

    @property
    def total(self) -> Decimal | None:
        """The sum of the zones; None where nothing is known, which is not zero."""
        return exact_sum(self.zones.values()) if self.zones else None

    @property
    def is_drawable(self) -> bool:
        """Whether a column can show it: known, and no part below zero."""
        return self.is_known and all(volume >= 0 for volume in self.zones.values())


def months_until(last: date, count: int = MONTHS) -> tuple[date, ...]:
    """The periods that end with `last`, oldest first."""
    return tuple(shift_period(last, index + 1 - count) for index in range(count))


def tangent(active: Decimal | None, reactive: Decimal | None) -> Decimal | None:
    """The power factor tgφ = R+ / A+ of a month, to two decimals half-up; None where A+ is zero or either is missing.

    Source: the method of reactive energy, order № 87 of 06.02.2018.
    """
    return _ratio(reactive, active, places=2)


def percent_of(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """How many per cent of the whole a part is, to one decimal half-up; None where the whole is zero or missing."""
    return _ratio(part, whole, places=1, times=100)


def change_percent(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """By how many per cent a volume grew (fell when negative), to one decimal; None where there was none before."""
    if now is None or before is None:
        return None
    return _ratio(exact_sum((now, -before)), before, places=1, times=100)


def _ratio(part: Decimal | None, whole: Decimal | None, *, places: int, times: int = 1) -> Decimal | None:
    if part is None or not whole:
        return None
    # Fractions, so that nothing is rounded before the one rounding half-up.
    exact = Fraction(part) / Fraction(whole) * times * 10**places
    size = math.floor(abs(exact) + Fraction(1, 2))
    return Decimal(-size if exact < 0 else size).scaleb(-places)
