"""Lists of the staff screens: search, filters, made-up parameters, pages, exports, numbers of queries."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from cabinet_pages.access.models import AccessRequest
from tests import factories as make
from tests.cabinet_pages.staff.test_every_route import LISTS, url_of
from tests.cabinet_pages.staff.world import StaffWorld, body_of

PAYMENTS = "cabinet_pages_payment_modeladmin_index"


def rows_of(client: Client, url: str) -> list[Any]:
    answer = client.get(url)
    assert answer.status_code == 200
    return list(answer.context["object_list"])


@pytest.mark.parametrize(
    "probe",
    [
        "user__password__startswith=pbkdf2",
        "account__customer__name__contains=Канарейка",
        "account__branch=1",
        "no_such_parameter=1",
        "pk__gt=0",
        "branch=%27%22",
        "state=%00",
        "o=99.-x.--1",
        "p=99999999999999999999",
        "p=-3",
        "q=%00%25_",
        "q=" + "%D0%90" * 500,
    ],
)
def test_made_up_parameters_change_no_list_and_fail_nowhere(
    probe: str, world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.central)
    for model in LISTS:
        answer = client.get(f"{url_of(model, 'index')}?{probe}")
        assert answer.status_code == 200, model
        if not probe.startswith("q="):
            assert len(answer.context["object_list"]) == len(rows_of(client, url_of(model, "index"))), model


@pytest.mark.parametrize(
    "words", ["канарейка-вінниця", "КАНАРЕЙКА-ВІННИЦЯ", "тов канарейка", "ТОВ «Канарейка", "80-4319", "80−431930"]
)
def test_search_finds_a_name_in_any_letter_case_and_an_account_from_its_start(
    words: str, world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    found = rows_of(as_user(world.central), reverse(PAYMENTS) + f"?q={words}")
    assert world.vin.records["payment"] in found
    if "80" in words or "інни" in words.lower():
        assert world.tro.records["payment"] not in found


def test_a_word_of_quotation_marks_finds_nothing_instead_of_everything(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    assert rows_of(as_user(world.central), reverse(PAYMENTS) + "?q=%22") == []


def test_the_inbox_finds_a_person_by_name_in_any_letter_case(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    make.Person.objects.filter(user=world.vin.person).update(last_name="Ґалаґан")
    url = reverse("cabinet_pages_accessrequest_modeladmin_index")
    for words in ("ґалаґан", "ҐАЛАҐАН", "Ґала"):
        assert rows_of(as_user(world.central), f"{url}?q={words}") == [world.vin.request]


def test_a_customer_with_two_accounts_is_listed_once(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    make.make_account("80-431931", world.vin.branch, customer=world.vin.account.customer)
    url = reverse("cabinet_pages_customer_modeladmin_index")
    assert rows_of(as_user(world.vin.operator), f"{url}?q=80-4319") == [world.vin.account.customer]


def test_a_customer_of_two_branches_shows_each_branch_its_own_accounts(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    make.make_account("80-777", world.tro.branch, customer=world.vin.account.customer)
    url = reverse("cabinet_pages_customer_modeladmin_inspect", args=[world.vin.account.customer.pk])
    assert "80-777" not in as_user(world.vin.operator).get(url).content.decode()
    assert "80-777" in as_user(world.tro.operator).get(url).content.decode()


def test_filters_narrow_the_list(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.central)
    make.make_payment(world.vin.account, date(2026, 2, 1), "-5.00", kind="refund")
    assert [row.kind for row in rows_of(client, reverse(PAYMENTS) + "?kind=refund")] == ["refund"]
    assert {row.account for row in rows_of(client, reverse(PAYMENTS) + "?branch=TRO")} == {world.tro.account}
    assert len(rows_of(client, reverse(PAYMENTS) + "?kind=nonsense")) == 3


def test_waiting_requests_come_first_the_oldest_at_the_top(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    now = timezone.now()
    decided = AccessRequest.objects.create(
        user=world.vin.person, branch=world.vin.branch, state="refused", submitted_at=now + timedelta(days=1)
    )
    old = AccessRequest.objects.create(
        user=world.vin.person, branch=world.vin.branch, submitted_at=now - timedelta(days=5)
    )
    url = reverse("cabinet_pages_accessrequest_modeladmin_index")
    client = as_user(world.vin.operator)
    assert rows_of(client, url) == [old, world.vin.request, decided]
    assert rows_of(client, f"{url}?age=3") == [old]


def test_a_list_takes_as_many_queries_for_a_full_page_as_for_one_row(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.vin.operator)
    counts: dict[str, list[int]] = {model: [] for model in LISTS if model != "branchoperator"}
    for visit in range(2):
        for model, found in counts.items():
            client.get(url_of(model, "index"))
            with CaptureQueriesContext(connection) as queries:
                client.get(url_of(model, "index"))
            found.append(len(queries))
        for number in range(visit * 60, visit * 60 + 60):
            account = make.make_account(f"81-{number}", world.vin.branch, customer=make.make_customer(f"ТОВ {number}"))
            make.make_payment(account, date(2026, 3, 1), "1.00")
            make.make_invoice(account)
            make.make_register(account)
            AccessRequest.objects.create(user=make.make_user(), branch=world.vin.branch, account_numbers=account.number)
    assert {model: first for model, (first, _second) in counts.items()} == {
        model: second for model, (_first, second) in counts.items()
    }
    assert max(first for first, _second in counts.values()) <= 20


def test_exports_keep_texts_that_look_like_formulas_as_texts(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    payloads = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"]
    for number, payload in enumerate(payloads):
        make.make_payment(world.vin.account, date(2026, 4, number + 1), "-1.50", payer=payload, purpose=payload)
    client = as_user(world.vin.operator)
    text = body_of(client.get(reverse(PAYMENTS) + "?export=csv")).decode("utf-8-sig")
    assert "'=1+1" in text
    assert ";=1+1" not in text
    assert ";-1,50;" in text
    book = load_workbook(BytesIO(body_of(client.get(reverse(PAYMENTS) + "?export=xlsx"))))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert [str(cell.value)[1:] for cell in cells if str(cell.value).startswith("'=1+1")] == ["=1+1"] * 2
    assert -1.5 in [cell.value for cell in cells]


def test_an_export_is_noted_at_the_person_who_made_it(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    from wagtail.models import ModelLogEntry

    body_of(as_user(world.vin.operator).get(reverse(PAYMENTS) + "?export=csv"))
    entry = ModelLogEntry.objects.get(action="cabinet_pages.export")
    assert entry.user == world.vin.operator
    assert entry.data["screen"] == "cabinet_pages.payment"
