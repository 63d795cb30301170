"""The ledger of an account: which rows count, what is older, and where the branch's balance says something else."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cabinet_pages.access.models import Role
from cabinet_pages.access.queries import Scope
from cabinet_pages.billing.ledgers import ledger_for, ledgers_for
from cabinet_pages.billing.queries import unpaid_parts
from cabinet_pages.billing.rules import PaymentStatus
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = date(2026, 4, 1)
JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def scope_of(account: Any) -> Scope:
    return Scope(account=account, role=Role.OWNER, visible_from=account.owned_since)


@pytest.fixture
def account() -> Any:
    return factories.make_account("80-431930")


def test_each_article_pays_its_own_part_of_an_invoice(account: Any) -> None:
    active, penalty = factories.make_article(order=1), factories.make_article("Пеня", order=2)
    invoice = factories.make_invoice(account, "1", lines=["100.00", "20.00"], article=active)
    invoice.lines.filter(position=2).update(article=penalty)
    factories.make_payment(account, date(2026, 2, 10), "70.00", active)
    factories.make_payment(account, date(2026, 2, 10), "25.00", penalty)
    parts = unpaid_parts(scope_of(account), invoice)
    assert [(part.article, part.gross, part.paid, part.unpaid) for part in parts] == [
        (active, Decimal("100.00"), Decimal("70.00"), Decimal("30.00")),
        (penalty, Decimal("20.00"), Decimal("20.00"), Decimal("0.00")),
    ]
    assert ledger_for(scope_of(account)).allocation.overpayments == {penalty.pk: Decimal("5.00")}


def test_withdrawn_and_annulled_rows_and_those_of_an_earlier_owner_count_nothing(account: Any) -> None:
    invoice = factories.make_invoice(account, "1", date(2026, 2, 28))
    annulled = factories.make_invoice(account, "2", state="annulled")
    factories.make_invoice(account, "3", withdrawn=True)
    factories.make_invoice(account, "4", date(2025, 12, 31))
    factories.make_payment(account, date(2026, 2, 1), "50.00", withdrawn=True)
    factories.make_payment(account, date(2025, 12, 31), "60.00")
    account.owned_since = JANUARY
    account.save()
    ledger = ledger_for(scope_of(account))
    assert [facts.pk for facts in ledger.own_invoices] == [invoice.pk]
    assert ledger.allocation.balance == Decimal("120.00")
    assert ledger.payment_of(annulled.pk, TODAY) is None
    assert unpaid_parts(scope_of(account), annulled) == []


def test_a_payment_pays_the_invoice_and_then_the_period_that_its_purpose_names(account: Any) -> None:
    first = factories.make_invoice(account, "ВН-1", date(2026, 1, 31))
    second = factories.make_invoice(account, "ВН-2", date(2026, 2, 28))
    third = factories.make_invoice(account, "ВН-3", date(2026, 3, 31))
    factories.make_payment(account, date(2026, 4, 1), "130.00", purpose="рах. № BH-2 від 28.02.2026, 03.2026")
    ledger = ledger_for(scope_of(account))
    paid = [ledger.allocation.of_invoice(invoice.pk)[0].paid for invoice in (first, second, third)]
    assert paid == [0, Decimal("120.00"), Decimal("10.00")]


def test_of_several_invoices_with_one_number_the_date_decides_else_the_newest_issued(account: Any) -> None:
    old = factories.make_invoice(account, "7", date(2025, 1, 31))
    new = factories.make_invoice(account, "7", date(2026, 1, 31))
    factories.make_payment(account, date(2026, 2, 1), "100.00", purpose="рах. 7")
    ledger = ledger_for(scope_of(account))
    assert ledger.allocation.of_invoice(new.pk)[0].paid == Decimal("100.00")
    factories.make_payment(account, date(2026, 2, 2), "90.00", purpose="рахунок № 7 від 31.01.2025")
    assert ledger_for(scope_of(account)).allocation.of_invoice(old.pk)[0].paid == Decimal("90.00")


def test_a_corrective_invoice_pays_the_one_that_it_corrects(account: Any) -> None:
    factories.make_invoice(account, "1", date(2025, 12, 31))
    corrected = factories.make_invoice(account, "2", date(2026, 1, 31))
    factories.make_invoice(
        account, "3", date(2026, 2, 28), kind="correction", corrects_number="2", lines=["-120.00", "100.00"]
    )
    ledger = ledger_for(scope_of(account))
    assert ledger.payment_of(corrected.pk, TODAY).status is PaymentStatus.PAID  # type: ignore[union-attr]
    assert ledger.allocation.balance == Decimal("220.00")


def test_a_negative_line_pays_its_own_invoice_first(account: Any) -> None:
    factories.make_invoice(account, "1", date(2025, 12, 31))
    invoice = factories.make_invoice(account, "2", date(2026, 1, 31), lines=["100.00", "-30.00"])
    payment = ledger_for(scope_of(account)).payment_of(invoice.pk, TODAY)
    assert (payment.asked, payment.paid, payment.unpaid) == (  # type: ignore[union-attr]
        Decimal("100.00"),
        Decimal("30.00"),
        Decimal("70.00"),
    )


@pytest.mark.parametrize(
    ("months", "unpaid_of_invoice", "older"),
    [
        # The month of the first invoice has a balance: payments before it are in that balance.
        ({JANUARY: ("40.00", "60.00")}, "60.00", "0.00"),
        # Balances begin later: what is older is counted back over January's invoice and payment.
        ({FEBRUARY: ("200.00", "200.00")}, "120.00", "80.00"),
        # Balances end earlier: the last of them is the older debt, and later payments count.
        ({date(2025, 11, 1): ("0.00", "10.00")}, "120.00", "0.00"),
    ],
)
def test_debt_older_than_the_first_invoice_is_paid_first(
    account: Any, months: dict[date, tuple[str, str]], unpaid_of_invoice: str, older: str
) -> None:
    invoice = factories.make_invoice(account, "1", date(2026, 1, 31))
    factories.make_payment(account, date(2026, 1, 15), "100.00")
    for month, (opening, closing) in months.items():
        factories.make_balance(account, month, opening, closing, article=factories.make_article())
    if date(2025, 11, 1) in months:
        unpaid_of_invoice = "30.00"
    ledger = ledger_for(scope_of(account))
    assert ledger.allocation.of_invoice(invoice.pk)[0].unpaid == Decimal(unpaid_of_invoice)
    assert sum(debt.unpaid for debt in ledger.allocation.older) == Decimal(older)
    assert ledger.disputed == frozenset()


def test_another_closing_balance_makes_the_state_of_its_article_uncertain(account: Any) -> None:
    active, penalty = factories.make_article(), factories.make_article("Пеня")
    invoice = factories.make_invoice(account, "1", date(2026, 1, 31), article=active)
    other = factories.make_invoice(account, "2", date(2026, 1, 31), article=penalty)
    factories.make_balance(account, JANUARY, "0.00", "119.99", article=active)
    factories.make_balance(account, JANUARY, "0.00", "120.00", article=penalty)
    # What came after the balance is none of its business.
    factories.make_payment(account, date(2026, 2, 1), "10.00", penalty)
    ledger = ledger_for(scope_of(account))
    assert ledger.disputed == {active.pk}
    assert ledger.payment_of(invoice.pk, TODAY).being_clarified  # type: ignore[union-attr]
    assert not ledger.payment_of(other.pk, TODAY).being_clarified  # type: ignore[union-attr]


def test_balances_of_the_whole_account_are_compared_as_a_whole(account: Any) -> None:
    penalty = factories.make_article("Пеня")
    factories.make_invoice(account, "1", date(2026, 1, 31))
    factories.make_invoice(account, "2", date(2026, 1, 31), article=penalty)
    factories.make_balance(account, JANUARY, "5.00", "245.00")
    ledger = ledger_for(scope_of(account))
    assert ledger.disputed == frozenset()
    assert ledger.allocation.balance == Decimal("245.00")
    factories.make_balance(account, FEBRUARY, "245.00", "244.00")
    assert ledger_for(scope_of(account)).disputed == {None}


def test_any_number_of_accounts_takes_one_query(account: Any) -> None:
    scopes = [scope_of(account)]
    for number in range(5):
        other = factories.make_account(f"80-{number}")
        scopes.append(scope_of(other))
        for month in (1, 2):
            factories.make_invoice(other, str(month), date(2026, month, 28))
            factories.make_payment(other, date(2026, month, 28), "10.00")
            factories.make_balance(other, date(2026, month, 1), "0.00", "1.00")
    with CaptureQueriesContext(connection) as queries:
        ledgers = ledgers_for(scopes)
    assert len(queries) == 1
    assert [ledgers[scope.account.pk].allocation.balance for scope in scopes] == [0, *[Decimal("220.00")] * 5]
