"""«Отримання платежів»: two dates, rows in order, totals, and who may see them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from cabinet_pages.access.models import Role
from cabinet_pages.payments.models import Payment
from tests import factories
from tests.support.scale import scaled
from tests.support.windows import client_of, visit

pytestmark = pytest.mark.django_db

WINDOW = "payments/80-431930/"
PERIOD = {"from_date": "2020-01-01", "to_date": "2020-02-20"}
ACTIVE, DISTRIBUTION, REACTIVE = (
    "Активна електроенергія",
    "Плата за розподіл електроенергії",
    "Реактивна електроенергія",
)
# The seventeen rows of the user manual, section 4.7; each of 10000.00.
MANUAL = [
    ("08.01.2020", ACTIVE),
    ("09.01.2020", ACTIVE),
    ("15.01.2020", DISTRIBUTION),
    ("15.01.2020", REACTIVE),
    ("21.01.2020", DISTRIBUTION),
    ("23.01.2020", REACTIVE),
    ("23.01.2020", ACTIVE),
    ("24.01.2020", DISTRIBUTION),
    ("28.01.2020", DISTRIBUTION),
    ("28.01.2020", REACTIVE),
    ("30.01.2020", REACTIVE),
    ("30.01.2020", ACTIVE),
    ("31.01.2020", "Пеня"),
    ("31.01.2020", "Річні відсотки"),
    ("31.01.2020", "Інфляційні відсотки"),
    ("17.02.2020", DISTRIBUTION),
    ("17.02.2020", REACTIVE),
]


def day(text: str) -> date:
    number, month, year = text.split(".")
    return date(int(year), int(month), int(number))


def pay_as_in_the_manual(account: Any) -> None:
    for paid_on, article in MANUAL:
        factories.make_payment(account, day(paid_on), "10000.00", factories.make_article(article))


def test_the_manuals_payments_stand_in_the_manuals_order(account: Any, owner: Any) -> None:
    pay_as_in_the_manual(account)
    factories.make_payment(account, date(2019, 12, 31), "1.00")
    factories.make_payment(account, date(2020, 2, 21), "2.00")
    answer = visit(client_of(owner), WINDOW, **PERIOD)
    assert answer.status == 200
    assert answer.cells() == [[paid_on, "10 000,00", article, "переплата: 10 000,00"] for paid_on, article in MANUAL]
    assert b'<data value="10000.00">' in answer.response.content
    for label in ("Показати платежі", "Дата платежу", "Сума платежу", "Стаття реалізації"):
        assert label in answer.text


def test_a_day_typed_as_the_manual_writes_it_is_the_same_day(account: Any, owner: Any) -> None:
    pay_as_in_the_manual(account)
    answer = visit(client_of(owner), WINDOW, from_date="01.01.2020", to_date="20.02.2020")
    assert len(answer.cells()) == 17
    assert b'value="2020-01-01"' in answer.response.content


def test_equal_payments_of_a_day_are_all_there(account: Any, owner: Any) -> None:
    for _ in range(3):
        factories.make_payment(account, date(2020, 1, 8), "10000.00")
    assert len(visit(client_of(owner), WINDOW, **PERIOD).cells()) == 3


def test_totals_are_of_the_whole_period_by_article_and_a_return_counts_against_them(account: Any, owner: Any) -> None:
    pay_as_in_the_manual(account)
    factories.make_payment(account, date(2020, 2, 18), "-1234.56", factories.make_article("Пеня"), kind="refund")
    answer = visit(client_of(owner), WINDOW, **PERIOD)
    assert [row[1] for row in answer.cells(1) if row[0].startswith(ACTIVE)] == ["40 000,00"]
    assert [row[1] for row in answer.cells(1) if row[0].startswith("Пеня")] == ["8 765,44"]
    assert answer.response.context["totals"].amount == Decimal("168765.44")
    assert "−1 234,56" in answer.text
    assert "повернення" in answer.text


def test_any_number_of_payments_is_paged_with_the_queries_of_seventeen(account: Any, owner: Any) -> None:
    number_of_more = scaled(5_000, 100_000)
    pay_as_in_the_manual(account)
    few = visit(client_of(owner), WINDOW, **PERIOD)
    article = factories.make_article()
    Payment.objects.bulk_create(
        (
            Payment(
                account=account,
                document=f"d{number}",
                paid_on=date(2020, 1, 2),
                article=article,
                amount=Decimal("0.10"),
            )
            for number in range(number_of_more)
        ),
        batch_size=500,
    )
    many = visit(client_of(owner), WINDOW, **PERIOD)
    assert few.queries == many.queries <= 15
    assert len(many.cells()) == 50
    assert many.response.context["totals"].amount == Decimal("170000.00") + number_of_more * Decimal("0.10")
    assert many.response.context["totals"].count == number_of_more + 17
    last = visit(client_of(owner), WINDOW, page=str(number_of_more // 50 + 1), **PERIOD)
    assert len(last.cells()) == 17


def test_withdrawn_payments_are_neither_shown_nor_added(account: Any, owner: Any) -> None:
    factories.make_payment(account, date(2020, 1, 8), "5.00")
    factories.make_payment(account, date(2020, 1, 9), "7.00", withdrawn=True)
    answer = visit(client_of(owner), WINDOW, **PERIOD)
    assert answer.response.context["totals"].amount == Decimal("5.00")
    assert len(answer.cells()) == 1


def test_a_new_owner_sees_nothing_paid_before_the_change_of_owner(account: Any, owner: Any) -> None:
    pay_as_in_the_manual(account)
    account.owned_since = date(2020, 2, 17)
    account.save()
    answer = visit(client_of(owner), WINDOW, **PERIOD)
    assert [row[0] for row in answer.cells()] == ["17.02.2020", "17.02.2020"]
    assert answer.response.context["totals"].amount == Decimal("20000.00")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"from_date": "31.02.2020", "to_date": "2020-02-20"}, "Такої дати немає"),
        ({"from_date": "", "to_date": "2020-02-20"}, "Вкажіть дату"),
        ({"from_date": "2020-02-20", "to_date": "2020-01-01"}, "Друга дата раніша за першу"),
        ({"from_date": "' OR 1=1", "to_date": "99999-01-01"}, "Такої дати немає"),
    ],
)
def test_a_wrong_date_gets_a_clear_sentence_and_no_rows(
    account: Any, owner: Any, typed: dict[str, str], sentence: str
) -> None:
    pay_as_in_the_manual(account)
    answer = visit(client_of(owner), WINDOW, **typed)
    assert answer.status == 200
    assert sentence in answer.text
    assert answer.cells() == []


def test_an_empty_period_says_so(account: Any, owner: Any) -> None:
    assert "За цей період платежів немає" in visit(client_of(owner), WINDOW, **PERIOD).text


@time_machine.travel("2026-03-31T12:00:00+03:00")
def test_without_dates_the_window_shows_the_previous_month_up_to_today(account: Any, owner: Any) -> None:
    factories.make_payment(account, date(2026, 1, 31), "1.00")
    factories.make_payment(account, date(2026, 2, 1), "2.00")
    factories.make_payment(account, date(2026, 3, 31), "3.00")
    assert [row[0] for row in visit(client_of(owner), WINDOW).cells()] == ["01.02.2026", "31.03.2026"]


def test_a_viewer_reads_a_stranger_meets_nothing_and_an_anonymous_visitor_the_login(account: Any, owner: Any) -> None:
    viewer, stranger = factories.make_user(), factories.make_user()
    factories.grant(viewer, account, Role.VIEWER)
    factories.grant(stranger, factories.make_account("80-36"))
    assert visit(client_of(viewer), WINDOW, **PERIOD).status == 200
    assert visit(client_of(stranger), WINDOW, **PERIOD).status == 404
    assert visit(client_of(stranger), "payments/80-0/").status == 404
    anonymous = visit(client_of(None), WINDOW)
    assert anonymous.status == 302
    assert anonymous.response.url.startswith("/accounts/login/")


def test_money_that_the_bank_announces_stands_apart_and_enters_no_sum(account: Any, owner: Any) -> None:
    factories.make_payment(account, date(2020, 1, 8), "5.00")
    pending = {"account": account, "article": factories.make_article(), "received_on": date(2020, 1, 9)}
    factories.make_bank_credit(account.branch, "70.00", **pending)
    factories.make_bank_credit(account.branch, "1.00", **{**pending, "article": None})
    factories.make_bank_credit(account.branch, "2.00", **{**pending, "account": None})
    factories.make_bank_credit(account.branch, "3.00", **pending, withdrawn=True)
    factories.make_bank_credit(account.branch, "4.00", **pending, dismissed_at=timezone.now())
    factories.make_bank_credit(account.branch, "6.00", **{**pending, "received_on": date(2020, 2, 21)})
    factories.make_bank_credit(account.branch, "7.00", **{**pending, "account": factories.make_account()})
    answer = visit(client_of(owner), WINDOW, **PERIOD)
    assert answer.response.context["totals"].amount == Decimal("5.00")
    assert [row[:3] for row in answer.cells(0)] == [["08.01.2020", "5,00", ACTIVE]]
    assert answer.cells(2) == [["09.01.2020", "70,00", ACTIVE]]
    assert "Зараховується" in answer.text
    assert answer.queries <= 15


def test_a_new_owner_sees_no_money_that_came_for_the_earlier_one(account: Any, owner: Any) -> None:
    account.owned_since = date(2020, 1, 10)
    account.save()
    pending = {"account": account, "article": factories.make_article()}
    factories.make_bank_credit(account.branch, "70.00", **pending, received_on=date(2020, 1, 9))
    assert "Зараховується" not in visit(client_of(owner), WINDOW, **PERIOD).text


def test_a_long_list_of_announced_money_says_that_it_is_not_all(account: Any, owner: Any) -> None:
    pending = {"account": account, "article": factories.make_article(), "received_on": date(2020, 1, 9)}
    for _ in range(51):
        factories.make_bank_credit(account.branch, "1.00", **pending)
    answer = visit(client_of(owner), WINDOW, **PERIOD)
    assert len(answer.cells(0)) == 50
    assert "Показано лише перші з них" in answer.text
