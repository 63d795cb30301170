"""«Персональна інформація»: the manual's nine fields and the supplier."""

import re
from datetime import date
from typing import Any

import pytest
from lxml import html as markup

from cabinet_pages.access.models import Role
from tests import factories
from tests.support.windows import client_of, visit

pytestmark = pytest.mark.django_db

WINDOW = "personal/80-431930/"


@pytest.fixture
def account() -> Any:
    factories.make_site()
    return factories.make_account(
        "80-431930", bank_account="UA21 3223 1300", supplier="ТОВ «Енера Вінниця»", settlement_day=20
    )


def facts(answer: Any) -> dict[str, str]:
    document = markup.fromstring(answer.response.content.decode())
    return {
        " ".join(fact.xpath("./dt")[0].text_content().split()): " ".join(fact.xpath("./dd")[0].text_content().split())
        for fact in document.xpath("//main//dl[contains(@class, 'facts')]/div")
    }


def without_token(answer: Any) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", answer.response.content)


@pytest.mark.parametrize("role", list(Role))
def test_every_field_of_the_manual_is_there(account: Any, role: Role) -> None:
    person = factories.make_user()
    factories.grant(person, account, role)
    answer = visit(client_of(person), WINDOW)
    assert answer.queries <= 15
    assert facts(answer).items() >= {
        ("Фізична адреса", "вул. Закарпатська 46, м. Вінниця, 27000"),
        ("Юридична адреса", "вул. Соборна 1, м. Вінниця, 21050"),
        ("Контокорентний рахунок", "UA21 3223 1300"),
        ("код ЄДРПОУ", "30036471"),
        ("Форма оплати", "Платіжний лист"),
        ("Особовий рахунок", "80-431930"),
        ("Розрахунковий день", "20"),
        ("Дата підписання договору", "24.11.2011"),
        ("Замовник", 'Товариство з обмеженою відповідальністю "Агробуд-В"'),
        ("Електропостачальник", "ТОВ «Енера Вінниця»"),
    }


def test_what_is_not_known_is_said_to_be_unknown(account: Any) -> None:
    person = factories.make_user()
    factories.grant(person, account)
    type(account).objects.update(supplier="", settlement_day=None, contract_date=None)
    shown = facts(visit(client_of(person), WINDOW))
    assert {shown[name] for name in ("Електропостачальник", "Розрахунковий день", "Дата підписання договору")} == {
        "не вказано"
    }


def test_the_last_day_of_the_month_is_explained(account: Any) -> None:
    person = factories.make_user()
    factories.grant(person, account)
    type(account).objects.update(settlement_day=31)
    assert facts(visit(client_of(person), WINDOW))["Розрахунковий день"] == "31 — останній день місяця"


def test_a_sole_proprietor_has_another_code(account: Any) -> None:
    person = factories.make_user()
    own = factories.make_account("80-7", customer=factories.make_customer("ФОП Ґалаґан", code="3184710691"))
    factories.grant(person, own)
    assert facts(visit(client_of(person), "personal/80-7/"))["код РНОКПП"] == "3184710691"


def test_hostile_names_are_shown_literally(account: Any) -> None:
    person = factories.make_user()
    name = "<script>alert(1)</script> & <img src=x>"
    factories.grant(person, factories.make_account("80-7", customer=factories.make_customer(name, code="1")))
    answer = visit(client_of(person), "personal/80-7/")
    assert facts(answer)["Замовник"] == name
    assert b"<script>alert" not in answer.response.content


def test_strangers_and_lost_rights_meet_the_404_of_an_absent_account(account: Any) -> None:
    stranger, former = factories.make_user(), factories.make_user()
    access = factories.grant(former, account)
    type(access).objects.update(valid_until=date(2020, 1, 1))
    for client in (client_of(stranger), client_of(former)):
        own, absent = visit(client, WINDOW), visit(client, "personal/80-0/")
        assert own.status == absent.status == 404
        assert without_token(own) == without_token(absent).replace(b"80-0", b"80-431930")
    assert visit(client_of(None), WINDOW).status == 302


def test_an_account_with_a_slash_has_an_address(account: Any) -> None:
    person = factories.make_user()
    factories.grant(person, factories.make_account("80/7-1"))
    assert visit(client_of(person), "personal/80~7-1/").status == 200


def test_a_terminated_contract_is_named_and_still_readable(account: Any) -> None:
    person = factories.make_user()
    factories.grant(person, account)
    type(account).objects.update(terminated_on=date(2026, 1, 31))
    assert "договір розірвано 31.01.2026" in visit(client_of(person), WINDOW).text
