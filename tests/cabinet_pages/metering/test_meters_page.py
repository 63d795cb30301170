"""«Перегляд приладів обліку»: what it shows, to whom, and at what cost."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cabinet_pages.accounts.models import Account
from cabinet_pages.metering.models import Meter, MeteringPoint, MeterRatio, Register
from cabinet_pages.metering.rules import Verification, in_place, verification_state
from cabinet_pages.readings.models import Reading
from tests import factories

METERS = "/cabinet/legal/meters/80-1/"
READINGS = "/cabinet/legal/readings/80-1/"


@pytest.fixture
def account(db: None, client: Client) -> Account:
    """An account whose owner is signed in."""
    factories.make_site()
    found = factories.make_account("80-1")
    user = factories.make_user()
    factories.grant(user, found)
    client.force_login(user)
    return found


def add_points(account: Account, first: int, last: int) -> None:
    """Points with a two-zone meter each, by a few statements."""
    points = MeteringPoint.objects.bulk_create(
        MeteringPoint(account=account, code=f"P{number}", name=f"Точка {number}") for number in range(first, last)
    )
    meters = Meter.objects.bulk_create(Meter(point=point, serial=f"M{point.code}") for point in points)
    MeterRatio.objects.bulk_create(
        MeterRatio(meter=meter, valid_from=date(2020, 1, 1), multiplier=Decimal(30)) for meter in meters
    )
    registers = Register.objects.bulk_create(
        Register(meter=meter, channel="A+", zone=zone, initial_value=Decimal(0)) for meter in meters for zone in (1, 2)
    )
    Reading.objects.bulk_create(
        Reading(register=one, kind="accepted", period=date(2025, month, 1), read_on=date(2025, month, 28), value=month)
        for one in registers
        for month in (10, 11)
    )


def queries(client: Client, url: str) -> int:
    """How many queries a warm page takes."""
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(
        connection,
    ) as captured:
        client.get(url)
    return len(captured)


def test_the_window_shows_everything_about_a_meter(client: Client, account: Account) -> None:
    register = factories.make_register(
        account,
        zone=2,
        channel="R+",
        digits=5,
        multiplier="2000",
        point={"eic": "62Z1234567890123", "address": "вул. Соборна 46", "name": "КТП-5"},
        meter={"meter_type": "NIK 2303", "next_verification_on": date(2020, 5, 6), "verified_on": date(2010, 5, 6)},
        serial="01234",
    )
    Reading.objects.create(
        register=register, kind="accepted", period=date(2026, 1, 1), read_on=date(2026, 1, 31), value=Decimal("1234.5")
    )
    shown = client.get(METERS).content.decode()
    for text in (
        "Перегляд приладів обліку",
        "КТП-5",
        "62Z1234567890123",
        "вул. Соборна 46",
        "NIK 2303",
        "01234",
        "зона 2",
        "2\u00a0000",
        "06.05.2010",
        "06.05.2020",
        "прострочено",
        "01.01.2020",
        "1\u00a0234,5",
        "31.01.2026",
        "(R+)",
    ):
        assert text in shown


def test_an_account_without_points_says_so(client: Client, account: Account) -> None:
    assert "Немає точок обліку" in client.get(METERS).content.decode()
    assert "Немає точок для подання показів" in client.get(READINGS).content.decode()


def test_a_removed_meter_and_a_point_of_an_earlier_owner_are_not_shown(client: Client, account: Account) -> None:
    factories.make_register(account, "ТУ-1", serial="OLD", meter={"removed_on": date(2025, 5, 5)})
    factories.make_register(account, "ТУ-1", serial="NEW")
    factories.make_register(account, "ТУ-2", point={"name": "Закрита точка", "closed_on": date(2024, 1, 1)})
    shown = client.get(METERS).content.decode()
    assert "NEW" in shown
    assert "OLD" not in shown
    assert "закрито 01.01.2024" in shown
    account.owned_since = date(2025, 1, 1)
    account.save()
    assert "Закрита точка" not in client.get(METERS).content.decode()


def test_the_newest_reading_that_stands_is_the_last_one(client: Client, account: Account) -> None:
    register = factories.make_register(account)

    def read(day: int, value: str, **fields: Any) -> None:
        Reading.objects.create(
            register=register, period=date(2026, 1, 1), read_on=date(2026, 1, day), value=Decimal(value), **fields
        )

    read(10, "110", kind="control")
    read(20, "120", kind="customer", state="rejected")
    read(25, "125", kind="accepted", withdrawn=True)
    assert ">110<" in client.get(METERS).content.decode()


def test_a_stranger_gets_404_and_a_visitor_the_login(client: Client, account: Account) -> None:
    client.force_login(factories.make_user())
    assert client.get(METERS).status_code == 404
    client.logout()
    assert client.get(METERS).status_code == 302


@pytest.mark.parametrize(
    "url", [METERS, READINGS, f"{READINGS}points/", f"{METERS}?q=точка", f"{READINGS}points/?q=точка"]
)
def test_a_page_takes_as_many_queries_with_500_points_as_with_5(client: Client, account: Account, url: str) -> None:
    add_points(account, 1, 6)
    few = queries(client, url)
    add_points(account, 6, 501)
    many = queries(client, url)
    assert (few, many) == (few, few)
    assert many <= 15


def test_the_entry_form_and_the_history_take_at_most_15_queries(client: Client, account: Account) -> None:
    add_points(account, 1, 3)
    point = MeteringPoint.objects.first()
    assert point is not None
    for address in (f"{READINGS}points/{point.pk}/", f"{READINGS}points/{point.pk}/history/"):
        assert queries(client, address) <= 15


@pytest.mark.parametrize(
    ("next_on", "state"),
    [
        (None, Verification.UNKNOWN),
        (date(2026, 1, 30), Verification.OVERDUE),
        (date(2026, 1, 31), Verification.ENDING),
        (date(2026, 5, 1), Verification.ENDING),
        (date(2026, 5, 2), Verification.VALID),
    ],
)
def test_a_verification_is_overdue_only_after_its_last_day(next_on: date | None, state: Verification) -> None:
    assert verification_state(next_on, date(2026, 1, 31)) is state


def test_a_meter_is_in_place_from_its_installation_until_the_day_before_its_removal() -> None:
    def there(day: int) -> bool:
        return in_place(installed_on=date(2026, 1, 10), removed_on=date(2026, 1, 20), day=date(2026, 1, day))

    assert [there(day) for day in (9, 10, 19, 20)] == [False, True, True, False]


def test_an_editor_previews_both_windows_with_made_up_data(account: Account, rf: Any) -> None:
    from cabinet_pages.metering.pages import MetersPage
    from cabinet_pages.readings.pages import ReadingsPage

    for page_type, text in ((MetersPage, "NIK 2303"), (ReadingsPage, "1\u00a0234,5")):
        page = page_type.objects.get()
        response = page.make_preview_request(preview_mode=page.default_preview_mode)
        assert response.status_code == 200
        assert text in response.rendered_content


@pytest.mark.parametrize(
    ("begins", "shown"),
    [
        ([("2020-01-01", 30), ("2021-01-01", 40)], "40"),
        ([("2020-01-01", 30), ("2999-01-01", 40)], "30"),
        # The same multiplier as the readings window computes with.
        ([("2998-01-01", 30), ("2999-01-01", 40)], "30"),
        ([], "1"),
    ],
    ids=["the latest begun", "a future one waits", "before the first the first holds", "none is direct"],
)
def test_the_multiplier_is_the_one_that_holds_today(
    account: Account, client: Client, begins: list[tuple[str, int]], shown: str
) -> None:
    register = factories.make_register(account, "Т-1")
    register.meter.ratios.all().delete()
    for day, multiplier in begins:
        MeterRatio.objects.create(
            meter=register.meter, valid_from=date.fromisoformat(day), multiplier=Decimal(multiplier)
        )
    text = " ".join(client.get(METERS).content.decode().split())
    assert f"Розрахунковий коефіцієнт</dt><dd>{shown}</dd>" in text
