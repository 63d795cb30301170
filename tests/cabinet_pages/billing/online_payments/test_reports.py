"""The address of the provider's reports: nothing but a signature opens it."""

import json
import logging
import time
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from cabinet_pages.billing.online_payments.contract import ProviderStatus
from cabinet_pages.billing.online_payments.models import OnlinePayment, OnlinePaymentReport
from tests.cabinet_pages.billing.online_payments.world import SECRET, WITH_BANK, World
from website.demo.bank.book import BankPayment
from website.demo.bank.provider import SIGNATURE, DemoBank, notice_of

pytestmark = pytest.mark.django_db

PATH = "/payments/report/"
VIEWS = "cabinet_pages.billing.online_payments.views"
BANK = DemoBank(secret=SECRET)


@pytest.fixture(autouse=True)
def with_bank() -> Any:
    with override_settings(WAGTAIL_CABINET=WITH_BANK):
        yield


@pytest.fixture
def order(world: World) -> OnlinePayment:
    return world.order(provider=BANK)


def notice(ordered: OnlinePayment, status: ProviderStatus = ProviderStatus.PAID, **changes: str) -> dict[str, str]:
    payment = BankPayment(ordered.reference, "DB-1", f"{ordered.amount:.2f}", "", "", "", "", "", "")
    return {**notice_of(payment, status, ordered.amount), **changes}


def send(told: dict[str, str], *, at: float | None = None, body: bytes | None = None, **headers: str) -> Any:
    signed, own = BANK.signed(told, at=at)
    # A client that demands the token of every form, as a browser's attacker would meet it.
    return Client(enforce_csrf_checks=True).post(
        PATH, data=signed if body is None else body, content_type="application/json", headers={**own, **headers}
    )


def test_a_genuine_report_is_applied_without_a_session_and_in_few_queries(order: OnlinePayment) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = send(notice(order))
    order.refresh_from_db()
    assert (answer.status_code, order.state, order.provider_payment) == (200, "paid", "DB-1")
    assert len(queries) <= 25, "\n".join(query["sql"][:120] for query in queries)
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert "no-store" in answer["Cache-Control"]
    assert Session.objects.count() == 0


def test_the_same_report_again_is_thanked_for_and_changes_nothing(order: OnlinePayment) -> None:
    told = notice(order)
    assert [send(told).status_code, send(told).status_code] == [200, 200]
    assert OnlinePaymentReport.objects.count() == 1


def test_a_failure_after_the_payment_changes_nothing(order: OnlinePayment) -> None:
    send(notice(order))
    assert send(notice(order, ProviderStatus.FAILED)).status_code == 200
    order.refresh_from_db()
    assert order.state == "paid"


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param({"headers": {SIGNATURE: ""}}, id="no signature"),
        pytest.param({"headers": {SIGNATURE: "1,абв"}}, id="no digest"),
        pytest.param({"headers": {SIGNATURE: "²,00"}}, id="no number"),
        pytest.param({"headers": {SIGNATURE: f"{int(time.time())},{'0' * 64}"}}, id="wrong digest"),
        pytest.param({"changed": True}, id="another body"),
        pytest.param({"at": time.time() - 3600}, id="replayed an hour later"),
        pytest.param({"at": time.time() + 3600}, id="from the future"),
    ],
)
def test_what_is_not_genuine_is_refused_and_leaves_a_line_in_the_log(
    order: OnlinePayment, forged: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    told = notice(order)
    body = json.dumps({**told, "amount": "0.01"}, sort_keys=True).encode() if forged.get("changed") else None
    with caplog.at_level(logging.WARNING, logger=VIEWS):
        answer = send(told, at=forged.get("at"), body=body, **forged.get("headers", {}))
    order.refresh_from_db()
    assert (answer.status_code, order.state, OnlinePaymentReport.objects.count()) == (403, "created", 0)
    assert [record.name for record in caplog.records if record.name.startswith("cabinet_pages")] == [VIEWS]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "stolen"},
        {"amount": "a lot"},
        {"amount": "NaN"},
        {"amount": "1e999999"},
        {"amount": "12.345"},
        {"happened_at": "yesterday"},
        {"happened_at": "2026-11-23T10:00:00"},
        {"key": "k" * 500},
        {"key": ""},
        {"payment": "p\x00"},
        {"currency": "HRYVNIA"},
    ],
    ids=str,
)
def test_a_signed_report_that_cannot_be_read_is_refused(order: OnlinePayment, changes: dict[str, str]) -> None:
    assert send(notice(order, **changes)).status_code == 403
    assert OnlinePaymentReport.objects.count() == 0


def test_a_signed_report_that_is_no_report_is_refused(order: OnlinePayment) -> None:
    for told in ([], {}, "text", None):
        assert send(told).status_code == 403  # type: ignore[arg-type]


def test_an_unknown_order_is_absent(order: OnlinePayment) -> None:
    assert send(notice(order, order="OPZZZZZZZZZZ")).status_code == 404
    assert OnlinePaymentReport.objects.count() == 0


def test_nothing_large_is_read(order: OnlinePayment) -> None:
    assert send(notice(order, key="k" * 70_000)).status_code == 413


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch"])
def test_only_post_is_taken(db: None, method: str) -> None:
    assert getattr(Client(), method)(PATH).status_code == 405


def test_without_a_provider_there_is_no_such_address(order: OnlinePayment) -> None:
    with override_settings(WAGTAIL_CABINET={}):
        assert send(notice(order)).status_code == 404


@override_settings(DEBUG=False, DEMO_ENABLED=False)
def test_in_production_the_demos_bank_reads_nothing(order: OnlinePayment) -> None:
    with pytest.raises(ImproperlyConfigured):
        BANK.read_event(*BANK.signed(notice(order)))
