"""Every address of the staff screens, with two operators, the central office and people who are no staff."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as make
from tests.cabinet_pages.staff.world import StaffWorld, body_of, plain_admin_urls, staff_routes

SHARED = {"article"}
CENTRAL_ONLY = {"branchoperator"}
# Screens of many records.
SCREENS = {"window", "review", "missing", "batch"}
COLLECTION = {"index", "create", *SCREENS}
# (model, action) → status for an operator of the record's branch, status for the central office.
READ_ONLY = {"index": (200, 200), "create": (302, 302), "edit": (302, 302), "delete": (302, 302), "inspect": (200, 200)}
HISTORY = {"history": (200, 200)}
EDITED_BY_CENTRAL = {**READ_ONLY, **HISTORY, "create": (302, 200), "edit": (302, 200)}
CASES: dict[str, dict[str, tuple[int, int]]] = {
    "accessrequest": {**READ_ONLY, **HISTORY, "scan": (200, 200), "batch": (200, 200)},
    "account": {**READ_ONLY, **HISTORY, "access": (200, 200), "enter": (200, 200)},
    "customer": READ_ONLY,
    "meteringpoint": {**READ_ONLY, "enter": (200, 200)},
    "meter": READ_ONLY,
    "reading": {**READ_ONLY, "window": (200, 200), "review": (200, 200), "missing": (200, 200)},
    "windowreopening": {**READ_ONLY, "create": (200, 200)},
    "readingexport": {**READ_ONLY, **HISTORY, "create": (200, 200), "file": (200, 200)},
    "invoice": {**READ_ONLY, "pdf": (200, 200)},
    "payment": READ_ONLY,
    "bankcredit": {**READ_ONLY, **HISTORY},
    "onlinepayment": {**READ_ONLY, **HISTORY},
    "balance": READ_ONLY,
    "appeal": READ_ONLY,
    "signeddocument": {**READ_ONLY, "file": (200, 200), "signature": (200, 200)},
    "countersignature": {**READ_ONLY, "file": (200, 200)},
    "branch": EDITED_BY_CENTRAL,
    "article": EDITED_BY_CENTRAL,
    "branchoperator": {
        "index": (302, 200),
        "create": (302, 200),
        "edit": (404, 302),
        "delete": (404, 200),
        "inspect": (404, 200),
        "history": (404, 200),
    },
}
ROUTES = [(model, action) for model, actions in CASES.items() for action in actions]
OBJECT_ROUTES = [(model, action) for model, action in ROUTES if action not in COLLECTION]
LISTS = sorted(CASES)


def url_of(model: str, action: str, record: Any = None) -> str:
    args = [] if action in COLLECTION else [getattr(record, "pk", record)]
    return reverse(f"cabinet_pages_{model}_modeladmin_{action}", args=args)


@pytest.mark.django_db
def test_every_staff_route_has_a_case() -> None:
    assert staff_routes("cabinet_pages") == set(ROUTES)


@pytest.mark.parametrize("model", LISTS)
def test_own_records_answer_operators_and_the_central_office_as_expected(
    model: str, world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    operator, central = as_user(world.vin.operator), as_user(world.central)
    urls = {action: url_of(model, action, world.vin.records[model]) for action in CASES[model]}
    found = {action: (operator.get(url).status_code, central.get(url).status_code) for action, url in urls.items()}
    assert found == CASES[model]


@pytest.mark.parametrize("model", sorted(set(LISTS) - SHARED))
def test_a_record_of_another_branch_is_absent(model: str, world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.tro.operator)
    for action in set(CASES[model]) - COLLECTION:
        for method in (client.get, client.post):
            foreign, absent = (method(url_of(model, action, key)) for key in (world.vin.records[model], 987654321))
            assert (foreign.status_code, absent.status_code) == (404, 404), action
            assert foreign.content == absent.content
            assert {**foreign.headers, "Expires": ""} == {**absent.headers, "Expires": ""}
            assert world.vin.canary not in foreign.content.decode()


@pytest.mark.parametrize("key", ["abc", "9" * 30, "_2D1"])
def test_a_malformed_key_is_an_absent_record(key: str, world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.central)
    answers = {route: client.get(url_of(*route, key)).status_code for route in OBJECT_ROUTES}
    assert set(answers.values()) == {404}, answers


def test_customers_and_anonymous_people_get_nothing(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    for client in (Client(), as_user(world.vin.person)):
        for model, action in ROUTES:
            answer = client.get(url_of(model, action, world.vin.records[model]))
            assert answer.status_code in {302, 403, 404}, (model, action)
            assert world.vin.canary not in body_of(answer).decode("utf-8", "replace")


def test_staff_without_a_branch_sees_no_record(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    stray = make.make_user("stray@example.com")
    stray.groups.set(world.vin.operator.groups.all())
    client = as_user(stray)
    for model in LISTS:
        assert world.vin.canary not in body_of(client.get(url_of(model, "index"))).decode(), model
        assert client.get(url_of(model, "inspect", world.vin.records[model])).status_code == 404, model


@pytest.mark.parametrize("query", ["", "?export=csv", "?q=80-36", "?q=Канарейка", "?branch=TRO"])
def test_a_list_and_its_export_hold_the_own_branch_alone(
    query: str, world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.vin.operator)
    for model in set(LISTS) - SHARED - CENTRAL_ONLY:
        answer = client.get(url_of(model, "index") + query)
        assert answer.status_code == 200, model
        text = body_of(answer).decode()
        assert world.tro.canary not in text, model
        assert "R-TRO" not in text, model


def test_an_operator_who_is_gone_is_out_at_the_next_click(world: StaffWorld, as_user: Callable[[Any], Client]) -> None:
    client = as_user(world.vin.operator)
    world.vin.records["branchoperator"].delete()
    for model in set(LISTS) - CENTRAL_ONLY:
        assert client.get(url_of(model, "inspect", world.vin.records[model])).status_code == 404, model


def test_no_other_page_of_the_admin_tells_of_another_branch(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    make.grant(world.vin.person, world.vin.account)
    as_user(world.vin.operator).post(
        url_of("accessrequest", "inspect", world.vin.request), {"action": "refuse", "reason": world.vin.canary}
    )
    client = as_user(world.tro.operator)
    secrets = (world.vin.canary, world.vin.account.number, world.vin.person.email, world.vin.operator.email)
    visited = 0
    for url in plain_admin_urls():
        text = body_of(client.get(url)).decode("utf-8", "replace")
        assert not [secret for secret in secrets if secret in text], url
        visited += 1
    assert visited > 50
    report = reverse("wagtailadmin_reports:site_history")
    assert client.get(f"{report}?export=csv").status_code == 302
    assert world.vin.person.email in as_user(world.central).get(report).content.decode()


def test_nothing_that_imports_fill_can_be_edited_or_deleted_even_by_the_central_office(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.central)
    for model in ("account", "customer", "meter", "payment", "invoice", "balance", "reading", "signeddocument"):
        record = world.vin.records[model]
        for action in ("edit", "delete"):
            assert client.post(url_of(model, action, record), {}).status_code == 302
        record.refresh_from_db()


def test_files_go_to_staff_in_scope_and_are_kept_by_no_cache(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    client = as_user(world.vin.operator)
    expected = {
        ("signeddocument", "file"): b"document of VIN",
        ("signeddocument", "signature"): b"signature of VIN",
        ("accessrequest", "scan"): b"%PDF-1.4 scan",
    }
    for (model, action), content in expected.items():
        answer = client.get(url_of(model, action, world.vin.records[model]))
        assert body_of(answer) == content
        assert "no-store" in answer["Cache-Control"]
        assert answer["Content-Disposition"].startswith("attachment")
    pdf = client.get(url_of("invoice", "pdf", world.vin.records["invoice"]))
    assert pdf.content.startswith(b"%PDF")
    assert "no-store" in pdf["Cache-Control"]
