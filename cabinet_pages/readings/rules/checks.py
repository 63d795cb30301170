"""What refuses a reading, and the lines that are computed from typed values.

Sources: ПРРЕЕ and ККОЕЕ as summed up in the domain facts: digits, decimals, dates, activity of the register. Findings
are (code, params); the sentence is made at the edge.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from decimal import Decimal

from cabinet_pages.readings.rules.consumption import KnownReading, Step, exact_sum, multiplier_on, steps_of
from cabinet_pages.readings.rules.facts import Finding, Line, RegisterFacts, Surroundings, total_registers
from cabinet_pages.readings.rules.rounding import volumes

#: Decimal places that a reading may have.
DECIMALS = 3


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
    """Refuse a register that is not in use on the day, and a day before the newest known reading's."""
    errors = []
    if (facts.active_from and read_on < facts.active_from) or (facts.active_until and read_on > facts.active_until):
        errors.append(Finding("inactive_register"))
    known = [one.read_on for one in (*facts.waypoints, facts.previous) if one and one.read_on]
    if known and read_on < max(known):
        errors.append(Finding("before_previous", {"date": max(known)}))
    return errors


def assess(
    facts: Sequence[RegisterFacts],
    entries: Mapping[int, Decimal],
    read_on: date,
    *,
    replaced: AbstractSet[int] = frozenset(),
    dates: Mapping[int, date] | None = None,
) -> list[Line]:
    """Check typed values against their registers and compute the volumes, zones of a meter and channel together.

    Args:
        facts: the registers of one or more points, in the order of the lines.
        entries: the typed value of each register that was read.
        read_on: «Дата зняття», a Kyiv date.
        replaced: registers whose smaller value a person explains by a replaced meter.
        dates: «Дата зняття» of the registers that were read on another day.
    """
    dates = dates or {}
    totals = total_registers(facts)
    lines = [
        _line(one, entries[one.register], dates.get(one.register, read_on), one.register in replaced, totals)
        for one in facts
        if one.register in entries
    ]
    exact = {line.facts.register: line.exact for line in lines if line.exact is not None}
    # A register of the whole day beside zones is no part of their sum, so it is rounded by itself.
    whole = volumes(exact, {one.register: (one.group, one.register in totals) for one in facts})
    lines = [replace(line, volume=whole.get(line.facts.register)) for line in lines]
    return _among_each_other(lines)


def incomplete_groups(facts: Sequence[RegisterFacts], entered: AbstractSet[int]) -> list[RegisterFacts]:
    """Registers that were left out although another zone of their meter and channel was read."""
    begun = {one.group for one in facts if one.register in entered}
    return [one for one in facts if one.group in begun and one.register not in entered]


def _line(facts: RegisterFacts, value: Decimal, read_on: date, replaced: bool, totals: AbstractSet[int]) -> Line:
    errors = [*check_value(value, digits=facts.digits), *check_register(facts, read_on)]
    before = [one for one in (facts.previous, *facts.waypoints) if one is not None]
    if any(check_value(one.value, digits=facts.digits) for one in before):
        errors.append(Finding("previous_unusable", {"digits": facts.digits}))
    steps: tuple[Step, ...] = ()
    if not errors and facts.previous is not None and not replaced:
        current = KnownReading(value, read_on)
        steps = steps_of(facts.previous, facts.waypoints, current, digits=facts.digits, ratios=facts.ratios)
    return Line(
        facts=facts,
        value=value,
        read_on=read_on,
        multiplier=steps[-1].multiplier if steps else multiplier_on(facts.ratios, read_on),
        replaced=replaced,
        steps=steps,
        errors=tuple(errors),
        is_total=facts.register in totals,
    )


def _among_each_other(lines: Sequence[Line]) -> list[Line]:
    """Tell each line what was typed beside it."""
    zones: dict[tuple[int, str], list[Line]] = {}
    at_point: dict[tuple[int, str], list[Line]] = {}
    for line in lines:
        if line.facts.zone:
            zones.setdefault(line.facts.group, []).append(line)
        if not line.is_total:
            at_point.setdefault((line.facts.point, line.facts.channel), []).append(line)
    sums = {key: _exact(members) for key, members in zones.items()}
    points = {key: _exact(members) for key, members in at_point.items()}
    leaders = {members[0].facts.register for members in at_point.values()}
    return [
        replace(
            line,
            around=Surroundings(
                zones=sums.get(line.facts.group),
                at_point=points.get((line.facts.point, line.facts.channel)),
                leads=line.facts.register in leaders,
            ),
        )
        for line in lines
    ]


def _exact(lines: Iterable[Line]) -> Decimal | None:
    parts = [line.exact for line in lines]
    return None if None in parts else exact_sum(part for part in parts if part is not None)
