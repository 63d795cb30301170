"""Taking an import back at the desk: the question, the answer, and who may ask."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cabinet_pages.payments.models import Payment
from imports.models import BatchState, ImportBatch
from tests.cabinet_pages.staff.world import StaffWorld, make_world
from tests.imports.resources.loading import applied, csv_file

HEADING = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")
SignIn = Callable[[Any], Client]


@pytest.fixture
def world(db: Any) -> StaffWorld:
    return make_world()


@pytest.fixture
def as_user() -> SignIn:
    def sign_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def load(world: StaffWorld, *amounts: str) -> ImportBatch:
    """Payments Д1, Д2 and so on, applied for VIN."""
    rows = [("80-431930", f"Д{number}", "03.01.2026", "Пеня", amount) for number, amount in enumerate(amounts, start=1)]
    return applied("payments", csv_file([HEADING, *rows], encoding="utf-8"), branch=world.vin.account.branch)


def address(batch: ImportBatch | int, action: str = "undo") -> str:
    return reverse(f"imports_importbatch_modeladmin_{action}", args=[getattr(batch, "pk", batch)])


def brought() -> int:
    return Payment.objects.filter(document__startswith="Д").count()


def test_an_operator_sees_what_goes_back_confirms_and_reads_what_stayed(world: StaffWorld, as_user: SignIn) -> None:
    batch = load(world, "1,00", "2,00", "3,00")
    load(world, "1,00", "5,00")
    client = as_user(world.vin.operator)
    assert address(batch) in client.get(address(batch, "inspect")).content.decode()
    question = client.get(address(batch)).content.decode()
    for told in ("Буде вилучено рядків", "Буде залишено без змін", "Змінено після імпорту.", "Скасувати імпорт"):
        assert told in question
    assert brought() == 3
    answer = client.post(address(batch), follow=True).content.decode()
    assert "Імпорт скасовано: повернуто 2 рядки." in answer
    assert "Змінено після імпорту." in answer
    assert brought() == 1
    batch.refresh_from_db()
    undoing = ImportBatch.objects.get(undoes=batch)
    assert (batch.state, undoing.promoted_by) == (BatchState.UNDONE, world.vin.operator)
    assert "Що повернуто" in client.get(address(batch, "inspect")).content.decode()
    journal = client.get(address(undoing, "inspect")).content.decode()
    assert "Скасований імпорт" in journal
    assert f"Скасування: {batch.file_name}" in journal
    # There is no file behind an undo.
    assert address(undoing, "file") not in journal
    assert client.get(address(undoing, "file")).status_code == 404
    assert "Скасування не можна скасувати" in client.get(address(undoing)).content.decode()
    # A repeated click changes nothing.
    assert "Цей імпорт уже скасовано." in client.post(address(batch), follow=True).content.decode()
    assert ImportBatch.objects.filter(undoes=batch).count() == 1


def test_where_every_row_must_stay_there_is_nothing_to_press(world: StaffWorld, as_user: SignIn) -> None:
    batch = load(world, "1,00")
    load(world, "2,00")
    client = as_user(world.vin.operator)
    page = client.get(address(batch)).content.decode()
    assert "скасовувати нічого" in page
    assert '<form method="post"' not in page.split("<main", 1)[-1].split("</main", 1)[0]
    assert "нічого не скасовано" in client.post(address(batch), follow=True).content.decode()
    assert brought() == 1


def test_a_foreign_import_is_an_absent_one(world: StaffWorld, as_user: SignIn) -> None:
    batch = load(world, "1,00")
    client = as_user(world.tro.operator)
    for method in (client.get, client.post):
        foreign, absent = method(address(batch)), method(address(987654321))
        assert (foreign.status_code, absent.status_code) == (404, 404)
        assert foreign.content == absent.content
    assert as_user(world.vin.person).post(address(batch)).status_code in {302, 403, 404}
    assert Client().post(address(batch)).status_code == 302
    assert brought() == 1


def test_who_may_only_look_cannot_undo(world: StaffWorld, as_user: SignIn) -> None:
    batch = load(world, "1,00")
    group = world.vin.operator.groups.get()
    group.permissions.remove(group.permissions.get(codename="change_importbatch"))
    client = as_user(world.vin.operator)
    assert address(batch) not in client.get(address(batch, "inspect")).content.decode()
    assert "Ви не можете скасовувати імпорт." in client.post(address(batch), follow=True).content.decode()
    assert brought() == 1


def test_a_large_import_is_taken_back_by_the_worker(
    world: StaffWorld, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imports.staff.undo.SHOWN_ROWS", 1)
    batch = load(world, "1,00", "2,00")
    client = as_user(world.vin.operator)
    assert "числа нижче — лише за першими з них" in client.get(address(batch)).content.decode()
    client.post(address(batch))
    batch.refresh_from_db()
    assert (batch.state, brought(), batch.undo_asked_at) == (BatchState.UNDONE, 0, None)
    assert ImportBatch.objects.get(undoes=batch).promoted_by == world.vin.operator


def test_the_question_takes_as_many_queries_for_many_rows(world: StaffWorld, as_user: SignIn) -> None:
    client = as_user(world.vin.operator)
    client.get(address(load(world, "1,00")))
    counts = []
    for amounts in (["2,00"], [f"{number},50" for number in range(60)]):
        batch = load(world, *amounts)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address(batch))
        counts.append(len(queries))
    assert counts[0] == counts[1]
