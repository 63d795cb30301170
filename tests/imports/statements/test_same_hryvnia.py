"""The same payments by a statement and by 1C: one sum, whatever comes first, and back again."""

from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cabinet_pages.access.queries import scope_for
from cabinet_pages.accounts.models import Branch, PaymentsSource
from cabinet_pages.payments.models import BankCredit, Payment
from cabinet_pages.payments.queries import PaymentWish, payment_totals, pending_credits_for
from cabinet_pages.payments.services import remove_bank_credits, remove_payments, settle_bank_credits
from cabinet_pages.state_hash import state_hash
from tests import factories
from tests.imports.statements.conftest import DISTRIBUTION
from tests.imports.statements.files import ibank

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ours")]

HEADING = ("Особовий рахунок", "Документ", "Дата платежу", "Сума платежу", "Стаття реалізації")
STATEMENT = ibank(
    ("12.01.2026", "100.00", "о/р 80-1", "", "B1"),
    ("12.01.2026", "100.00", "о/р 80-1", "", "B2"),
    ("13.01.2026", "250.50", "о/р 80-1", "", "B3"),
    ("14.01.2026", "-9.00", "комісія", "", "B4"),
)
FROM_1C = [
    HEADING,
    ("80-1", "D1", "12.01.2026", "100,00", DISTRIBUTION),
    ("80-1", "D2", "14.01.2026", "100,00", DISTRIBUTION),
    ("80-1", "D3", "18.01.2026", "250,50", DISTRIBUTION),
]
TOTAL = Decimal("450.50")


@pytest.fixture
def scope():
    user = factories.make_user()
    factories.grant(user, factories.make_account("80-1"))
    return scope_for(user, "80-1")


def seen(scope):
    """What the customer sees: the sum of the payments, and what is being credited."""
    days = (date(2025, 1, 1), date(2027, 1, 1))
    totals, _articles = payment_totals(scope, PaymentWish(*days))
    return totals.amount, [credit.amount for credit in pending_credits_for(scope, *days)]


def use_bank(branch="VIN"):
    Branch.objects.filter(code=branch).update(payments_source=PaymentsSource.BANK)


def test_the_statement_first_is_shown_apart_and_vanishes_when_1c_books_it(give, scope):
    report = give("payments", STATEMENT)
    assert (report["state"], report["rows"], report["new"], report["unchanged"]) == ("applied", 4, 3, 1)
    assert report["totals"] == {"amount": "450.50", "by_article": {DISTRIBUTION: "450.50"}}
    assert seen(scope) == (Decimal("0.00"), [Decimal("100.00"), Decimal("100.00"), Decimal("250.50")])
    give("payments", FROM_1C[:2])
    assert seen(scope) == (Decimal("100.00"), [Decimal("100.00"), Decimal("250.50")])
    give("payments", FROM_1C)
    assert seen(scope) == (TOTAL, [])


def test_1c_first_leaves_nothing_of_the_statement_to_be_seen(give, scope):
    give("payments", FROM_1C)
    report = give("payments", STATEMENT)
    assert (report["state"], report["new"]) == ("applied", 3)
    assert seen(scope) == (TOTAL, [])
    assert Payment.objects.count() == 3


@pytest.mark.parametrize("order", list(permutations(["statement", "first", "all"])))
def test_every_order_ends_with_one_sum_and_the_same_pairs(give, scope, order):
    files = {"statement": STATEMENT, "first": FROM_1C[:2], "all": FROM_1C}
    for name in order:
        give("payments", files[name])
    assert seen(scope) == (TOTAL, [])
    pairs = dict(BankCredit.objects.values_list("key", "payment__document"))
    assert pairs == {"B1": "D1", "B2": "D2", "B3": "D3"}


def test_a_payment_six_days_away_or_of_another_sum_is_another_payment(give, scope):
    give("payments", ibank(("12.01.2026", "100.00", "о/р 80-1")))
    give(
        "payments",
        [HEADING, ("80-1", "D1", "18.01.2026", "100,00", "Пеня"), ("80-1", "D2", "12.01.2026", "99,99", "Пеня")],
    )
    assert seen(scope) == (Decimal("199.99"), [Decimal("100.00")])


def test_a_removed_or_withdrawn_payment_of_1c_brings_the_announced_one_back(give, scope):
    give("payments", STATEMENT)
    give("payments", FROM_1C)
    remove_payments(ids=Payment.objects.filter(document="D3").values_list("pk", flat=True))
    assert seen(scope) == (Decimal("200.00"), [Decimal("250.50")])
    Payment.objects.filter(document="D1").update(withdrawn=True)
    assert seen(scope) == (Decimal("100.00"), [Decimal("100.00"), Decimal("250.50")])


def test_a_statement_taken_back_leaves_the_payments_of_1c_alone(give, scope):
    give("payments", FROM_1C)
    before = state_hash()
    give("payments", STATEMENT)
    remove_bank_credits(ids=BankCredit.objects.values_list("pk", flat=True))
    assert (seen(scope), state_hash()) == ((TOTAL, []), before)


def test_a_branch_that_books_by_statements_has_payments_of_them_and_takes_them_back(give, scope):
    use_bank()
    before = state_hash()
    give("payments", STATEMENT)
    assert seen(scope) == (TOTAL, [])
    assert all(payment.document.startswith("bank:B") for payment in Payment.objects.all())
    assert give("payments", STATEMENT)["state"] == "unchanged"
    assert Payment.objects.count() == 3
    remove_bank_credits(ids=BankCredit.objects.values_list("pk", flat=True))
    assert (seen(scope), state_hash()) == ((Decimal("0.00"), []), before)


def test_a_branch_that_books_by_statements_refuses_files_of_1c(give, scope):
    use_bank()
    report = give("payments", FROM_1C)
    assert (report["state"], report["rows"]) == ("refused", 3)
    (issue,) = [one for one in report["issues"] if one["row"] is None]
    assert issue["code"] == "payments_from_bank"
    assert "VIN" in issue["message"]
    assert not Payment.objects.exists()


def test_the_central_offices_file_of_1c_leaves_out_the_rows_of_such_a_branch(give, scope):
    factories.make_account("80-36", factories.make_branch("TRO"))
    use_bank("TRO")
    rows = [*FROM_1C, ("80-36", "D9", "12.01.2026", "5,00", DISTRIBUTION)]
    report = give("payments", rows, branch="ALL", skip_rejected=True)
    assert (report["state"], report["new"], report["rejected"]) == ("applied", 3, 1)
    assert [one["code"] for one in report["issues"]] == ["payments_from_bank"]


@pytest.mark.parametrize("order", list(permutations(["statement", "1c"])))
def test_a_branch_that_changes_its_source_counts_no_hryvnia_twice(give, scope, order):
    for name in order:
        if name == "statement":
            use_bank()
            give("payments", STATEMENT)
        else:
            Branch.objects.update(payments_source=PaymentsSource.ERP)
            give("payments", FROM_1C)
    assert seen(scope) == (TOTAL, [])
    assert set(Payment.objects.values_list("document", flat=True)) == {"D1", "D2", "D3"}


def test_money_that_waits_is_booked_when_a_branch_begins_to_book_by_statements(give, scope):
    give("payments", STATEMENT)
    use_bank()
    settle_bank_credits(accounts=[scope.account.pk])
    assert seen(scope) == (TOTAL, [])


def test_a_branch_without_statements_pays_one_query_for_them(scope):
    with CaptureQueriesContext(connection) as captured:
        settle_bank_credits(accounts=range(1_000_000))
    assert len(captured) == 1
