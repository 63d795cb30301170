"""The cockpit: what is counted, for whom, and at what cost."""

from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cabinet_pages.readings.models import Reading, ReadingState
from tests import factories
from tests.cabinet_pages.readings.world import JANUARY, LAST_DAY
from tests.cabinet_pages.staff.readings.conftest import DESK, Desk
from tests.support.databases import gather_statistics

WINDOW = f"{DESK}/window/"


def counts(client: Client, query: str = "") -> Any:
    return client.get(f"{WINDOW}?{query}").context["whole"].counts


def add_reading(register: Any, value: str = "1300", **fields: Any) -> Reading:
    """A reading of January of the consumer."""
    return Reading.objects.create(
        register=register, period=JANUARY, read_on=LAST_DAY, value=Decimal(value), volume=Decimal(20000), **fields
    )


def test_points_are_counted_as_sent_missing_flagged_rejected_late_and_exported(desk: Desk) -> None:
    account = desk.world.register.meter.point.account
    registers = [factories.make_register(account, f"ТУ-{number}") for number in range(2, 7)]
    add_reading(desk.world.register, warnings=[{"code": "nothing_used", "params": {}}])
    add_reading(registers[0], is_late=True)
    add_reading(registers[1], state=ReadingState.REJECTED)
    add_reading(registers[2], state=ReadingState.EXPORTED)
    add_reading(registers[3], kind="control")
    found = counts(desk.client)
    assert (found.points, found.sent, found.missing) == (6, 3, 3)
    assert (found.accounts, found.accounts_missing, found.accounts_sent) == (1, 1, 0)
    assert (found.flagged, found.late, found.rejected, found.exported, found.control) == (1, 1, 1, 1, 1)
    assert found.percent == 50


def test_a_point_with_a_register_that_is_not_sent_is_missing(desk: Desk) -> None:
    night = factories.make_register(desk.world.point.account, zone=2)
    add_reading(desk.world.register)
    assert counts(desk.client).missing == 1
    add_reading(night)
    assert counts(desk.client).missing == 0


@pytest.mark.parametrize("field", [{"read_by": "remote"}, {"closed_on": "2026-01-10"}])
def test_a_point_that_nobody_is_asked_for_is_not_counted(desk: Desk, field: dict[str, str]) -> None:
    type(desk.world.point).objects.filter(pk=desk.world.point.pk).update(**field)
    assert counts(desk.client).points == 0


def test_a_terminated_account_is_not_asked(desk: Desk) -> None:
    account = desk.world.point.account
    type(account).objects.filter(pk=account.pk).update(terminated_on="2026-01-15")
    assert counts(desk.client).points == 0


def test_areas_stand_apart_and_lead_to_lists_of_their_own(desk: Desk) -> None:
    other = factories.make_account("80-777", factories.make_branch("VIN"), area="Центральна дільниця")
    factories.make_register(other)
    page = desk.client.get(WINDOW)
    assert [(row.counts.area, row.counts.points) for row in page.context["areas_counted"]] == [
        ("Замостянська дільниця", 1),
        ("Центральна дільниця", 1),
    ]
    row = page.context["areas_counted"][1]
    groups = desk.client.get(row.missing_url).context["groups"]
    assert [one.point.account for _area, rows in groups for one in rows] == [other]
    assert desk.client.get(row.area_url).context["whole"].counts.points == 1


def test_every_count_leads_to_a_list_of_just_those_readings(desk: Desk) -> None:
    account = desk.world.point.account
    rejected = add_reading(desk.world.register, state=ReadingState.REJECTED)
    passed = add_reading(factories.make_register(account, "ТУ-2"), state=ReadingState.BILLED)
    late = add_reading(factories.make_register(account, "ТУ-3"), is_late=True)
    control = add_reading(factories.make_register(account, "ТУ-4"), kind="control")
    row = desk.client.get(WINDOW).context["whole"]
    urls = {row.rejected_url: rejected, row.exported_url: passed, row.late_url: late, row.control_url: control}
    for url, reading in urls.items():
        assert list(desk.client.get(url).context["object_list"]) == [reading], url


def test_a_branch_counts_its_own_alone_and_the_central_office_all_or_one(desk: Desk) -> None:
    factories.make_register(factories.make_account("80-37", factories.make_branch("TRO")))
    assert counts(desk.client).points == 1
    assert counts(desk.client, "branch=TRO").points == 1
    central = desk.as_user(desk.central)
    assert counts(central).points == 2
    assert counts(central, "branch=TRO").points == 1
    assert b"80-431930" not in desk.foreign.get(f"{DESK}/missing/").content


@pytest.mark.parametrize(
    "query", ["period=2026-13", "period=%00", "period=1900-01", "area=%27", "branch=X", "q=%00%25", "p=9"]
)
def test_made_up_parameters_are_as_good_as_none(desk: Desk, query: str) -> None:
    for screen in ("window", "review", "missing"):
        assert desk.client.get(f"{DESK}/{screen}/?{query}").status_code == 200


def test_the_period_is_the_one_whose_window_takes_readings(desk: Desk, settlement_day: Any) -> None:
    assert desk.client.get(WINDOW).context["what"].period == JANUARY
    settlement_day.move_to("2026-02-02T10:00:00+02:00")
    assert desk.client.get(WINDOW).context["what"].period == JANUARY


def test_a_screen_costs_as_many_queries_for_five_hundred_points_as_for_three(desk: Desk) -> None:
    account = desk.world.point.account
    screens = ("window", "review", "missing")
    found: dict[str, list[int]] = {screen: [] for screen in screens}
    for numbers in (range(2, 4), range(4, 501)):
        for number in numbers:
            register = factories.make_register(account, f"ТУ-{number}")
            if number % 2:
                add_reading(register, warnings=[{"code": "nothing_used", "params": {}}])
        gather_statistics()
        for screen in screens:
            desk.client.get(f"{DESK}/{screen}/")
            with CaptureQueriesContext(connection) as queries:
                assert desk.client.get(f"{DESK}/{screen}/").status_code == 200
            found[screen].append(len(queries))
    for few, many in found.values():
        assert few == many
        assert many <= 20


def test_a_file_of_an_inspector_is_counted_as_control_readings(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "інспектор.csv"
    heading = "Особовий рахунок;Код ТУ;Номер лічильника;Шкала;Дата зняття;Показ;Тип"
    path.write_bytes(f"{heading}\r\n80-431930;ТУ-1;S-ТУ-1;A+;20.01.2026;1210;контрольне\r\n".encode("cp1251"))
    call_command("import_file", "readings", str(path), branch="VIN", stdout=StringIO())
    assert counts(desk.client).control == 1
    assert counts(desk.client).missing == 1
