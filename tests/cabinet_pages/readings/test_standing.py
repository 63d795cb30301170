"""What the entry form and the sheet say of readings that were sent before."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from cabinet_pages.metering.models import Meter
from cabinet_pages.readings.models import Reading, ReadingState
from tests import factories
from tests.cabinet_pages.readings.sheet.world import SHEET, row_of
from tests.cabinet_pages.readings.test_entry import text_of
from tests.cabinet_pages.readings.world import WINDOW, World

BUTTON = 'name="step" value="calculate"'


@pytest.fixture
def owner(client: Client, world: World) -> Client:
    client.force_login(world.owner)
    return client


def test_readings_that_billing_has_are_said_to_stand_and_offer_no_button(owner: Client, world: World) -> None:
    world.submit("1234.5")
    assert "Нові значення замінять їх як виправлення" in text_of(owner.get(world.url))
    Reading.objects.update(state=ReadingState.EXPORTED)
    page = owner.get(world.url)
    assert "передано до розрахунку, тож виправити їх тут уже не можна" in text_of(page)
    assert "Нові значення замінять" not in text_of(page)
    assert BUTTON not in page.content.decode()


def test_the_list_of_points_offers_no_correction_of_what_billing_has(owner: Client, world: World) -> None:
    points = f"{WINDOW}points/"
    world.submit("1234.5")
    assert "Виправити" in text_of(owner.get(points))
    Reading.objects.update(state=ReadingState.EXPORTED)
    shown = text_of(owner.get(points))
    assert "Виправити" not in shown
    assert "передано до розрахунку" in shown


def test_of_readings_that_billing_has_in_part_the_others_can_be_sent(owner: Client, world: World) -> None:
    world.submit("1234.5")
    Reading.objects.update(state=ReadingState.ACCEPTED)
    factories.make_register(world.point.account, channel="R+")
    page = owner.get(world.url)
    assert "решту можна подати" in text_of(page)
    assert BUTTON in page.content.decode()


def test_a_rejected_reading_comes_back_with_its_reason(owner: Client, world: World) -> None:
    world.submit("1234.5")
    Reading.objects.update(state=ReadingState.REJECTED, state_reason="Менше за контрольний показ.")
    shown = text_of(owner.get(world.url))
    assert "Покази за січень 2026 відхилено" in shown
    assert "Причина: Менше за контрольний показ. Звірте лічильник і подайте правильні покази." in shown
    assert "причина відхилення: Менше за контрольний показ." in row_of(owner.get(SHEET), world.register.pk)
    world.submit("1240")
    assert "відхилено" not in text_of(owner.get(world.url))
    assert "відхилення" not in row_of(owner.get(SHEET), world.register.pk)


def test_after_the_window_what_was_sent_in_time_stands(
    owner: Client, world: World, settlement_day: time_machine.Traveller
) -> None:
    world.submit("1234.5")
    settlement_day.move_to("2026-02-10T10:00:00+02:00")
    page = owner.get(world.url)
    assert "Період приймання закрито, тож виправити їх уже не можна" in text_of(page)
    assert BUTTON not in page.content.decode()


def test_a_difference_between_the_accepted_and_the_sent_volume_is_said_in_words(owner: Client, world: World) -> None:
    submission = world.submit("1234.5")
    Reading.objects.update(state=ReadingState.ACCEPTED, accepted_volume=Decimal(6900))
    pages = (WINDOW, f"{WINDOW}receipts/{submission.uuid}/")
    for page in pages:
        assert "прийнято: 6 900 кВт·год" in text_of(owner.get(page)).replace("\u00a0", " ")
        assert "відрізняється" not in text_of(owner.get(page))
    Reading.objects.update(accepted_volume=Decimal(6944))
    for page in pages:
        assert "прийнято: 6 944 кВт·год, відрізняється на +44" in text_of(owner.get(page)).replace("\u00a0", " ")


def test_a_point_sent_after_the_window_closed_is_said_to_be_not_taken(
    owner: Client, world: World, settlement_day: time_machine.Traveller, settings: Any
) -> None:
    settings.WAGTAIL_CABINET = {"LATE_READINGS": "refuse"}
    settlement_day.move_to("2026-02-10T10:00:00+02:00")
    page = owner.post(world.url, {**world.typed("1234,5"), "step": "submit", "token": str(uuid4()), "shown": "x"})
    assert "Покази не подано" in text_of(page)
    assert "Період приймання закрився до того, як їх збережено." in text_of(page)
    assert "Покази не подано" not in text_of(owner.get(world.url))


def test_the_form_of_a_point_flags_an_overdue_verification_and_takes_the_reading(owner: Client, world: World) -> None:
    assert "повірку прострочено" not in text_of(owner.get(world.url))
    Meter.objects.update(next_verification_on=date(2026, 1, 30))
    page = owner.get(world.url)
    assert "повірку прострочено" in text_of(page)
    assert BUTTON in page.content.decode()


def test_points_of_the_sheet_stand_in_the_order_of_their_numbers(owner: Client, world: World) -> None:
    account = world.point.account
    for number in (10, 2, 1):
        factories.make_register(account, f"ТУ-М{number}", point={"name": f"Магазин № {number}"})
    shown = text_of(owner.get(SHEET))
    places = [shown.index(f"Магазин № {number} ") for number in (1, 2, 10)]
    assert places == sorted(places)
