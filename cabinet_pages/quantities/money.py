"""Exact arithmetic of money and energy, without Django.

Money is `Decimal` hryvnias with two places, energy `Decimal` kilowatt-hours with up to three.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

KOPECK = Decimal("0.01")
KILOWATT_HOUR = Decimal(1)
ZERO = Decimal("0.00")
# ПДВ 20 % is contained in a price, so the tax is one sixth of the gross sum (ПКУ, art. 193).
VAT_DIVISOR = Decimal(6)


def round_money(value: Decimal) -> Decimal:
    """Round hryvnias half-up to the kopeck."""
    return value.quantize(KOPECK, rounding=ROUND_HALF_UP)


def round_energy(value: Decimal) -> Decimal:
    """Round kWh half-up to whole kilowatt-hours (ККОЕЕ 9.7.2: volumes are whole kWh)."""
    return value.quantize(KILOWATT_HOUR, rounding=ROUND_HALF_UP)


def vat_included(gross: Decimal) -> Decimal:
    """The 20 % VAT contained in a gross sum in UAH, rounded half-up to the kopeck."""
    return round_money(gross / VAT_DIVISOR)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum of UAH amounts, with two places also for none."""
    return sum(amounts, ZERO)
