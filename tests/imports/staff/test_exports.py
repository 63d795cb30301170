"""The screen of exports: what waits, the batch, its file, and the way between batch and readings."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cabinet_pages.readings.models import Reading, ReadingExport, ReadingState
from tests.cabinet_pages.staff.world import StaffWorld, body_of, make_world
from tests.factories import make_register
from tests.imports.exports.world import content_of, read_back

BASE = "cabinet_pages_readingexport_modeladmin_"
INDEX, CREATE = reverse(f"{BASE}index"), reverse(f"{BASE}create")
READINGS = reverse("cabinet_pages_reading_modeladmin_index")


@pytest.fixture
def world(db: None) -> StaffWorld:
    found = make_world()
    ReadingExport.objects.all().delete()
    return found


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url_of(action: str, export: ReadingExport) -> str:
    return reverse(f"{BASE}{action}", args=[export.pk])


def exporting(client: Client, **fields: str) -> Any:
    data = {"what": "VIN|2026-01", "file_format": "csv", "token": str(uuid4()), **fields}
    return client.post(CREATE, data)


def test_what_waits_is_shown_with_what_is_unusual_and_leads_to_the_form(world: StaffWorld) -> None:
    account = world.vin.account
    fields = {"period": date(2026, 1, 1), "read_on": date(2026, 1, 31), "value": Decimal(1)}
    flagged = [{"code": "zero", "params": {}}]
    Reading.objects.create(register=make_register(account, "ТУ-2"), warnings=flagged, **fields)
    client = signed_in(world.vin.operator)
    page = client.get(INDEX).content.decode()
    for seen in ("Очікують вивантаження", "Вивантажити покази", "Вінницькі міські ЕМ", "січень 2026", "Покази ще не"):
        assert seen in page
    assert "Тростянецькі" not in page
    form = client.get(f"{CREATE}?what=VIN|2026-01").content.decode()
    assert "Вінницькі міські ЕМ, січень 2026: 2 покази, незвичних: 1, не переглянуто: 1" in form
    assert 'value="VIN|2026-01" selected' in form


def test_a_batch_is_made_shown_and_downloaded(world: StaffWorld, tmp_path: Any) -> None:
    client = signed_in(world.vin.operator)
    answer = exporting(client)
    export = ReadingExport.objects.get()
    assert answer.url == url_of("inspect", export)
    assert (export.branch, export.number, export.rows, export.created_by) == (
        world.vin.branch, 1, 1, world.vin.operator,
    )  # fmt: skip
    page = re.sub(r"\s", " ", client.get(answer.url).content.decode())
    for seen in (
        "Пакет 1 створено, показів: 1.",
        export.sha256,
        "січень 2026",
        "80-431930",
        "1 234,5",
        "Завантажити файл",
    ):
        assert seen in page
    download = client.get(url_of("file", export))
    assert body_of(download) == content_of(export)
    assert "readings-VIN-202601-0001.csv" in download["Content-Disposition"]
    assert "no-store" in download["Cache-Control"]
    for file_format in ("xlsx", "dbf", "xml"):
        other = client.get(f"{url_of('file', export)}?format={file_format}")
        assert f"0001.{file_format}" in other["Content-Disposition"]
        rows = read_back(body_of(other), tmp_path / file_format)
        assert rows[1][19] == str(world.vin.records["reading"].uuid)
    assert client.get(f"{url_of('file', export)}?format=exe").status_code == 404
    assert ReadingExport.objects.count() == 1


def test_a_click_that_comes_again_leads_to_the_same_batch(world: StaffWorld) -> None:
    client = signed_in(world.vin.operator)
    token = str(uuid4())
    first, again = (exporting(client, token=token) for _ in range(2))
    assert first.url == again.url
    assert ReadingExport.objects.count() == 1
    # Another form finds that nothing is left.
    late = exporting(client)
    assert late.url == INDEX
    assert "Немає чого вивантажувати" in client.get(INDEX).content.decode()


def test_nobody_exports_for_another_branch_or_what_does_not_wait(world: StaffWorld) -> None:
    client = signed_in(world.vin.operator)
    for what in ("TRO|2026-01", "VIN|2025-01", "", "VIN"):
        assert exporting(client, what=what).status_code == 422
    assert exporting(client, file_format="exe").status_code == 422
    assert not ReadingExport.objects.exists()
    assert not Reading.objects.exclude(state=ReadingState.SUBMITTED).exists()


def test_who_may_not_export_sees_batches_and_makes_none(world: StaffWorld) -> None:
    exporting(signed_in(world.vin.operator))
    group = world.vin.operator.groups.get()
    group.permissions.remove(Permission.objects.get(codename="add_readingexport"))
    client = signed_in(world.vin.operator)
    page = client.get(INDEX).content.decode()
    assert CREATE not in page
    Reading.objects.update(state=ReadingState.SUBMITTED, export=None)
    assert exporting(client).status_code == 302
    assert ReadingExport.objects.count() == 1
    assert client.get(url_of("file", ReadingExport.objects.get())).status_code == 200


def test_a_batch_of_another_branch_is_absent(world: StaffWorld) -> None:
    exporting(signed_in(world.vin.operator))
    export = ReadingExport.objects.get()
    client = signed_in(world.tro.operator)
    absent = reverse(f"{BASE}file", args=[987654321])
    for url in (url_of("file", export), f"{url_of('file', export)}?format=xlsx", url_of("inspect", export), absent):
        assert client.get(url).status_code == 404
    # The list of readings takes no number of it either.
    foreign = client.get(f"{READINGS}?batch={export.pk}").content.decode()
    assert "80-36" in foreign
    assert "80-431930" not in foreign


def test_a_batch_leads_to_its_readings_and_a_reading_to_its_batch(world: StaffWorld) -> None:
    other = Reading.objects.create(
        register=make_register(world.vin.account, "ТУ-2"), period=date(2025, 12, 1), read_on=date(2025, 12, 31), value=7
    )
    client = signed_in(world.vin.operator)
    exporting(client)
    export = ReadingExport.objects.get()
    assert f"{READINGS}?batch={export.pk}" in client.get(url_of("inspect", export)).content.decode()
    listed = client.get(f"{READINGS}?batch={export.pk}")
    assert [one.pk for one in listed.context["object_list"]] == [world.vin.records["reading"].pk]
    for odd in ("999", "x", "1" * 30, "²"):
        assert client.get(f"{READINGS}?batch={odd}").status_code == 200
    reading = reverse("cabinet_pages_reading_modeladmin_inspect", args=[world.vin.records["reading"].pk])
    assert url_of("inspect", export) in client.get(reading).content.decode()
    loose = reverse("cabinet_pages_reading_modeladmin_inspect", args=[other.pk])
    assert url_of("inspect", export) not in client.get(loose).content.decode()


def test_pages_ask_as_much_for_one_reading_as_for_hundreds(world: StaffWorld) -> None:
    client = signed_in(world.vin.operator)
    counts = []
    for first, last in ((0, 2), (2, 150)):
        for number in range(first, last):
            Reading.objects.create(
                register=make_register(world.vin.account, f"ТУ-1{number}"), period=date(2026, 1, 1),
                read_on=date(2026, 1, 31), value=1,
            )  # fmt: skip
        exporting(client)
        export = ReadingExport.objects.latest("number")
        found = []
        for url in (INDEX, CREATE, url_of("inspect", export), url_of("file", export)):
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                body_of(client.get(url))
            found.append(len(queries))
        counts.append(found)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 20


def test_answers_of_billing_are_counted_on_the_page_of_the_batch(world: StaffWorld) -> None:
    client = signed_in(world.vin.operator)
    exporting(client)
    Reading.objects.filter(export__isnull=False).update(
        state=ReadingState.REJECTED, state_reason="пошкоджена пломба", decided_at=datetime(2026, 2, 1, tzinfo=UTC)
    )
    page = client.get(url_of("inspect", ReadingExport.objects.get())).content.decode()
    assert "Відповідь розрахунків" in page
    assert "пошкоджена пломба" in page
