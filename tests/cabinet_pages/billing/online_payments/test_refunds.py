"""The branch gives money back, or says where a payment is booked."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cabinet_pages.billing.online_payments import audit
from cabinet_pages.billing.online_payments.messages import OnlineRefused
from cabinet_pages.billing.online_payments.models import OnlinePayment, OnlineRefund
from cabinet_pages.billing.online_payments.services import close_problem, mark_booked, refund_payment, refunding
from cabinet_pages.install import install_groups
from cabinet_pages.notifications.models import OutgoingMail
from tests import factories
from tests.cabinet_pages.billing.online_payments.world import WITH_BANK, World

pytestmark = pytest.mark.django_db

ALL = Decimal("1200.00")


@pytest.fixture
def operator(world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An employee of the account's branch; the site's provider is the world's."""
    monkeypatch.setattr(refunding, "payment_provider", lambda: world.provider)
    install_groups()
    return factories.make_operator("operator@example.com", world.account.branch)


def refund(order: OnlinePayment, by: Any, amount: str = "1200.00", **changes: Any) -> OnlineRefund:
    given = {"amount": Decimal(amount), "reason": "Сплачено двічі", "token": uuid4(), **changes}
    return refund_payment(by=by, order=order, **given)


def test_money_given_back_is_due_again(world: World, operator: Any) -> None:
    order = world.paid()
    assert refund(order, operator).state == "done"
    assert (order.state, order.refunded, world.left(), world.awaited()) == ("refunded", ALL, ALL, Decimal("0.00"))
    [asked] = world.provider.refunds.values()
    assert (asked.amount, asked.order, asked.payment) == (ALL, order.reference, order.provider_payment)
    entry = ModelLogEntry.objects.get(action=audit.REFUND_ASK)
    assert (entry.user, entry.data["reason"]) == (operator, "Сплачено двічі")


def test_a_part_given_back_is_due_again_and_the_rest_is_awaited(world: World, operator: Any) -> None:
    order = world.paid()
    refund(order, operator, "200.00")
    assert (order.state, world.left(), world.awaited()) == ("part_refunded", Decimal("200.00"), Decimal("1000.00"))
    refund(order, operator, "1000.00")
    assert (order.state, order.refunded) == ("refunded", ALL)


@pytest.mark.parametrize("amount", ["1200.01", "0.00", "-5.00"])
def test_no_more_is_given_back_than_was_paid_nor_less_than_something(world: World, operator: Any, amount: str) -> None:
    order = world.paid()
    with pytest.raises(OnlineRefused, match="too_much"):
        refund(order, operator, amount)
    assert world.provider.asked == 0


def test_what_is_left_counts_what_was_given_back_before(world: World, operator: Any) -> None:
    order = world.paid()
    refund(order, operator, "200.00")
    with pytest.raises(OnlineRefused) as refused:
        refund(order, operator, "1000.01")
    assert refused.value.params == {"amount": Decimal("1000.00")}


def test_the_same_click_twice_gives_back_once(world: World, operator: Any) -> None:
    order, token = world.paid(), uuid4()
    for _ in range(2):
        refund(order, operator, "200.00", token=token)
    assert (world.provider.asked, order.refunded) == (1, Decimal("200.00"))


def test_a_refund_without_an_answer_is_repeated_and_goes_once(world: World, operator: Any) -> None:
    order, token = world.paid(), uuid4()
    world.provider.is_down = True
    with pytest.raises(OnlineRefused, match="refund_unanswered"):
        refund(order, operator, "700.00", token=token)
    assert (order.refunded, OnlineRefund.objects.get().state) == (Decimal("0.00"), "asked")
    # What may have gone is not offered again under another token.
    with pytest.raises(OnlineRefused, match="too_much"):
        refund(order, operator, "700.00")
    world.provider.is_down = False
    assert refund(order, operator, "700.00", token=token).state == "done"
    assert (order.refunded, len(world.provider.refunds)) == (Decimal("700.00"), 1)


def test_a_report_of_the_refund_and_its_answer_count_once(world: World, operator: Any) -> None:
    order, token = world.paid(), uuid4()
    world.provider.is_down = True
    with pytest.raises(OnlineRefused, match="refund_unanswered"):
        refund(order, operator, "700.00", token=token)
    world.report(order, "refunded", "700.00")
    world.provider.is_down = False
    refund(order, operator, "700.00", token=token)
    assert (order.refunded, order.state) == (Decimal("700.00"), "part_refunded")


def test_the_people_of_the_account_are_told_of_the_refund(cabinet: World, operator: Any) -> None:
    with override_settings(WAGTAIL_CABINET=WITH_BANK):
        order = cabinet.paid()
        refund(order, operator, "200.00")
        call_command("send_mail_queue")
        mails = OutgoingMail.objects.filter(event="online_payment").order_by("pk")
        assert [mail.user for mail in mails] == [cabinet.person] * 2
        assert f"200,00\N{NO-BREAK SPACE}₴ з онлайн-оплати {order.reference}" in mails[1].text


def test_a_refused_refund_leaves_the_money(world: World, operator: Any) -> None:
    order = world.paid()
    world.provider.refuses = "term is over"
    with pytest.raises(OnlineRefused, match="refund_refused"):
        refund(order, operator)
    assert (order.refunded, OnlineRefund.objects.get().refusal) == (Decimal("0.00"), "term is over")
    world.provider.refuses = ""
    refund(order, operator)
    assert order.refunded == ALL


def test_nothing_is_given_back_of_what_was_not_paid(world: World, operator: Any) -> None:
    with pytest.raises(OnlineRefused, match="not_paid"):
        refund(world.order(), operator)


def test_a_reason_is_needed(world: World, operator: Any) -> None:
    with pytest.raises(OnlineRefused, match="reason_required"):
        refund(world.paid(), operator, reason=" \x00 ")


def test_only_the_accounts_branch_gives_back_or_books(world: World, operator: Any) -> None:
    stranger = factories.make_operator("tro@example.com", factories.make_branch("TRO"))
    order = world.paid()
    with pytest.raises(OnlineRefused, match="not_your_branch"):
        refund(order, stranger)
    with pytest.raises(OnlineRefused, match="not_your_branch"):
        mark_booked(by=stranger, order=order, note="документ 5")


def test_another_provider_than_the_orders_is_not_asked(world: World, operator: Any) -> None:
    order = world.paid()
    OnlinePayment.objects.update(provider="former")
    order.refresh_from_db()
    with pytest.raises(OnlineRefused, match="no_provider"):
        refund(order, operator)


def test_a_payment_found_in_the_books_is_counted_no_longer(world: World, operator: Any) -> None:
    order = world.paid()
    mark_booked(by=operator, order=order, note="документ 5 від 01.03.2026")
    assert (world.left(), world.awaited()) == (ALL, Decimal("0.00"))
    assert ModelLogEntry.objects.get(action=audit.BOOK).user == operator
    with pytest.raises(OnlineRefused, match="already_booked"):
        mark_booked(by=operator, order=order, note="ще раз")
    with pytest.raises(OnlineRefused, match="note_required"):
        mark_booked(by=operator, order=world.order(), note=" ")


def test_a_contradiction_is_closed_by_the_branch_or_by_a_right_report(world: World, operator: Any) -> None:
    order = world.order()
    world.report(order, "paid", "1.00")
    order.refresh_from_db()
    assert order.problem == "amount"
    with pytest.raises(OnlineRefused, match="answer_required"):
        close_problem(by=operator, order=order, note=" ")
    close_problem(by=operator, order=order, note="Банк повернув 1,00 грн")
    assert OnlinePayment.objects.get(pk=order.pk).problem == ""
    assert ModelLogEntry.objects.get(action=audit.CLARIFY).data["problem"] == "amount"
    with pytest.raises(OnlineRefused, match="nothing_unclear"):
        close_problem(by=operator, order=order, note="ще раз")
    world.report(order, "paid", "2.00")
    world.report(order)
    order.refresh_from_db()
    assert (order.state, order.problem) == ("paid", "")


# --- the screen -----------------------------------------------------------------------------------------------------


def screen(order: OnlinePayment) -> str:
    return reverse("cabinet_pages_onlinepayment_modeladmin_inspect", args=[order.pk])


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_screen_gives_back_and_shows_what_happened(world: World, operator: Any) -> None:
    order, client = world.paid(), signed_in(operator)
    first = client.get(screen(order)).content.decode()
    assert "ще ні: споживач бачить «очікує зарахування»" in first
    token = uuid4()
    for _ in range(2):
        answer = client.post(screen(order), {"token": token, "amount": "200,00", "reason": "Помилка"}, follow=True)
    assert "частково повернуто" in answer.content.decode().lower()
    assert world.provider.asked == 1


def test_a_wrong_amount_is_said_beside_the_field(world: World, operator: Any) -> None:
    order = world.paid()
    answer = signed_in(operator).post(screen(order), {"token": uuid4(), "amount": "багато", "reason": "Помилка"})
    assert answer.status_code == 422
    assert 'id="amount-error"' in answer.content.decode()


def test_the_screen_says_where_a_payment_is_booked(world: World, operator: Any) -> None:
    order = world.paid()
    answer = signed_in(operator).post(screen(order), {"action": "book", "note": "документ 5"}, follow=True)
    assert "документ 5" in answer.content.decode()
    assert world.awaited() == Decimal("0.00")


def test_the_screen_closes_a_contradiction(world: World, operator: Any) -> None:
    order, client = world.order(), signed_in(operator)
    world.report(order, currency="EUR")
    assert "провайдер повідомляє іншу валюту" in client.get(screen(order)).content.decode()
    assert client.post(screen(order), {"action": "clarify", "answer": ""}).status_code == 422
    client.post(screen(order), {"action": "clarify", "answer": "Помилка банку"})
    assert OnlinePayment.objects.get().problem == ""


def test_whoever_may_only_look_decides_nothing(world: World, operator: Any) -> None:
    order = world.paid()
    group = operator.groups.get()
    group.permissions.remove(Permission.objects.get(codename="change_onlinepayment"))
    client = signed_in(operator)
    assert "Повернути гроші" not in client.get(screen(order)).content.decode()
    client.post(screen(order), {"token": uuid4(), "amount": "200,00", "reason": "Помилка"})
    client.post(screen(order), {"action": "book", "note": "документ 5"})
    order.refresh_from_db()
    assert (order.refunded, order.booked_at) == (Decimal("0.00"), None)


@override_settings(WAGTAIL_CABINET={})
def test_without_a_provider_the_screen_still_shows_what_was_paid(world: World) -> None:
    order = world.paid()
    install_groups()
    operator = factories.make_operator("operator@example.com", world.account.branch)
    client = signed_in(operator)
    assert order.reference in client.get("/admin/cabinet_pages/onlinepayment/").content.decode()
    answer = client.post(screen(order), {"token": uuid4(), "amount": "1,00", "reason": "Помилка"}, follow=True)
    assert "не під’єднано" in answer.content.decode()
