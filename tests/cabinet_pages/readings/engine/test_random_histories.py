"""Random histories against a model that adds up what flowed: rollover, replacement, multipliers, zones, losses."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from cabinet_pages.readings import rules
from tests.cabinet_pages.readings.engine import model
from tests.cabinet_pages.readings.engine.histories import BEGIN, MeterHistory, PointHistory, make_account
from tests.support.scale import chance, scaled

HISTORIES = scaled(300, 10_000)


def test_the_rules_count_what_flowed_and_lose_no_kilowatt_hour() -> None:
    source = chance("reading histories")
    seen: Counter[str] = Counter()
    for number in range(HISTORIES):
        points = make_account(source)
        _compare(points, f"history {number}", seen)
    # A search that never met a case proves nothing about it.
    for case in ("rolled over", "divided", "ratio changed", "replaced", "zones", "total beside zones", "losses"):
        assert seen[case] > HISTORIES // 50, (case, seen)


def _compare(points: list[PointHistory], where: str, seen: Counter[str]) -> None:
    volumes = []
    for point in points:
        facts = point.facts()
        entries, dates = point.entries()
        lines = rules.assess(facts.registers, entries, BEGIN, dates=dates)
        assert [line.errors for line in lines if line.errors] == [], where
        by_register = {line.facts.register: line for line in lines}
        volume = rules.point_volume(facts, lines)
        volumes.append(volume)
        parts = {part.facts.register: part for found in volume.channels for part in found.removed}
        for history in point.in_place if point.is_read else []:
            _compare_meter(history, {zone: by_register[history.register(zone)] for zone in history.zones}, where)
            _note(history, [by_register[history.register(zone)] for zone in history.zones], seen)
        for history in point.removed:
            _compare_meter(history, {zone: parts[history.register(zone)] for zone in history.zones}, where)
            seen["replaced"] += 1
        for found in volume.channels:
            assert found.metered == model.metered(point, found.channel), where
            assert found.total == model.metered(point, found.channel) + model.losses(point, found.channel), where
            seen["losses"] += found.losses is not None
            assert found.is_complete == point.is_read, where
    for channel in rules.account_volume(volumes).channels:
        assert channel.total == model.account_total(points, channel.channel), where
        assert all(term.sign == 0 for term in channel.terms if points[term.point - 1].role == "technical"), where


def _compare_meter(history: MeterHistory, made: Mapping[int, rules.Line | rules.RemovedPart], where: str) -> None:
    exact = {zone: model.exact(history, zone) for zone in history.zones}
    for zone, one in made.items():
        assert one.exact is not None, where
        assert Fraction(one.exact) == exact[zone], where
        assert len(one.steps) == len(history.taken) - 1, where
        if all(taken.is_split for taken in history.taken[1:]):
            # Where every change of the multiplier was read, nothing is approximate.
            assert exact[zone] == history.truth[zone], where
    whole = model.shared_out([exact[zone] for zone in history.counted])
    volumes = [made[zone].volume for zone in history.counted]
    assert volumes == whole, where
    assert sum(whole) == model.meter_total(history), where
    for zone, volume in zip(history.counted, volumes, strict=True):
        assert isinstance(volume, Decimal), where
        assert volume >= 0, where
        assert abs(Fraction(volume) - exact[zone]) < 1, where
    for zone in set(history.zones) - set(history.counted):
        assert made[zone].is_total, where
        assert made[zone].volume == model.half_up(exact[zone]), where


def _note(history: MeterHistory, lines: list[rules.Line], seen: Counter[str]) -> None:
    seen["rolled over"] += any(line.rolled_over for line in lines)
    seen["divided"] += len(lines[0].steps) > 1
    seen["zones"] += len(history.counted) > 1
    seen["total beside zones"] += history.counted != history.zones
    changed = rules.ratio_changed(lines[0])
    seen["ratio changed"] += changed is not None
    # The finding says that a step was counted with a multiplier that did not hold all the time.
    assert changed is not None or history.truth == {zone: model.exact(history, zone) for zone in history.zones}
