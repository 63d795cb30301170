"""The arithmetic behind the lines of an invoice; pure, no Django.

What a line says is taken as it is, computed again from its own figures, and compared; where a figure is absent, nothing
is computed. Sources: a register's volume is its difference times the multiplier, and a register that passes its last
figure goes on from zero; volumes are whole kWh (ККОЕЕ 9.7.2); VAT is 20 %, a sixth of the sum with VAT (ПКУ, art. 193).
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

from cabinet_pages.quantities.money import KOPECK, ZERO, round_money, total, vat_included

VAT_RATE = Decimal("0.20")
ONE = Decimal(1)
# Wide enough that no product of a reading, a ratio or a price (18 digits each) is ever rounded in silence.
WIDE = Context(prec=80)


class Energy(enum.StrEnum):
    """What a volume is of."""

    ACTIVE = "active"
    REACTIVE = "reactive"


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line of an invoice, as its export gives it.

    Args:
        position: by which it is known.
        article: primary key.
        point, meter: code of the metering point and serial number of the meter; '' where they are not given.
        energy: what the quantity is of; None where that is not known.
        is_measured: whether meters are read for it.
        period: first day of the month that it is for; None where neither line nor invoice says it.
        previous, current: what the register showed.
        multiplier: розрахунковий коефіцієнт.
        quantity: kWh (kVAr·h), or what the unit says.
        tariff: UAH without VAT for a unit.
        net, vat, gross: UAH.
    """

    position: int
    article: int
    point: str
    meter: str
    energy: Energy | None
    is_measured: bool
    period: date | None
    previous: Decimal | None
    current: Decimal | None
    multiplier: Decimal | None
    quantity: Decimal | None
    tariff: Decimal | None
    net: Decimal
    vat: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume computed from the readings of a line.

    Args:
        capacity: where the register passed its last figure, how many units it counts to; None where it did not.
        exact: difference × multiplier, unrounded.
        quantity: as the line has it; None where it has none.
    """

    previous: Decimal
    current: Decimal
    multiplier: Decimal
    capacity: Decimal | None
    exact: Decimal
    quantity: Decimal | None

    @property
    def difference(self) -> Decimal:
        """By how much the line's quantity is more than its readings give; nothing where it has none."""
        return ZERO if self.quantity is None else WIDE.subtract(self.quantity, self.exact)

    @property
    def is_rounded(self) -> bool:
        """Whether the quantity is the same volume in whole kWh: off by less than one of them."""
        whole = self.quantity is not None and self.quantity == self.quantity.to_integral_value()
        return whole and bool(self.difference) and abs(self.difference) < ONE

    @property
    def is_other(self) -> bool:
        """Whether the readings do not explain the quantity."""
        return bool(self.difference) and not self.is_rounded


@dataclass(frozen=True, slots=True)
class NetSum:
    """Quantity × tariff, UAH: exact, rounded half-up to the kopeck, and what the line has."""

    quantity: Decimal
    tariff: Decimal
    exact: Decimal
    rounded: Decimal
    net: Decimal

    @property
    def difference(self) -> Decimal:
        """By how much the line has more."""
        return self.net - self.rounded

    @property
    def is_rounded(self) -> bool:
        """Whether rounding changed the product."""
        return self.exact != self.rounded


class VatKind(enum.StrEnum):
    """How the VAT of a line stands to its sum."""

    NONE = "none"
    #: Twenty per cent of the sum without VAT, half-up.
    OF_NET = "of_net"
    #: A sixth of the sum with VAT, half-up, which may be a kopeck off the other way.
    OF_GROSS = "of_gross"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Vat:
    """The VAT of a line, UAH.

    Args:
        kind: how it stands to the sum.
        exact: unrounded, by the way that explains it; of the sum without VAT where none does.
        vat: as the line has it.
    """

    kind: VatKind
    exact: Decimal
    vat: Decimal

    @property
    def difference(self) -> Decimal:
        """By how much the line's tax is more than 20 % half-up; nothing where it is explained."""
        return self.vat - round_money(self.exact) if self.kind is VatKind.OTHER else ZERO

    @property
    def is_rounded(self) -> bool:
        """Whether rounding changed it."""
        return self.exact != self.vat


def volume_of(line: LineFacts, *, digits: int | None = None) -> Volume | None:
    """The volume that the readings of a line give; None where it has not both readings and a multiplier.

    Args:
        line: of an invoice.
        digits: of the register, where it is known which; else the length of the previous reading is taken, and only
            where that explains the quantity.
    """
    previous, current, multiplier = line.previous, line.current, line.multiplier
    if previous is None or current is None or multiplier is None:
        return None
    plain = Volume(previous, current, multiplier, None, WIDE.multiply(current - previous, multiplier), line.quantity)
    if current >= previous or (line.quantity is not None and line.quantity < 0):
        return plain
    capacity = Decimal(10) ** (len(f"{int(previous)}") if digits is None else digits)
    passed = WIDE.multiply(WIDE.add(capacity - previous, current), multiplier)
    rolled = Volume(previous, current, multiplier, capacity, passed, line.quantity)
    explains = rolled.quantity is not None and not rolled.is_other
    return rolled if digits is not None or explains else plain


def net_of(line: LineFacts) -> NetSum | None:
    """Quantity × tariff of a line; None where it has not both."""
    if line.quantity is None or line.tariff is None:
        return None
    exact = WIDE.multiply(line.quantity, line.tariff)
    rounded = exact.quantize(KOPECK, rounding=ROUND_HALF_UP, context=WIDE)
    return NetSum(line.quantity, line.tariff, exact, rounded, line.net)


def vat_of(line: LineFacts) -> Vat:
    """How the VAT of a line comes about."""
    of_net, of_gross = line.net * VAT_RATE, vat_included(line.gross)
    if not line.vat:
        return Vat(VatKind.NONE, ZERO, ZERO)
    if line.vat == round_money(of_net):
        return Vat(VatKind.OF_NET, of_net, line.vat)
    if line.vat == of_gross:
        return Vat(VatKind.OF_GROSS, of_gross, line.vat)
    return Vat(VatKind.OTHER, of_net, line.vat)


@dataclass(frozen=True, slots=True)
class Read:
    """A register and what was sent of it for a month.

    Args:
        key: by which it is known.
        point, meter: code and serial number.
        energy: what it counts.
        is_consumed: consumed energy, not delivered.
        period: first day of the month of the reading; None where nothing was sent.
        values: what it showed by the customer, and by billing where that says another value.
        previous: what it showed before.
        volume: whole kWh (kVAr·h) as the customer sent it; None where it is not known.
    """

    key: int
    point: str
    meter: str
    energy: Energy
    is_consumed: bool
    period: date | None
    values: tuple[Decimal, ...] = ()
    previous: Decimal | None = None
    volume: Decimal | None = None


class Match(enum.StrEnum):
    """Whether the readings behind a line are known."""

    FOUND = "found"
    #: The line is of no energy: nothing was read for it.
    NOT_MEASURED = "not_measured"
    #: The line names neither point nor meter.
    NO_POINT = "no_point"
    #: The account has no such point or meter.
    UNKNOWN_POINT = "unknown_point"
    #: It is not known for which month the line is.
    NO_PERIOD = "no_period"
    #: Nothing was sent for the month.
    NOT_SENT = "not_sent"
    #: Several registers, and nothing says which of them the line is for.
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Lines that bill the same registers for a month, and what was sent of these.

    Args:
        match: whether that is known.
        reads: keys of the registers; where the match is not found, of those that may be meant.
        lines: positions of the lines.
        billed: their volume together; None where a line has none.
        submitted: the volume that was sent; None where it is not known.
    """

    match: Match
    reads: tuple[int, ...] = ()
    lines: tuple[int, ...] = ()
    billed: Decimal | None = None
    submitted: Decimal | None = None

    @property
    def difference(self) -> Decimal | None:
        """By how much more is billed than was sent; None where either is not known."""
        return None if self.billed is None or self.submitted is None else self.billed - self.submitted


def compare(lines: Sequence[LineFacts], reads: Sequence[Read]) -> dict[int, Comparison]:
    """What was sent of the registers that each line bills, by the position of the line.

    Several lines of one article for one register and month, such as a volume at two tariffs, are compared together.

    Args:
        lines: of one invoice.
        reads: the registers of their points.
    """
    matches = {line.position: _matched(line, reads) for line in lines}
    groups: dict[tuple[int, date | None, tuple[int, ...]], list[LineFacts]] = {}
    for line in lines:
        match, keys = matches[line.position]
        if match is Match.FOUND:
            groups.setdefault((line.article, line.period, keys), []).append(line)
    volumes = {read.key: read.volume for read in reads}
    found = {position: Comparison(match, keys, (position,)) for position, (match, keys) in matches.items()}
    for (_article, _period, keys), members in groups.items():
        positions = tuple(line.position for line in members)
        comparison = Comparison(
            Match.FOUND,
            keys,
            positions,
            _sum(line.quantity for line in members),
            _sum(volumes[key] for key in keys),
        )
        found |= dict.fromkeys(positions, comparison)
    return found


def _matched(line: LineFacts, reads: Sequence[Read]) -> tuple[Match, tuple[int, ...]]:
    if not line.is_measured:
        return Match.NOT_MEASURED, ()
    if not line.point and not line.meter:
        return Match.NO_POINT, ()
    registers = [
        read
        for read in reads
        if line.energy in (None, read.energy) and line.point in ("", read.point) and line.meter in ("", read.meter)
    ]
    if not registers:
        return Match.UNKNOWN_POINT, ()
    keys = tuple(read.key for read in registers)
    if line.period is None:
        return Match.NO_PERIOD, keys
    sent = [read for read in registers if read.period == line.period]
    if not sent:
        return Match.NOT_SENT, keys
    same = [read for read in sent if line.current in read.values and line.previous in (None, read.previous)]
    if line.current is not None and len(same) == 1:
        return Match.FOUND, (same[0].key,)
    consumed = [read for read in sent if read.is_consumed] or sent
    # Without readings a line is of all zones of a meter together; with them it is of one register.
    if len(consumed) == 1 or (line.current is None and len({read.meter for read in consumed}) == 1):
        return Match.FOUND, tuple(read.key for read in consumed)
    return Match.AMBIGUOUS, tuple(read.key for read in consumed)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = list(amounts)
    return None if None in known else sum((amount for amount in known if amount is not None), Decimal(0))


def sums_differ(lines: Iterable[LineFacts], *, net: Decimal, vat: Decimal, gross: Decimal) -> tuple[Decimal, ...]:
    """By how much the invoice's sums without VAT, of VAT and with VAT are more than those of its lines, UAH."""
    lines = list(lines)
    return (
        net - total(line.net for line in lines),
        vat - total(line.vat for line in lines),
        gross - total(line.gross for line in lines),
    )


__all__ = [
    "Comparison",
    "Energy",
    "LineFacts",
    "Match",
    "NetSum",
    "Read",
    "Vat",
    "VatKind",
    "Volume",
    "compare",
    "net_of",
    "sums_differ",
    "vat_of",
    "volume_of",
]
