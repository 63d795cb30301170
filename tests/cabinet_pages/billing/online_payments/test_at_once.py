"""Windows, reports and employees that act at the same moment."""

import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from wagtail.models import ModelLogEntry

from cabinet_pages.billing.online_payments import audit
from cabinet_pages.billing.online_payments.contract import ProviderEvent, ProviderStatus
from cabinet_pages.billing.online_payments.messages import OnlineRefused
from cabinet_pages.billing.online_payments.models import OnlinePayment, OnlinePaymentReport
from cabinet_pages.billing.online_payments.services import Receipt, apply_report, refund_payment, refunding
from tests import factories
from tests.cabinet_pages.billing.online_payments.world import World, event_of, make_world
from tests.cabinet_pages.billing.test_issuing_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return make_world()


def reporting(world: World, event: ProviderEvent) -> Callable[[], Receipt]:
    return lambda: apply_report(provider=world.provider, event=event)


def test_one_report_that_comes_four_times_at_once_is_applied_once(world: World) -> None:
    order = world.order()
    event = event_of(order)
    found = at_once([reporting(world, event)] * 4)
    assert Counter(found) == {Receipt.STORED: 1, Receipt.KNOWN: 3}
    assert OnlinePaymentReport.objects.count() == 1
    assert ModelLogEntry.objects.filter(action=audit.PAID).count() == 1


def test_a_payment_and_a_failure_at_once_end_in_the_payment(world: World) -> None:
    order = world.order()
    events = [event_of(order, status) for status in ("paid", "failed", "expired", "pending")]
    assert at_once([reporting(world, event) for event in events]) == [Receipt.STORED] * 4
    order.refresh_from_db()
    assert (order.state, world.left()) == ("paid", Decimal("0.00"))


def test_two_windows_at_once_order_once(world: World) -> None:
    found = at_once([world.order] * 4)
    assert len({order.pk for order in found}) == 1
    assert OnlinePayment.objects.count() == 1


def test_a_window_that_orders_while_the_payment_comes_orders_nothing_that_is_paid(world: World) -> None:
    order = world.order()
    event = event_of(order)
    found = at_once([reporting(world, event), *[world.order] * 3])
    assert Receipt.STORED in found
    refusals = [one for one in found if isinstance(one, OnlineRefused)]
    orders = {one.pk for one in found if isinstance(one, OnlinePayment)}
    # Before the payment the same order, after it none.
    assert orders <= {order.pk}
    assert len(refusals) + sum(isinstance(one, OnlinePayment) for one in found) == 3
    assert OnlinePayment.objects.count() == 1


def test_two_refunds_at_once_give_back_no_more_than_was_paid(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refunding, "payment_provider", lambda: world.provider)
    operator = factories.make_operator("operator@example.com", world.account.branch)
    order = world.paid()
    guard = threading.Lock()
    real = world.provider.refund

    def refund(wanted: Any) -> Decimal:
        with guard:
            return real(wanted)

    monkeypatch.setattr(world.provider, "refund", refund)

    def give_back() -> Any:
        own = OnlinePayment.objects.select_related("account").get(pk=order.pk)
        return refund_payment(by=operator, order=own, amount=Decimal("700.00"), reason="двічі", token=uuid4())

    found = at_once([give_back] * 3)
    assert sum(isinstance(one, OnlineRefused) for one in found) == 2
    order.refresh_from_db()
    assert (order.refunded, len(world.provider.refunds)) == (Decimal("700.00"), 1)


def test_a_refund_reported_while_it_is_answered_counts_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refunding, "payment_provider", lambda: world.provider)
    operator = factories.make_operator("operator@example.com", world.account.branch)
    order = world.paid()
    event = event_of(order, ProviderStatus.REFUNDED, "700.00")

    def give_back() -> Any:
        own = OnlinePayment.objects.select_related("account").get(pk=order.pk)
        return refund_payment(by=operator, order=own, amount=Decimal("700.00"), reason="двічі", token=uuid4())

    # The report may come before the branch has asked: then so much less is left to give back.
    at_once([reporting(world, event), give_back])
    order.refresh_from_db()
    assert (order.state, order.refunded) == ("part_refunded", Decimal("700.00"))
