"""A statement and a file of 1C taken back, by the engine, in every order."""

from itertools import permutations

import pytest

from cabinet_pages.accounts.models import Branch, PaymentsSource
from cabinet_pages.payments.models import BankCredit, Payment
from cabinet_pages.payments.services import assign_bank_credit, dismiss_bank_credit
from cabinet_pages.state_hash import state_hash
from imports.engine.undoing import undo
from imports.models import ImportBatch
from tests import factories
from tests.imports.statements.files import ibank
from tests.imports.statements.test_same_hryvnia import FROM_1C, STATEMENT, TOTAL, scope, seen  # noqa: F401
from tests.support.scale import chance, scaled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ours")]


def take_back(report):
    return undo(ImportBatch.objects.get(pk=report["batch"]))


def credits():
    """What is stored of the receipts, the ids aside."""
    return sorted(
        BankCredit.objects.values_list(
            "own_account", "key", "ordinal", "amount", "purpose", "account__number", "article__name", "matched_by",
            "branch__code", "withdrawn", "payment__document",
        ),
        key=str,
    )  # fmt: skip


@pytest.mark.parametrize("source", PaymentsSource.values)
def test_a_statement_taken_back_leaves_nothing(give, scope, source):  # noqa: F811
    Branch.objects.update(payments_source=source)
    before = state_hash()
    report = give("payments", STATEMENT)
    result = take_back(report)
    assert (result.state, result.restored, result.conflicts_total) == ("undone", 3, 0)
    assert not BankCredit.objects.exists()
    assert state_hash() == before


@pytest.mark.parametrize("order", list(permutations(["statement", "1c"])))
@pytest.mark.parametrize("undone", ["statement", "1c"])
def test_one_of_the_two_taken_back_leaves_what_the_other_alone_would(give, scope, order, undone):  # noqa: F811
    files = {"statement": STATEMENT, "1c": FROM_1C}
    (kept,) = set(files) - {undone}
    give("payments", files[kept])
    alone = (state_hash(), credits(), seen(scope))
    take_back({"batch": ImportBatch.objects.latest("pk").pk})
    assert (credits(), Payment.objects.count()) == ([], 0)
    reports = {name: give("payments", files[name]) for name in order}
    assert seen(scope)[0] == TOTAL
    assert take_back(reports[undone]).conflicts_total == 0
    assert (state_hash(), credits(), seen(scope)) == alone


def test_a_changed_receipt_gets_its_earlier_values_back(give, scope):  # noqa: F811
    give("payments", ibank(("12.01.2026", "1.00", "невідомо", "", "B1")))
    before = credits()
    report = give("payments", ibank(("12.01.2026", "1.50", "о/р 80-1", "", "B1")))
    assert report["changed"] == 1
    assert credits() != before
    assert take_back(report).restored == 1
    assert credits() == before


def test_what_somebody_has_decided_since_is_a_conflict_and_stays(give, scope):  # noqa: F811
    operator = factories.make_operator("vin@example.com", factories.make_branch("VIN"))
    report = give(
        "payments", ibank(*(("12.01.2026", f"{number}.00", "невідомо", "", f"B{number}") for number in (1, 2, 3)))
    )
    first, second, _ = BankCredit.objects.order_by("key")
    assign_bank_credit(credit_id=first.pk, account_number="80-1", article_id=first.article_id, by=operator)
    dismiss_bank_credit(credit_id=second.pk, reason="депозит", by=operator)
    result = take_back(report)
    assert (result.state, result.restored, result.conflicts_total) == ("undone", 1, 2)
    assert {conflict.code for conflict in result.conflicts} == {"changed_since"}
    assert list(BankCredit.objects.order_by("key").values_list("key", flat=True)) == ["B1", "B2"]


@pytest.mark.parametrize("example", range(scaled(4, 60)))
def test_any_statements_and_files_taken_back_in_turn_end_where_they_began(give, scope, example):  # noqa: F811
    source = chance(f"statements {example}")
    Branch.objects.update(payments_source=source.choice(PaymentsSource.values))
    is_erp = Branch.objects.get(code="VIN").payments_source == PaymentsSource.ERP
    taken = []
    for _ in range(5):
        before = (state_hash(), credits())
        amounts = [source.choice(("1.00", "2.00")) for _ in range(source.randint(1, 4))]
        days = [f"{source.randint(10, 20)}.01.2026" for _ in amounts]
        if is_erp and source.random() < 0.5:
            rows = [
                ("80-1", source.choice("DE"), day, amount, "Пеня") for day, amount in zip(days, amounts, strict=True)
            ]
            report = give("payments", [FROM_1C[0], *rows])
        else:
            rows = [
                (day, amount, source.choice(("о/р 80-1", "?")), "", source.choice(("", "B1", "B2")))
                for day, amount in zip(days, amounts, strict=True)
            ]
            report = give("payments", ibank(*rows))
        if report["state"] == "applied":
            taken.append((report, before))
    for report, before in reversed(taken):
        assert take_back(report).conflicts_total == 0
        assert (state_hash(), credits()) == before
