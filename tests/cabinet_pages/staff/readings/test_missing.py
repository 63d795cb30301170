"""«Не подали»: whom to call, on the screen, on paper and as a file."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from cabinet_pages.access.models import Person
from cabinet_pages.readings.models import Reading
from tests import factories
from tests.cabinet_pages.staff.readings.conftest import DESK, Desk
from tests.cabinet_pages.staff.world import body_of

MISSING = f"{DESK}/missing/"


def test_a_row_has_the_address_the_phones_and_the_last_reading(desk: Desk) -> None:
    account = desk.world.point.account
    type(account).objects.filter(pk=account.pk).update(phone="0432 55-55-55")
    Person.objects.filter(user=desk.world.owner).update(phone="+380501112233")
    Reading.objects.create(
        register=desk.world.register, kind="accepted", period=date(2025, 12, 1), read_on=date(2025, 12, 31), value=1250
    )
    closed = factories.make_user("gone@example.com")
    Person.objects.filter(user=closed).update(phone="+380990000000")
    factories.grant(closed, account, closed_at="2026-01-01T00:00:00Z")
    for query in ("", "?print=1", "?export=csv"):
        text = body_of(desk.client.get(MISSING + query)).decode().replace("\u00a0", " ")
        for seen in (
            "80-431930",
            "Закарпатська",
            "0432 55-55-55",
            "+380501112233",
            "1 250",
            "31.12.2025",
            "Замостянська",
        ):
            assert seen in text, (query, seen)
        assert "+380990000000" not in text


def test_the_printed_list_and_the_files_are_whole_and_the_screen_has_pages(desk: Desk) -> None:
    for number in range(2, 105):
        factories.make_register(desk.world.point.account, f"ТУ-{number}")
    page = desk.client.get(MISSING)
    assert sum(len(rows) for _area, rows in page.context["groups"]) == 100
    assert "104 точки" in page.content.decode()
    printed = desk.client.get(MISSING + "?print=1")
    assert printed.streaming
    assert body_of(printed).decode().count("<td>80-431930") == 104
    book = load_workbook(BytesIO(body_of(desk.client.get(MISSING + "?export=xlsx"))))
    assert book.worksheets[0].max_row == 105


def test_names_that_look_like_formulas_stay_texts(desk: Desk) -> None:
    point = desk.world.point
    type(point).objects.filter(pk=point.pk).update(name="=1+1")
    text = body_of(desk.client.get(MISSING + "?export=csv")).decode("utf-8-sig")
    assert "'=1+1" in text
    assert ";=1+1" not in text


def test_markup_in_a_name_is_no_markup_on_paper(desk: Desk) -> None:
    point = desk.world.point
    type(point).objects.filter(pk=point.pk).update(name="<script>1</script>")
    assert "<script>1" not in body_of(desk.client.get(MISSING + "?print=1")).decode()


@pytest.mark.parametrize("query", ["?export=csv", "?print=1"])
def test_who_took_the_list_out_is_noted(desk: Desk, query: str) -> None:
    body_of(desk.client.get(MISSING + query))
    entry = ModelLogEntry.objects.get(action="cabinet_pages.export")
    assert (entry.user, entry.data["screen"]) == (desk.operator, "readings.not_sent")


def test_a_list_in_ukrainian_stays_ukrainian_while_it_streams(desk: Desk) -> None:
    text = body_of(desk.client.get(MISSING + "?print=1")).decode()
    assert "Не подали за січень 2026" in text
    assert "Останній показ" in text


def test_what_is_sent_leaves_the_list(desk: Desk) -> None:
    desk.world.submit("1234.5")
    assert desk.client.get(MISSING).context["groups"] == []


def test_another_branch_finds_nothing_by_number(desk: Desk) -> None:
    for query in ("?q=80-431930", "?q=80-431930&print=1", "?q=80-431930&export=csv", "?branch=VIN"):
        assert "Закарпатська" not in body_of(desk.foreign.get(MISSING + query)).decode()
