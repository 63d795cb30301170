"""The two «Зберегти»: choose a point, type, see the volumes, confirm."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from wagtail.models import ModelLogEntry

from cabinet_pages.metering.models import Meter, MeteringPoint, MeterRatio, ReadBy
from cabinet_pages.readings.models import Reading, ReadingSubmission
from tests import factories
from tests.cabinet_pages.readings.world import WINDOW, World, second_save


def text_of(response: Any) -> str:
    """What a reader sees: the page without tags, white space as single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def owner(client: Client, world: World) -> Client:
    client.force_login(world.owner)
    return client


def test_the_window_leads_by_the_words_of_the_manual_to_the_point_and_the_form(owner: Client, world: World) -> None:
    window = text_of(owner.get(WINDOW))
    assert "Введення показів лічильника" in window
    assert "Внести покази" in window
    assert "Приймаються покази за січень 2026" in window
    points = owner.get(f"{WINDOW}points/")
    assert "Оберіть точку обліку" in text_of(points)
    assert world.url in points.content.decode()
    form = text_of(owner.get(world.url))
    assert "Дата зняття" in form
    assert "Зберегти" in form


def test_the_date_defaults_to_today_inside_the_window(owner: Client, world: World) -> None:
    content = owner.get(world.url).content.decode()
    assert 'value="2026-01-31"' in content
    assert 'min="2026-01-29"' in content


def test_the_first_save_shows_the_volume_with_its_steps_and_stores_nothing(owner: Client, world: World) -> None:
    shown = text_of(owner.post(world.url, world.typed("1 234,5")))
    assert "Попередній розрахунок" in shown
    assert "(1\u00a0234,5 − 1\u00a0200) × 200 = 6\u00a0900 кВт·год".replace("\u00a0", " ") in shown
    assert "Зберегти" in shown
    assert not Reading.objects.exists()
    assert not ReadingSubmission.objects.exists()


def test_the_second_save_stores_the_reading_with_its_volume_and_shows_it(owner: Client, world: World) -> None:
    response = second_save(owner, world, world.typed("1234,5"))
    assert response.status_code == 302
    reading = Reading.objects.get()
    assert (reading.value, reading.previous_value, reading.volume) == (Decimal("1234.5"), Decimal(1200), Decimal(6900))
    assert reading.submission is not None
    assert reading.submission.user == world.owner
    receipt = text_of(owner.get(response["Location"]))
    assert "Квитанція про подання показів" in receipt
    assert "6 900 кВт·год" in receipt
    assert "подано Виправити" in text_of(owner.get(f"{WINDOW}points/"))
    assert ModelLogEntry.objects.filter(action="cabinet.readings.submit", user=world.owner).count() == 1


def test_a_rollover_is_confirmed_with_a_reason_and_counts_on(owner: Client, world: World) -> None:
    register = world.register
    register.digits = 4
    register.initial_value = Decimal(9998)
    register.save()
    register.meter.ratios.update(multiplier=Decimal(1))
    refused = second_save(owner, world, world.typed("12"))
    assert refused.status_code == 200
    assert not Reading.objects.exists()
    answers = {f"explanation_{register.pk}": "rollover", "reason": "Шкала скінчилася", "confirmed": "on"}
    assert second_save(owner, world, world.typed("12"), **answers).status_code == 302
    reading = Reading.objects.get()
    assert (reading.volume, reading.rolled_over, reading.remark) == (Decimal(14), True, "Шкала скінчилася")
    assert [one["code"] for one in reading.warnings] == ["less_than_previous"]


def test_a_replaced_meter_is_stored_without_a_volume(owner: Client, world: World) -> None:
    answers = {f"explanation_{world.register.pk}": "replaced", "reason": "Замінено 12-го", "confirmed": "on"}
    assert second_save(owner, world, world.typed("3"), **answers).status_code == 302
    reading = Reading.objects.get()
    assert reading.volume is None
    assert "лічильник замінено" in text_of(owner.get(WINDOW))


def test_a_repeated_click_stores_one_reading_and_shows_the_same_page(owner: Client, world: World) -> None:
    shown = owner.post(world.url, world.typed("1234,5")).context["form"]
    data = {
        **world.typed("1234,5"),
        "step": "submit",
        "token": str(shown["token"].value()),
        "shown": shown["shown"].value(),
    }
    first, second = owner.post(world.url, data), owner.post(world.url, data)
    assert first["Location"] == second["Location"]
    assert Reading.objects.count() == 1


def test_a_repeated_click_after_the_window_has_closed_still_shows_the_same_page(
    owner: Client, world: World, settlement_day: Any
) -> None:
    shown = owner.post(world.url, world.typed("1234,5")).context["form"]
    data = {
        **world.typed("1234,5"),
        "step": "submit",
        "token": str(shown["token"].value()),
        "shown": shown["shown"].value(),
    }
    first = owner.post(world.url, data)
    settlement_day.move_to("2026-02-10T10:00:00+02:00")
    assert owner.post(world.url, data)["Location"] == first["Location"]


def test_going_back_and_typing_something_else_makes_a_second_version(owner: Client, world: World) -> None:
    second_save(owner, world, world.typed("1234,5"))
    assert second_save(owner, world, world.typed("1235")).status_code == 302
    versions = Reading.objects.order_by("version").values_list("version", "is_current", "value")
    assert list(versions) == [(1, False, Decimal("1234.5")), (2, True, Decimal(1235))]
    assert "виправлено" in text_of(owner.get(f"{world.url}history/"))


def test_a_calculation_other_than_the_one_shown_is_shown_again_and_not_stored(owner: Client, world: World) -> None:
    shown = owner.post(world.url, world.typed("1234,5")).context["form"]
    world.register.meter.ratios.update(multiplier=Decimal(300))
    data = {
        **world.typed("1234,5"),
        "step": "submit",
        "token": str(shown["token"].value()),
        "shown": shown["shown"].value(),
    }
    response = owner.post(world.url, data)
    assert "Тим часом дані змінилися" in text_of(response)
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("abc", "Введіть число"),
        ("1234,5678", "більше 3 цифри після коми"),
        ("-5", "невід"),
        ("1234567", "щонайбільше 6 цифр"),
        ("", "принаймні один показ"),
    ],
)
def test_a_bad_value_is_named_beside_its_field(owner: Client, world: World, value: str, message: str) -> None:
    assert message in text_of(owner.post(world.url, world.typed(value)))
    assert not Reading.objects.exists()


def test_every_bad_value_is_named_at_once(owner: Client, world: World) -> None:
    second = factories.make_register(world.point.account, channel="R+", digits=4)
    shown = text_of(owner.post(world.url, world.typed("abc", **{f"value_{second.pk}": "10000"})))
    assert "Введіть число" in shown
    assert "щонайбільше 4 цифр" in shown


@pytest.mark.parametrize(
    ("read_on", "message"),
    [
        ("2026-02-01", "не може бути в майбутньому"),
        ("2026-01-28", "має бути від 29.01.2026 до 31.01.2026"),
        ("31.02.2026", "Такої дати немає"),
        ("", "дату"),
    ],
)
def test_a_bad_date_is_named_beside_its_field(owner: Client, world: World, read_on: str, message: str) -> None:
    assert message in text_of(owner.post(world.url, world.typed("1234,5", read_on=read_on)))


def test_a_meter_without_a_day_of_installation_stands_first_on_either_database(owner: Client, world: World) -> None:
    Meter.objects.update(installed_on=None)
    known = factories.make_register(
        world.point.account, world.point.code, serial="A-1", meter={"installed_on": date(2025, 12, 1)}
    )
    rows = owner.get(world.url).context["rows"]
    assert [row.entry.register for row in rows] == [world.register, known]


@pytest.mark.parametrize("read_on", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("installed_on", [None, date(2025, 12, 1)])
def test_a_day_at_the_end_of_the_calendar_is_a_bad_date_like_any_other(
    owner: Client, world: World, read_on: str, installed_on: date | None
) -> None:
    MeteringPoint.objects.update(permitted_power=Decimal(160))
    Meter.objects.update(installed_on=installed_on)
    MeterRatio.objects.all().delete()
    wrong = "не може бути в майбутньому" if read_on > "2026" else "має бути від 29.01.2026 до 31.01.2026"
    assert wrong in text_of(owner.post(world.url, world.typed("1234,5", read_on=read_on)))
    sheet = f"{WINDOW}sheet/"
    assert owner.post(sheet, world.typed("1234,5", read_on=read_on, step="draft")).status_code == 302
    assert wrong in text_of(owner.get(sheet)), "the draft is kept and can be corrected"


def test_zones_are_read_together_and_add_up(owner: Client, world: World) -> None:
    account = world.point.account
    zones = [
        factories.make_register(account, "ТУ-3", zone=zone, multiplier="1.5", initial_value=Decimal(0))
        for zone in (1, 2, 3)
    ]
    url = f"{WINDOW}points/{zones[0].meter.point_id}/"
    typed = {"period": "2026-01", "read_on": "2026-01-31", "step": "calculate"}
    typed |= {f"value_{one.pk}": value for one, value in zip(zones, ("100,3", "200,3", ""), strict=True)}
    assert "кожної зони" in text_of(owner.post(url, typed))
    typed[f"value_{zones[2].pk}"] = "300,3"
    shown = text_of(owner.post(url, typed))
    # 150,45 + 300,45 + 450,45 make 901,35, so 901; the one that is left goes to the first of equal fractions.
    assert "151 кВт·год" in shown
    assert "901 кВт·год" in shown


def test_a_point_read_remotely_is_shown_and_not_asked_for(owner: Client, world: World) -> None:
    remote = factories.make_register(world.point.account, "ТУ-9", point={"read_by": ReadBy.REMOTE}).meter.point
    listed = owner.get(f"{WINDOW}points/").content.decode()
    assert remote.name in listed
    assert f"points/{remote.pk}/?" not in listed
    assert "Подано точок обліку: 0 з 1" in text_of(owner.get(WINDOW))
    assert "знімає не споживач" in text_of(owner.get(f"{WINDOW}points/{remote.pk}/"))


def test_search_finds_points_in_any_letter_case_and_by_meter(owner: Client, world: World) -> None:
    factories.make_register(world.point.account, "ТУ-2", point={"name": "Насосна станція «Їжак»"}, serial="ЛЧ-777")
    assert [point.code for point in owner.get(f"{WINDOW}points/", {"q": "їЖАК"}).context["points"]] == ["ТУ-2"]
    assert [point.code for point in owner.get(f"{WINDOW}points/", {"q": "лч-777"}).context["points"]] == ["ТУ-2"]
    assert "Нічого не знайдено" in text_of(owner.get(f"{WINDOW}points/", {"q": "немає такої"}))


def test_the_list_can_be_narrowed_to_what_is_not_sent(owner: Client, world: World) -> None:
    factories.make_register(world.point.account, "ТУ-2")
    world.submit("1234.5")
    assert [one.code for one in owner.get(f"{WINDOW}points/", {"show": "missing"}).context["points"]] == ["ТУ-2"]
    assert MeteringPoint.objects.count() == 2
