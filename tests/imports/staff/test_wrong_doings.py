"""Wrong files and wrong doings at the desk: each ends in a sentence that says what happened and what to do."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imports.models import BatchState, BatchStep, ImportBatch
from tests.cabinet_pages.staff.world import StaffWorld, make_world
from tests.imports.staff.test_desk import BAD, CREATE, GOOD, HEADING, a_file, upload, url_of

WORKED_ON = "Нічого не змінено: файл саме опрацьовується."


@pytest.fixture
def world(db: Any) -> StaffWorld:
    return make_world()


@pytest.fixture
def operator(world: StaffWorld) -> Client:
    client = Client()
    client.force_login(world.vin.operator)
    return client


def told(answer: Any) -> str:
    """Everything that the page after an answer says."""
    return str(answer.content.decode())


def given(client: Client, *lines: str) -> ImportBatch:
    upload(client, *lines)
    return ImportBatch.objects.latest("pk")


def at_work(batch: ImportBatch) -> ImportBatch:
    ImportBatch.objects.filter(pk=batch.pk).update(state=BatchState.PREPARING, step=BatchStep.READING)
    return batch


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ({"file"}, "оберіть файл"),
        ({"kind"}, "оберіть зі списку, що у файлі"),
        ({"branch"}, "оберіть зі списку одну з Ваших структурних одиниць"),
    ],
)
def test_what_is_missing_is_asked_for_by_name(operator: Client, left_out: set[str], sentence: str) -> None:
    whole = {"kind": "payments", "branch": "VIN", "file": a_file(*GOOD)}
    answer = operator.post(CREATE, {name: value for name, value in whole.items() if name not in left_out})
    assert answer.status_code == 422
    assert sentence in told(answer)
    assert not ImportBatch.objects.exists()


def test_a_foreign_branch_is_no_choice(operator: Client) -> None:
    answer = upload(operator, *GOOD, branch="TRO")
    assert answer.status_code == 422
    assert "оберіть зі списку одну з Ваших структурних одиниць" in told(answer)


def test_two_files_at_once_are_not_taken_for_one(operator: Client) -> None:
    files = [a_file(*GOOD), a_file(BAD, name="інші.csv")]
    answer = operator.post(CREATE, {"kind": "payments", "branch": "VIN", "file": files})
    assert answer.status_code == 422
    assert "Надіслано кілька файлів (2), і жодного не прийнято: подавайте їх по одному." in told(answer)
    assert not ImportBatch.objects.exists()


def test_a_spoilt_hidden_field_holds_nobody_up(operator: Client) -> None:
    answer = upload(operator, *GOOD, token="зіпсовано")
    assert answer.url == url_of("inspect", ImportBatch.objects.get())


def test_half_a_period_is_asked_for_the_other_half(operator: Client) -> None:
    answer = upload(operator, *GOOD, complete_from="2026-02-01")
    assert answer.status_code == 422
    assert "вкажіть і цей або очистьте інший" in told(answer)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Файл порожній. Вивантажте його ще раз."),
        (f"{HEADING}\n".encode("cp1251"), "У файлі немає рядків під заголовками. Перевірте період"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "Це зображення. Вивантажте таблицю як XLSX або CSV."),
    ],
)
def test_a_file_without_rows_is_refused_with_what_to_do(operator: Client, content: bytes, sentence: str) -> None:
    data = {"kind": "payments", "branch": "VIN", "file": SimpleUploadedFile("файл.csv", content)}
    assert sentence in told(operator.post(CREATE, data, follow=True))


def test_a_file_of_another_kind_leads_to_the_kind_before_the_mapping(operator: Client) -> None:
    data = {"kind": "accounts", "branch": "VIN", "file": a_file(*GOOD)}
    answer = told(operator.post(CREATE, data, follow=True))
    assert "Спершу перевірте, чи правильно обрано вид файлу." in answer
    assert "Зіставити колонки" in answer


@pytest.mark.parametrize("action", ["inspect", "mapping"])
def test_a_file_that_is_worked_on_is_not_called_decided(operator: Client, action: str) -> None:
    batch = at_work(given(operator, *GOOD))
    answer = told(operator.post(url_of(action, batch), {"action": "apply"}, follow=True))
    assert WORKED_ON in answer
    assert "вже вирішено" not in answer
    batch.refresh_from_db()
    assert batch.state == BatchState.PREPARING


def test_a_decided_import_is_not_checked_again_without_a_word(operator: Client) -> None:
    batch = given(operator, *GOOD)
    operator.post(url_of("inspect", batch), {"action": "apply"})
    answer = told(operator.post(url_of("inspect", batch), {"action": "prepare"}, follow=True))
    assert "Цей імпорт уже вирішено: застосовано." in answer


def test_whoever_applies_after_a_colleague_is_told_that_it_is_done(world: StaffWorld, operator: Client) -> None:
    batch = given(operator, *GOOD)
    colleague = Client()
    colleague.force_login(world.central)
    colleague.post(url_of("inspect", batch), {"action": "apply"})
    answer = told(operator.post(url_of("inspect", batch), {"action": "apply"}, follow=True))
    assert "Цей імпорт уже вирішено: застосовано." in answer
    assert world.central.email in answer


def test_after_signing_in_anew_a_stop_by_its_link_stops_nothing(operator: Client) -> None:
    batch = at_work(given(operator, *GOOD))
    answer = operator.get(url_of("cancel", batch), follow=True)
    assert "Нічого не зупинено: натисніть кнопку на цій сторінці." in told(answer)
    batch.refresh_from_db()
    assert (batch.state, batch.cancel_requested_at) == (BatchState.PREPARING, None)


def test_a_form_sent_after_the_session_ended_is_told_to_be_lost(world: StaffWorld) -> None:
    answer = upload(Client(), *GOOD)
    gate = Client()
    led = gate.get(answer.url)
    assert [str(one) for one in get_messages(led.wsgi_request)] == [
        "Увійдіть, щоб продовжити. Якщо Ви щойно щось надсилали, цього не отримано: надішліть ще раз."
    ]
    assert "цього не отримано" in told(gate.get(led.url))
    assert not ImportBatch.objects.exists()


def test_a_file_that_the_storage_has_lost_is_told_to_be_lost(operator: Client) -> None:
    batch = given(operator, *GOOD, BAD)
    batch.file.storage.delete(batch.file.name)
    sentence = "У сховищі цього файлу вже немає."
    for action in ("file", "errors"):
        assert sentence in told(operator.get(url_of(action, batch), follow=True)), action
    assert sentence in told(operator.get(url_of("mapping", batch)))
    # Read again, the batch ends in the sentence and does not wait for ever.
    assert sentence in told(operator.post(url_of("inspect", batch), {"action": "prepare"}, follow=True))
    batch.refresh_from_db()
    assert (batch.state, batch.error_code) == (BatchState.REFUSED, "file_lost")


def test_the_tick_is_asked_for_by_the_page_and_not_in_the_words_of_a_browser(
    operator: Client, world: StaffWorld
) -> None:
    batch = given(operator, *GOOD, BAD)
    page = told(operator.get(url_of("inspect", batch)))
    assert '<form method="post" novalidate>' in page
    answer = operator.post(url_of("inspect", batch), {"action": "apply"})
    assert answer.status_code == 422
    assert "Поставте позначку" in told(answer)
