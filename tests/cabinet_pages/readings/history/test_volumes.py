"""The volume of a month: what billing accepted, else what the cabinet computed; never an earlier owner's."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from cabinet_pages.access.models import Role
from cabinet_pages.access.queries import Scope
from cabinet_pages.metering.models import PointRole
from cabinet_pages.readings.history import comparisons, queries
from cabinet_pages.readings.history.rules import MonthVolume, months_until
from cabinet_pages.readings.models import ReadingKind, ReadingState
from cabinet_pages.readings.rules import exact_sum, shift_period
from tests import factories
from tests.cabinet_pages.readings.history.builders import add_month
from tests.support.scale import chance, scaled

JANUARY = date(2026, 1, 1)
DECEMBER = date(2025, 12, 1)
MONTHS = months_until(JANUARY)


@pytest.fixture(autouse=True)
def end_of_january(db: None) -> Iterator[None]:
    with time_machine.travel("2026-01-31T10:00:00+02:00", tick=False):
        yield


def scope_of(account: Any, visible_from: date | None = None) -> Scope:
    return Scope(account=account, role=Role.OWNER, visible_from=visible_from)


def january(scope: Scope, channel: str = "A+", **place: Any) -> MonthVolume:
    return queries.volumes_by_month(scope, MONTHS, **place)[channel][-1]


def volumes_of_point(scope: Scope, point: Any) -> list[MonthVolume]:
    readings = queries.readings_of_point(scope, point, MONTHS)
    return queries.volumes_of_registers(queries.registers_of_point(scope, point.pk), readings, MONTHS)["A+"]


def test_the_accepted_volume_stands_before_the_computed_one() -> None:
    account = factories.make_account()
    register = factories.make_register(account)
    add_month(register, DECEMBER, "120")
    add_month(register, JANUARY, "100", accepted="90.5")
    volumes = queries.volumes_by_month(scope_of(account), MONTHS)["A+"]
    assert (volumes[-1].total, volumes[-1].accepted, volumes[-1].computed) == (Decimal("90.5"), 1, 0)
    assert (volumes[-2].total, volumes[-2].accepted, volumes[-2].computed) == (Decimal(120), 0, 1)


def test_a_month_without_a_reading_is_unknown_and_not_zero() -> None:
    account = factories.make_account()
    register = factories.make_register(account)
    add_month(register, JANUARY, "0")
    volumes = queries.volumes_by_month(scope_of(account), MONTHS)["A+"]
    assert [one.period for one in volumes] == list(MONTHS)
    assert [one.total for one in volumes] == [None] * 23 + [Decimal(0)]
    assert volumes[0].expected == 1
    assert not volumes[0].is_complete


def test_the_verdict_on_the_customers_reading_stands_before_readings_that_billing_delivered() -> None:
    account = factories.make_account()
    register = factories.make_register(account)
    add_month(register, JANUARY, "100", accepted="95")
    add_month(register, JANUARY, accepted="40", kind=ReadingKind.CONTROL, read_on=date(2026, 1, 15))
    assert january(scope_of(account)).total == 95


def test_parts_of_a_month_that_billing_delivered_are_added_and_stand_before_the_computed_volume() -> None:
    account = factories.make_account()
    register = factories.make_register(account)
    add_month(register, JANUARY, "100")
    add_month(register, JANUARY, accepted="40", kind=ReadingKind.CONTROL, read_on=date(2026, 1, 15))
    add_month(register, JANUARY, accepted="55", kind=ReadingKind.ACCEPTED)
    assert january(scope_of(account)).total == 95


@pytest.mark.parametrize(
    "fields",
    [{"is_current": False}, {"withdrawn": True}, {"state": ReadingState.REJECTED}],
    ids=["superseded", "withdrawn", "rejected"],
)
def test_what_does_not_stand_gives_no_volume(fields: dict[str, Any]) -> None:
    account = factories.make_account()
    add_month(factories.make_register(account), JANUARY, "100", accepted="100", **fields)
    assert january(scope_of(account)).total is None


def test_a_rejected_verdict_does_not_hide_what_billing_delivered() -> None:
    account = factories.make_account()
    register = factories.make_register(account)
    add_month(register, JANUARY, "100", accepted="100", state=ReadingState.REJECTED)
    add_month(register, JANUARY, accepted="55", kind=ReadingKind.ACCEPTED)
    assert january(scope_of(account)).total == 55


def test_an_account_is_its_settlement_points_less_subconsumers_without_technical_ones() -> None:
    account = factories.make_account()
    roles = [("1", PointRole.BILLING, "100.5"), ("2", PointRole.BILLING, "200")]
    roles += [("3", PointRole.SUBCONSUMER, "50"), ("4", PointRole.TECHNICAL, "999")]
    for code, role, volume in roles:
        register = factories.make_register(account, code, point={"role": role, "site": "Завод"})
        add_month(register, JANUARY, volume)
    volume = january(scope_of(account))
    assert (volume.total, volume.counted, volume.expected) == (Decimal("250.5"), 3, 3)
    assert january(scope_of(account), site="Завод").total == Decimal("250.5")


def test_a_point_shows_what_it_measured_whatever_its_role() -> None:
    account = factories.make_account()
    register = factories.make_register(account, point={"role": PointRole.TECHNICAL})
    add_month(register, JANUARY, "999")
    assert volumes_of_point(scope_of(account), register.meter.point)[-1].total == 999


def test_zones_and_channels_are_kept_apart() -> None:
    account = factories.make_account()
    for zone, volume in ((1, "70"), (2, "30")):
        add_month(factories.make_register(account, zone=zone, serial=f"S{zone}"), JANUARY, volume)
    add_month(factories.make_register(account, channel="R+", serial="S3"), JANUARY, "20")
    scope = scope_of(account)
    assert january(scope).zones == {1: Decimal(70), 2: Decimal(30)}
    assert january(scope, "R+").zones == {0: Decimal(20)}


def test_a_register_of_the_whole_day_beside_zones_checks_them_and_is_in_no_sum() -> None:
    account = factories.make_account()
    registers = [factories.make_register(account, "ТУ-1", zone=zone) for zone in (0, 1, 2)]
    other = factories.make_register(account, "ТУ-2")
    reactive = factories.make_register(account, "ТУ-1", channel="R+")
    for register, volume in zip((*registers, other, reactive), ("301", "200", "100", "7", "150"), strict=True):
        add_month(register, JANUARY, volume)
    scope, point = scope_of(account), registers[0].meter.point
    for volume, total, zones in (
        (january(scope), 307, {0: 7, 1: 200, 2: 100}),
        (volumes_of_point(scope, point)[-1], 300, {1: 200, 2: 100}),
    ):
        assert (volume.total, dict(volume.zones)) == (total, zones)
        assert (volume.is_complete, volume.counted) == (True, len(zones))
    by_point = comparisons.volumes_by_point(scope, JANUARY).get(point=point.pk)
    assert (by_point["now"], by_point["now_registers"]) == (300, 2)
    (row,) = comparisons.reactive_points(scope, JANUARY)
    assert row["active"] == 300
    assert comparisons.registers_expected(scope, JANUARY, [point.pk]) == {(point.pk, "A+"): 2, (point.pk, "R+"): 1}


def test_nothing_of_an_earlier_owner_is_in_any_volume() -> None:
    account = factories.make_account()
    register = factories.make_register(account)
    add_month(register, DECEMBER, "777", accepted="777")
    add_month(register, JANUARY, accepted="333", kind=ReadingKind.CONTROL, read_on=date(2026, 1, 9))
    add_month(register, JANUARY, "100")
    scope = scope_of(account, date(2026, 1, 10))
    assert queries.periods_of(scope) == (JANUARY,)
    volumes = queries.volumes_by_month(scope, MONTHS)["A+"]
    assert [one.total for one in volumes] == [None] * 23 + [Decimal(100)]
    assert [row["now"] for row in comparisons.volumes_by_point(scope, JANUARY)] == [Decimal(100)]
    assert [row["month"] for row in comparisons.volumes_by_point(scope, JANUARY)] == [None]
    assert not comparisons.movers(scope, JANUARY, "month").exists()
    assert [one.value for one in queries.exported_readings(scope, DECEMBER, JANUARY)] == [Decimal(100)]


def test_the_database_adds_up_what_an_independent_count_adds_up() -> None:
    """Random readings of every kind and state; the same months computed by hand, register by register."""
    random = chance("history volumes")
    for _round in range(scaled(3, 30)):
        account = factories.make_account()
        registers = [
            factories.make_register(
                account,
                f"{index}",
                serial=f"S{index}",
                zone=random.choice((0, 1, 2)),
                point={"role": random.choice(PointRole.values)},
            )
            for index in range(4)
        ]
        since = random.choice((None, date(2025, 10, 15)))
        expected: dict[tuple[int, date], Decimal] = {}
        for register in registers:
            for back in range(6):
                period = shift_period(JANUARY, -back)
                made = _random_month(random, register, period)
                seen = [one for one in made if since is None or one.read_on >= since]
                volume = _by_hand(seen)
                if volume is not None:
                    expected[register.pk, period] = volume
        scope = scope_of(account, since)
        _assert_same(scope, registers, expected)


def _random_month(random: Any, register: Any, period: date) -> list[Any]:
    def number() -> str | None:
        return random.choice((None, "0", f"{random.randint(0, 10**9)}.{random.randint(0, 999):03d}"))

    made = [
        add_month(
            register,
            period,
            number(),
            accepted=number(),
            version=version,
            is_current=version == 2,
            withdrawn=random.random() < 0.1,
            state=random.choice((ReadingState.SUBMITTED, ReadingState.ACCEPTED, ReadingState.REJECTED)),
            uuid=uuid4(),
        )
        for version in (1, 2)
        if random.random() < 0.8
    ]
    for kind, day in ((ReadingKind.CONTROL, 10), (ReadingKind.ACCEPTED, 28)):
        if random.random() < 0.4:
            made.append(add_month(register, period, accepted=number(), kind=kind, read_on=period.replace(day=day)))
    return made


def _by_hand(readings: list[Any]) -> Decimal | None:
    standing = [one for one in readings if one.is_current and not one.withdrawn and one.state != "rejected"]
    own = [one for one in standing if one.kind == "customer"]
    for volumes in (
        [one.accepted_volume for one in own if one.accepted_volume is not None],
        [one.accepted_volume for one in standing if one.kind != "customer" and one.accepted_volume is not None],
        [one.volume for one in own if one.volume is not None],
    ):
        if volumes:
            return sum(volumes, Decimal(0))
    return None


def _assert_same(scope: Scope, registers: list[Any], expected: dict[tuple[int, date], Decimal]) -> None:
    signs = {PointRole.BILLING: 1, PointRole.SUBCONSUMER: -1, PointRole.TECHNICAL: 0}
    account = queries.volumes_by_month(scope, MONTHS).get("A+", [])
    points = {one.pk: volumes_of_point(scope, one.meter.point) for one in registers}
    for index, month in enumerate(account):
        own = {one.pk: expected.get((one.pk, MONTHS[index])) for one in registers}
        settled = [one for one in registers if one.meter.point.role != PointRole.TECHNICAL]
        counted = [
            signs[PointRole(one.meter.point.role)] * volume for one in settled if (volume := own[one.pk]) is not None
        ]
        assert month.total == (exact_sum(counted) if counted else None)
        assert month.expected == len(settled)
        for register in registers:
            of_point = points[register.pk][index]
            assert (of_point.total, of_point.expected) == (own[register.pk], 1)
            assert of_point.counted == (own[register.pk] is not None)
