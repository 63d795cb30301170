"""What is stored: previous values, windows, late readings, corrections, races."""

import threading
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client

from cabinet_pages.metering.models import Meter, MeterRatio
from cabinet_pages.readings.collecting.services import reopen_window
from cabinet_pages.readings.models import Reading, ReadingState, ReadingSubmission
from cabinet_pages.readings.services import SubmissionRefused
from tests import factories
from tests.cabinet_pages.readings.test_entry import text_of
from tests.cabinet_pages.readings.world import JANUARY, LAST_DAY, NOW, WINDOW, World, make_world
from tests.support.scale import scaled

SURE = {"confirmed": True, "reason": "Цех працював у дві зміни"}


def known(world: World, read_on: date, value: str, **fields: Any) -> Reading:
    """A reading that is there already."""
    fields.setdefault("kind", "accepted")
    return Reading.objects.create(
        register=world.register, period=read_on.replace(day=1), read_on=read_on, value=Decimal(value), **fields
    )


def refused(world: World, value: str = "1234.5", **more: Any) -> str:
    """The code of the refusal of a submission."""
    with pytest.raises(SubmissionRefused) as refusal:
        world.submit(value, **more)
    return refusal.value.code


def test_the_previous_value_is_the_newest_of_the_operators_and_ones_own_of_earlier_periods(world: World) -> None:
    known(world, date(2025, 11, 30), "1205")
    known(world, date(2025, 12, 31), "1210", kind="customer", state="accepted")
    world.submit("1234.5", **SURE)
    reading = Reading.objects.get(period=JANUARY, kind="customer")
    assert (reading.previous_value, reading.previous_on) == (Decimal(1210), date(2025, 12, 31))
    assert reading.volume == Decimal(4900)
    assert reading.steps == []


def test_a_control_reading_inside_the_period_divides_the_volume_at_its_multiplier(world: World) -> None:
    known(world, date(2025, 12, 31), "1210", kind="customer", state="accepted")
    known(world, date(2026, 1, 15), "1220", kind="control")
    MeterRatio.objects.create(meter=world.register.meter, valid_from=date(2026, 1, 16), multiplier=Decimal(300))
    world.submit("1234.5", **SURE)
    reading = Reading.objects.get(period=JANUARY, kind="customer")
    assert (reading.previous_value, reading.multiplier) == (Decimal(1210), Decimal(300))
    assert reading.volume == 10 * 200 + Decimal("14.5") * 300
    assert [step["read_on"] for step in reading.steps] == ["2026-01-15", "2026-01-31"]


def test_the_value_that_the_branch_accepted_counts_before_the_one_that_was_sent(world: World) -> None:
    known(world, date(2025, 12, 31), "1210", kind="customer", state="accepted", accepted_value=Decimal("1211"))
    world.submit("1234.5", **SURE)
    assert Reading.objects.get(period=JANUARY).previous_value == Decimal(1211)


@pytest.mark.parametrize("kinds", [("accepted", "control"), ("control", "accepted")])
@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 1, 15)])
def test_of_two_readings_of_the_operator_on_one_day_the_one_that_billing_accepted_counts(
    world: World, kinds: tuple[str, str], day: date
) -> None:
    values = {"accepted": Decimal(1210), "control": Decimal(1220)}
    for kind in kinds:
        Reading.objects.create(
            register=world.register, kind=kind, period=day.replace(day=1), read_on=day, value=values[kind]
        )
    world.submit("1230", **SURE)
    reading = Reading.objects.get(kind="customer")
    counted = reading.previous_value if day < JANUARY else Decimal(reading.steps[-1]["previous"])
    assert counted == Decimal(1210)


def test_rejected_withdrawn_and_superseded_readings_are_never_counted_from(world: World) -> None:
    known(world, date(2025, 12, 29), "1229", kind="customer", is_current=False)
    known(world, date(2025, 12, 30), "1230", kind="customer", state="rejected", version=2)
    known(world, date(2025, 12, 31), "1231", withdrawn=True)
    world.submit("1234.5")
    assert Reading.objects.get(period=JANUARY).previous_value == Decimal(1200)


def test_a_correction_is_counted_from_the_same_previous_value(world: World) -> None:
    world.submit("1234.5")
    world.submit("1240")
    current = Reading.objects.get(is_current=True)
    assert (current.version, current.previous_value, current.volume) == (2, Decimal(1200), Decimal(8000))
    assert Reading.objects.count() == 2


def test_sending_the_same_again_is_no_new_version(world: World) -> None:
    world.submit("1234.5")
    assert refused(world) == "unchanged"
    assert Reading.objects.count() == 1


def test_a_token_with_other_data_is_refused(world: World) -> None:
    token = uuid4()
    first = world.submit("1234.5", token=token)
    assert world.submit("1234.5", token=token) == first
    assert refused(world, "1240", token=token) == "token_reused"


def test_the_multiplier_is_the_one_valid_on_the_day_of_the_reading(world: World) -> None:
    MeterRatio.objects.create(meter=world.register.meter, valid_from=date(2026, 1, 30), multiplier=Decimal(300))
    MeterRatio.objects.create(meter=world.register.meter, valid_from=date(2026, 2, 1), multiplier=Decimal(500))
    assert refused(world) == "not_confirmed"
    world.submit("1234.5", **SURE)
    assert Reading.objects.get().multiplier == Decimal(300)


def test_a_removed_meter_is_not_asked_for(world: World) -> None:
    Meter.objects.filter(pk=world.register.meter_id).update(removed_on=date(2026, 1, 20))
    assert refused(world) == "inactive_register"


def test_a_closed_window_takes_nothing_and_names_the_next_one(
    client: Client, world: World, settlement_day: time_machine.Traveller, settings: Any
) -> None:
    settings.WAGTAIL_CABINET = {"LATE_READINGS": "refuse"}
    settlement_day.move_to("2026-02-10T10:00:00+02:00")
    client.force_login(world.owner)
    shown = text_of(client.get(WINDOW))
    assert "Період приймання показів закрито" in shown
    assert "від 26.02.2026 до 03.03.2026" in shown
    assert "Зберегти" not in text_of(client.get(world.url))
    client.post(world.url, world.typed("1234,5"))
    assert refused(world) == "window_closed"
    assert not Reading.objects.exists()


def test_a_late_reading_is_taken_with_its_flag_and_cannot_be_corrected(
    client: Client, world: World, settlement_day: time_machine.Traveller
) -> None:
    settlement_day.move_to("2026-02-10T10:00:00+02:00")
    world.submit("1234.5", read_on=date(2026, 2, 9))
    assert Reading.objects.get().is_late
    assert refused(world, "1240", read_on=date(2026, 2, 10)) == "correction_closed"
    client.force_login(world.owner)
    assert "із запізненням" in text_of(client.get(WINDOW))


def test_a_late_reading_is_refused_once_billing_has_the_period(
    world: World, settlement_day: time_machine.Traveller
) -> None:
    other = factories.make_register(world.point.account, "ТУ-2")
    Reading.objects.create(
        register=other, kind="customer", period=JANUARY, read_on=LAST_DAY, value=Decimal(1), state=ReadingState.EXPORTED
    )
    settlement_day.move_to("2026-02-10T10:00:00+02:00")
    assert refused(world) == "window_closed"


def test_a_reading_that_billing_has_cannot_be_corrected_but_a_rejected_one_can(world: World) -> None:
    world.submit("1234.5")
    Reading.objects.update(state=ReadingState.EXPORTED)
    assert refused(world, "1240") == "already_passed"
    Reading.objects.update(state=ReadingState.REJECTED)
    world.submit("1234.5")
    assert Reading.objects.get(is_current=True).version == 2


def test_staff_reopen_a_window_for_corrections(world: World, settlement_day: time_machine.Traveller) -> None:
    world.submit("1234.5")
    settlement_day.move_to("2026-02-10T10:00:00+02:00")
    account = world.point.account
    stranger = factories.make_operator("operator.tro@example.com", factories.make_branch("TRO"))
    operator = factories.make_operator("operator.vin@example.com", account.branch)
    given = {"account": account, "period": JANUARY, "open_until": date(2026, 2, 11), "reason": "Лист споживача"}
    with pytest.raises(SubmissionRefused):
        reopen_window(by=stranger, **given)
    reopen_window(by=operator, **given)
    world.submit("1240", read_on=date(2026, 2, 10))
    assert Reading.objects.get(is_current=True).version == 2


@pytest.mark.parametrize(
    ("moment", "period"),
    [
        # 23:59:59 of 3 February in Kyiv is the last second of January's window.
        ("2026-02-03T21:59:59+00:00", JANUARY),
        ("2026-03-31T20:59:59+00:00", date(2026, 3, 1)),
        # The night when the clocks go forward, and the one when they go back.
        ("2026-03-29T00:30:00+00:00", date(2026, 3, 1)),
        ("2026-10-29T22:00:00+00:00", date(2026, 10, 1)),
    ],
)
def test_windows_are_counted_in_kyiv_days(
    world: World, settlement_day: time_machine.Traveller, moment: str, period: date
) -> None:
    from cabinet_pages.clock import kyiv_today

    settlement_day.move_to(moment)
    world.submit("1234.5", period=period, read_on=kyiv_today())
    assert not Reading.objects.get().is_late


def test_one_second_later_the_window_of_january_is_over(
    world: World, settlement_day: time_machine.Traveller, settings: Any
) -> None:
    settings.WAGTAIL_CABINET = {"LATE_READINGS": "refuse"}
    settlement_day.move_to("2026-02-03T22:00:00+00:00")
    assert refused(world) == "window_closed"


# --- races ---


def at_once(jobs: list[Any]) -> list[Any]:
    """Run all jobs in threads that start together; return what each gave or raised."""
    results: list[Any] = [None] * len(jobs)
    gate = threading.Barrier(len(jobs))

    def work(index: int) -> None:
        try:
            gate.wait()
            results[index] = jobs[index]()
        except SubmissionRefused as refusal:
            results[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_one_click_that_arrives_many_times_at_once_stores_one_reading() -> None:
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        for _ in range(scaled(2, 20)):
            Reading.objects.all().delete()
            ReadingSubmission.objects.all().delete()
            token = uuid4()
            scope = world.scope
            made = at_once([lambda: world.submit("1234.5", token=token, scope=scope)] * scaled(6, 50))  # noqa: B023
            assert len({one.pk for one in made}) == 1
            assert Reading.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_different_submissions_at_once_leave_one_current_version_and_lose_none() -> None:
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        scope = world.scope
        for _ in range(scaled(2, 20)):
            Reading.objects.all().delete()
            ReadingSubmission.objects.all().delete()
            people = scaled(6, 50)

            def job(number: int, token: UUID) -> Any:
                return lambda: world.submit(str(1201 + number), token=token, scope=scope)

            made = at_once([job(number, uuid4()) for number in range(people)])
            assert all(isinstance(one, ReadingSubmission) for one in made)
            assert sorted(Reading.objects.values_list("version", flat=True)) == list(range(1, people + 1))
            assert Reading.objects.get(is_current=True).version == people
