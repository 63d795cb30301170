"""«Фінансова інформація»: opening of the first month, closing of the last, and honest gaps."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from cabinet_pages.access.models import Role
from cabinet_pages.billing.models import Balance
from tests import factories
from tests.support.windows import client_of, visit

pytestmark = pytest.mark.django_db

WINDOW = "finance/80-431930/"
PERIOD = {"from_month": "2020-01", "to_month": "2020-02"}


def balances(answer: Any) -> list[tuple[str, str]]:
    return [(str(item["label"]), item["value"].replace("\xa0", " ")) for item in answer.response.context["answer"]]


def test_the_first_months_opening_and_the_last_months_closing_are_shown(account: Any, owner: Any) -> None:
    factories.make_balance(account, date(2020, 1, 1), "500.10", "700.00")
    factories.make_balance(account, date(2020, 2, 1), "700.00", "-100.45")
    answer = visit(client_of(owner), WINDOW, **PERIOD)
    assert balances(answer) == [
        ("Сальдо на початок періоду", "500,10 ₴ борг"),
        ("Сальдо на кінець періоду", "100,45 ₴ переплата"),
    ]
    assert "−" not in answer.text
    assert "-100" not in answer.text
    assert [row[0] for row in answer.cells()] == ["січень 2020", "лютий 2020"]


def test_a_month_without_balances_is_never_zero(account: Any, owner: Any) -> None:
    factories.make_balance(account, date(2020, 1, 1), "0.00", "10.00")
    factories.make_balance(account, date(2020, 3, 1), "0.00", "0.00")
    answer = visit(client_of(owner), WINDOW, **PERIOD)
    assert balances(answer) == [
        ("Сальдо на початок періоду", "0,00 ₴"),
        ("Сальдо на кінець періоду", "дані ще не надійшли"),
    ]
    assert answer.cells()[-1] == ["лютий 2020", "дані ще не надійшли"]


def test_balances_by_article_are_added_up_exactly(account: Any, owner: Any) -> None:
    active, penalty = factories.make_article(order=1), factories.make_article("Пеня", order=2)
    movements = {"charged": Decimal("100.10"), "paid": Decimal("50.05"), "corrected": Decimal("-0.05")}
    for month in (1, 2):
        factories.make_balance(account, date(2020, month, 1), "0.10", "50.10", article=active, **movements)
        factories.make_balance(account, date(2020, month, 1), "0.20", "-60.30", article=penalty)
    answer = visit(client_of(owner), WINDOW, **PERIOD)
    assert balances(answer) == [
        ("Сальдо на початок періоду", "0,30 ₴ борг"),
        ("Сальдо на кінець періоду", "10,20 ₴ переплата"),
    ]
    assert answer.cells() == [
        ["Активна електроенергія", "0,10борг", "200,20", "100,10", "−0,10", "50,10борг"],
        ["Пеня, річні та інфляційні (без ПДВ)"],
        ["Пеня", "0,20борг", "—", "—", "—", "60,30переплата"],
    ]
    # Movements of one article are unknown, so those of the whole are unknown too, not partly added.
    assert answer.response.context["finance"].whole.charged is None
    for label in ("Нараховано", "Оплачено", "Коригування"):
        assert label in answer.text


@time_machine.travel("2020-04-15T12:00:00+03:00")
def test_the_window_opens_with_the_newest_known_month_and_offers_up_to_the_present(account: Any, owner: Any) -> None:
    factories.make_balance(account, date(2020, 1, 1), "1.00", "2.00")
    factories.make_balance(account, date(2020, 2, 1), "2.00", "3.00")
    answer = visit(client_of(owner), WINDOW)
    assert balances(answer) == [
        ("Сальдо на початок періоду", "2,00 ₴ борг"),
        ("Сальдо на кінець періоду", "3,00 ₴ борг"),
    ]
    assert "квітень 2020" in answer.text
    assert "травень 2020" not in answer.text


def test_without_any_balances_the_window_says_so(account: Any, owner: Any) -> None:
    answer = visit(client_of(owner), WINDOW)
    assert "Дані ще не надійшли" in answer.text
    assert "0,00" not in answer.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"from_month": "2020-02", "to_month": "2020-01"}, "Період закінчується раніше"),
        ({"from_month": "2020-13", "to_month": "2020-01"}, "Такого місяця немає у списку"),
    ],
)
def test_a_wrong_period_gets_a_clear_sentence(account: Any, owner: Any, typed: dict[str, str], sentence: str) -> None:
    factories.make_balance(account, date(2020, 1, 1), "1.00", "2.00")
    factories.make_balance(account, date(2020, 2, 1), "2.00", "3.00")
    answer = visit(client_of(owner), WINDOW, **typed)
    assert sentence in answer.text
    assert answer.cells() == []


def test_a_month_counts_for_the_owner_of_its_last_day(account: Any, owner: Any) -> None:
    for month in (1, 2, 3):
        factories.make_balance(account, date(2020, month, 1), f"{month}.00", f"{month + 1}.00")
    account.owned_since = date(2020, 2, 29)
    account.save()
    answer = visit(client_of(owner), WINDOW, from_month="2020-02", to_month="2020-03")
    assert balances(answer)[0] == ("Сальдо на початок періоду", "2,00 ₴ борг")
    assert "січень 2020" not in answer.text


def test_withdrawn_balances_count_as_missing(account: Any, owner: Any) -> None:
    factories.make_balance(account, date(2020, 1, 1), "1.00", "2.00")
    factories.make_balance(account, date(2020, 2, 1), "2.00", "3.00", withdrawn=True)
    assert balances(visit(client_of(owner), WINDOW, **PERIOD))[1] == ("Сальдо на кінець періоду", "дані ще не надійшли")


@time_machine.travel("2026-01-15T12:00:00+02:00")
def test_twenty_years_of_articles_take_the_queries_of_a_month(account: Any, owner: Any) -> None:
    article = factories.make_article()
    factories.make_balance(account, date(2006, 1, 1), "0.00", "0.10", article=article)
    query = {"from_month": "2006-01", "to_month": "2025-12"}
    few = visit(client_of(owner), WINDOW, **query)
    articles = [article, *(factories.make_article(f"Стаття {number}") for number in range(9))]
    Balance.objects.bulk_create(
        Balance(
            account=account,
            period=date(year, month, 1),
            article=item,
            article_key=item.key,
            opening=Decimal("0.10"),
            closing=Decimal("0.10"),
            charged=Decimal("0.10"),
            paid=Decimal("0.10"),
            corrected=Decimal("0.00"),
        )
        for year in range(2006, 2026)
        for month in range(1, 13)
        for item in articles
        if (year, month) != (2006, 1)
    )
    many = visit(client_of(owner), WINDOW, **query)
    assert few.queries == many.queries <= 15
    assert len(many.cells(1)) == 50
    assert many.response.context["finance"].whole.closing == Decimal("1.00")


def test_a_viewer_reads_a_stranger_meets_nothing_and_an_anonymous_visitor_the_login(account: Any) -> None:
    viewer, stranger = factories.make_user(), factories.make_user()
    factories.grant(viewer, account, Role.VIEWER)
    assert visit(client_of(viewer), WINDOW).status == 200
    assert visit(client_of(stranger), WINDOW).status == 404
    assert visit(client_of(None), WINDOW).status == 302


def test_what_documents_and_balances_differ_by_is_a_line_of_its_own(account: Any, owner: Any) -> None:
    article = factories.make_article()
    factories.make_invoice(account, "1", date(2020, 1, 31), article=article)
    factories.make_payment(account, date(2020, 1, 15), "50.00", article)
    factories.make_balance(
        account,
        date(2020, 1, 1),
        "0.00",
        "90.00",
        article=article,
        charged=Decimal("130.00"),
        paid=Decimal("40.00"),
        corrected=Decimal("0.00"),
    )
    answer = visit(client_of(owner), WINDOW, from_month="2020-01", to_month="2020-01")
    assert answer.cells(2) == [
        ["січень 2020", "Активна електроенергія", "0,00", "130,00", "40,00", "0,00", "90,00борг"],
        ["січень 2020", "не рознесено / уточнюєтьсяАктивна електроенергія", "", "10,00", "−10,00", "", ""],
    ]
    assert "Деякі суми цього періоду уточнюються" in answer.text


def test_a_broken_continuity_is_being_clarified(account: Any, owner: Any) -> None:
    factories.make_balance(account, date(2020, 1, 1), "0.00", "10.00", charged=Decimal("11.00"))
    factories.make_balance(account, date(2020, 2, 1), "12.00", "12.00")
    answer = visit(client_of(owner), WINDOW, **PERIOD)
    rows = {row[0]: row for row in answer.cells(1) if row[1] == "Усі статті"}
    assert rows["січень 2020"][6] == "10,00борг уточнюється"
    assert rows["лютий 2020"][2] == "12,00борг уточнюється"
    assert "2,00" not in rows["лютий 2020"][2].replace("12,00", "")


@time_machine.travel("2020-06-15T12:00:00+03:00")
def test_the_age_of_the_debt_is_counted_from_the_due_date(account: Any, owner: Any) -> None:
    article = factories.make_article()
    for number, due_on in enumerate(
        (date(2020, 6, 15), date(2020, 5, 16), date(2020, 4, 16), date(2020, 3, 17), date(2020, 3, 16)), start=1
    ):
        factories.make_invoice(account, str(number), date(2020, 1, 31), due_on=due_on, lines=[f"{number}.00"])
    factories.make_balance(account, date(2020, 1, 1), "0.00", "15.00", article=article, charged=Decimal("15.00"))
    answer = visit(client_of(owner), WINDOW, from_month="2020-01", to_month="2020-01")
    assert answer.cells(3) == [["Активна електроенергія", "1,00", "2,00", "3,00", "4,00", "5,00", "15,00"]]
    assert answer.queries <= 15
