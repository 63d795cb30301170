"""An exact model of volumes in fractions, which walks the history and not the readings.

It never subtracts two readings: it adds what flowed between them. It shares nothing with the rules.
"""

from collections.abc import Iterable
from fractions import Fraction

from tests.cabinet_pages.readings.engine.histories import MeterHistory, PointHistory


def half_up(value: Fraction) -> int:
    """The nearest whole number, a half upwards."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def exact(history: MeterHistory, zone: int) -> Fraction:
    """kWh of a zone: what flowed before each reading, with the multiplier that was in force when it was taken."""
    return sum((Fraction(one.flowed[zone], 1000) * one.ratio for one in history.taken[1:]), Fraction(0))


def shared_out(parts: list[Fraction]) -> list[int]:
    """Whole kWh of the zones: single kilowatt-hours are given to whom most is owed, until the total is reached."""
    given = [part.numerator // part.denominator for part in parts]
    for _ in range(half_up(sum(parts, Fraction(0))) - sum(given)):
        owed = [part - whole for part, whole in zip(parts, given, strict=True)]
        given[owed.index(max(owed))] += 1
    return given


def meter_total(history: MeterHistory) -> int:
    """Whole kWh of one channel of one meter."""
    return half_up(sum((exact(history, zone) for zone in history.counted), Fraction(0)))


def metered(point: PointHistory, channel: str) -> int:
    """Whole kWh that the point's meters counted."""
    meters: Iterable[MeterHistory] = [*(point.in_place if point.is_read else []), *point.removed]
    return sum(meter_total(one) for one in meters if one.channel == channel)


def losses(point: PointHistory, channel: str) -> int:
    """Whole kWh of losses: only of active energy that was consumed."""
    if channel != "A+" or not point.losses or not is_known(point, channel):
        return 0
    if point.losses_unit == "percent":
        return half_up(Fraction(metered(point, channel)) * Fraction(point.losses) / 100)
    return half_up(Fraction(point.losses))


def is_known(point: PointHistory, channel: str) -> bool:
    """Whether anything is known of the point's channel."""
    return any(one.channel == channel for one in [*(point.in_place if point.is_read else []), *point.removed])


def account_total(points: list[PointHistory], channel: str) -> int:
    """Σ розрахункові − Σ субспоживачі + втрати, one kilowatt-hour after another."""
    balance = 0
    for point in points:
        volume = metered(point, channel) + losses(point, channel)
        if point.role == "billing":
            balance += volume
        elif point.role == "subconsumer":
            balance -= volume
    return balance
