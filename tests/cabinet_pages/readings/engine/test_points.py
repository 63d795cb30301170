"""Volumes of points and accounts explain themselves: which point is added, which is not, and why."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from cabinet_pages.readings import rules
from cabinet_pages.readings.explanation import explain_account, explain_channel, summarise_account

DECEMBER, JANUARY = date(2025, 12, 31), date(2026, 1, 31)


def plain(text: str) -> str:
    """Text with ordinary blanks."""
    return text.replace("\u00a0", " ")


def register(point: int, **changes: Any) -> rules.RegisterFacts:
    values: dict[str, Any] = {"meter": point, "channel": "A+", "zone": 0, "digits": 6, "point": point}
    before = rules.KnownReading(Decimal("1200"), DECEMBER)
    return rules.RegisterFacts(**{"register": point, "previous": before, **values, **changes})


def volume(point: int, used: str | None, **fields: Any) -> rules.PointVolume:
    """A point whose meter counted so much since 1200."""
    registers = (register(point),)
    entries = {} if used is None else {point: Decimal(1200) + Decimal(used)}
    fields = {"role": "billing", "read_by": "consumer", "registers": registers, **fields}
    return rules.point_volume(rules.PointFacts(point, **fields), rules.assess(registers, entries, JANUARY))


def account(*points: rules.PointVolume) -> rules.AccountChannel:
    found = rules.account_volume(points).of("A+")
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def _in_ukrainian() -> Any:
    with translation.override("uk"):
        yield


def test_the_account_is_its_settlement_points_less_subconsumers_with_losses() -> None:
    made = account(
        volume(1, "10000", losses=Decimal(150)),
        volume(2, "2000", role="subconsumer"),
        volume(3, "700", role="technical"),
        volume(4, None, read_by="remote"),
        volume(5, "30", read_by="remote"),
        volume(6, None),
    )
    assert (made.settled, made.subconsumed, made.losses, made.total) == (10030, 2000, 150, 8180)
    assert not made.is_complete
    assert plain(summarise_account(made).formula) == "10 030 − 2 000 + 150 = 8 180 кВт·год"
    names = {1: "Цех 1", 2: "Кіоск", 3: "Облік ТП", 4: "Підстанція", 5: "Котельня", 6: "Склад"}
    shown = explain_account(made, names)
    assert [(one.label, one.volume) for one in shown.terms] == [
        ("Цех 1: додано", 10000),
        ("Цех 1: втрати", 150),
        ("Кіоск: віднято як субспоживач", -2000),
        ("Облік ТП: технічна точка, не враховується", None),
        ("Підстанція: зчитує АСКОЕ, значення ще немає", None),
        ("Котельня: додано", 30),
        ("Склад: показів ще немає", None),
    ]
    assert plain(shown.formula) == "10 000 + 150 − 2 000 + 30 = 8 180 кВт·год"


def test_losses_of_a_subconsumer_go_away_with_it() -> None:
    made = account(volume(1, "10000"), volume(2, "2000", role="subconsumer", losses=Decimal(3), losses_unit="percent"))
    assert made.total == 10000 - 2000 - 60


def test_losses_in_percent_are_of_the_points_active_volume_and_rounded_once() -> None:
    found = volume(1, "6900", losses=Decimal("2.5"), losses_unit="percent").of("A+")
    assert found is not None
    assert (found.metered, found.total) == (6900, 7073)
    shown = explain_channel(found)
    assert plain(shown.formula) == "6 900 + 173 = 7 073 кВт·год"
    assert plain(shown.terms[-1].label) == "втрати 2,5 % від 6 900 кВт·год"


def test_losses_wait_until_something_of_the_point_is_known() -> None:
    assert volume(1, None, losses=Decimal(150)).of("A+") == rules.ChannelVolume("A+", missing=(1,))


def test_reactive_energy_has_no_losses() -> None:
    registers = (register(1, channel="R+"),)
    lines = rules.assess(registers, {1: Decimal(1300)}, JANUARY)
    point = rules.PointFacts(1, "billing", "consumer", Decimal(5), "percent", registers)
    made = rules.point_volume(point, lines).of("R+")
    assert made is not None
    assert made.total == 100
    assert explain_channel(made).unit == "кВАр·год"


def replaced(**changes: Any) -> tuple[rules.PointFacts, list[rules.Line]]:
    """A meter taken away on the tenth at 1300, and a new one that began at 5."""
    gone: dict[str, Any] = {
        "register": 9, "meter": 9, "point": 1, "channel": "A+", "zone": 0, "digits": 6,
        "previous": rules.KnownReading(Decimal(1200), DECEMBER), "waypoints": (),
        "ratios": (rules.RatioSpan(DECEMBER, Decimal(20)),),
        "final": rules.KnownReading(Decimal("1300.02"), date(2026, 1, 10)),
    }  # fmt: skip
    removed = (rules.RemovedRegister(**{**gone, **changes}),)
    initial = rules.KnownReading(Decimal(5), date(2026, 1, 10))
    registers = (register(1, previous=initial, ratios=(rules.RatioSpan(DECEMBER, Decimal(30)),)),)
    lines = rules.assess(registers, {1: Decimal("25.01")}, JANUARY)
    return rules.PointFacts(1, "billing", "consumer", registers=registers, removed=removed), lines


def test_a_replaced_meter_adds_its_part_each_with_its_own_rounding() -> None:
    made = rules.point_volume(*replaced()).of("A+")
    assert made is not None
    # 2000.4 and 600.3 are two groups of rounding: 2000 + 600, not 2601.
    assert (made.total, made.is_complete) == (2600, True)
    part = explain_channel(made).terms[-1]
    assert (part.label, part.volume, plain(part.formula)) == ("знятий лічильник", 2000, "(1 300,02 − 1 200) × 20")


@pytest.mark.parametrize("unknown", [{"final": None}, {"previous": None}, {"digits": 3}])
def test_a_replaced_meter_whose_readings_are_not_known_leaves_the_point_incomplete(unknown: dict[str, Any]) -> None:
    made = rules.point_volume(*replaced(**unknown)).of("A+")
    assert made is not None
    assert (made.total, made.is_complete, made.missing) == (600, False, (9,))
    assert not explain_channel(made).is_complete


def test_steps_survive_the_database_and_one_step_needs_no_room() -> None:
    spans = (rules.RatioSpan(date(2025, 1, 1), Decimal(20)), rules.RatioSpan(date(2026, 1, 15), Decimal("0.5")))
    control = rules.KnownReading(Decimal("1.125"), date(2026, 1, 15))
    facts = register(1, ratios=spans, waypoints=(control,))
    (line,) = rules.assess([facts], {1: Decimal("7.5")}, JANUARY)
    stored = rules.steps_as_stored(line.steps)
    assert stored[0] == {
        "previous": "1200", "previous_on": "2025-12-31", "value": "1.125", "read_on": "2026-01-15",
        "multiplier": "20", "rolled_over": True,
    }  # fmt: skip
    columns: dict[str, Any] = {
        "previous": facts.previous,
        "current": rules.KnownReading(line.value, JANUARY),
        "multiplier": line.multiplier,
        "digits": 6,
    }
    assert rules.steps_from_stored(stored, **columns) == line.steps
    (single,) = rules.assess([register(1)], {1: Decimal(1300)}, JANUARY)
    assert rules.steps_as_stored(single.steps) == []
    columns["current"], columns["multiplier"] = rules.KnownReading(Decimal(1300), JANUARY), Decimal(1)
    assert rules.steps_from_stored([], **columns) == single.steps
    assert rules.steps_from_stored([], **{**columns, "digits": 3}) == ()
