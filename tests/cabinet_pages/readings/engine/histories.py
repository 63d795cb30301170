"""Random histories of accounts: energy flows day by day, dials turn, readings are taken off them.

The history knows what truly passed each meter, because it made it. `model` counts that; the rules see the readings
alone. Nothing of the rules is used here but the records that they take.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from cabinet_pages.readings import rules

#: The day at whose end the period begins.
BEGIN = date(2025, 12, 31)
THOUSAND = 1000


def day_of(offset: int) -> date:
    """The day so many days after the period began."""
    return BEGIN + timedelta(days=offset)


@dataclass
class Taken:
    """A reading that somebody took: the dial's figures by zone, and what flowed since the one before.

    Args:
        day: days after the beginning of the period.
        dials, flowed: thousandths of the meter's unit, by zone.
        ratio: the multiplier that was in force when the reading was taken.
        is_split: whether one multiplier held since the reading before.
    """

    day: int
    dials: dict[int, int]
    flowed: dict[int, int]
    ratio: Fraction
    is_split: bool


@dataclass
class MeterHistory:
    """One channel of one meter from its previous reading to its last one.

    Args:
        zones: the tariff zones that are counted; 0 beside others is their sum.
        ratios: the multipliers by the day they began.
        taken: readings in the order of time; the first is the previous one.
        strays: the operator's readings of days that lie outside, whose figures must not matter.
        truth: what passed, by zone, each thousandth with the multiplier of its moment.
    """

    meter: int
    channel: str
    zones: tuple[int, ...]
    digits: int
    ratios: dict[int, Decimal]
    taken: list[Taken] = field(default_factory=list)
    strays: tuple[rules.KnownReading, ...] = ()
    truth: dict[int, Fraction] = field(default_factory=dict)

    @property
    def counted(self) -> tuple[int, ...]:
        """The zones that make the volume."""
        return tuple(zone for zone in self.zones if zone) or self.zones

    @property
    def spans(self) -> tuple[rules.RatioSpan, ...]:
        """The multipliers as the rules take them."""
        return tuple(rules.RatioSpan(day_of(day), ratio) for day, ratio in self.ratios.items())

    def register(self, zone: int) -> int:
        """The id of a zone's register."""
        return self.meter * 100 + ("A+", "A-", "R+", "R-").index(self.channel) * 10 + zone

    def waypoints(self, zone: int) -> tuple[rules.KnownReading, ...]:
        """The operator's readings as the rules take them."""
        return (*self.strays, *(self.known(index, zone) for index in range(1, len(self.taken) - 1)))

    def known(self, index: int, zone: int) -> rules.KnownReading:
        """A reading as the rules take it."""
        one = self.taken[index]
        return rules.KnownReading(Decimal(one.dials[zone]).scaleb(-3), day_of(one.day))


@dataclass
class PointHistory:
    """A point with the meters in place and those taken away inside the period."""

    point: int
    role: str
    read_by: str
    losses: Decimal | None
    losses_unit: str
    in_place: list[MeterHistory]
    removed: list[MeterHistory]
    is_read: bool = True

    def facts(self) -> rules.PointFacts:
        """What the rules may know before a reading is typed."""
        registers = tuple(
            rules.RegisterFacts(
                register=one.register(zone),
                meter=one.meter,
                channel=one.channel,
                zone=zone,
                digits=one.digits,
                previous=one.known(0, zone),
                point=self.point,
                waypoints=one.waypoints(zone),
                ratios=one.spans,
            )
            for one in self.in_place
            for zone in one.zones
        )
        removed = tuple(
            rules.RemovedRegister(
                register=one.register(zone),
                meter=one.meter,
                point=self.point,
                channel=one.channel,
                zone=zone,
                digits=one.digits,
                previous=one.known(0, zone),
                waypoints=one.waypoints(zone),
                ratios=one.spans,
                final=one.known(-1, zone),
            )
            for one in self.removed
            for zone in one.zones
        )
        return rules.PointFacts(self.point, self.role, self.read_by, self.losses, self.losses_unit, registers, removed)

    def entries(self) -> tuple[dict[int, Decimal], dict[int, date]]:
        """What is typed, and on which days it was read."""
        if not self.is_read:
            return {}, {}
        values = {one.register(zone): one.known(-1, zone).value for one in self.in_place for zone in one.zones}
        return values, {one.register(zone): day_of(one.taken[-1].day) for one in self.in_place for zone in one.zones}


def make_meter(
    chance: Random, meter: int, channel: str, begin: int, end: int, *, zones: tuple[int, ...] | None = None
) -> MeterHistory:
    """Let energy flow through a meter from the end of one day to a reading on another, and read it now and then."""
    zones = zones or chance.choice([(0,), (1, 2), (1, 2, 3), (0, 1, 2), (0, 1, 2, 3)])
    digits = chance.choice([1, 2, 3, 4, 6, 8])
    days = range(begin, end + 1)
    ratios = {begin - chance.choice([0, 1, 400, -3]): _ratio(chance)}
    for day in chance.sample(days, min(len(days), chance.choice([0, 0, 1, 1, 2, 3]))):
        ratios[day] = chance.choice([_ratio(chance), *ratios.values()])
    controls = set(chance.sample(days[1:], min(len(days) - 1, chance.choice([0, 0, 1, 2, 4]))))
    if chance.random() < 0.5:
        # A control reading on the day of a change divides the volume truly, one of the day before does too.
        controls |= {day - chance.choice([0, 0, 1]) for day in ratios if begin < day <= end}
    made = MeterHistory(meter, channel, zones, digits, dict(ratios))
    _flow(chance, made, begin, end, {day for day in controls if begin < day < end} | _same_day(chance, end))
    made.strays = tuple(
        rules.KnownReading(Decimal(chance.randrange(10**digits)), day_of(begin - days))
        for days in chance.choice([(), (), (0,), (40, 0)])
    )
    return made


def _same_day(chance: Random, end: int) -> set[int]:
    return {end} if chance.random() < 0.1 else set()


def _flow(chance: Random, made: MeterHistory, begin: int, end: int, controls: set[int]) -> None:
    capacity = 10**made.digits * THOUSAND
    changes = dict(sorted(made.ratios.items()))
    current = Fraction(next(iter(changes.values())))
    for day in [one for one in changes if one < begin]:
        current = Fraction(changes[day])
    dials = {zone: chance.choice([0, capacity - 1, chance.randrange(capacity)]) for zone in made.zones}
    made.truth = dict.fromkeys(made.zones, Fraction(0))
    since = dict.fromkeys(made.zones, 0)
    moments = {current}
    # No dial may pass its last figure twice between two readings, or nobody could tell.
    lively = chance.choice([1, 3, 3000, capacity])

    def take(day: int) -> None:
        nonlocal since, moments
        made.taken.append(Taken(day, dict(dials), since, current, len(moments) <= 1))
        since, moments = dict.fromkeys(made.zones, 0), set()

    def run() -> None:
        moments.add(current)
        amounts = {zone: chance.randrange(lively) if chance.random() < 0.8 else 0 for zone in made.counted}
        room = capacity - 1 - max(since.values())
        amounts = {zone: min(amount, room // len(amounts)) for zone, amount in amounts.items()}
        if 0 in made.zones and made.counted != (0,):
            amounts[0] = sum(amounts.values())
        for zone, amount in amounts.items():
            dials[zone] = (dials[zone] + amount) % capacity
            since[zone] += amount
            made.truth[zone] += Fraction(amount, THOUSAND) * current

    for day in range(begin, end + 1):
        is_taken = day in (begin, end) or day in controls
        if day in changes and not is_taken:
            current = Fraction(changes[day])
        if day > begin:
            run()
        if is_taken:
            take(day)
        if is_taken and day in changes:
            current = Fraction(changes[day])
        if day == end and day in controls:
            # A control reading and the consumer's own on one day.
            run()
            take(day)


def _ratio(chance: Random) -> Decimal:
    return Decimal(chance.choice([1, 1, 20, 200, chance.randrange(1, 2000)])) * chance.choice(
        [Decimal(1), Decimal("0.0001"), Decimal("12.5"), Decimal(1)]
    )


def make_point(chance: Random, point: int) -> PointHistory:
    """A point with one or two meters, one of them perhaps replaced inside the period."""
    end = chance.choice([1, 2, 28, 30, 31, 62])
    channels = chance.sample(["A+", "A-", "R+", "R-"], chance.choice([1, 1, 2, 4]))
    in_place, removed, meter = [], [], point * 10
    for _ in range(chance.choice([1, 1, 2])):
        replaced_on = chance.randrange(0, end + 1) if chance.random() < 0.4 else None
        for channel in channels:
            if replaced_on:
                removed.append(make_meter(chance, meter, channel, 0, replaced_on))
            in_place.append(make_meter(chance, meter + 1, channel, replaced_on or 0, max(end, (replaced_on or 0) + 1)))
        meter += 2
    losses = chance.choice([None, Decimal(0), Decimal("120"), Decimal("0.5"), Decimal("2.500"), Decimal("33.333")])
    return PointHistory(
        point=point,
        role=chance.choice(["billing", "billing", "billing", "subconsumer", "technical"]),
        read_by=chance.choice(["consumer", "consumer", "remote", "operator"]),
        losses=losses,
        losses_unit=chance.choice(["energy", "percent"]),
        in_place=in_place,
        removed=removed,
        is_read=chance.random() < 0.9,
    )


def make_account(chance: Random) -> list[PointHistory]:
    """The points of an account."""
    return [make_point(chance, point) for point in range(1, chance.choice([1, 1, 2, 4]) + 1)]
