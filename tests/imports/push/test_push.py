"""The push of 1C: a file comes by a token, once; and its sender is told what became of it, in Ukrainian."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from cabinet_pages.accounts.models import Branch
from cabinet_pages.payments.models import Payment
from imports.engine.steps import step_reached
from imports.models import BatchState, ImportBatch, PushToken
from imports.push.services import issue_token, revoke_token
from tests import factories as make
from tests.imports.resources.loading import csv_file

URL = "/api/imports/payments/"
HEADING = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")
ROW = ("80-1", "ПД-1", "03.01.2026", "Пеня", "1 234,56")
GOOD = csv_file([HEADING, ROW])
OTHER = csv_file([HEADING, (*ROW[:4], "2,00")])

Push = Callable[..., Any]


@pytest.fixture
def branch(db: None) -> Branch:
    return make.make_account("80-1", make.make_branch("VIN")).branch


@pytest.fixture
def token(branch: Branch) -> tuple[PushToken, str]:
    return issue_token(name="1С бухгалтерія", branch=branch)


@pytest.fixture
def push(client: Client, token: tuple[PushToken, str]) -> Push:
    """Push bytes as 1C does: the body is the file."""

    def send(content: bytes = GOOD, *, url: str = URL, key: str = "A-1", secret: str = "", **headers: Any) -> Any:
        return client.post(
            url,
            data=content,
            content_type=headers.pop("content_type", "application/octet-stream"),
            headers={"authorization": f"Bearer {secret or token[1]}", "idempotency-key": key, **headers},
        )

    return send


def ask(client: Client, url: str, secret: str) -> Any:
    return client.get(url, headers={"authorization": f"Bearer {secret}"})


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def test_a_pushed_file_stops_at_its_preview_and_its_sender_is_told_so(
    push: Push, client: Client, token: tuple[PushToken, str]
) -> None:
    answer = push(**{"content-disposition": f"attachment; filename*=UTF-8''{quote('Платежі.csv')}"})
    batch = ImportBatch.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"batch": batch.pk, "state": "previewed", "url": f"/api/imports/{batch.pk}/"}
    assert answer.headers["Location"] == f"/api/imports/{batch.pk}/"
    assert (batch.source, batch.branch, batch.file_name) == ("push", token[0].branch, "Платежі.csv")
    report = ask(client, answer.json()["url"], token[1])
    assert report.status_code == 200
    expected = {"batch": batch.pk, "state": "previewed", "kind": "payments", "rows": 1, "new": 1, "rejected": 0}
    assert {name: report.json()[name] for name in expected} == expected
    assert report.json()["totals"]["amount"] == "1234.56"
    assert Payment.objects.count() == 0
    token[0].refresh_from_db()
    assert token[0].last_used_at is not None


def test_a_token_may_apply_what_it_pushes_but_not_what_has_bad_rows(client: Client, branch: Branch, push: Push) -> None:
    _, secret = issue_token(name="1С", branch=branch, auto_apply=True)
    assert ask(client, push(secret=secret).json()["url"], secret).json()["state"] == "applied"
    assert Payment.objects.count() == 1
    bad = csv_file([HEADING, (*ROW[:2], "32.01.2026", *ROW[3:]), ("80-1", "ПД-2", *ROW[2:])])
    report = ask(client, push(bad, key="A-2", secret=secret).json()["url"], secret).json()
    assert (report["state"], report["rejected"]) == ("refused", 1)
    assert Payment.objects.count() == 1


def test_the_same_key_with_the_same_bytes_finds_the_same_batch(push: Push) -> None:
    first = push().json()
    assert push().json() == first
    assert push(key="A-2").json()["batch"] != first["batch"]
    assert ImportBatch.objects.count() == 2


def test_the_same_key_with_other_bytes_is_refused(push: Push) -> None:
    first = push().json()
    answer = push(OTHER)
    assert told(answer) == (422, "key_of_another_file")
    assert str(first["batch"]) in answer.json()["message"]
    assert ImportBatch.objects.count() == 1


def test_the_keys_of_two_tokens_are_strangers(push: Push, branch: Branch) -> None:
    _, secret = issue_token(name="Друга 1С", branch=branch)
    assert push(OTHER, secret=secret).json()["batch"] != push().json()["batch"]


def test_a_file_may_come_in_a_form_and_say_what_is_expected_of_it(client: Client, token: tuple[PushToken, str]) -> None:
    form = {"file": SimpleUploadedFile("платежі.csv", GOOD), "expect_rows": "1", "expect_amount": "1 234,56"}
    answer = client.post(
        f"{URL}?complete=2026-01..2026-01&as_of=2026-02-01T10:00",
        form,
        headers={"authorization": f"Bearer {token[1]}", "idempotency-key": "B"},
    )
    assert answer.status_code == 202
    batch = ImportBatch.objects.get()
    assert (batch.file_name, batch.expect_rows, str(batch.expect_amount)) == ("платежі.csv", 1, "1234.56")
    assert str(batch.complete_from) == "2026-01-01"
    assert str(batch.complete_to) == "2026-01-31"
    assert batch.as_of_given
    assert batch.sha256 == sha256(GOOD).hexdigest()


@pytest.mark.parametrize(
    ("asked", "error", "name"),
    [
        ("complete=2026-02..2026-01", "bad_option", "complete"),
        ("expect_amount=x", "bad_option", "expect_amount"),
        ("expect_rows=-1", "bad_option", "expect_rows"),
        ("as_of=2999-01-01", "bad_option", "as_of"),
        ("as_of=вчора", "bad_option", "as_of"),
        ("accept=everything", "bad_option", "accept"),
        ("skip_rejected=1", "unknown_option", "skip_rejected"),
    ],
)
def test_an_option_that_cannot_be_used_is_named_and_nothing_is_kept(
    push: Push, asked: str, error: str, name: str
) -> None:
    answer = push(url=f"{URL}?{asked}")
    assert told(answer) == (400, error)
    assert name in answer.json()["message"]
    assert ImportBatch.objects.count() == 0


@pytest.mark.parametrize("heading", ["", "Bearer", "Bearer cabinet_x", "Basic {secret}", "{secret}", "Bearer  "])
def test_nobody_comes_in_without_a_token(client: Client, token: tuple[PushToken, str], heading: str) -> None:
    headers = {"authorization": heading.format(secret=token[1]), "idempotency-key": "A"}
    answer = client.post(URL, data=GOOD, content_type="application/octet-stream", headers=headers)
    assert told(answer) == (401, "no_token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert ImportBatch.objects.count() == 0


def test_a_revoked_token_is_as_good_as_none(push: Push, client: Client, token: tuple[PushToken, str]) -> None:
    url = push().json()["url"]
    assert revoke_token(token=token[0])
    assert told(push(key="A-2")) == told(ask(client, url, token[1])) == (401, "no_token")
    assert not revoke_token(token=token[0])


def test_a_foreign_batch_answers_as_an_absent_one(
    push: Push, client: Client, token: tuple[PushToken, str], branch: Branch
) -> None:
    url = push().json()["url"]
    _, foreign = issue_token(name="ТРО", branch=make.make_branch("TRO"))
    absent = ask(client, "/api/imports/999999/", foreign)
    found = ask(client, url, foreign)
    assert (found.status_code, found.content) == (absent.status_code, absent.content)
    assert told(found) == (404, "no_batch")
    _, central = issue_token(name="Усі", branch=None)
    assert ask(client, url, central).status_code == 200
    # What people gave at the desk is not the program's business.
    ImportBatch.objects.update(source="desk")
    assert told(ask(client, url, token[1])) == (404, "no_batch")


def test_a_token_gives_files_of_its_own_branch_alone(push: Push, branch: Branch) -> None:
    make.make_branch("TRO")
    assert told(push(url=f"{URL}?branch=TRO")) == (403, "other_branch")
    _, central = issue_token(name="Усі", branch=None)
    assert push(url=f"{URL}?branch=VIN", key="C", secret=central).status_code == 202
    assert ImportBatch.objects.get().branch == branch
    assert told(push(url=f"{URL}?branch=NON", key="D", secret=central)) == (400, "no_branch")
    Branch.objects.update(is_active=False)
    assert told(push(key="E")) == (403, "branch_closed")


def test_a_request_without_what_it_needs_is_told_what_that_is(push: Push, client: Client) -> None:
    assert told(push(key="")) == (400, "no_key")
    assert told(push(key="п'ять")) == (400, "no_key")
    assert told(push(key="x" * 151)) == (400, "no_key")
    assert told(push(b"", **{"content-length": "0"})) == (400, "no_file")
    assert told(push(url="/api/imports/nothing/")) == (404, "no_kind")
    assert told(push(content_type="application/x-www-form-urlencoded")) == (415, "wrong_content")
    assert told(push(**{"content-encoding": "gzip"})) == (415, "wrong_content")
    for answer in (client.get(URL), client.put(URL), client.delete("/api/imports/1/")):
        assert told(answer) == (405, "wrong_method")
        assert answer.headers["Allow"]
    assert ImportBatch.objects.count() == 0


def test_a_file_above_the_limit_is_refused_before_a_byte_of_it_is_read(
    push: Push, client: Client, token: tuple[PushToken, str], settings: Any
) -> None:
    settings.WAGTAIL_CABINET_IMPORTS = {"LIMITS": {"file_bytes": len(GOOD)}}
    assert push().status_code == 202
    answer = push(GOOD + b" ", key="A-2")
    assert told(answer) == (413, "too_large")
    assert str(len(GOOD)) in answer.json()["message"]
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token[1]}", "HTTP_IDEMPOTENCY_KEY": "A-3", "CONTENT_LENGTH": ""}
    assert told(client.generic("POST", URL, GOOD, "application/octet-stream", **headers)) == (411, "no_length")


def test_a_body_that_breaks_off_is_no_file(client: Client, token: tuple[PushToken, str]) -> None:
    told_length, came = str(len(GOOD) + 9), BytesIO(GOOD)
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token[1]}", "HTTP_IDEMPOTENCY_KEY": "A", "CONTENT_LENGTH": told_length}
    answer = client.generic("POST", URL, GOOD, "application/octet-stream", **headers, **{"wsgi.input": came})
    assert told(answer) == (400, "cut_short")
    assert ImportBatch.objects.count() == 0


def test_too_many_requests_wait(push: Push, client: Client, branch: Branch, settings: Any) -> None:
    rates = {"push": "2/h/key", "ask": "1/h/key", "unknown_token": "1/h/ip"}
    settings.WAGTAIL_CABINET_IMPORTS = {"PUSH_RATES": rates}
    url = push().json()["url"]
    assert push().status_code == 202
    answer = push()
    assert told(answer) == (429, "too_often")
    assert answer.headers["Retry-After"]
    # Another token has tries of its own.
    _, other = issue_token(name="Друга", branch=branch)
    assert push(secret=other).status_code == 202
    assert ask(client, url, other).status_code == 200
    assert told(ask(client, url, other)) == (429, "too_often")
    assert told(push(secret="guess")) == (401, "no_token")
    assert told(push(secret="guess")) == (429, "too_often")


def test_answers_are_in_ukrainian_for_programs_alone(push: Push, client: Client) -> None:
    answers = [push(), push(key=""), client.post(URL, headers={"accept-language": "en"}), client.get(URL)]
    for answer in answers:
        assert answer.headers["Content-Type"].startswith("application/json")
        assert "no-store" in answer.headers["Cache-Control"]
        assert not answer.cookies
        assert "Cookie" not in answer.headers.get("Vary", "")
    assert "ключ" in push(OTHER).json()["message"]
    assert "токен" in answers[2].json()["message"]


def test_a_push_needs_no_csrf_token(token: tuple[PushToken, str]) -> None:
    strict = Client(enforce_csrf_checks=True)
    headers = {"authorization": f"Bearer {token[1]}", "idempotency-key": "A"}
    answer = strict.post(URL, data=GOOD, content_type="application/octet-stream", headers=headers)
    assert answer.status_code == 202


def test_a_repeated_push_wakes_a_batch_whose_worker_died(push: Push, settings: Any) -> None:
    first = push().json()
    long_ago = timezone.now() - timedelta(minutes=5)
    ImportBatch.objects.update(state=BatchState.PREPARING, heartbeat_at=long_ago)
    assert push().json() == first
    assert ImportBatch.objects.get().state == BatchState.PREVIEWED


def test_the_secret_is_nowhere_in_the_database(token: tuple[PushToken, str]) -> None:
    stored = PushToken.objects.values().get()
    assert token[1] not in str(stored)
    assert stored["digest"] == sha256(token[1].encode()).hexdigest()


def test_one_request_that_comes_twice_at_once_makes_one_batch_and_keeps_one_file(push: Push, settings: Any) -> None:
    def files() -> int:
        return sum(path.is_file() for path in Path(settings.PRIVATE_ROOT).rglob("*"))

    inner: list[Any] = []

    def push_beside(name: str, **told: Any) -> None:
        if name == "file_stored" and not inner:
            inner.append(None)
            inner[0] = push().json()

    before = files()
    step_reached.connect(push_beside)
    try:
        outer = push().json()
    finally:
        step_reached.disconnect(push_beside)
    assert outer == inner[0]
    assert ImportBatch.objects.count() == 1
    assert files() == before + 1
