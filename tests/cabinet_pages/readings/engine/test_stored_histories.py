"""Random histories through the database and back: what is stored equals the model, on SQLite as on PostgreSQL."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from uuid import uuid4

from cabinet_pages.access.queries import Scope
from cabinet_pages.metering.models import Meter, MeteringPoint, MeterRatio, Register
from cabinet_pages.readings import rules
from cabinet_pages.readings.calculation import calculate
from cabinet_pages.readings.models import Reading, ReadingKind
from cabinet_pages.readings.queries import entry_sheet, window_for
from cabinet_pages.readings.rows import steps_of
from cabinet_pages.readings.services import submit_readings
from tests.cabinet_pages.readings.engine import model
from tests.cabinet_pages.readings.engine.histories import (
    MeterHistory,
    PointHistory,
    day_of,
    make_meter,
)
from tests.cabinet_pages.readings.world import JANUARY, LAST_DAY, World
from tests.support.scale import chance, scaled

DECEMBER = JANUARY.replace(year=2025, month=12)
STATES = (ReadingKind.CONTROL, ReadingKind.ACCEPTED)


def _history(number: int) -> PointHistory:
    """A point of January whose meter was perhaps replaced, with the losses that the database can keep."""
    source = chance(f"stored history {number}")
    channels = source.sample(["A+", "A-", "R+", "R-"], source.choice([1, 2, 4]))
    replaced_on = source.randrange(1, 30) if source.random() < 0.4 else None
    removed = [make_meter(source, 1, channel, 0, replaced_on) for channel in channels] if replaced_on else []
    in_place = [make_meter(source, 2, channel, replaced_on or 0, 31) for channel in channels]
    losses = source.choice([None, Decimal("120.5"), Decimal("2.500")])
    role = source.choice(["billing", "subconsumer"])
    return PointHistory(1, role, "consumer", losses, source.choice(["energy", "percent"]), in_place, removed)


def _store(
    world: World, history: PointHistory, code: str
) -> tuple[MeteringPoint, dict[tuple[int, str, int], Register]]:
    point = MeteringPoint.objects.create(
        account=world.point.account,
        code=code,
        name=code,
        role=history.role,
        losses=history.losses,
        losses_unit=history.losses_unit,
    )
    registers = {}
    # The channels of one meter were read on days of their own, so each is a meter by itself here.
    for one in (*history.in_place, *history.removed):
        is_removed = one in history.removed
        meter = Meter.objects.create(
            point=point,
            serial=f"{one.meter}{one.channel}",
            installed_on=day_of(one.taken[0].day) if history.removed and not is_removed else day_of(-900),
            removed_on=day_of(one.taken[-1].day) if is_removed else None,
        )
        MeterRatio.objects.bulk_create(
            MeterRatio(meter=meter, valid_from=span.valid_from, multiplier=span.multiplier) for span in one.spans
        )
        for zone in one.zones:
            registers[one.meter, one.channel, zone] = _store_register(meter, one, zone, history)
    return point, registers


def _store_register(meter: Meter, one: MeterHistory, zone: int, history: PointHistory) -> Register:
    is_removed, is_new = one in history.removed, bool(history.removed) and one not in history.removed
    register = Register.objects.create(
        meter=meter,
        channel=one.channel,
        zone=zone,
        digits=one.digits,
        initial_value=one.known(0, zone).value if is_new else None,
        final_value=one.known(-1, zone).value if is_removed else None,
    )
    kept = [] if is_new else [(one.known(0, zone), ReadingKind.ACCEPTED)]
    kept += [(one.known(index, zone), STATES[index % len(STATES)]) for index in range(1, len(one.taken) - 1)]
    Reading.objects.bulk_create(
        Reading(
            register=register,
            kind=kind,
            period=DECEMBER if known.read_on <= day_of(0) else JANUARY,
            read_on=known.read_on,
            value=known.value,
        )
        for known, kind in kept
        if known.read_on is not None
    )
    return register


def test_what_is_stored_is_what_flowed(world: World) -> None:
    scope = world.scope
    for number in range(scaled(20, 300)):
        _compare(world, scope, _history(number), f"історія {number}")


def _compare(world: World, scope: Scope, history: PointHistory, code: str) -> None:
    point, registers = _store(world, history, code)
    window = window_for(scope, JANUARY)
    assert window is not None
    entries = {
        registers[one.meter, one.channel, zone].pk: one.known(-1, zone).value
        for one in history.in_place
        for zone in one.zones
    }
    submit_readings(
        scope=scope,
        user=world.owner,
        token=uuid4(),
        point=point,
        period=JANUARY,
        read_on=LAST_DAY,
        entries=entries,
        confirmed=True,
        reason="перевірено",
    )
    for one in history.in_place:
        stored = {
            zone: Reading.objects.select_related("register").get(
                register=registers[one.meter, one.channel, zone], kind=ReadingKind.CUSTOMER
            )
            for zone in one.zones
        }
        for zone, reading in stored.items():
            steps = steps_of(reading)
            assert len(steps) == len(one.taken) - 1
            assert sum((Fraction(step.exact) for step in steps), Fraction(0)) == model.exact(one, zone)
        assert [stored[zone].volume for zone in one.counted] == model.shared_out(
            [model.exact(one, zone) for zone in one.counted]
        )
    sheet = entry_sheet(scope, point.pk, window)
    assert sheet is not None
    volume = calculate(sheet, entries, LAST_DAY).volume
    for channel in volume.channels:
        expected = model.metered(history, channel.channel) + model.losses(history, channel.channel)
        assert (channel.total, channel.is_complete) == (expected, True)
    account = rules.account_volume([volume, replace(volume, facts=replace(volume.facts, role="technical"))])
    for total in account.channels:
        assert total.total == model.account_total([history], total.channel)
