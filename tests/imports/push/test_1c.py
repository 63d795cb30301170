"""The request of docs/1c-push.md as the bytes of 1C on the wire, to a real server."""

import json
import re
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from imports.models import BatchState, ImportBatch
from imports.push.reading import OPTIONS
from imports.push.refusals import REFUSALS
from imports.push.services import issue_token
from tests import factories as make
from tests.imports.resources.loading import csv_file

GUIDE = (Path(__file__).parents[3] / "docs" / "1c-push.md").read_text()
CONTENT = csv_file(
    [
        ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу"),
        ("80-1", "ПД-1", "03.01.2026", "Пеня", "1\u00a0234,56"),
    ]
)


def exchange(address: str, head: list[str], body: bytes = b"") -> tuple[int, Any]:
    """Send the bytes, read the answer to its end."""
    place = urlsplit(address)
    lines = [*head, f"Host: {place.hostname}:{place.port}", "Connection: close", "User-Agent: 1C+Enterprise/8.3", ""]
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=30) as line:
        line.sendall("\r\n".join([*lines, ""]).encode("ascii") + body)
        answer = b""
        while block := line.recv(65536):
            answer += block
    heading, _, content = answer.partition(b"\r\n\r\n")
    return int(heading.split()[1]), json.loads(content)


@pytest.mark.django_db(transaction=True)
def test_what_1c_sends_is_taken_once_and_its_questions_are_answered(live_server: Any) -> None:
    branch = make.make_account("80-1", make.make_branch("VIN")).branch
    _, secret = issue_token(name="1С", branch=branch, auto_apply=True)
    head = [
        "POST /api/imports/payments/ HTTP/1.1",
        f"Authorization: Bearer {secret}",
        "Idempotency-Key: 6d3f0a52-6f0e-11ee-8c99-0242ac120002",
        "Content-Type: application/octet-stream",
        f"Content-Disposition: attachment; filename*=UTF-8''{quote('Платежі за січень.csv')}",
    ]
    sized = [*head, f"Content-Length: {len(CONTENT)}"]
    # 1C repeats a request that was not answered.
    answers = [exchange(live_server.url, sized, CONTENT) for _ in range(2)]
    assert answers[0][0] == answers[1][0] == 202
    assert answers[0][1]["batch"] == answers[1][1]["batch"]
    batch = ImportBatch.objects.get()
    assert (batch.file_name, batch.state) == ("Платежі за січень.csv", BatchState.APPLIED)
    status, report = exchange(
        live_server.url, [f"GET {answers[0][1]['url']} HTTP/1.1", f"Authorization: Bearer {secret}"]
    )
    assert (status, report["state"], report["totals"]["amount"]) == (200, "applied", "1234.56")
    assert exchange(live_server.url, head)[0] == 411


def test_the_guide_tells_every_option_and_every_answer() -> None:
    for option in OPTIONS:
        assert f"`{option}`" in GUIDE
    told = {int(number) for number in re.findall(r"\b([245]\d\d)\b", GUIDE)}
    assert {int(status) for status, _ in REFUSALS.values()} <= told
