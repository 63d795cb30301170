"""Several requests at once: only those that name one account and are right about it, each by itself."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cabinet_pages.access.models import Access, AccessRequest, ActivationCode, RequestState
from cabinet_pages.accounts.models import Account
from cabinet_pages.notifications.models import OutgoingMail
from tests import factories as make
from tests.cabinet_pages.staff.world import StaffWorld

BATCH = "cabinet_pages_accessrequest_modeladmin_batch"


def another(world: StaffWorld, number: str = "80-700", **fields: Any) -> AccessRequest:
    """A request of another person for an account of another customer of VIN."""
    if not Account.objects.filter(number=number).exists():
        make.make_account(number, world.vin.branch, customer=make.make_customer("ТОВ Інше", code="11111111"))
    fields = {"customer_code": "11111111", "account_numbers": number, "branch": world.vin.branch, **fields}
    return AccessRequest.objects.create(user=make.make_user(), token=uuid4(), **fields)


def value_of(request: AccessRequest) -> str:
    return f"{request.pk}:{Account.objects.get(number=request.account_numbers).pk}"


def test_what_is_plain_is_confirmed_request_by_request(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    second = another(world)
    page = client.get(reverse(BATCH))
    assert [row.match.request for row in page.context["ready"]] == [world.vin.request, second]
    assert ActivationCode.objects.count() == 0
    answer = client.post(reverse(BATCH), {"request": [row.value for row in page.context["ready"]]})
    assert "Підтверджено: 2 з 2" in answer.content.decode()
    for request in (world.vin.request, second):
        request.refresh_from_db()
        assert request.state == RequestState.CONFIRMED
        assert request.decided_by == world.vin.operator
    assert OutgoingMail.objects.filter(event_key__startswith="activation-code").count() == 2
    assert not Access.objects.exists()
    again = client.post(reverse(BATCH), {"request": [row.value for row in page.context["ready"]]})
    assert "Підтверджено: 0 з 2" in again.content.decode()
    assert OutgoingMail.objects.filter(event_key__startswith="activation-code").count() == 2


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"account_numbers": ""}, "no_account"),
        ({"account_numbers": "80-700\n80-431930"}, "several_accounts"),
        ({"account_numbers": "80-36"}, "unknown_account"),
        ({"customer_code": "22222222"}, "code_differs"),
        ({"customer_code": ""}, "code_differs"),
        ({"contract_number": "7/7"}, "contract_differs"),
        ({"valid_until": "2020-01-01"}, "attorney_ended"),
    ],
)
def test_what_needs_a_look_is_left_out_with_the_reason(
    fields: dict[str, str], why: str, world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    request = another(world)
    value = value_of(request)
    AccessRequest.objects.filter(pk=request.pk).update(**fields)
    client = as_user(world.vin.operator)
    left = client.get(reverse(BATCH)).context["left_out"]
    assert [(row.match.request, row.match.obstacle) for row in left] == [(request, why)]
    client.post(reverse(BATCH), {"request": [value]})
    request.refresh_from_db()
    assert request.state == RequestState.SUBMITTED


def test_a_terminated_account_and_one_open_to_others_are_left_out(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    another(world, "80-701")
    another(world, "80-702")
    Account.objects.filter(number="80-701").update(terminated_on="2020-01-01")
    make.grant(make.make_user(), Account.objects.get(number="80-702"))
    left = as_user(world.vin.operator).get(reverse(BATCH)).context["left_out"]
    assert [row.match.obstacle for row in left] == ["terminated", "open_to_others"]


def test_an_account_that_is_another_one_than_was_shown_is_not_opened(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    request = another(world)
    value = f"{request.pk}:{world.vin.account.pk}"
    answer = as_user(world.vin.operator).post(reverse(BATCH), {"request": [value]})
    assert "рахунок тим часом змінився" in answer.content.decode()
    assert not ActivationCode.objects.exists()


def test_one_that_fails_stops_none_of_the_others(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    second = another(world)
    values = [value_of(world.vin.request), value_of(second)]
    AccessRequest.objects.filter(pk=world.vin.request.pk).update(state=RequestState.REFUSED)
    assert "Підтверджено: 1 з 2" in client.post(reverse(BATCH), {"request": values}).content.decode()
    second.refresh_from_db()
    assert second.state == RequestState.CONFIRMED


def test_another_branch_confirms_nothing_here(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.tro.operator)
    assert world.vin.canary not in client.get(reverse(BATCH)).content.decode()
    client.post(reverse(BATCH), {"request": [value_of(world.vin.request), "x:y", "1", ":", "9" * 40 + ":1"]})
    world.vin.request.refresh_from_db()
    assert world.vin.request.state == RequestState.SUBMITTED


def test_the_page_costs_the_same_for_many_requests(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    found = []
    for numbers in (range(1), range(1, 60)):
        for number in numbers:
            another(world, f"81-{number}")
        client.get(reverse(BATCH))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(BATCH))
        found.append(len(queries))
    assert found[0] == found[1]
