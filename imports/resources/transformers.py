"""Multipliers of meters: how files write transformer ratios, and what is stored from which day on."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext
from typing import NamedTuple

from cabinet_pages.metering.models import MeterRatio
from imports.resources.rows import Values, exact, join_key
from imports.values import DIGITS, ValueRefused, parse_ratio

_PLACES = Decimal("0.0001")
_DECIMALS = 4
_ONE = Decimal(1)


def parse_transformer_ratio(text: str) -> Decimal | None:
    """Return a ratio with four decimals; «150/5» is 30.

    Raises:
        ValueRefused: as `imports.values.parse_ratio`; `too_many_decimals` for a quotient that does not come out even,
            `too_many_digits` for one that cannot be stored.
    """
    primary, slash, secondary = text.partition("/")
    if not slash:
        return parse_ratio(text)
    first, second = parse_ratio(primary), parse_ratio(secondary)
    if not first or not second:
        raise ValueRefused("not_a_number", text)
    with localcontext() as context:
        context.prec = 60
        quotient = first / second
        ratio = quotient.quantize(_PLACES)
    if ratio != quotient:
        raise ValueRefused("too_many_decimals", text, decimals=_DECIMALS)
    if not fits(ratio):
        raise ValueRefused("too_many_digits", text, digits=DIGITS)
    return ratio


def fits(ratio: Decimal) -> bool:
    """Whether a ratio can be stored: it has as many digits as a cell may have."""
    return abs(ratio) < Decimal(10) ** (DIGITS - _DECIMALS)


def product_of_ratios(current: Decimal | None, voltage: Decimal | None) -> Decimal | None:
    """The multiplier Ктт × Ктн with four decimals; one that is absent is 1, and without both there is none."""
    if current is None and voltage is None:
        return None
    with localcontext() as context:
        context.prec = 60
        product = (_ONE if current is None else current) * (_ONE if voltage is None else voltage)
        return product.quantize(_PLACES)


class Ratio(NamedTuple):
    """A stored multiplier with its parts, as exact text."""

    multiplier: str
    current_ratio: str
    voltage_ratio: str


class KnownRatios:
    """Multipliers of the meters of the accounts at work, by their first day (ISO)."""

    def __init__(self) -> None:
        self._by_meter: dict[tuple[int, str], dict[str, Ratio]] = {}

    def load(self, accounts: Iterable[int]) -> None:
        """Load those of the accounts instead of what was loaded before."""
        self._by_meter = {}
        for account, code, serial, day, *rest in (
            MeterRatio.objects.filter(meter__point__account_id__in=set(accounts))
            .values_list(
                "meter__point__account_id", "meter__point__code", "meter__serial", "valid_from", *Ratio._fields
            )
            .iterator()
        ):
            meter = (account, join_key(code, serial))
            self._by_meter.setdefault(meter, {})[day.isoformat()] = Ratio(*map(exact, rest))

    def of(self, account: int, code: str, serial: str) -> Mapping[str, Ratio]:
        """The multipliers of a meter, named as in a key."""
        return self._by_meter.get((account, f"{code}|{serial}"), {})


def first_day(values: Values, known: Mapping[str, Ratio], file_day: str) -> str:
    """The first day of the multiplier that a row is about; '' when there is none.

    A row that gives no day and the same multiplier means the one in force; another multiplier begins with the
    meter, and where the meter already has one, with the day of the file.

    Args:
        values: of the row.
        known: the stored multipliers of its meter.
        file_day: the Kyiv day that the file speaks of.
    """
    if told := values.get("ratio_from", ""):
        return str(told)
    newest = max(known, default="")
    if "multiplier" not in values:
        return newest
    if newest and all(values.get(name, value) == value for name, value in known[newest]._asdict().items()):
        return newest
    if not newest and values.get("installed_on"):
        return str(values["installed_on"])
    return file_day
