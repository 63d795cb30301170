"""What every provider keeps to, ours and a stranger's; and what the system says of one that does not."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings

from cabinet_pages.billing.online_payments.checks import check_payment_provider
from cabinet_pages.billing.online_payments.contract import (
    EventRefused,
    OrderToPay,
    PaymentProvider,
    ProviderStatus,
    RefundRefused,
    RefundToMake,
    payment_provider,
)
from tests.plugins.stranger.payments import TownTill
from website.demo.bank.provider import DemoBank

Signed = tuple[bytes, Mapping[str, str]]
MOMENT = datetime(2026, 3, 1, 10, tzinfo=UTC)


@dataclass
class Case:
    """A provider, and how it signs what it says."""

    provider: PaymentProvider
    sign: Callable[[dict[str, Any]], Signed]


def of_the_bank() -> Case:
    bank = DemoBank(secret="the secret of the tests")
    return Case(bank, bank.signed)


def of_the_till() -> Case:
    till = TownTill(key="the-key-of-the-town")
    names = {"key": "message", "order": "ref", "payment": "receipt", "amount": "sum", "happened_at": "at"}

    def signed(told: dict[str, Any]) -> Signed:
        body = json.dumps({names.get(name, name): value for name, value in told.items()}).encode()
        return body, {"X-Till-Signature": till.sign(body.decode("latin-1"))}

    return Case(till, signed)


@pytest.fixture(params=[of_the_bank, of_the_till], ids=["demo bank", "stranger's till"])
def case(request: pytest.FixtureRequest) -> Case:
    made: Case = request.param()
    return made


def order(reference: str = "OPCCCCCCCCCC") -> OrderToPay:
    return OrderToPay(
        reference=reference,
        amount=Decimal("1200.00"),
        currency="UAH",
        recipient="АТ «Вінницяобленерго»",
        recipient_code="00130694",
        iban="UA213223130000026007233566001",
        purpose=f"{reference}; о/р 80-1",
        expires_at=MOMENT + timedelta(hours=1),
        return_url="https://cabinet.example/back/",
        webhook_url="https://cabinet.example/payments/report/",
        language="uk",
    )


TOLD = {
    "key": "m-1",
    "order": "OPCCCCCCCCCC",
    "payment": "P-1",
    "status": "paid",
    "amount": "1200.00",
    "currency": "UAH",
    "happened_at": MOMENT.isoformat(),
}


def test_a_payment_begun_again_is_the_same_payment(case: Case) -> None:
    first, again = case.provider.start(order()), case.provider.start(order())
    assert first == again
    assert first.url.startswith(("https://", "/"))


def test_what_the_provider_has_signed_is_read(case: Case) -> None:
    event = case.provider.read_event(*case.sign(TOLD))
    assert (event.key, event.order, event.payment, event.status) == (
        "m-1",
        "OPCCCCCCCCCC",
        "P-1",
        ProviderStatus.PAID,
    )
    assert (event.amount, event.currency, event.happened_at) == (Decimal("1200.00"), "UAH", MOMENT)


def test_names_of_headers_are_read_in_any_case_of_a_request(case: Case, rf: Any) -> None:
    body, headers = case.sign(TOLD)
    request = rf.post("/payments/report/", data=body, content_type="application/json", headers=dict(headers))
    assert case.provider.read_event(request.body, request.headers).key == "m-1"


@pytest.mark.parametrize("value", ["", "x", "підпис", "0" * 64, "1," + "0" * 64, "\x00", "1,,", "-1,0"])
def test_any_other_signature_is_refused(case: Case, value: str) -> None:
    body, headers = case.sign(TOLD)
    with pytest.raises(EventRefused):
        case.provider.read_event(body, dict.fromkeys(headers, value))
    with pytest.raises(EventRefused):
        case.provider.read_event(body, {})


def test_every_byte_is_signed(case: Case) -> None:
    body, headers = case.sign(TOLD)
    for place in range(len(body)):
        with pytest.raises(EventRefused):
            case.provider.read_event(body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :], headers)


@pytest.mark.parametrize("absent", sorted(TOLD))
def test_a_signed_message_without_something_is_refused(case: Case, absent: str) -> None:
    with pytest.raises(EventRefused):
        case.provider.read_event(*case.sign({name: value for name, value in TOLD.items() if name != absent}))


def test_nothing_is_given_back_of_what_was_never_paid(case: Case) -> None:
    wanted = RefundToMake("r-1", "OPDDDDDDDDDD", "P-1", Decimal("1.00"), "UAH", "помилка")
    with pytest.raises(RefundRefused):
        case.provider.refund(wanted)


# --- the setting ----------------------------------------------------------------------------------------------------


def chosen(backend: str, **options: Any) -> dict[str, Any]:
    return {"PAYMENT_PROVIDER": {"BACKEND": backend, "OPTIONS": options}}


TILL = "tests.plugins.stranger.payments.TownTill"
BANK = "website.demo.bank.provider.DemoBank"


def complaints(settings: dict[str, Any]) -> list[str]:
    with override_settings(WAGTAIL_CABINET=settings):
        return [message.id or "" for message in check_payment_provider(None)]


def test_no_provider_is_no_complaint() -> None:
    assert complaints({}) == []
    assert payment_provider() is None


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (chosen(TILL, key="the-key-of-the-town"), []),
        (chosen(TILL, key="short"), ["cabinet_pages.E041"]),
        (chosen(TILL, lock="x"), ["cabinet_pages.E040"]),
        (chosen("tests.plugins.stranger.payments.Absent"), ["cabinet_pages.E040"]),
        (chosen("decimal.Decimal"), ["cabinet_pages.E040"]),
        ({"PAYMENT_PROVIDER": {}}, ["cabinet_pages.E040"]),
        (chosen(BANK, secret="x"), []),
    ],
)
def test_a_provider_that_cannot_be_used_is_an_error(settings: dict[str, Any], expected: list[str]) -> None:
    assert complaints(settings) == expected


def test_the_demos_bank_is_an_error_of_a_site_that_is_no_demo() -> None:
    with override_settings(DEBUG=False, DEMO_ENABLED=False):
        assert complaints(chosen(BANK, secret="x")) == ["cabinet_pages.E041"]


def test_an_origin_that_forms_may_not_be_sent_to_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TownTill, "form_origins", ("https://till.town.example",))
    policy = {"DIRECTIVES": {"form-action": ["'self'"]}}
    good = chosen(TILL, key="the-key-of-the-town")
    with override_settings(CONTENT_SECURITY_POLICY=policy):
        assert complaints(good) == ["cabinet_pages.W031"]
    policy["DIRECTIVES"]["form-action"].append("https://till.town.example")
    with override_settings(CONTENT_SECURITY_POLICY=policy):
        assert complaints(good) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({}, "none"),
        (chosen(TILL, key="the-key-of-the-town"), "town_till: tests.plugins.stranger.payments.TownTill"),
        (chosen(TILL, key="short"), "The key of the town till is shorter"),
        (chosen(TILL, lock="secret"), "WAGTAIL_CABINET['PAYMENT_PROVIDER'] cannot be used"),
    ],
)
def test_the_doctor_names_the_provider_and_no_key(settings: dict[str, Any], line: str) -> None:
    out = StringIO()
    with override_settings(WAGTAIL_CABINET=settings):
        try:
            call_command("cabinet_doctor", stdout=out, no_color=True)
        except SystemExit:
            # Something else is wrong with the empty site of a test.
            out.write("")
    told = out.getvalue().partition("Payment provider")[2].partition("Verifier of signatures")[0]
    assert line in told
    assert "the-key-of-the-town" not in told
    assert "'secret'" not in told
