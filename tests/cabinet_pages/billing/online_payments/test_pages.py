"""«Сплатити онлайн» on the invoice, the page of the order, and the bank of the demo."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from cabinet_pages.access.models import Role
from cabinet_pages.billing.online_payments import routes
from cabinet_pages.billing.online_payments.models import OnlinePayment
from cabinet_pages.billing.online_payments.services import apply_report
from tests import factories
from tests.cabinet_pages.billing.online_payments.world import SECRET, WITH_BANK, World, event_of
from tests.cabinet_pages.billing.payees import IBAN, OTHER_IBAN
from tests.cabinet_pages.billing.test_payment_codes_of_invoices import codes_of_page
from tests.support.windows import client_of, visit
from website.demo.bank import views as bank
from website.demo.bank.provider import DemoBank

pytestmark = pytest.mark.django_db

BUTTON = "Сплатити онлайн"
QUERY_BUDGET = 15


@pytest.fixture
def with_bank() -> Any:
    with override_settings(WAGTAIL_CABINET=WITH_BANK):
        yield


@pytest.fixture
def delivered(monkeypatch: pytest.MonkeyPatch) -> Client:
    """Let the bank's reports reach this site, as they would over the network."""
    provider = Client(enforce_csrf_checks=True)

    class Answer:
        def __init__(self, response: Any) -> None:
            self.status, self.content = response.status_code, response.content

        def __enter__(self) -> "Answer":
            return self

        def __exit__(self, *error: object) -> None: ...

        def read(self, size: int) -> bytes:
            return bytes(self.content[:size])

    def urlopen(request: Any, timeout: int) -> Answer:
        path = "/" + request.full_url.split("/", 3)[3]
        return Answer(
            provider.post(
                path, data=request.data, content_type="application/json", headers=dict(request.header_items())
            )
        )

    monkeypatch.setattr(bank.urllib.request, "urlopen", urlopen)
    return provider


def shown(client: Client, world: World) -> Any:
    return visit(client, f"invoices/80-431930/{world.invoice.uuid}/")


def begun(client: Client, world: World) -> OnlinePayment:
    answer = client.post(f"{world.address}pay/", {"iban": IBAN})
    order = OnlinePayment.objects.latest("pk")
    assert (answer.status_code, answer["Location"]) == (302, f"{world.address}online/{order.uuid}/")
    return order


def bank_page(order: OnlinePayment) -> str:
    return str(order.handover["url"])


def test_without_a_provider_the_page_is_as_ever(cabinet: World) -> None:
    client = cabinet.client
    answer = shown(client, cabinet)
    assert "онлайн" not in answer.text.lower()
    assert client.post(f"{cabinet.address}pay/", {"iban": IBAN}).status_code == 404
    assert not OnlinePayment.objects.exists()


def test_the_order_is_the_cabinets_whatever_the_browser_says(cabinet: World, with_bank: None) -> None:
    client = cabinet.client
    assert shown(client, cabinet).text.count(BUTTON) == 1
    client.post(f"{cabinet.address}pay/", {"iban": IBAN, "amount": "0.01", "reference": "OPAAAAAAAAAA"})
    order = OnlinePayment.objects.get()
    assert (order.amount, order.person, order.state) == (Decimal("1200.00"), cabinet.person, "started")
    assert order.reference != "OPAAAAAAAAAA"


def test_an_account_that_is_none_of_the_invoices_is_refused_with_a_sentence(cabinet: World, with_bank: None) -> None:
    answer = cabinet.client.post(f"{cabinet.address}pay/", {"iban": OTHER_IBAN}, follow=True)
    assert "сплачувати вже нічого" in answer.content.decode()
    assert not OnlinePayment.objects.exists()


def test_a_browser_must_send_the_forms_token(cabinet: World, with_bank: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cabinet.person)
    assert client.post(f"{cabinet.address}pay/", {"iban": IBAN}).status_code == 403


def test_a_payment_is_confirmed_before_the_person_is_back(cabinet: World, with_bank: None, delivered: Client) -> None:
    client = cabinet.client
    order = begun(client, cabinet)
    page = client.get(f"{cabinet.address}online/{order.uuid}/").content.decode()
    assert bank_page(order) in page
    assert "1\N{NO-BREAK SPACE}200,00" in page
    back = client.post(bank_page(order), {"action": "pay"})
    assert back["Location"] == f"http://testserver{cabinet.address}online/{order.uuid}/?returned=1"
    answer = client.get(back["Location"]).content.decode()
    assert "сплачено онлайн, очікує зарахування" in answer
    invoice = shown(client, cabinet)
    assert "сплачено онлайн, очікує зарахування" in invoice.text
    assert BUTTON not in invoice.text
    assert codes_of_page(invoice.response.content.decode()) == []


def test_the_list_says_what_is_paid_online_and_asks_for_the_rest_alone(cabinet: World) -> None:
    client = cabinet.client
    order = cabinet.paid()
    answer = visit(client, "invoices/80-431930/")
    assert "сплачено онлайн, очікує зарахування" in answer.text
    assert "не сплачено" not in " ".join(answer.cells()[0])
    assert "залишилось сплатити" not in " ".join(answer.cells()[0])
    cabinet.report(order, "refunded", "200.00")
    cells = " ".join(visit(client, "invoices/80-431930/").cells()[0])
    assert "залишилось сплатити 200,00 ₴" in cells
    assert "1 000,00 ₴ сплачено онлайн, очікує зарахування" in cells


def test_too_many_orders_are_refused_with_a_sentence(
    cabinet: World, with_bank: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(routes, "is_allowed", lambda request, action: asked.append(action))
    answer = cabinet.client.post(f"{cabinet.address}pay/", {"iban": IBAN}, follow=True)
    assert "Забагато спроб" in answer.content.decode()
    assert (asked, OnlinePayment.objects.count()) == (["online_payment"], 0)


def test_a_person_who_is_back_first_waits_for_the_confirmation(
    cabinet: World, with_bank: None, delivered: Client
) -> None:
    client = cabinet.client
    order = begun(client, cabinet)
    back = client.post(bank_page(order), {"action": "pay_later"})["Location"]
    assert "Чекаємо підтвердження" in client.get(back).content.decode()
    # In another window the same order is found, and not a second one.
    assert begun(client, cabinet).pk == order.pk
    notices = re.findall(r'action="(/demo/bank/[^"]+/notices/\d+/)"', client.get(bank_page(order)).content.decode())
    for _ in range(2):
        client.post(notices[0])
    assert "Чекаємо підтвердження" not in client.get(back).content.decode()
    assert order.reports.count() == 1


def test_a_declined_payment_can_be_tried_anew(cabinet: World, with_bank: None, delivered: Client) -> None:
    client = cabinet.client
    order = begun(client, cabinet)
    back = client.post(bank_page(order), {"action": "decline"})["Location"]
    assert "гроші не списано" in client.get(back).content.decode()
    assert begun(client, cabinet).pk != order.pk


def test_a_report_of_another_sum_is_said_to_be_clarified(cabinet: World, with_bank: None, delivered: Client) -> None:
    client = cabinet.client
    order = begun(client, cabinet)
    back = client.post(bank_page(order), {"action": "pay_other"})["Location"]
    answer = client.get(back).content.decode()
    assert "не платіть повторно" in answer
    assert "Перейти на сторінку оплати" not in answer


def test_an_order_whose_time_is_over_says_so(cabinet: World, with_bank: None) -> None:
    client = cabinet.client
    order = begun(client, cabinet)
    OnlinePayment.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    answer = client.get(f"{cabinet.address}online/{order.uuid}/").content.decode()
    assert "Час на цю оплату минув" in answer
    assert bank_page(order) not in answer


def test_fields_of_the_provider_are_sent_by_a_form_and_cannot_become_markup(cabinet: World, with_bank: None) -> None:
    client = cabinet.client
    order = begun(client, cabinet)
    OnlinePayment.objects.update(
        handover={"url": "https://pay.example/x", "fields": {"data": '"><script>alert(1)</script>'}}
    )
    answer = client.get(f"{cabinet.address}online/{order.uuid}/").content.decode()
    assert '<form method="post" action="https://pay.example/x">' in answer
    assert 'value="&quot;&gt;&lt;script&gt;' in answer
    assert "csrfmiddlewaretoken" not in answer.split("https://pay.example/x")[1].split("</form>")[0]


def test_the_pages_stay_within_their_queries(cabinet: World, with_bank: None) -> None:
    client = cabinet.client
    order = begun(client, cabinet)
    apply_report(provider=DemoBank(secret=SECRET), event=event_of(order))
    assert shown(client, cabinet).queries <= QUERY_BUDGET
    assert visit(client, f"invoices/80-431930/{cabinet.invoice.uuid}/online/{order.uuid}/").queries <= QUERY_BUDGET


def test_whoever_sees_the_invoice_may_pay_it_and_nobody_else(cabinet: World, with_bank: None) -> None:
    viewer, stranger = factories.make_user(), factories.make_user()
    factories.grant(viewer, cabinet.account, Role.VIEWER)
    factories.grant(stranger, factories.make_account("80-36"))
    order = begun(client_of(viewer), cabinet)
    for client in (client_of(stranger), client_of(None)):
        paying = client.post(f"{cabinet.address}pay/", {"iban": IBAN})
        looking = client.get(f"{cabinet.address}online/{order.uuid}/")
        assert {paying.status_code, looking.status_code} <= {302, 404}
        assert order.reference not in looking.content.decode()
    assert OnlinePayment.objects.count() == 1


def test_an_order_is_found_below_its_own_invoice_alone(cabinet: World, with_bank: None) -> None:
    client = cabinet.client
    order = begun(client, cabinet)
    other = factories.make_invoice(cabinet.account, "ВН-8/26", lines=["10.00"])
    assert client.get(f"/cabinet/legal/invoices/80-431930/{other.uuid}/online/{order.uuid}/").status_code == 404


@override_settings(DEMO_ENABLED=False)
def test_the_bank_of_the_demo_is_absent_elsewhere(cabinet: World, with_bank: None) -> None:
    assert Client().get("/demo/bank/OPAAAAAAAAAA/").status_code == 404
