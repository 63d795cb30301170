"""The page of a batch while the worker has it: how far it is, how to stop it, and who notices a dead worker."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cabinet_pages.payments.models import Payment
from imports.engine import receive
from imports.models import BatchState, BatchStep, ImportBatch
from tests.cabinet_pages.staff.world import StaffWorld, make_world
from tests.imports.resources.loading import csv_file

CONTENT = csv_file(
    [
        ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу"),
        ("80-431930", "ПД-1", "03.01.2026", "Пеня", "1,00"),
    ]
)


@pytest.fixture
def world(db: None) -> StaffWorld:
    return make_world()


@pytest.fixture
def operator(world: StaffWorld) -> Client:
    client = Client()
    client.force_login(world.vin.operator)
    return client


@pytest.fixture
def batch(world: StaffWorld) -> ImportBatch:
    return receive(kind="payments", branch=world.vin.branch, file=ContentFile(CONTENT), name="файл.csv")


def url_of(action: str, batch: ImportBatch) -> str:
    return reverse(f"imports_importbatch_modeladmin_{action}", args=[batch.pk])


def at_work(batch: ImportBatch, **fields: Any) -> None:
    now = timezone.now()
    ImportBatch.objects.filter(pk=batch.pk).update(**{"state": BatchState.PREPARING, "heartbeat_at": now, **fields})


def test_the_page_shows_how_far_the_worker_is_without_a_script(operator: Client, batch: ImportBatch) -> None:
    at_work(batch, step=BatchStep.COMPARING, progress=250, rows=1000, progress_permille=250)
    text = operator.get(url_of("inspect", batch)).content.decode()
    for seen in ("Рядки порівнюються", '<progress max="1000"', 'value="250"', "250 із 1000", "25\u00a0%", "Оновити"):
        assert seen in text
    assert 'aria-live="polite"' in text
    assert 'aria-labelledby="import-step"' in text


@pytest.mark.parametrize(
    ("fields", "sentence", "permille"),
    [
        ({"state": BatchState.RECEIVED, "heartbeat_at": None}, "Файл чекає на обробник", None),
        ({"step": BatchStep.READING, "progress": 5000}, "Файл читається", None),
        ({"step": BatchStep.COMPARING, "progress": 9, "rows": 9, "progress_permille": 1001}, "порівнюються", 1000),
        ({"step": BatchStep.WRITING, "state": BatchState.PREVIEWED}, "застосовується", None),
        ({"cancel_requested_at": timezone.now()}, "зупиняється", None),
    ],
)
def test_the_script_is_told_the_step_in_words_and_numbers(
    operator: Client, batch: ImportBatch, fields: dict[str, Any], sentence: str, permille: int | None
) -> None:
    at_work(batch, **fields)
    told = operator.get(url_of("status", batch)).json()
    assert sentence in told["text"]
    assert told["permille"] == permille
    assert set(told) >= {"state", "progress", "error", "rows", "percent", "seen"}


def test_what_the_script_shows_is_what_the_page_has_places_for(operator: Client, batch: ImportBatch) -> None:
    at_work(batch)
    told = operator.get(url_of("status", batch)).json()
    text = operator.get(url_of("inspect", batch)).content.decode()
    for name in ("text", "percent", "rows", "seen"):
        assert f'data-import-told="{name}"' in text
        assert isinstance(told[name], str)
    script = (Path(__file__).parents[3] / "imports/static/imports/js/progress.js").read_text()
    assert "innerHTML" not in script


def test_a_batch_that_is_read_can_be_stopped_from_its_page(
    operator: Client, batch: ImportBatch, world: StaffWorld
) -> None:
    at_work(batch)
    assert url_of("cancel", batch) in operator.get(url_of("inspect", batch)).content.decode()
    answer = operator.post(url_of("cancel", batch), follow=True)
    assert "Імпорт зупинено" in answer.content.decode()
    batch.refresh_from_db()
    assert batch.state == BatchState.CANCELLED
    again = operator.post(url_of("cancel", batch), follow=True).content.decode()
    assert "Цей імпорт уже вирішено" in again
    assert Payment.objects.filter(document="ПД-1").count() == 0


def test_nobody_stops_imports_by_a_link_or_without_the_right(
    operator: Client, batch: ImportBatch, world: StaffWorld
) -> None:
    at_work(batch)
    assert operator.get(url_of("cancel", batch)).url == url_of("inspect", batch)
    foreign = Client()
    foreign.force_login(world.tro.operator)
    assert foreign.post(url_of("cancel", batch)).status_code == 404
    world.vin.operator.groups.first().permissions.filter(codename="change_importbatch").delete()
    assert operator.post(url_of("cancel", batch)).status_code in {302, 403}
    batch.refresh_from_db()
    assert (batch.state, batch.cancel_requested_at) == (BatchState.PREPARING, None)


@pytest.mark.parametrize("action", ["status", "inspect"])
def test_whoever_waits_at_the_page_wakes_a_batch_whose_worker_died(
    operator: Client, batch: ImportBatch, action: str
) -> None:
    at_work(batch)
    assert operator.get(url_of("status", batch)).json()["state"] == "preparing"
    at_work(batch, heartbeat_at=timezone.now() - timedelta(minutes=2))
    operator.get(url_of(action, batch))
    batch.refresh_from_db()
    assert (batch.state, batch.attempts) == (BatchState.PREVIEWED, 1)
