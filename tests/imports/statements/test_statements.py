"""What becomes of the rows of a statement: counted, matched, queued, kept."""

from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured

from cabinet_pages.payments.models import BankCredit, Payment
from cabinet_pages.payments.services import assign_bank_credit, dismiss_bank_credit
from imports.models import BatchRow, ImportBatch
from imports.resources.payments import PaymentResource
from imports.statements.accounts import bank_accounts
from tests import factories
from tests.imports.statements.conftest import ACTIVE, DISTRIBUTION
from tests.imports.statements.files import OTHER_OWN, OWN, PAYER, client_bank, ibank

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ours")]

DAY = "12.01.2026"


def found():
    """Account, article, branch and how it was found, of every receipt in its order."""
    return [
        (
            credit.account and credit.account.number,
            credit.article and credit.article.name,
            credit.branch and credit.branch.code,
            credit.matched_by,
        )
        for credit in BankCredit.objects.order_by("pk").select_related("account", "article", "branch")
    ]


def test_a_number_in_the_purpose_then_the_only_open_account_of_the_code_then_the_queue(give):
    one, two = factories.make_customer("Один", code="11111111"), factories.make_customer("Два", code="22222222")
    gone = factories.make_customer("Три", code="33333333")
    factories.make_account("80-1", customer=two)
    factories.make_account("80-2", customer=two)
    factories.make_account("80-3", customer=one)
    factories.make_account("80-4", customer=one, terminated_on="2020-01-01")
    factories.make_account("80-5", customer=gone, terminated_on="2020-01-01")
    report = give(
        "payments",
        ibank(
            (DAY, "1.00", "о/р 80-2", "11111111"),
            (DAY, "2.00", "за розподіл", "11111111"),
            (DAY, "3.00", "за розподіл", "22222222"),
            (DAY, "4.00", "о/р 80-77", "11111111"),
            (DAY, "5.00", "о/р 80-5", "33333333"),
            (DAY, "6.00", "за розподіл", "33333333"),
        ),
    )
    assert found() == [
        ("80-2", DISTRIBUTION, "VIN", "number"),
        ("80-3", DISTRIBUTION, "VIN", "code"),
        (None, DISTRIBUTION, "VIN", ""),
        (None, DISTRIBUTION, "VIN", ""),
        ("80-5", DISTRIBUTION, "VIN", "number"),
        (None, DISTRIBUTION, "VIN", ""),
    ]
    assert (report["rows"], report["new"]) == (6, 6)
    assert ImportBatch.objects.get().change_counts == {"queued": 3}


def test_an_account_of_another_branch_is_meant_only_by_the_central_office(give):
    factories.make_account("80-36", factories.make_branch("TRO"), customer=factories.make_customer(code="11111111"))
    statement = ibank((DAY, "1.00", "о/р 80-36", "11111111"), (DAY, "2.00", "без рахунку", "11111111"))
    give("payments", statement)
    assert found() == [(None, DISTRIBUTION, "VIN", ""), (None, DISTRIBUTION, "VIN", "")]
    report = give("payments", statement, branch="ALL")
    assert (report["new"], report["changed"]) == (0, 2)
    assert found() == [("80-36", DISTRIBUTION, "TRO", "number"), ("80-36", DISTRIBUTION, "TRO", "code")]
    # The branch that gives it again learns nothing of whose it is.
    report = give("payments", statement)
    assert (report["state"], report["unchanged"]) == ("unchanged", 2)
    staged = BatchRow.objects.filter(batch=report["batch"])
    assert not [row for row in staged if "80-36" in row.owner_label]


def test_the_article_is_that_of_the_bank_account_unless_the_purpose_says_more(give):
    factories.make_account("80-36", factories.make_branch("TRO"))
    give("payments", ibank((DAY, "1.00", "о/р 80-36 пеня за 2025"), (DAY, "2.00", "о/р 80-36")), branch="ALL")
    give(
        "payments",
        ibank((DAY, "3.00", "о/р 80-36 Активна е/е"), (DAY, "4.00", "о/р 80-36 інше"), own=OTHER_OWN),
        branch="TRO",
    )
    assert [article for _, article, _, _ in found()] == ["Пеня", DISTRIBUTION, ACTIVE, None]


def test_the_queue_of_a_bank_account_is_that_of_its_branch_or_of_the_central_office(give):
    give("payments", ibank((DAY, "1.00", "невідомо що")), branch="ALL")
    give("payments", ibank((DAY, "2.00", "невідомо що"), own=OTHER_OWN), branch="ALL")
    assert [branch for _, _, branch, _ in found()] == [None, "TRO"]


def test_outgoing_foreign_and_own_rows_are_counted_and_never_kept(give):
    came = {"Дата": DAY, "ПлательщикСчет": PAYER, "ПолучательСчет": OWN}
    documents = [
        {**came, "Номер": "1", "Сумма": "10.00"},
        {**came, "Номер": "2", "Сумма": "20.00", "ПлательщикСчет": OWN, "ПолучательСчет": PAYER},
        {**came, "Номер": "3", "Сумма": "30.00", "КодВалюты": "840"},
        {**came, "Номер": "4", "Сумма": "40.00", "ПлательщикСчет": OTHER_OWN},
    ]
    report = give("payments", client_bank(documents, header=[f"РасчСчет={OWN}"]))
    assert (report["state"], report["rows"], report["new"], report["unchanged"]) == ("applied", 4, 1, 3)
    assert report["totals"]["amount"] == "50.00"
    assert ImportBatch.objects.get().change_counts == {
        "queued": 1,
        "outgoing": 1,
        "foreign_currency": 1,
        "own_transfer": 1,
    }
    assert [credit.amount for credit in BankCredit.objects.all()] == [Decimal("10.00")]


def test_the_same_statement_again_and_an_overlapping_one_bring_nothing_twice(give):
    rows = [(DAY, "1.00", "однакові"), (DAY, "1.00", "однакові"), (DAY, "2.00", "інше", "", "B7")]
    give("payments", ibank(*rows))
    assert BankCredit.objects.count() == 2 + 1
    report = give("payments", ibank(*rows, ("13.01.2026", "1.00", "однакові")))
    assert (report["new"], report["unchanged"]) == (1, 3)
    assert give("payments", ibank(*rows))["state"] == "unchanged"


def test_what_an_id_names_may_change_and_what_somebody_decided_stays(give):
    operator = factories.make_operator("vin@example.com", factories.make_branch("VIN"))
    account, other = factories.make_account("80-1"), factories.make_account("80-2")
    give("payments", ibank((DAY, "1.00", "невідомо", "", "B1"), (DAY, "2.00", "чуже", "", "B2")))
    first, second = BankCredit.objects.order_by("key")
    assign_bank_credit(credit_id=first.pk, account_number="80-1", article_id=first.article_id, by=operator)
    dismiss_bank_credit(credit_id=second.pk, reason="повернення депозиту", by=operator)
    report = give("payments", ibank((DAY, "1.50", f"о/р {other.number}", "", "B1"), (DAY, "2.00", "чуже", "", "B2")))
    assert (report["changed"], report["unchanged"]) == (1, 1)
    first.refresh_from_db()
    assert (first.amount, first.account, first.matched_by) == (Decimal("1.50"), account, "hand")
    assert BankCredit.objects.get(pk=second.pk).dismissed_at is not None


def test_a_statement_of_a_listed_and_an_unlisted_account_is_refused_whole(give):
    both = ibank((DAY, "1.00", "наше")) + ibank((DAY, "2.00", "чуже"), own=PAYER).split(b"\r\n", 1)[1]
    report = give("payments", both)
    assert (report["state"], report["rows"], report["totals"]["amount"]) == ("refused", 2, "3.00")
    (issue,) = [one for one in report["issues"] if one["row"] is None]
    assert issue["code"] == "foreign_bank_account"
    assert PAYER in issue["message"]
    assert OWN not in issue["message"]
    assert not BankCredit.objects.exists()


def test_an_account_of_another_branch_in_the_bank_is_a_strangers(give):
    assert give("payments", ibank((DAY, "1.00", "x"), own=OTHER_OWN), branch="VIN")["state"] == "refused"
    assert give("payments", ibank((DAY, "1.00", "x"), own=OTHER_OWN), branch="TRO")["state"] == "applied"


def test_a_statement_that_names_no_account_says_so(give):
    table = [("Наш рахунок", "Напрям", "Дата", "Сума"), ("", "кредит", DAY, "1.00")]
    report = give("payments", table)
    assert (report["state"], report["rows"]) == ("refused", 1)
    assert [one["code"] for one in report["issues"] if one["row"] is None] == ["no_bank_account"]


def test_a_row_that_cannot_be_read_is_rejected_with_its_number_and_reason(give):
    table = [
        ("Наш рахунок", "Напрям", "Дата", "Сума"),
        (OWN, "кредит", "32.01.2026", "1.00"),
        (OWN, "кредит", DAY, "сто"),
        (OWN, "", DAY, "1.00"),
        (OWN, "кредит", DAY, "-1.00"),
        (OWN, "кредит", DAY, "5.00"),
    ]
    report = give("payments", table, skip_rejected=True)
    assert (report["state"], report["new"], report["rejected"]) == ("applied", 1, 4)
    assert [(one["row"], one["column"], one["code"]) for one in report["issues"]] == [
        (2, "Дата", "not_a_date"),
        (3, "Сума", "not_a_number"),
        (4, "Зауваження", "unknown_direction"),
        (5, "Сума", "negative_amount"),
    ]


def test_the_sum_that_the_statement_declares_is_a_control_total(give):
    document = {"Номер": "1", "Дата": DAY, "Сумма": "10.00", "ПлательщикСчет": PAYER, "ПолучательСчет": OWN}
    section = [f"РасчСчет={OWN}", "СекцияРасчСчет", f"РасчСчет={OWN}", "ВсегоПоступило={}", "КонецРасчСчет"]
    right, wrong = ([line.format(amount) for line in section] for amount in ("10.00", "11.00"))
    report = give("payments", client_bank([document], header=wrong))
    assert (report["state"], [one["code"] for one in report["issues"]]) == ("refused", ["totals"])
    assert give("payments", client_bank([document], header=right))["state"] == "applied"
    assert ImportBatch.objects.order_by("pk").last().declared_totals["amount"] == "10.00"


def test_long_and_odd_texts_of_a_bank_are_shortened_and_never_lose_the_money(give):
    report = give("payments", ibank((DAY, "1.00", "о/р 80-1 \x07" + "д" * 900)))
    assert (report["state"], report["new"]) == ("applied", 1)
    assert len(BankCredit.objects.get().purpose) == 500


def test_a_preview_of_a_statement_writes_nothing_and_its_numbers_come_true(give):
    factories.make_account("80-1")
    statement = ibank((DAY, "1.00", "о/р 80-1"), (DAY, "2.00", "?"), (DAY, "-3.00", "комісія"))
    preview = give("payments", statement, dry_run=True)
    assert preview["state"] == "previewed"
    assert not BankCredit.objects.exists()
    result = give("payments", statement)
    numbers = ("rows", "new", "changed", "unchanged", "rejected", "totals")
    assert [preview[name] for name in numbers] == [result[name] for name in numbers]
    assert BankCredit.objects.count() == result["new"]
    assert not Payment.objects.exists()


@pytest.mark.parametrize("told", [{"purposes": [("(", "Пеня")]}, {"purposes": ["Пеня"]}, {"unknown": 1}, "Пеня"])
def test_a_setting_that_cannot_be_used_is_named(settings, told):
    settings.WAGTAIL_CABINET_IMPORTS = {"BANK_ACCOUNTS": {OWN: told}}
    with pytest.raises(ImproperlyConfigured, match=OWN):
        bank_accounts()


def test_an_article_of_the_settings_that_is_new_is_added_as_not_confirmed(give, settings):
    settings.WAGTAIL_CABINET_IMPORTS = {"BANK_ACCOUNTS": {OWN: {"article": "Приєднання"}}}
    report = give("payments", ibank((DAY, "1.00", "x")))
    assert [one["code"] for one in report["issues"]] == ["unknown_article"]
    article = BankCredit.objects.get().article
    assert (article.name, article.is_known) == ("Приєднання", False)


def test_the_statement_belongs_to_the_kind_of_payments():
    (layout,) = PaymentResource.layouts
    assert layout.kind == PaymentResource.kind
    assert layout.layout_columns <= set(layout.fields)
    assert not layout.layout_columns <= set(PaymentResource.fields)
