"""The history as CSV and XLSX: exact, safe in a spreadsheet, and of one owner only."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cabinet_pages.readings.models import ReadingKind, ReadingState
from tests import factories
from tests.cabinet_pages.readings.history.builders import add_month
from tests.cabinet_pages.readings.world import NUMBER, WINDOW, World, make_world

JANUARY = date(2026, 1, 1)
DECEMBER = date(2025, 12, 1)


@pytest.fixture(autouse=True)
def end_of_january(db: None) -> Iterator[None]:
    with time_machine.travel("2026-01-31T10:00:00+02:00", tick=False):
        yield


@pytest.fixture
def world() -> World:
    factories.make_site()
    return make_world()


@pytest.fixture
def owner(world: World) -> Client:
    client = Client()
    client.force_login(world.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def rows_of_csv(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    assert response.streaming
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def rows_of_xlsx(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    heading, *rows = sheet.iter_rows()
    return [{name.value: cell for name, cell in zip(heading, row, strict=True)} for row in rows]


def test_each_version_is_a_row_with_exact_numbers_days_and_the_volume_that_counts(world: World, owner: Client) -> None:
    add_month(world.register, JANUARY, "100.001", value="1234.567", is_current=False)
    add_month(
        world.register,
        JANUARY,
        "100",
        accepted="90.125",
        value="1234.5",
        version=2,
        state=ReadingState.BILLED,
        invoice_number="Р-1",
        multiplier=Decimal("200.0001"),
    )
    add_month(world.register, DECEMBER, "50", value="999999999.999")
    rows = rows_of_xlsx(owner.get(f"{WINDOW}history/xlsx/"))
    assert [row["Період"].value.date() for row in rows] == [DECEMBER, JANUARY, JANUARY]
    assert [row["Версія"].value for row in rows] == [1, 1, 2]
    assert [row["Чинна версія"].value for row in rows] == ["так", "ні", "так"]
    assert [row["Обсяг врахований"].value for row in rows] == [50, None, 90.125]
    assert [row["Вид обсягу"].value for row in rows] == ["попередній", None, "прийнятий"]
    assert rows[2]["Дата зняття"].value.date() == date(2026, 1, 31)
    assert {row["Показ"].data_type for row in rows} == {"n"}
    plain = rows_of_csv(owner.get(f"{WINDOW}history/csv/"))
    assert [row["Показ"] for row in plain] == ["999999999,999", "1234,567", "1234,500"]
    assert (plain[2]["Обсяг прийнятий"], plain[2]["Дата зняття"]) == ("90,125", "31.01.2026")
    assert plain[2]["Розрахунковий коефіцієнт"] == "200,0001"
    assert plain[2]["Рахунок №"] == "Р-1"


@pytest.mark.parametrize("payload", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1"])
def test_a_text_from_outside_is_never_a_formula(world: World, owner: Client, payload: str) -> None:
    world.point.site = payload
    world.point.name = f"{payload} точка"
    world.point.save()
    add_month(world.register, JANUARY, "1", state_reason=payload)
    row = rows_of_csv(owner.get(f"{WINDOW}history/csv/"))[0]
    cells = rows_of_xlsx(owner.get(f"{WINDOW}history/xlsx/"))[0]
    for heading in ("Об'єкт", "Точка обліку", "Причина"):
        assert row[heading].startswith("'")
        assert cells[heading].data_type == "s"
        assert str(cells[heading].value).startswith("'")


def test_the_file_has_the_chosen_months_and_says_so_in_its_name(world: World, owner: Client) -> None:
    add_month(world.register, JANUARY, "1")
    add_month(world.register, DECEMBER, "2")
    asked = {"from_month": "2025-12", "to_month": "2025-12"}
    response = owner.get(f"{WINDOW}history/csv/", asked)
    assert [row["Обсяг врахований"] for row in rows_of_csv(response)] == ["2,000"]
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''")
    assert disposition.endswith(f"-{NUMBER}-2025-12-2025-12.csv")
    assert "no-store" in response["Cache-Control"]


def test_a_period_that_ends_before_it_begins_and_an_unknown_month_are_explained(world: World, owner: Client) -> None:
    for asked in ({"from_month": "2026-01", "to_month": "2025-12"}, {"from_month": "1990-01"}, {"to_month": "x"}):
        response = owner.get(f"{WINDOW}history/csv/", asked)
        assert response.status_code == 422
        assert "form" in response.context


def test_an_unknown_format_is_absent(world: World, owner: Client) -> None:
    assert owner.get(f"{WINDOW}history/pdf/").status_code == 404


def test_a_file_of_many_readings_takes_as_few_queries_as_one_of_a_few(world: World, owner: Client) -> None:
    def measured() -> int:
        with CaptureQueriesContext(connection) as queries:
            rows_of_csv(owner.get(f"{WINDOW}history/csv/"))
        return len(queries)

    add_month(world.register, JANUARY, "1")
    few = measured()
    for index in range(30):
        add_month(factories.make_register(world.scope.account, f"П-{index}"), JANUARY, "1")
    assert measured() == few <= 15


def test_a_new_owner_gets_nothing_of_the_earlier_one_in_a_file(world: World, owner: Client) -> None:
    account = world.scope.account
    add_month(world.register, JANUARY, "5", value="1111", read_on=date(2026, 1, 9), kind=ReadingKind.CONTROL)
    add_month(
        world.register,
        JANUARY,
        "7",
        value="2222",
        previous_value=Decimal(1111),
        previous_on=date(2026, 1, 9),
    )
    account.owned_since = date(2026, 1, 10)
    account.save()
    rows = rows_of_csv(owner.get(f"{WINDOW}history/csv/"))
    assert [row["Показ"] for row in rows] == ["2222,000"]
    assert (rows[0]["Попередній показ"], rows[0]["Дата попереднього показу"]) == ("", "")
