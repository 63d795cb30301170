"""The pages of volumes: pictures with their tables, all points at once, and whose they are."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cabinet_pages.metering.models import PointRole, ReadBy
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState
from cabinet_pages.readings.rules import shift_period
from tests import factories
from tests.cabinet_pages.readings.history.builders import add_month
from tests.cabinet_pages.readings.world import NUMBER, WINDOW, World, make_world
from tests.support.databases import gather_statistics

JANUARY = date(2026, 1, 1)
DECEMBER = date(2025, 12, 1)
QUERY_BUDGET = 15


@pytest.fixture(autouse=True)
def end_of_january(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-01-31T10:00:00+02:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def world() -> World:
    factories.make_site()
    return make_world()


@pytest.fixture
def owner(world: World) -> Client:
    client = Client()
    client.force_login(world.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode().replace("\u00a0", " "))


def point_page(world: World) -> str:
    return f"{WINDOW}points/{world.point.pk}/history/"


def lists_of(owner: Client, **asked: str) -> Any:
    response = owner.get(f"{WINDOW}overview/", asked)
    assert response.status_code == 200
    return response.context


# --- a point --------------------------------------------------------------------------------------------------------


def test_every_month_of_two_years_is_named_and_a_missing_one_says_so(world: World, owner: Client) -> None:
    add_month(world.register, JANUARY, "100")
    response = owner.get(point_page(world))
    text = text_of(response)
    months = response.context["histories"][0].months
    assert [one.period for one in months] == [shift_period(JANUARY, -back) for back in range(24)]
    assert text.count('<td colspan="5">немає даних</td>') == 23
    assert "лютий 2024" in text
    assert "січень 2024" not in text


def test_the_month_that_is_not_settled_yet_waits_until_something_is_read(world: World, owner: Client) -> None:
    add_month(world.register, DECEMBER, "100")
    response = owner.get(point_page(world))
    assert response.context["histories"][0].months[0].period == DECEMBER
    assert response.context["pictures"][0].rows[0].volume.period == DECEMBER


def test_an_accepted_volume_stands_beside_the_computed_one_and_a_difference_is_flagged(
    world: World, owner: Client
) -> None:
    add_month(world.register, JANUARY, "6900", accepted="6800", state=ReadingState.ACCEPTED)
    add_month(world.register, DECEMBER, "50", accepted="50", state=ReadingState.ACCEPTED)
    response = owner.get(point_page(world))
    text = text_of(response)
    newest, before = response.context["histories"][0].months[:2]
    assert (newest.volume, newest.difference, newest.is_accepted) == (Decimal(6800), Decimal(-100), True)
    assert before.difference == 0
    # Beside the reading and in the table of the picture, each for the one month that differs.
    assert text.count("відрізняється на −100") == 2
    assert [row.source for row in response.context["pictures"][0].rows[:3]] == ["прийнятий", "прийнятий", "немає даних"]


def test_a_rejected_reading_gives_no_volume_but_its_reason_is_shown(world: World, owner: Client) -> None:
    add_month(world.register, JANUARY, "100", state=ReadingState.REJECTED, state_reason="нечитабельне фото")
    response = owner.get(point_page(world))
    month = response.context["histories"][0].months[0]
    assert (month.volume, month.main.reading.state) == (None, ReadingState.REJECTED)
    assert "нечитабельне фото" in text_of(response)


def test_versions_and_control_readings_of_a_month_are_named(world: World, owner: Client) -> None:
    add_month(world.register, JANUARY, "100", value="1300", is_current=False)
    add_month(world.register, JANUARY, "90", value="1290", version=2)
    add_month(world.register, JANUARY, value="1250", kind=ReadingKind.CONTROL, read_on=date(2026, 1, 15))
    response = owner.get(point_page(world))
    month = response.context["histories"][0].months[0]
    assert (month.versions, month.main.reading.version, month.volume) == (2, 2, Decimal(90))
    text = text_of(response)
    assert "версія 2 з 2" in text
    assert "15.01.2026: 1 250" in text


def test_zones_are_stacked_and_a_register_can_be_looked_at_alone(world: World, owner: Client) -> None:
    night = factories.make_register(world.scope.account, "ТУ-1", zone=2, serial="S-ТУ-1")
    world.register.zone = 1
    world.register.save()
    add_month(world.register, JANUARY, "70")
    add_month(night, JANUARY, "30")
    whole = owner.get(point_page(world)).context["pictures"][0]
    assert [zone for zone, _name in whole.zones] == [1, 2]
    assert whole.rows[0].volume.total == 100
    alone = owner.get(point_page(world), {"register": night.pk}).context["pictures"][0]
    assert ([zone for zone, _name in alone.zones], alone.rows[0].volume.total) == ([2], Decimal(30))


def test_a_register_of_another_point_is_absent(world: World, owner: Client) -> None:
    other = factories.make_register(world.scope.account, "ТУ-2")
    for asked in (other.pk, 10**9, "x"):
        assert owner.get(point_page(world), {"register": asked}).status_code == 404


def test_the_reactive_share_is_shown_by_month(world: World, owner: Client) -> None:
    reactive = factories.make_register(world.scope.account, channel="R+")
    for back, (active, consumed) in enumerate((("800", "280"), ("0", "5"), (None, "7"))):
        period = shift_period(JANUARY, -back)
        if active is not None:
            add_month(world.register, period, active)
        add_month(reactive, period, consumed)
    response = owner.get(point_page(world))
    rows = response.context["reactive"]
    assert [(row.tangent, row.share) for row in rows[:4]] == [
        (Decimal("0.35"), Decimal("35.0")),
        (None, None),
        (None, None),
        (None, None),
    ]
    assert "<strong>0,35</strong>" in text_of(response)


def test_the_share_of_a_month_that_is_not_whole_is_not_told(world: World, owner: Client) -> None:
    reactive = factories.make_register(world.scope.account, channel="R+")
    factories.make_register(world.scope.account, zone=2)
    add_month(world.register, JANUARY, "800")
    add_month(reactive, JANUARY, "280")
    assert owner.get(point_page(world)).context["reactive"][0].tangent is None


# --- a site and the account -------------------------------------------------------------------------------------------


def test_the_account_and_its_sites_have_pictures(world: World, owner: Client) -> None:
    first = factories.make_register(world.scope.account, "ТУ-2", point={"site": "Завод & склад"})
    second = factories.make_register(
        world.scope.account, "ТУ-3", point={"site": "Завод & склад", "role": PointRole.SUBCONSUMER}
    )
    add_month(world.register, JANUARY, "1000")
    add_month(first, JANUARY, "500")
    add_month(second, JANUARY, "200")
    whole = owner.get(f"{WINDOW}history/")
    assert whole.context["pictures"][0].rows[0].volume.total == 1300
    assert [(row.place["site"], row.now) for row in whole.context["site_rows"]] == [("Завод & склад", Decimal(300))]
    assert f"?site={'%D0%97%D0%B0%D0%B2%D0%BE%D0%B4%20%26%20%D1%81%D0%BA%D0%BB%D0%B0%D0%B4'}" in text_of(whole)
    site = owner.get(f"{WINDOW}history/", {"site": "Завод & склад"})
    assert site.context["pictures"][0].rows[0].volume.total == 300


def test_a_site_of_nobody_or_of_another_account_is_absent(world: World, owner: Client) -> None:
    factories.make_register(factories.make_account("80-2"), point={"site": "Чужий"})
    for site in ("Чужий", "немає"):
        assert owner.get(f"{WINDOW}history/", {"site": site}).status_code == 404


def test_subconsumers_that_took_more_than_was_measured_are_told_and_not_drawn(world: World, owner: Client) -> None:
    other = factories.make_register(world.scope.account, "ТУ-2", point={"role": PointRole.SUBCONSUMER})
    add_month(world.register, JANUARY, "100")
    add_month(other, JANUARY, "250")
    response = owner.get(f"{WINDOW}history/")
    picture = response.context["pictures"][0]
    assert picture.rows[0].volume.total == -150
    assert picture.has_below
    assert not picture.charts[0][1].boxes
    assert "−150" in text_of(response)


# --- all points at once --------------------------------------------------------------------------------


def test_movers_are_ordered_by_the_size_of_their_change(world: World, owner: Client) -> None:
    account = world.scope.account
    add_month(world.register, DECEMBER, "100")
    add_month(world.register, JANUARY, "150", accepted="160")
    falling = factories.make_register(account, "ТУ-2")
    add_month(falling, DECEMBER, "5000")
    add_month(falling, JANUARY, "4000")
    add_month(falling, shift_period(JANUARY, -12), "4010")
    new = factories.make_register(account, "ТУ-3")
    add_month(new, JANUARY, "9999")
    context = lists_of(owner)
    rows = context["rows"]
    assert [(row.place["name"], row.change, row.change_percent) for row in rows] == [
        ("Точка ТУ-2", Decimal(-1000), Decimal("-20.0")),
        ("Точка ТУ-1", Decimal(60), Decimal("60.0")),
    ]
    assert [row.is_computed for row in rows] == [True, False]
    by_percent = lists_of(owner, order="month_percent")["rows"]
    assert [row.place["name"] for row in by_percent] == ["Точка ТУ-1", "Точка ТУ-2"]
    by_year = lists_of(owner, order="year")["rows"]
    assert [(row.place["name"], row.year_change) for row in by_year] == [("Точка ТУ-2", Decimal(-10))]


def test_flat_lines_zero_months_and_missing_readings_are_found(world: World, owner: Client) -> None:
    account = world.scope.account
    for back in range(3):
        add_month(world.register, shift_period(JANUARY, -back), "0", value="1200")
    moving = factories.make_register(account, "ТУ-2")
    for back in range(3):
        add_month(moving, shift_period(JANUARY, -back), "10", value=str(1200 - back))
    gap = factories.make_register(account, "ТУ-3", point={"read_by": ReadBy.REMOTE})
    add_month(gap, shift_period(JANUARY, -2), "5", value="7")
    add_month(gap, DECEMBER, "0", value="7")
    closed = {"closed_on": date(2025, 12, 31)}
    factories.make_register(account, "ТУ-4", point=closed)
    assert [row["name"] for row in lists_of(owner, show="flat")["rows"]] == ["Точка ТУ-1"]
    assert lists_of(owner, show="flat", months="6")["rows"] == []
    assert [row.place["name"] for row in lists_of(owner, show="zero")["rows"]] == ["Точка ТУ-1"]
    unread = lists_of(owner, show="unread")
    assert [(one.name, one.last_on) for one in unread["rows"]] == [("Точка ТУ-3", date(2025, 12, 31))]
    assert [one["count"] for one in unread["lists"]] == [2, 1, 1, 1, 0]


def test_the_overview_tells_the_reactive_share_of_every_point(world: World, owner: Client) -> None:
    account = world.scope.account
    for code, active, reactive in (("ТУ-1", "100", "35"), ("ТУ-2", "100", "90"), ("ТУ-3", "0", "1")):
        register = world.register if code == "ТУ-1" else factories.make_register(account, code)
        add_month(register, JANUARY, active)
        add_month(factories.make_register(account, code, channel="R+"), JANUARY, reactive)
    rows = lists_of(owner, show="reactive")["rows"]
    assert [(row.place["name"], row.tangent) for row in rows] == [
        ("Точка ТУ-2", Decimal("0.90")),
        ("Точка ТУ-1", Decimal("0.35")),
        ("Точка ТУ-3", None),
    ]


def test_a_month_may_be_chosen_and_nonsense_leads_to_the_newest(world: World, owner: Client) -> None:
    add_month(world.register, DECEMBER, "100")
    assert lists_of(owner)["period"] == DECEMBER
    assert lists_of(owner, period="2025-06")["period"] == date(2025, 6, 1)
    for nonsense in ("2031-01", "x", "2025-6"):
        assert lists_of(owner, period=nonsense, show="x", order="x", months="x", page="x")["period"] == DECEMBER


# --- cost and right -------------------------------------------------------------------------------------------------


def addresses(world: World) -> list[str]:
    lists = [f"{WINDOW}overview/?show={name}" for name in ("movers", "flat", "zero", "unread", "reactive")]
    return [*lists, f"{WINDOW}history/", f"{WINDOW}history/?site=Завод", point_page(world)]


def test_a_page_takes_as_many_queries_with_three_points_as_with_five_hundred(world: World, owner: Client) -> None:
    account = world.scope.account

    def add_points(first: int, last: int) -> None:
        for index in range(first, last):
            register = factories.make_register(account, f"П-{index}", point={"site": "Завод"})
            reactive = factories.make_register(account, f"П-{index}", channel="R+")
            Reading.objects.bulk_create(
                Reading(
                    register=one,
                    period=shift_period(JANUARY, -back),
                    read_on=shift_period(JANUARY, -back).replace(day=28),
                    value=Decimal(100),
                    volume=Decimal((index - 1) % 7),
                )
                for one in (register, reactive)
                for back in (*range(0 if index % 5 else 1, 3), 12)
            )

    def measured() -> dict[str, int]:
        found = {}
        for address in addresses(world):
            assert owner.get(address).status_code == 200
            with CaptureQueriesContext(connection) as queries:
                owner.get(address)
            found[address] = len(queries)
        return found

    add_points(0, 3)
    few = measured()
    add_points(3, 500)
    gather_statistics()
    assert measured() == few
    assert max(few.values()) <= QUERY_BUDGET, few


def test_nothing_of_an_earlier_owner_is_shown_anywhere(world: World, owner: Client) -> None:
    account = world.scope.account
    add_month(world.register, DECEMBER, "777777", accepted="777777", value="5555")
    add_month(
        world.register,
        JANUARY,
        "123",
        value="6666",
        previous_value=Decimal(5555),
        previous_on=date(2025, 12, 31),
        multiplier=Decimal(200),
    )
    account.owned_since = date(2026, 1, 10)
    account.save()
    for address in [*addresses(world)[:-2], point_page(world)]:
        text = text_of(owner.get(address))
        assert "777 777" not in text
        assert "5 555" not in text
    page = owner.get(point_page(world))
    assert [one.period for one in page.context["histories"][0].months] == [JANUARY]
    assert [one.volume.period for one in page.context["pictures"][0].rows] == [JANUARY]
    assert "6 666" in text_of(page)
    assert [one["count"] for one in lists_of(owner)["lists"]] == [0, 0, 0, 0, 0]
    for suffix in ("", "xlsx/"):
        asked = owner.get(f"{WINDOW}history/{suffix}", {"from_month": "2025-12", "to_month": "2026-01"})
        assert asked.status_code == (422 if suffix else 200)


def test_a_stranger_finds_neither_the_pages_nor_the_files(world: World) -> None:
    client = Client()
    client.force_login(world.stranger, backend="allauth.account.auth_backends.AuthenticationBackend")
    for address in [*addresses(world), f"{WINDOW}history/csv/", f"{WINDOW}history/xlsx/"]:
        assert client.get(address).status_code == 404
        assert client.get(address.replace(NUMBER, "80-none")).status_code == 404


def test_the_picture_needs_no_inline_style_or_script_and_says_its_numbers_in_a_table(
    world: World, owner: Client
) -> None:
    add_month(world.register, JANUARY, "1234.5")
    body = owner.get(point_page(world)).content.decode()
    drawn = body[body.index("<figure") : body.index("</section>", body.index("<figure"))]
    assert "style=" not in drawn
    assert "<script" not in drawn
    assert drawn.count('role="img"') == 2
    assert re.findall(r'aria-labelledby="([^"]+)"', drawn)
    for reference in re.findall(r'aria-labelledby="([^"]+)"', drawn):
        for one in reference.split():
            assert f'id="{one}"' in body
    for reference in re.findall(r"url\(#([^)]+)\)", drawn):
        assert f'id="{reference}"' in body
    # Attributes are numbers of SVG, whatever the reader's language writes for a decimal mark.
    assert not re.search(r'\b(?:x|y|x1|x2|y1|y2|width|height)="[^"]*,', drawn)
    assert "1\u00a0234,5" in drawn
