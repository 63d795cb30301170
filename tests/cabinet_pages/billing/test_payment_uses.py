"""Where each payment went: every kopeck of it is somewhere, once."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from cabinet_pages.access.queries import scope_for
from cabinet_pages.billing.allocation import allocate
from cabinet_pages.billing.ledgers import ledger_for
from cabinet_pages.billing.models import Balance, Invoice
from cabinet_pages.billing.uses import uses_in
from cabinet_pages.payments.models import Payment
from tests import factories
from tests.cabinet_pages.billing.ledgers import random_ledger, save_ledger
from tests.support.scale import chance, scaled
from tests.support.windows import client_of, visit

WINDOW = "payments/80-431930/"
SPRING = {"from_date": "2026-01-01", "to_date": "2026-04-30"}


def went_to(owner: Any, **period: str) -> list[str]:
    return [row[3] for row in visit(client_of(owner), WINDOW, **(period or SPRING)).cells()]


def test_all_money_that_came_is_in_debts_left_or_taken_back() -> None:
    for number in range(scaled(60, 2_000)):
        ledger = random_ledger(chance(f"uses {number}"))
        allocation = allocate(ledger.charges, ledger.money, ledger.opening)
        used: dict[Any, Fraction] = defaultdict(Fraction)
        for debts in (allocation.older, *allocation.parts.values()):
            for debt in debts:
                for share in debt.shares:
                    used[share.source] += Fraction(share.amount)
        for sources in (allocation.left, allocation.taken_back):
            for source, amount in sources.items():
                assert amount > 0
                used[source] += Fraction(amount)
        came: dict[Any, Fraction] = defaultdict(Fraction)
        for row in ledger.money:
            if row.amount > 0:
                came[row.source] += Fraction(row.amount)
        for amount in ledger.opening.values():
            if amount < 0:
                came["opening", 0, 0] -= Fraction(amount)
        assert used == came
        assert sum(map(Fraction, allocation.left.values())) == Fraction(allocation.overpaid)


@pytest.mark.parametrize("by_article", [True, False])
def test_the_parts_of_every_stored_payment_are_its_amount(account: Any, owner: Any, by_article: bool) -> None:
    save_ledger(account, chance(f"stored uses {by_article}"), by_article=by_article)
    scope = scope_for(owner, account.number)
    assert scope is not None
    ledger = ledger_for(scope)
    payments = {payment.pk: payment for payment in Payment.objects.all()}
    uses = uses_in(ledger, payments)
    assert uses.keys() == payments.keys()
    for pk, use in uses.items():
        parts = sum((Fraction(part.amount) for part in use.parts), Fraction(0))
        whole = parts + Fraction(use.overpaid) + Fraction(use.taken_back)
        came = use.before is None and payments[pk].amount > 0
        assert whole == (Fraction(payments[pk].amount) if came else 0)


def test_each_payment_names_its_invoices_and_the_rest_is_an_overpayment(account: Any, owner: Any) -> None:
    first = factories.make_invoice(account, "1", date(2026, 1, 31), lines=["100.00"])
    factories.make_invoice(account, "2", date(2026, 2, 28), lines=["50.00"])
    factories.make_payment(account, date(2026, 3, 1), "30.00", purpose="рах. № 2")
    factories.make_payment(account, date(2026, 3, 2), "130.01")
    factories.make_payment(account, date(2026, 3, 3), "-10.00", kind="refund")
    assert went_to(owner) == [
        "рахунок № 2 від 28.02.2026, лютий 2026: 30,00",
        "рахунок № 1 від 31.01.2026, січень 2026: 100,00 рахунок № 2 від 28.02.2026, лютий 2026: 20,00 "
        "переплата: 0,01 повернено згодом: 10,00",
        "повертає кошти цієї статті, що надійшли останніми перед ним",
    ]
    answer = visit(client_of(owner), WINDOW, **SPRING)
    assert f'href="/cabinet/legal/invoices/80-431930/{first.uuid}/"' in answer.response.content.decode()
    assert "розраховано кабінетом" in answer.text


def test_money_for_older_debt_and_money_from_before_the_invoices_say_so(account: Any, owner: Any) -> None:
    factories.make_invoice(account, "1", date(2026, 2, 28), lines=["100.00"])
    factories.make_balance(account, date(2026, 2, 1), "60.00", "160.00", article=factories.make_article())
    factories.make_payment(account, date(2026, 1, 31), "5.00")
    factories.make_payment(account, date(2026, 3, 1), "70.00")
    assert went_to(owner) == [
        "враховано в сальдо на 01.02.2026",
        "борг, давніший за перший рахунок: 60,00 рахунок № 1 від 28.02.2026, лютий 2026: 10,00",
    ]
    Balance.objects.update(closing=Decimal("161.00"))
    assert went_to(owner)[1].endswith("уточнюється")


def test_an_annulled_invoice_takes_no_money_and_an_earlier_owners_is_not_named(account: Any, owner: Any) -> None:
    factories.make_invoice(account, "1", date(2026, 1, 31), lines=["100.00"], state="annulled")
    factories.make_invoice(account, "2", date(2026, 2, 28), lines=["10.00"])
    factories.make_payment(account, date(2026, 3, 1), "30.00", purpose="рах. № 1")
    assert went_to(owner) == ["рахунок № 2 від 28.02.2026, лютий 2026: 10,00 переплата: 20,00"]
    account.owned_since = date(2026, 3, 1)
    account.save()
    assert went_to(owner) == ["переплата: 30,00"]


def test_a_page_of_payments_over_many_invoices_takes_fifteen_queries_at_most(account: Any, owner: Any) -> None:
    factories.make_payment(account, date(2026, 3, 1), "1.00")
    few = visit(client_of(owner), WINDOW, **SPRING)
    for number in range(12):
        factories.make_invoice(account, f"Р-{number}", date(2026, 2, 1 + number), lines=["10.00"])
        factories.make_payment(account, date(2026, 3, 2), "9.00", factories.make_article(f"Стаття {number % 3}"))
        factories.make_bank_credit(account.branch, "1.00", account=account, article=factories.make_article())
    many = visit(client_of(owner), WINDOW, **SPRING)
    assert Invoice.objects.count() == 12
    assert few.queries == many.queries <= 15
