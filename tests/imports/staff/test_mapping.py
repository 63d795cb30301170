"""A file whose headings are not known: the operator maps them once, and the source is remembered."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cabinet_pages.payments.models import Payment
from imports.models import BatchState, ImportBatch, ImportProfile
from tests.cabinet_pages.staff.world import StaffWorld, make_world
from tests.imports.conftest import csv_bytes

CREATE = reverse("imports_importbatch_modeladmin_create")
SOURCES = reverse("imports_importprofile_modeladmin_index")
SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
STRANGE = [
    ["Реєстр оплат"],
    ["Л/р", "Коли", "За що", "Гривень", "Хто"],
    ["80-431930", "08.01.2026", "Пеня", "100,50", "ТОВ «Перше»"],
    ["80-431930", "09.01.2026", "Пеня", "2,00", "ТОВ «Перше»"],
]
CHOSEN = {"column-1": "account", "column-2": "paid_on", "column-3": "article", "column-4": "amount", "column-5": ""}
KEYS = {f"key-{number}": key for number, key in enumerate(STRANGE[1], start=1)}


@pytest.fixture
def world(db: Any) -> StaffWorld:
    return make_world()


@pytest.fixture
def as_user() -> Callable[[Any], Client]:
    def sign_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def give(client: Client, content: bytes, name: str = "реєстр.csv", **fields: Any) -> ImportBatch:
    data = {"kind": "payments", "branch": "VIN", "file": SimpleUploadedFile(name, content), **fields}
    answer = client.post(CREATE, data)
    assert answer.status_code == 302, answer.content.decode()
    batch = ImportBatch.objects.first()
    assert batch is not None
    return batch


def url_of(action: str, batch: ImportBatch) -> str:
    return reverse(f"imports_importbatch_modeladmin_{action}", args=[batch.pk])


def test_unknown_headings_lead_to_the_screen_that_maps_them(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.vin.operator)
    batch = give(client, csv_bytes(STRANGE))
    assert (batch.state, batch.error_code) == (BatchState.REFUSED, "heading_not_found")
    assert url_of("mapping", batch) in client.get(url_of("inspect", batch)).content.decode()
    page = client.get(url_of("mapping", batch))
    text = page.content.decode()
    for seen in ("Зіставлення колонок", "не використовувати", "Гривень", "100,50 · 2,00", "Ще бракує", "cp1251"):
        assert seen in text
    assert page.context["screen"].lacking == ["Особовий рахунок", "Дата платежу", "Стаття реалізації", "Сума платежу"]
    # Without a mark on the heading's row nothing could be chosen.
    assert [row.number for row in page.context["screen"].rows if row.is_chosen] == [2]


def test_a_mapped_file_is_checked_again_and_its_source_remembered(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.vin.operator)
    batch = give(client, csv_bytes(STRANGE))
    data = {**CHOSEN, **KEYS, "heading_row": "2", "source": "Каса 1С", "action": "save"}
    assert client.post(url_of("mapping", batch), data).url == url_of("inspect", batch)
    batch.refresh_from_db()
    assert (batch.state, batch.new, batch.error_code, batch.profile) == (BatchState.PREVIEWED, 2, "", "Каса 1С")
    assert batch.unknown_columns == []
    entry = ModelLogEntry.objects.get(action="imports.remap")
    assert (entry.object_id, entry.user) == (str(batch.pk), world.vin.operator)
    source = ImportProfile.objects.get()
    assert (source.branch, source.kind, source.name) == (world.vin.branch, "payments", "Каса 1С")
    # The next file of the source needs no mapping.
    later = give(client, csv_bytes([*STRANGE, ["80-431930", "10.01.2026", "Пеня", "3,00", ""]]), profile="Каса 1С")
    assert (later.state, later.rows) == (BatchState.PREVIEWED, 3)
    client.post(url_of("inspect", later), {"action": "apply"})
    assert Payment.objects.filter(account__number="80-431930", amount="3.00").exists()
    # What is applied is read no other way any more.
    answer = client.post(url_of("mapping", later), data)
    assert answer.url == url_of("inspect", later)
    later.refresh_from_db()
    assert later.state == BatchState.APPLIED


def test_what_sources_know_is_proposed(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    for branch, mapping in (
        (world.vin.branch, {"Гривень": "amount", "Хто": ""}),
        (None, {"л/р:": "account"}),
        (world.tro.branch, {"Коли": "paid_on"}),
    ):
        ImportProfile.objects.create(branch=branch, kind="payments", name="Каса", mapping=mapping)
    ImportProfile.objects.create(branch=world.vin.branch, kind="payments", name="Місця", mapping={"[3]": "article"})
    client = as_user(world.vin.operator)
    batch = give(client, csv_bytes([["Звіт"], *STRANGE[1:]]))
    screen = client.get(url_of("mapping", batch)).context["screen"]
    assert [column.chosen for column in screen.columns] == ["account", "", "", "amount", ""]


def test_the_sample_is_read_again_before_anything_is_decided(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.vin.operator)
    batch = give(client, csv_bytes([row[:4] for row in STRANGE], encoding="cp1125"))
    page = client.post(url_of("mapping", batch), {"encoding": "cp1251", "heading_row": "2", "action": "read"})
    assert "Гривень" not in page.content.decode()
    page = client.post(url_of("mapping", batch), {"encoding": "cp1125", "heading_row": "3", "action": "read"})
    assert [column.heading for column in page.context["screen"].columns][:2] == ["80-431930", "08.01.2026"]
    page = client.post(url_of("mapping", batch), {"encoding": "utf-8", "action": "read"})
    assert "utf-8" in page.context["screen"].error
    assert 'name="encoding"' in page.content.decode()
    batch.refresh_from_db()
    assert (batch.state, batch.options) == (BatchState.REFUSED, {})


def test_a_mapping_that_lacks_a_column_or_names_one_twice_is_refused(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.vin.operator)
    batch = give(client, csv_bytes(STRANGE))
    for change, seen in (({"column-4": ""}, "Сума платежу"), ({"column-5": "amount"}, "повторюється")):
        answer = client.post(
            url_of("mapping", batch), {**CHOSEN, **KEYS, **change, "heading_row": "2", "action": "save"}
        )
        assert answer.status_code == 422
        assert seen in answer.context["refusal"]
    answer = client.post(url_of("mapping", batch), {**CHOSEN, **KEYS, "source": "я" * 81, "action": "save"})
    assert answer.status_code == 422
    batch.refresh_from_db()
    assert batch.state == BatchState.REFUSED
    assert not ImportProfile.objects.exists()


@pytest.mark.parametrize("data", [{"heading_row": "x"}, {"sheet": "\x00"}, {"delimiter": "ab"}, {"encoding": "rot13"}])
def test_odd_options_are_a_sentence_and_nothing_else(
    data: dict[str, str], world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.vin.operator)
    batch = give(client, csv_bytes(STRANGE))
    for action in ("read", "save"):
        assert client.post(url_of("mapping", batch), {**data, "action": action}).status_code in {200, 422}
    batch.refresh_from_db()
    assert batch.state == BatchState.REFUSED


def test_a_file_without_headings_is_mapped_by_its_places(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    batch = give(client, csv_bytes(STRANGE[2:]))
    data = {**CHOSEN, **{f"key-{number}": f"[{number}]" for number in range(1, 6)}, "heading_row": "none"}
    answer = client.post(url_of("mapping", batch), {**data, "source": "Без заголовка", "action": "save"})
    assert answer.status_code == 302, answer.context["refusal"]
    batch.refresh_from_db()
    assert (batch.state, batch.rows) == (BatchState.PREVIEWED, 2)
    later = give(client, csv_bytes(STRANGE[2:3]), profile="Без заголовка")
    assert (later.state, later.rows) == (BatchState.PREVIEWED, 1)


def test_columns_of_one_name_are_told_apart(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    heading = ["О/р", "Дата платежу", "Стаття", "Сума", "Сума"]
    batch = give(client, csv_bytes([heading, ["80-431930", "08.01.2026", "Пеня", "9,00", "1,00"]]))
    assert batch.error_code == "duplicate_headings"
    screen = client.get(url_of("mapping", batch)).context["screen"]
    data = {f"key-{one.position}": one.key for one in screen.columns} | {
        one.field: one.chosen for one in screen.columns
    }
    client.post(url_of("mapping", batch), {**data, "column-4": "", "action": "save"})
    batch.refresh_from_db()
    assert (batch.state, batch.totals["amount"]) == (BatchState.PREVIEWED, "1.00")


def test_a_source_belongs_to_its_branch(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    theirs = ImportProfile.objects.create(branch=world.tro.branch, kind="payments", name="Чуже джерело")
    central = ImportProfile.objects.create(branch=None, kind="payments", name="Центральне")
    client = as_user(world.vin.operator)
    assert "Чуже джерело" not in client.get(SOURCES).content.decode()
    for source in (theirs, central):
        page = reverse("imports_importprofile_modeladmin_inspect", args=[source.pk])
        assert client.get(page).status_code == 404
        assert client.post(page, {"action": "delete"}).status_code == 404
    upload = client.get(CREATE).content.decode()
    assert "Центральне" in upload
    assert "Чуже джерело" not in upload
    data = {"kind": "payments", "branch": "VIN", "file": SimpleUploadedFile("a.csv", b"x"), "profile": "Чуже джерело"}
    assert client.post(CREATE, data).status_code == 422
    data = {"kind": "balances", "branch": "VIN", "file": SimpleUploadedFile("a.csv", b"x"), "profile": "Центральне"}
    assert client.post(CREATE, data).status_code == 422
    assert "Чуже джерело" in as_user(world.central).get(SOURCES).content.decode()


def test_a_source_is_changed_and_forgotten(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    source = ImportProfile.objects.create(
        branch=world.vin.branch,
        kind="payments",
        name="Каса",
        mapping={"Гривень": "amount", "Хто": "", "Коли": "paid_on"},
    )
    client = as_user(world.vin.operator)
    page = reverse("imports_importprofile_modeladmin_inspect", args=[source.pk])
    assert "Гривень" in client.get(page).content.decode()
    assert client.get(page).context["mapped"][0] == (1, ("Коли", "paid_on"))
    keys = {"key-1": "Гривень", "key-2": "Хто", "key-3": "Чуже"}
    data = {
        **keys,
        "column-1": "vat",
        "column-2": "-",
        "column-3": "payer",
        "encoding": "cp866",
        "delimiter": "|",
        "sheet": "",
        "action": "save",
    }
    client.post(page, data)
    source.refresh_from_db()
    assert source.mapping == {"Гривень": "vat", "Коли": "paid_on"}
    assert (source.encoding, source.delimiter, source.updated_by) == ("cp866", "|", world.vin.operator)
    assert client.post(page, {**data, "column-1": "nonsense"}).status_code == 422
    client.post(page, {"action": "delete"})
    assert not ImportProfile.objects.exists()
    assert set(ModelLogEntry.objects.values_list("action", flat=True)) >= {
        "imports.save_source",
        "imports.delete_source",
    }


def test_nobody_maps_a_file_of_another_branch(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    batch = give(as_user(world.vin.operator), csv_bytes(STRANGE))
    stranger = as_user(world.tro.operator)
    assert stranger.get(url_of("mapping", batch)).status_code == 404
    assert stranger.post(url_of("mapping", batch), {**CHOSEN, **KEYS, "action": "save"}).status_code == 404


def test_the_page_costs_the_same_whatever_the_file(
    world: StaffWorld, as_user: Callable[[Any], Client], django_assert_max_num_queries: Any
) -> None:
    client = as_user(world.vin.operator)
    batch = give(client, csv_bytes([[*STRANGE[1], *map(str, range(200))]] * 100))
    client.get(url_of("mapping", batch))
    with django_assert_max_num_queries(25):
        assert client.get(url_of("mapping", batch)).status_code == 200


REAL = [
    ("dbf/phpxbase_cbrf_122019N1.dbf", "dbf", 442, "cp866"),
    ("dbf/phpxbase_dBaseIII.dbf", "dbf", 3, None),
    ("xlsx/calamine_issue_419.xlsx", "xlsx", 1, ""),
]

if present := [case for case in REAL if (SAMPLES / case[0]).exists()]:

    @pytest.mark.samples
    @pytest.mark.parametrize(("sample", "shown", "count", "encoding"), present)
    def test_real_files_with_strange_headings_are_opened_and_mapped(
        sample: str, shown: str, count: int, encoding: str | None, world: StaffWorld, as_user: Callable[[Any], Client]
    ) -> None:
        client = as_user(world.vin.operator)
        batch = give(client, (SAMPLES / sample).read_bytes(), name=sample)
        assert (batch.state, batch.error_code) == (BatchState.REFUSED, "heading_not_found")
        page = client.get(url_of("mapping", batch)).context["screen"]
        # The names of a DBF's fields are a row of their own.
        rows = page.sample.count - (1 if shown == "dbf" else 0)
        assert (page.sample.format, rows) == (shown, count)
        assert encoding is None or page.sample.encoding == encoding
