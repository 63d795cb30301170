"""The account list: the manual's columns and buttons, search, pages, and the way in for people without accounts."""

from datetime import date
from typing import Any

import pytest

from cabinet_pages.access.models import AccessRequest, RequestState, Role
from cabinet_pages.quantities.folding import fold_search
from tests import factories
from tests.support.windows import SECTION, client_of, visit

pytestmark = pytest.mark.django_db

LIST = "accounts/"


@pytest.fixture(autouse=True)
def cabinet() -> Any:
    return factories.make_site()


@pytest.fixture
def person() -> Any:
    return factories.make_user()


def test_the_manuals_two_accounts_are_listed_as_in_the_manual(person: Any) -> None:
    factories.grant(person, factories.make_account("80-431930"))
    factories.grant(
        person,
        factories.make_account(
            "80-36",
            factories.make_branch("TRO"),
            customer=factories.make_customer(code="30079288"),
            physical_address="вул. Соборна 46, смт. Тростянець, Тростянецький район, Вінницька область, 24300",
            contract_date=date(2008, 4, 10),
        ),
    )
    answer = visit(client_of(person), LIST)
    name = 'Товариство з обмеженою відповідальністю "Агробуд-В"'
    assert {tuple(row[:6]) for row in answer.cells()} == {
        ("80-431930", name, "вул. Закарпатська 46, м. Вінниця, 27000", "30036471", "24.11.2011", "Платіжний лист"),
        (
            "80-36",
            name,
            "вул. Соборна 46, смт. Тростянець, Тростянецький район, Вінницька область, 24300",
            "30079288",
            "10.04.2008",
            "Платіжний лист",
        ),
    }
    for label in (
        "Особовий рахунок",
        "Замовник",
        "Фізична адреса",
        "код ЄДРПОУ",
        "Дата підписання договору",
        "Форма оплати",
        "Ввести покази",
        "Перегляд",
        "Додати рахунок",
    ):
        assert label in answer.text
    links = answer.response.content.decode()
    assert f'href="{SECTION}/personal/80-431930/"' in links
    assert f'href="{SECTION}/readings/80-36/"' in links
    assert f'href="{SECTION}/request/"' in links


def test_a_sole_proprietors_code_is_named_for_what_it_is(person: Any) -> None:
    account = factories.make_account(customer=factories.make_customer("ФОП Ґалаґан", code="3184710691"))
    factories.grant(person, account)
    answer = visit(client_of(person), LIST)
    assert "код РНОКПП" in answer.text
    assert "код ЄДРПОУ" not in answer.text


def test_only_those_who_may_send_readings_get_the_button(person: Any) -> None:
    factories.grant(person, factories.make_account(), Role.VIEWER)
    answer = visit(client_of(person), LIST)
    assert "Перегляд" in answer.text
    assert "Ввести покази" not in answer.text


def test_a_person_without_accounts_is_led_to_the_request_page_and_meets_no_error(person: Any) -> None:
    factories.grant(factories.make_user(), factories.make_account())
    answer = visit(client_of(person), LIST)
    assert answer.status == 302
    assert answer.response.url == f"{SECTION}/"
    assert client_of(person).get(f"{SECTION}/{LIST}", follow=True).status_code == 200


def test_an_anonymous_visitor_meets_the_login() -> None:
    answer = visit(client_of(None), LIST)
    assert answer.status == 302
    assert answer.response.url.startswith("/accounts/login/")


def test_a_waiting_request_is_mentioned(person: Any) -> None:
    factories.grant(person, factories.make_account())
    AccessRequest.objects.create(
        user=person, branch=factories.make_branch(), customer_code="30036471", position="директор"
    )
    AccessRequest.objects.create(
        user=person,
        branch=factories.make_branch(),
        customer_code="30036471",
        position="директор",
        state=RequestState.REFUSED,
    )
    assert "1 ваша заявка розглядається" in visit(client_of(person), LIST).text


def test_many_accounts_are_paged_and_searched_with_the_queries_of_one(person: Any) -> None:
    first = factories.make_account("80-1", physical_address="вул. П’ятничанська, 5")
    first.search_text = fold_search(f"{first.number} {first.customer.name} {first.physical_address}")
    first.save()
    factories.grant(person, first)
    few = visit(client_of(person), LIST)
    for number in range(120):
        factories.grant(person, factories.make_account(f"90-{number:03}"))
    many = visit(client_of(person), LIST)
    assert few.queries <= many.queries <= 15
    assert len(many.cells()) == 50
    assert len(visit(client_of(person), LIST, page="3").cells()) == 21
    assert [row[0] for row in many.cells()] == sorted(row[0] for row in many.cells())
    for words in ("80-1", "П'ЯТНИЧАНСЬКА", "п’ятничан 5", "80–1"):
        found = visit(client_of(person), LIST, q=words)
        assert "80-1" in found.text, words
        assert len(found.cells()) == 1, words
    assert "Такого рахунку немає" in visit(client_of(person), LIST, q="100%_").text


def test_a_search_finds_nothing_of_other_people(person: Any) -> None:
    factories.grant(person, factories.make_account("80-1"))
    factories.grant(factories.make_user(), factories.make_account("80-2"))
    assert visit(client_of(person), LIST, q="80-2").cells() == []
