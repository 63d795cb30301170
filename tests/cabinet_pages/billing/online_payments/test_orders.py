"""An order is made of what the cabinet knows, once, and its payment is awaited until the ERP books it."""

import logging
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone
from pypdf import PdfReader
from wagtail.models import ModelLogEntry

from cabinet_pages.access.models import Access
from cabinet_pages.billing.documents import document_of, owner_scope
from cabinet_pages.billing.invoice_pdf import invoice_pdf
from cabinet_pages.billing.models import Invoice, InvoiceState
from cabinet_pages.billing.online_payments import audit
from cabinet_pages.billing.online_payments.messages import OnlineRefused
from cabinet_pages.billing.online_payments.models import OnlinePayment, OnlinePaymentReport
from cabinet_pages.billing.online_payments.services import Receipt, hand_over
from cabinet_pages.notifications.models import OutgoingMail
from tests import factories
from tests.cabinet_pages.billing.online_payments.world import WITH_BANK, World
from tests.cabinet_pages.billing.payees import OTHER_IBAN

pytestmark = pytest.mark.django_db


def begin(world: World, order: OnlinePayment) -> None:
    hand_over(
        order=order,
        provider=world.provider,
        utility=world.utility,
        return_url="https://cabinet.example/back/",
        webhook_url="https://cabinet.example/payments/report/",
        language="uk",
    )


def test_an_order_is_for_the_unpaid_remainder_by_article(world: World) -> None:
    factories.make_payment(world.account, date(2026, 3, 1), "200.00")
    order = world.order()
    assert order.amount == Decimal("1000.00")
    assert [(part.article.name, part.amount) for part in order.parts.all()] == [
        ("Активна електроенергія", Decimal("1000.00"))
    ]
    assert order.purpose.startswith(f"{order.reference}; о/р 80-431930, рахунок № ВН-7/26")
    entry = ModelLogEntry.objects.get(action=audit.ORDER)
    assert (entry.user, entry.data["amount"]) == (world.person, "1000.00")


def test_the_provider_is_told_what_the_cabinet_computed(world: World) -> None:
    order = world.order()
    begin(world, order)
    [told] = world.provider.started
    assert (told.reference, told.amount, told.currency, told.iban) == (order.reference, order.amount, "UAH", order.iban)
    assert (told.recipient_code, told.expires_at) == ("00130694", order.expires_at)
    assert (order.state, order.handover) == (
        "started",
        {"url": "https://pay.example/", "fields": {"order": order.reference}},
    )


@pytest.mark.parametrize("iban", ["", OTHER_IBAN, "UA000000000000000000000000000"])
def test_no_other_account_is_paid_than_one_of_the_invoice(world: World, iban: str) -> None:
    with pytest.raises(OnlineRefused, match="nothing_due"):
        world.order(iban=iban)


def test_a_second_window_gets_the_same_order(world: World) -> None:
    first = world.order()
    begin(world, first)
    second = world.order()
    begin(world, second)
    assert first.pk == second.pk
    assert len(world.provider.started) == 1


def test_an_order_for_a_sum_that_is_due_no_longer_gives_way(world: World) -> None:
    first = world.order()
    factories.make_payment(world.account, date(2026, 3, 1), "200.00")
    second = world.order()
    first.refresh_from_db()
    assert (first.state, second.amount) == ("expired", Decimal("1000.00"))


def test_an_order_whose_time_is_over_gives_way_and_a_late_payment_of_it_still_counts(world: World) -> None:
    first = world.order()
    OnlinePayment.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    second = world.order()
    assert second.pk != first.pk
    world.report(first)
    first.refresh_from_db()
    assert (first.state, world.left()) == ("paid", Decimal("0.00"))


def test_a_provider_that_is_down_costs_nothing_but_a_sentence(world: World, caplog: pytest.LogCaptureFixture) -> None:
    order = world.order()
    world.provider.is_down = True
    with pytest.raises(OnlineRefused) as refused:
        begin(world, order)
    assert "не відповідає" in refused.value.message
    order.refresh_from_db()
    assert order.state == "created"
    world.provider.is_down = False
    again = world.order()
    begin(world, again)
    assert (again.pk, again.state) == (order.pk, "started")


def test_what_is_paid_online_is_due_no_longer_and_is_no_payment_of_the_ledger(world: World) -> None:
    order = world.paid()
    assert (order.state, order.paid_on is not None, order.provider_payment) == ("paid", True, f"P-{order.reference}")
    assert (world.left(), world.awaited()) == (Decimal("0.00"), Decimal("1200.00"))
    document = document_of(world.utility, owner_scope(world.account), world.invoice)
    assert (document.paid, document.awaited, document.unpaid, document.offers) == (
        Decimal("0.00"),
        Decimal("1200.00"),
        Decimal("0.00"),
        [],
    )
    assert world.account.payments.count() == 0
    with pytest.raises(OnlineRefused, match="nothing_due"):
        world.order()


def test_a_pdf_that_is_issued_meanwhile_asks_for_nothing_that_is_paid(world: World) -> None:
    world.paid()
    document = document_of(world.utility, owner_scope(world.account), world.invoice)
    pages = PdfReader(BytesIO(invoice_pdf(document))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "Сплачено онлайн, очікує зарахування 1 200,00 ₴ До сплати 0,00 ₴" in text
    assert "Сплатити за QR" not in text


@pytest.mark.parametrize("place", ["purpose", "order_number", "document"])
def test_the_erps_payment_that_names_the_order_takes_its_place(world: World, place: str) -> None:
    order = world.paid()
    words = {place: order.reference if place != "purpose" else f"{order.purpose} через еквайринг"}
    factories.make_payment(world.account, timezone.now().date() + timedelta(days=20), "1200.00", **words)
    assert (world.left(), world.awaited()) == (Decimal("0.00"), Decimal("0.00"))


def test_the_erps_nameless_payment_takes_its_place_a_few_days_later(world: World) -> None:
    order = world.paid()
    assert order.paid_on is not None
    factories.make_payment(world.account, order.paid_on + timedelta(days=3), "1200.00")
    assert (world.left(), world.awaited()) == (Decimal("0.00"), Decimal("0.00"))


def test_a_payment_that_was_known_before_is_not_taken_for_the_orders(world: World) -> None:
    second = factories.make_invoice(world.account, "ВН-8/26", date(2026, 2, 28), lines=["1200.00"])
    factories.make_payment(world.account, timezone.now().date(), "1200.00", purpose="рахунок № ВН-8/26")
    world.paid()
    assert world.awaited() == Decimal("1200.00")
    assert (world.left(), second.number) == (Decimal("0.00"), "ВН-8/26")


def test_an_invoice_that_was_paid_in_between_owes_nothing_and_the_order_is_awaited(world: World) -> None:
    order = world.order()
    factories.make_payment(world.account, timezone.now().date() - timedelta(days=1), "1200.00")
    world.report(order)
    assert (world.left(), world.awaited()) == (Decimal("0.00"), Decimal("1200.00"))


def test_an_order_outlives_the_row_of_its_invoice(world: World) -> None:
    world.paid()
    Invoice.objects.all().delete()
    world.invoice = factories.make_invoice(world.account, "ВН-7/26", date(2026, 2, 28), lines=["1200.00"])
    assert world.left() == Decimal("0.00")


def test_an_annulled_invoice_is_not_ordered(world: World) -> None:
    Invoice.objects.update(state=InvoiceState.ANNULLED)
    world.invoice.refresh_from_db()
    with pytest.raises(OnlineRefused, match="nothing_due"):
        world.order()


def test_a_report_of_another_sum_pays_nothing_and_is_kept_for_the_branch(world: World) -> None:
    order = world.order()
    assert world.report(order, "paid", "1199.99") is Receipt.STORED
    order.refresh_from_db()
    assert (order.state, order.problem, world.left()) == ("created", "amount", Decimal("1200.00"))
    assert OnlinePaymentReport.objects.get().outcome == "disputed"
    assert ModelLogEntry.objects.filter(action=audit.DISPUTE).count() == 1


def test_a_report_in_another_currency_pays_nothing(world: World) -> None:
    order = world.order()
    world.report(order, currency="EUR")
    order.refresh_from_db()
    assert (order.state, order.problem) == ("created", "currency")


def test_one_payment_of_the_provider_pays_one_order(world: World) -> None:
    first = world.paid()
    world.invoice = factories.make_invoice(world.account, "ВН-9/26", date(2026, 3, 31), lines=["1200.00"])
    second = world.order()
    world.report(second, payment=first.provider_payment)
    second.refresh_from_db()
    assert (second.state, second.problem) == ("created", "reused_payment")


def test_the_same_report_twice_is_stored_and_applied_once(world: World) -> None:
    order = world.order()
    assert world.report(order, key="once") is Receipt.STORED
    assert world.report(order, key="once") is Receipt.KNOWN
    assert OnlinePaymentReport.objects.count() == 1
    assert ModelLogEntry.objects.filter(action=audit.PAID).count() == 1


def test_an_unknown_order_is_not_stored(world: World) -> None:
    order = world.order()
    assert world.report(order, order="OPZZZZZZZZZZ") is Receipt.NO_SUCH_ORDER
    assert OnlinePaymentReport.objects.count() == 0


@override_settings(WAGTAIL_CABINET=WITH_BANK)
def test_the_people_of_the_account_are_told_once(cabinet: World) -> None:
    world = cabinet
    order = world.order()
    world.report(order, key="1")
    world.report(order, key="2")
    [mail] = OutgoingMail.objects.all()
    assert mail.user == world.person
    call_command("send_mail_queue")
    mail.refresh_from_db()
    assert order.reference in mail.text
    assert "1\N{NO-BREAK SPACE}200,00" in mail.text


@override_settings(WAGTAIL_CABINET=WITH_BANK)
def test_money_counts_and_nobody_is_told_when_the_access_is_closed_meanwhile(world: World) -> None:
    order = world.order()
    Access.objects.update(closed_at=timezone.now())
    world.report(order)
    order.refresh_from_db()
    assert order.state == "paid"
    assert not OutgoingMail.objects.exists()


def test_without_a_provider_nobody_is_told(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        world.paid()
    assert not OutgoingMail.objects.exists()
    assert not caplog.records
