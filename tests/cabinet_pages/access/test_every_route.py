"""Who may open what, on every route of the cabinet, found by walking: a new one without a case fails."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.contrib.routable_page.models import RoutablePageMixin

from cabinet_pages import urls
from cabinet_pages.access.models import Access, AccessRequest, Role
from cabinet_pages.accounts.models import Account
from cabinet_pages.billing.pages import InvoicesPage
from cabinet_pages.documents.models import SignedDocument
from cabinet_pages.readings.models import Reading, ReadingSubmission
from cabinet_pages.windows.pages import CabinetPage
from tests.cabinet_pages.access.routes import (
    ACCOUNT_ROUTES,
    LEAD_TO_A_LIST,
    OWN_ROUTES,
    PAGE_ROUTES,
    PLAIN_ROUTES,
    POST_ONLY,
    SHOWN_ROUTES,
    Ids,
    cabinet_page_types,
    walked_routes,
)
from tests.factories import (
    grant,
    make_account,
    make_balance,
    make_branch,
    make_counter_signature,
    make_customer,
    make_invoice,
    make_online_payment,
    make_payment,
    make_register,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db

CANARY = "Канарка-7391"
QUERY_BUDGET = 15
# The reading sheet, however many points it has.
SHEET_BUDGET = 20


@dataclass
class Belongings:
    """One company's account with something of every kind on it."""

    account: Account
    ids: dict[str, Any]


@dataclass
class World:
    """An owner and a viewer of one account, a stranger with another, and the cabinet's pages."""

    cabinet: CabinetPage
    mine: Belongings
    foreign: Belongings
    people: dict[str, Any]

    def client(self, who: str) -> Client:
        client = Client()
        if who != "anonymous":
            client.force_login(self.people[who], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client


def belongings(number: str, name: str, owner: Any) -> Belongings:
    account = make_account(
        number,
        make_branch("VIN", readings_always_open=True),
        customer=make_customer(name),
        physical_address=f"{name}, вул. Перша 1",
    )
    register = make_register(account, f"ТУ-{number}")
    submission = ReadingSubmission.objects.create(account=account, user=owner, period=date(2026, 9, 1), sheet=uuid4())
    Reading.objects.create(
        register=register,
        period=date(2026, 9, 1),
        read_on=date(2026, 9, 30),
        value=Decimal(10),
        submission=submission,
        multiplier=Decimal(1),
    )
    make_payment(account, date(2026, 9, 1), "10.00")
    # It follows from the invoice and the payment, so that some of the invoice is still owed.
    make_balance(account, date(2026, 9, 1), "9121.00", "9111.00")
    document = SignedDocument(account=account, kind="Акт", number=number, dated=date(2026, 9, 1), file_name="акт.pdf")
    document.file.save("act.pdf", ContentFile(f"%PDF {name}".encode()), save=False)
    document.signature.save("act.p7s", ContentFile(b"signature"), save=False)
    document.signature_name = "акт.pdf.p7s"
    document.save()
    make_counter_signature(document)
    request = AccessRequest.objects.create(user=owner, branch=account.branch, customer_code="1", position=name)
    invoice = make_invoice(account, f"Р-{number}", lines=["120.00", "9000.00"])
    return Belongings(
        account=account,
        ids={
            "number": account.slug,
            "invoice": invoice.uuid,
            "order": make_online_payment(account, invoice).uuid,
            "point": register.meter.point_id,
            "submission": submission.uuid,
            "sheet": submission.sheet,
            "document": document.uuid,
            "request": request.uuid,
        },
    )


@pytest.fixture
def world() -> World:
    cabinet = make_site()
    people = {who: make_user(f"{who}@example.com") for who in ("owner", "viewer", "stranger")}
    mine = belongings("80-1", f'ТОВ "{CANARY}"', people["owner"])
    foreign = belongings("80-2", 'ТОВ "Чужий"', people["stranger"])
    grant(people["owner"], mine.account)
    grant(people["viewer"], mine.account, Role.VIEWER)
    grant(people["stranger"], foreign.account)
    return World(cabinet=cabinet, mine=mine, foreign=foreign, people=people)


def address(world: World, route: tuple[str, str], ids: Ids) -> str:
    page_type, name = route
    model = next(model for model in cabinet_page_types() if model.__name__ == page_type)
    page = model.objects.first()
    tail = "" if name == "serve" else page.reverse_subpage(name, kwargs=PAGE_ROUTES[route](ids))
    return f"{page.url}{tail}"


def test_every_route_of_every_cabinet_page_has_a_case_here() -> None:
    assert set(walked_routes()) == set(PAGE_ROUTES)


def test_no_page_answers_its_bare_address_with_an_unguarded_template() -> None:
    for model in cabinet_page_types():
        if issubclass(model, RoutablePageMixin):
            assert model.get_resolver().resolve("/").url_name != "index_route"


def test_every_plain_address_has_a_case_here() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == set(PLAIN_ROUTES) | OWN_ROUTES


@pytest.mark.parametrize("route", sorted(PAGE_ROUTES), ids="-".join)
def test_anonymous_people_are_sent_to_the_login_alike_for_own_foreign_and_absent(
    world: World, route: tuple[str, str]
) -> None:
    absent = {**world.mine.ids, "number": "80-absent"}
    for ids in (world.mine.ids, world.foreign.ids, absent):
        response = world.client("anonymous").get(address(world, route, ids))
        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/?next=")  # type: ignore[attr-defined]
        assert CANARY not in response.content.decode()


@pytest.mark.parametrize("route", sorted(PAGE_ROUTES), ids="-".join)
def test_whoever_has_the_account_opens_it(world: World, route: tuple[str, str]) -> None:
    expected = {405} if route in POST_ONLY else {200, 302}
    for who in ("owner", "viewer"):
        response = world.client(who).get(address(world, route, world.mine.ids))
        assert response.status_code in expected, who
        assert "no-store" in response["Cache-Control"], who


@pytest.mark.parametrize("route", sorted(set(PAGE_ROUTES) - POST_ONLY), ids="-".join)
def test_a_page_takes_at_most_fifteen_queries(world: World, route: tuple[str, str]) -> None:
    client = world.client("owner")
    path = address(world, route, world.mine.ids)
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    budget = SHEET_BUDGET if route[1].startswith("sheet") else QUERY_BUDGET
    assert len(queries) <= budget, "\n".join(query["sql"][:160] for query in queries)


@pytest.mark.parametrize("route", sorted(ACCOUNT_ROUTES), ids="-".join)
def test_a_stranger_gets_the_404_of_an_absent_account(world: World, route: tuple[str, str]) -> None:
    client = world.client("stranger")
    for method in ("get", "head", "post", "put", "delete", "options"):
        foreign = getattr(client, method)(address(world, route, world.mine.ids))
        absent = getattr(client, method)(address(world, route, {**world.mine.ids, "number": "80-absent"}))
        # Wagtail itself answers OPTIONS for any page, with the methods it takes and nothing else.
        expected = 200 if method == "options" else 404
        assert (foreign.status_code, absent.status_code) == (expected, expected), method
        assert CANARY not in foreign.content.decode(), method
        assert comparable(foreign) == comparable(absent), method


@pytest.mark.parametrize("route", sorted(SHOWN_ROUTES), ids="-".join)
def test_a_foreign_thing_inside_an_own_account_is_absent(world: World, route: tuple[str, str]) -> None:
    needs = PAGE_ROUTES[route](world.mine.ids)
    if "digest" in needs:
        # A workbook is of a person, not of an account (tests/cabinet_pages/readings/workbook/): one that is not kept
        # for them leads to the form of upload, whosever it is.
        assert world.client("stranger").get(address(world, route, world.foreign.ids)).status_code == 302
        return
    if set(needs) <= {"number", "file_format"}:
        needs_no_thing = world.client("stranger").get(address(world, route, world.foreign.ids))
        assert needs_no_thing.status_code == (302 if route[1] in LEAD_TO_A_LIST else 200)
        return
    mixed = {**world.mine.ids, "number": world.foreign.ids["number"]}
    response = world.client("stranger").get(address(world, route, mixed))
    assert response.status_code == 404
    assert CANARY not in response.content.decode()


@pytest.mark.parametrize("route", sorted(ACCOUNT_ROUTES), ids="-".join)
def test_a_closed_access_opens_nothing_at_the_next_click(world: World, route: tuple[str, str]) -> None:
    client = world.client("owner")
    Access.objects.filter(user=world.people["owner"]).update(closed_at=timezone.now())
    response = client.get(address(world, route, world.mine.ids))
    assert response.status_code == 404
    assert CANARY not in response.content.decode()


def test_after_a_change_of_owner_by_import_the_old_user_gets_the_404_of_an_absent_account(
    world: World, tmp_path: Path
) -> None:
    client = world.client("owner")
    for route in SHOWN_ROUTES:
        assert client.get(address(world, route, world.mine.ids)).status_code in {200, 302}
    path = tmp_path / "accounts.csv"
    path.write_bytes("Особовий рахунок;Замовник;код ЄДРПОУ\r\n80-1;ТОВ Наступник;14360570\r\n".encode("cp1251"))
    call_command("import_file", "accounts", str(path), branch="VIN", stdout=StringIO())
    for route in ACCOUNT_ROUTES:
        old = client.get(address(world, route, world.mine.ids))
        absent = client.get(address(world, route, {**world.mine.ids, "number": "80-absent"}))
        assert (old.status_code, absent.status_code) == (404, 404), route
        assert comparable(old) == comparable(absent)


def test_a_power_of_attorney_that_ended_closes_by_itself(world: World) -> None:
    Access.objects.filter(user=world.people["owner"]).update(valid_until=date(2020, 1, 1))
    client = world.client("owner")
    for route in ACCOUNT_ROUTES:
        assert client.get(address(world, route, world.mine.ids)).status_code == 404


def test_somebody_elses_request_cannot_be_withdrawn(world: World) -> None:
    client = world.client("stranger")
    mine = client.post(address(world, ("ConsumerSectionPage", "withdraw"), world.mine.ids))
    absent = client.post(address(world, ("ConsumerSectionPage", "withdraw"), {"request": uuid4()}))
    assert (mine.status_code, absent.status_code) == (404, 404)
    assert AccessRequest.objects.get(uuid=world.mine.ids["request"]).state == "submitted"


def test_only_an_owner_sees_who_else_has_access(world: World) -> None:
    path = f"/my/access/{world.mine.ids['number']}/"
    assert world.client("owner").get(path).status_code == 200
    assert world.client("viewer").get(path).status_code == 404
    assert world.client("stranger").get(path).status_code == 404
    assert world.client("anonymous").get(path).status_code == 302


def test_the_file_of_an_invoice_is_for_whoever_has_the_account_and_absent_for_others(world: World) -> None:
    path, absent = (reverse("cabinet_invoice_pdf", args=[uuid]) for uuid in (world.mine.ids["invoice"], uuid4()))
    for who in ("owner", "viewer"):
        response = world.client(who).get(path)
        assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
        assert "no-store" in response["Cache-Control"]
    assert world.client("owner").post(path).status_code == 405
    stranger = world.client("stranger")
    assert stranger.get(path).status_code == 404
    assert comparable(stranger.get(path)) == comparable(stranger.get(absent))
    assert world.client("anonymous").get(path).url.startswith("/accounts/login/?next=")  # type: ignore[attr-defined]
    client = world.client("owner")
    Access.objects.filter(user=world.people["owner"]).update(closed_at=timezone.now())
    assert client.get(path).status_code == 404


def test_no_file_of_an_invoice_is_given_while_the_window_of_invoices_is_not_published(world: World) -> None:
    client = world.client("owner")
    path = reverse("cabinet_invoice_pdf", args=[world.mine.ids["invoice"]])
    InvoicesPage.objects.get().unpublish()
    assert client.get(path).status_code == 404


def test_a_viewer_cannot_send_a_reading(world: World) -> None:
    before = Reading.objects.count()
    path = address(world, ("ReadingsPage", "entry"), world.mine.ids)
    assert "Зберегти" not in world.client("viewer").get(path).content.decode()
    assert world.client("viewer").post(path, {"confirm": "1"}).status_code in (403, 404)
    assert Reading.objects.count() == before


def comparable(response: Any) -> tuple[Any, ...]:
    """What a stranger can compare: body without tokens and the address asked for, and the headers that matter."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
    body = body.replace("80-absent", "N").replace("80-1", "N")
    body = re.sub(r"/my/invoices/[0-9a-f-]{36}/", "/my/invoices/U/", body)
    headers = {name: value for name, value in response.headers.items() if name not in ("Set-Cookie", "Content-Length")}
    return body, headers
