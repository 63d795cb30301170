"""«Очікувані платежі»: what is left to pay, by when, and nothing that nobody has charged."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import time_machine

from cabinet_pages.access.queries import scope_for
from cabinet_pages.billing.ledgers import ledger_for
from cabinet_pages.billing.turnover.expected import expected_of
from tests import factories
from tests.cabinet_pages.billing.ledgers import save_ledger
from tests.cabinet_pages.billing.online_payments.world import make_world
from tests.support.scale import chance
from tests.support.windows import client_of, visit

pytestmark = pytest.mark.django_db

WINDOW = "finance/80-431930/"
TODAY = date(2026, 3, 20)


@time_machine.travel("2026-03-20T12:00:00+02:00")
def test_unpaid_remainders_stand_by_their_days_with_what_is_overdue(account: Any, owner: Any) -> None:
    late = factories.make_invoice(account, "1", date(2026, 1, 31), due_on=date(2026, 3, 18), lines=["100.00"])
    factories.make_invoice(account, "3", date(2026, 3, 10), due_on=date(2026, 4, 20), lines=["7.00"])
    factories.make_invoice(account, "2", date(2026, 2, 28), due_on=TODAY, lines=["50.00"])
    factories.make_invoice(account, "4", date(2026, 3, 1), due_on=date(2026, 3, 21), lines=["5.00"])
    factories.make_invoice(account, "5", date(2026, 3, 1), due_on=date(2026, 3, 21), state="annulled")
    factories.make_payment(account, date(2026, 2, 1), "60.01")
    answer = visit(client_of(owner), WINDOW)
    assert answer.cells() == [
        ["18.03.2026прострочено на 2 дні", "1 від 31.01.2026січень 2026", "Активна електроенергія", "39,99"],
        ["20.03.2026сьогодні останній день", "2 від 28.02.2026лютий 2026", "Активна електроенергія", "50,00"],
        ["21.03.2026через 1 день", "4 від 01.03.2026березень 2026", "Активна електроенергія", "5,00"],
        ["20.04.2026через 31 день", "3 від 10.03.2026березень 2026", "Активна електроенергія", "7,00"],
    ]
    expected = answer.response.context["expected"]
    assert (expected.total, expected.overdue) == (Decimal("101.99"), Decimal("39.99"))
    assert (expected.next_due_on, expected.next_amount) == (TODAY, Decimal("50.00"))
    assert f'href="/cabinet/legal/invoices/80-431930/{late.uuid}/"' in answer.response.content.decode()
    assert "Найближче: 50,00 ₴ до 20.03.2026" in answer.text
    # There are no balances, which hides no invoice.
    assert "Дані ще не надійшли" in answer.text


def test_older_debt_and_an_invoice_without_a_day_are_never_overdue(account: Any, owner: Any) -> None:
    article = factories.make_article()
    factories.make_balance(account, date(2026, 1, 1), "60.00", "80.00", article=article)
    factories.make_invoice(account, "1", date(2026, 1, 31), lines=["20.00"])
    answer = visit(client_of(owner), WINDOW)
    assert answer.cells(-1) == [
        ["не вказано", "борг, давніший за перший рахунок", article.name, "60,00"],
        ["не вказано", "1 від 31.01.2026січень 2026", article.name, "20,00"],
    ]
    assert "прострочено на" not in answer.text
    assert "уточнюється" not in answer.text
    account.prepayment_schedule = "50 % до 10, 50 % до 20"
    account.save()
    assert "Графік попередньої оплати за договором: 50 % до 10, 50 % до 20" in visit(client_of(owner), WINDOW).text


def test_nothing_left_to_pay_and_nothing_known_are_told_apart(account: Any, owner: Any) -> None:
    factories.make_balance(account, date(2026, 1, 1), "0.00", "0.00")
    assert "Рахунків ще немає" in visit(client_of(owner), WINDOW).text
    factories.make_invoice(account, "1", date(2026, 1, 31), lines=["20.00"])
    factories.make_payment(account, date(2026, 2, 1), "20.00")
    assert "Сплачувати нічого" in visit(client_of(owner), WINDOW).text


def test_the_list_ends_at_fifty_rows_and_its_sums_do_not(account: Any, owner: Any) -> None:
    few = visit(client_of(owner), WINDOW)
    for number in range(52):
        factories.make_invoice(account, f"Р-{number:02}", date(2026, 1, 31), lines=["1.00"])
    many = visit(client_of(owner), WINDOW)
    assert len(many.cells()) == 50
    assert "Показано перші 50 із 52" in many.text
    assert many.response.context["expected"].total == Decimal("52.00")
    assert few.queries == many.queries <= 15


def test_on_random_ledgers_expected_payments_are_the_balance_and_the_overpayment(account: Any, owner: Any) -> None:
    closing = save_ledger(account, chance("expected"), by_article=True)
    scope = scope_for(owner, account.number)
    assert scope is not None
    ledger = ledger_for(scope)
    expected = expected_of(ledger, TODAY)
    assert Fraction(expected.total) == Fraction(closing) + Fraction(ledger.allocation.overpaid)
    assert all(row.amount > 0 for row in expected.rows)
    assert not [row for row in expected.rows if row.is_overdue and (row.due_on is None or row.due_on >= TODAY)]


def test_what_is_paid_online_is_expected_no_more_and_said_to_await_crediting(db: Any) -> None:
    factories.make_site()
    world = make_world()
    world.paid()
    answer = visit(world.client, WINDOW)
    expected = answer.response.context["expected"]
    assert (expected.rows, expected.total, expected.awaited) == ([], Decimal("0.00"), Decimal("1200.00"))
    assert "1 200,00 ₴ сплачено онлайн, очікують зарахування; їх у цьому переліку немає" in answer.text
