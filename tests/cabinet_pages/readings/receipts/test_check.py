"""The public check of a receipt: number, time and validity, and nothing else."""

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import segno
from django.core.cache import cache
from django.test import Client

from cabinet_pages.access.limits import RATES
from cabinet_pages.printing.qr import qr_picture
from cabinet_pages.readings.models import Reading, ReadingSubmission
from cabinet_pages.readings.receipts.services import check_address
from tests.cabinet_pages.readings.receipts.sheets import send_sheet
from tests.cabinet_pages.readings.test_entry import text_of
from tests.cabinet_pages.readings.world import World

CANARY = "Канарка-7391"


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def path_of(submission: ReadingSubmission) -> str:
    return f"/readings/check/{submission.uuid}/"


def test_anybody_sees_number_time_and_validity_and_nothing_else(client: Client, world: World) -> None:
    for one, field in ((world.point, "name"), (world.scope.account.customer, "name")):
        setattr(one, field, f"{CANARY} {field}")
        one.save()
    person = world.owner.cabinet_person
    person.last_name = CANARY
    person.save()
    submission = world.submit("1234.5", reason=CANARY)
    response = client.get(path_of(submission))
    body = response.content.decode()
    assert response.status_code == 200
    page = text_of(response)
    assert f"Номер квитанції {submission.number}" in page
    assert "31.01.2026 10:00:00" in page
    assert "Чинна" in page
    account = world.scope.account
    for secret in (
        CANARY, account.number, account.slug, "1234", "1 234", "1\u00a0234", "6900", "6\u00a0900", world.point.code,
        world.register.meter.serial, world.owner.email, submission.digest, account.customer.code, account.branch.name,
        str(submission.token),
    ):  # fmt: skip
        assert secret not in body, secret
    assert "noindex" in response["X-Robots-Tag"]
    assert re.search(r'<meta name="robots" content="noindex', body)
    assert "no-store" in response["Cache-Control"]


def test_it_says_that_a_receipt_is_replaced_or_a_part_of_it(client: Client, world: World) -> None:
    submission = world.submit("1234.5")
    newer = world.submit("1240")
    page = text_of(client.get(path_of(submission)))
    assert "Замінена новішою" in page
    assert newer.number not in page
    assert "Чинна" in text_of(client.get(path_of(newer)))
    sheet = send_sheet(world.scope.account, world.owner, rows=2)
    Reading.objects.filter(pk=sheet.readings.first().pk).update(is_current=False)
    assert "Частково замінена новішою" in text_of(client.get(path_of(sheet)))


def test_a_changed_row_and_a_deleted_row_do_not_fit(client: Client, world: World) -> None:
    submission = send_sheet(world.scope.account, world.owner, rows=2)
    assert "Чинна" in text_of(client.get(path_of(submission)))
    first = Reading.objects.filter(submission=submission).first()
    assert first is not None
    Reading.objects.filter(pk=first.pk).update(value=first.value + Decimal("0.001"))
    assert "Не збігається" in text_of(client.get(path_of(submission)))
    Reading.objects.filter(pk=first.pk).update(value=first.value)
    assert "Чинна" in text_of(client.get(path_of(submission)))
    first.delete()
    assert "Не збігається" in text_of(client.get(path_of(submission)))


def test_a_submission_from_before_the_hashes_is_not_called_forged(client: Client, world: World) -> None:
    submission = world.submit("1234.5")
    ReadingSubmission.objects.update(digest="", receipt={})
    page = text_of(client.get(path_of(submission)))
    assert "Видана без контрольного хешу" in page
    assert "Не збігається" not in page
    assert "Хеш" not in text_of(client.get(path_of(submission), {"hash": "0" * 64}))


def test_an_absent_receipt_is_a_404_that_says_so(client: Client, world: World) -> None:
    response = client.get(f"/readings/check/{uuid4()}/")
    assert response.status_code == 404
    assert "Такої квитанції немає" in text_of(response)
    assert "noindex" in response["X-Robots-Tag"]
    assert client.post(f"/readings/check/{uuid4()}/").status_code == 405


def test_a_typed_hash_is_compared_with_the_beginning_of_the_stored_one(client: Client, world: World) -> None:
    submission = world.submit("1234.5")
    digits = submission.digest

    def answer(typed: str) -> str:
        return text_of(client.get(path_of(submission), {"hash": typed}))

    assert "Хеш збігається" in answer(digits)
    assert "Хеш збігається" in answer(f" {digits[:4].upper()} {digits[4:12]} ")
    wrong = ("0" if digits[0] != "0" else "1") + digits[1:]
    assert "Хеш не збігається" in answer(wrong)
    assert "щонайменше 8 знаків" in answer(digits[:7])
    assert "Хеш збігається" not in answer("<script>")
    assert "<script>alert" not in client.get(path_of(submission), {"hash": "<script>alert"}).content.decode()


def test_one_address_cannot_ask_without_end(client: Client, world: World) -> None:
    submission = world.submit("1234.5")
    allowed = int(RATES["receipt_check"].split("/")[0])
    statuses = [client.get(f"/readings/check/{uuid4()}/").status_code for _ in range(allowed)]
    assert statuses == [404] * allowed
    blocked = client.get(path_of(submission))
    assert blocked.status_code == 429
    assert "Забагато перевірок" in text_of(blocked)
    assert submission.number not in text_of(blocked)
    assert client.get(path_of(submission), REMOTE_ADDR="203.0.113.9").status_code == 200


def test_the_address_in_the_code_stands_on_the_configured_base_whatever_host_asked(settings: Any) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://cabinet.example"
    uuid = uuid4()
    assert check_address(uuid) == f"https://cabinet.example/readings/check/{uuid}/"
    picture = qr_picture(segno.make(check_address(uuid), error="m"))
    assert picture.side >= 41
    # Seven dark modules are the edge of the first corner.
    assert picture.path.startswith("M4 4h7v1h-7z")
