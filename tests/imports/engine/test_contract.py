"""What `import_file` promises, with payments as the example."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from wagtail.models import ModelLogEntry

from cabinet_pages.articles.models import Article
from cabinet_pages.payments.models import Payment
from cabinet_pages.state_hash import state_hash
from imports.engine import prepare, promote
from imports.models import BatchRow, BatchState, ImportBatch
from tests.factories import make_account, make_branch, make_operator

pytestmark = pytest.mark.django_db

Give = Callable[..., dict[str, Any]]
HEADING = ("Особовий рахунок", "Дата платежу", "Стаття реалізації", "Сума платежу")
ACTIVE = "Активна електроенергія"
GOOD = [
    HEADING,
    ("80-431930", "03.01.2020", ACTIVE, "1 234,56"),
    ("80-431930", "03.01.2020", ACTIVE, "1 234,56"),
    ("80-431930", "04.01.2020", "Пеня", "-10,00"),
]
BAD = [*GOOD, ("80-36", "04.01.2020", "Пеня", "1,00"), ("80-431930", "31.02.2020", "Пеня", "abc")]


@pytest.fixture(autouse=True)
def _accounts() -> None:
    make_account("80-431930", make_branch("VIN"))
    make_account("80-36", make_branch("TRO"))


def test_the_report_has_every_field_of_the_contract(give: Give) -> None:
    report = give("payments", GOOD)
    batch = ImportBatch.objects.get()
    assert report == {
        "batch": batch.pk,
        "state": "applied",
        "kind": "payments",
        "format": "csv",
        "encoding": "cp1251",
        "rows": 3,
        "new": 3,
        "changed": 0,
        "unchanged": 0,
        "rejected": 0,
        "withdrawn": 0,
        "documents": 0,
        "totals": {"amount": "2459.12", "by_article": {ACTIVE: "2469.12", "Пеня": "-10.00"}},
        "issues": [],
        "issues_total": 0,
        "exit": 0,
    }


@pytest.mark.parametrize(
    ("format", "encoding"), [("csv", "cp1251"), ("csv", "utf-8"), ("csv", "utf-8-sig"), ("xlsx", "")]
)
def test_the_same_file_again_changes_nothing(give: Give, format: str, encoding: str) -> None:
    assert give("payments", GOOD, format=format, encoding=encoding)["state"] == "applied"
    before = state_hash()
    again = give("payments", GOOD, format=format, encoding=encoding)
    assert (again["state"], again["new"], again["changed"], again["unchanged"]) == ("unchanged", 0, 0, 3)
    assert again["exit"] == 0
    assert state_hash() == before


def test_the_same_rows_in_another_order_and_format_change_nothing(give: Give) -> None:
    give("payments", GOOD)
    again = give("payments", [GOOD[0], *reversed(GOOD[1:])], format="xlsx")
    assert (again["state"], again["new"], again["changed"], again["unchanged"]) == ("unchanged", 0, 0, 3)


def test_equal_rows_are_different_payments_in_the_order_of_their_file(give: Give) -> None:
    give("payments", GOOD)
    stored = Payment.objects.filter(paid_on=date(2020, 1, 3)).order_by("pk")
    assert [(one.ordinal, one.document, one.amount) for one in stored] == [
        (1, "=123456", Decimal("1234.56")),
        (2, "=123456", Decimal("1234.56")),
    ]
    assert Payment.objects.get(amount=Decimal("-10.00")).kind == "refund"


def test_bad_rows_are_named_and_nothing_is_written(give: Give) -> None:
    before = state_hash()
    report = give("payments", BAD)
    assert (report["state"], report["exit"], report["rejected"], report["rows"]) == ("refused", 1, 2, 5)
    assert state_hash() == before
    told = [
        (issue["row"], issue["column"], issue["value"], issue["level"], issue["message"]) for issue in report["issues"]
    ]
    assert told == [
        (5, "Особовий рахунок", "80-36", "error", "Рахунок 80-36 не знайдено у структурній одиниці VIN"),
        (6, "Дата платежу", "31.02.2020", "error", "«31.02.2020» — не дата; очікується дд.мм.рррр."),
        (6, "Сума платежу", "abc", "error", "«abc» — не число."),
    ]


def test_good_rows_are_applied_when_the_operator_leaves_the_bad_ones_out(give: Give) -> None:
    report = give("payments", BAD, skip_rejected=True)
    assert (report["state"], report["new"], report["rejected"]) == ("applied", 3, 2)
    assert Payment.objects.count() == 3


def test_a_file_of_another_branch_is_refused_row_by_row_even_without_the_bad_ones(give: Give) -> None:
    foreign = [HEADING, ("80-36", "04.01.2020", "Пеня", "1,00"), ("80-404", "04.01.2020", "Пеня", "1,00")]
    report = give("payments", foreign, skip_rejected=True)
    assert (report["state"], report["rejected"], report["new"]) == ("refused", 2, 0)
    # An absent account and a foreign one cannot be told apart.
    assert [issue["message"].replace(issue["value"], "…") for issue in report["issues"]] == [
        "Рахунок … не знайдено у структурній одиниці VIN"
    ] * 2
    assert not Payment.objects.exists()


def test_the_central_office_takes_the_branch_from_the_account(give: Give) -> None:
    report = give("payments", [*GOOD, ("80-36", "04.01.2020", "Пеня", "1,00")], branch="ALL")
    assert (report["state"], report["new"]) == ("applied", 4)


def test_a_row_that_names_another_branch_is_rejected(give: Give) -> None:
    rows = [(*HEADING, "Структурна одиниця"), (*GOOD[1], "TRO"), (*GOOD[3], "Вінницькі міські ЕМ")]
    report = give("payments", rows, skip_rejected=True)
    assert (report["new"], report["rejected"]) == (1, 1)
    assert report["issues"][0]["code"] == "other_branch"


def test_a_dry_run_writes_nothing_and_leaves_a_batch_to_confirm(give: Give) -> None:
    before = state_hash()
    report = give("payments", GOOD, dry_run=True)
    assert (report["state"], report["new"], report["exit"]) == ("previewed", 3, 0)
    assert state_hash() == before
    batch = promote(ImportBatch.objects.get(), by=make_operator("operator@example.com", make_branch("VIN")))
    assert (batch.state, batch.new) == (BatchState.APPLIED, 3)
    assert Payment.objects.count() == 3


def test_a_dry_run_of_known_bytes_is_a_preview_too(give: Give) -> None:
    give("payments", GOOD)
    report = give("payments", GOOD, dry_run=True)
    assert (report["state"], report["new"], report["unchanged"]) == ("previewed", 0, 3)


def test_confirming_twice_applies_once(give: Give) -> None:
    give("payments", GOOD, dry_run=True)
    batch = ImportBatch.objects.get()
    promote(batch)
    promote(ImportBatch.objects.get())
    assert Payment.objects.count() == 3
    assert BatchRow.objects.filter(batch=batch).count() == 3


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 no table", "Щось\r\nінше\r\n".encode("cp1251")])
def test_an_unreadable_file_is_refused_with_one_issue_without_a_row(give: Give, content: bytes) -> None:
    report = give("payments", content)
    assert (report["state"], report["rows"], report["exit"], report["issues_total"]) == ("refused", 0, 1, 1)
    assert report["issues"][0]["row"] is None
    assert report["issues"][0]["message"]


def test_headings_alone_are_no_file(give: Give) -> None:
    report = give("payments", [HEADING])
    assert (report["state"], report["issues"][0]["code"]) == ("refused", "no_rows")


def test_missing_columns_are_named(give: Give) -> None:
    report = give("payments", [HEADING[:3], GOOD[1][:3]])
    assert report["issues"][0]["message"] == "Немає обов'язкових колонок: Сума платежу."


def test_an_unknown_column_is_warned_about_and_kept(give: Give) -> None:
    report = give("payments", [(*HEADING, "Щось своє"), (*GOOD[1], "x")])
    assert report["state"] == "applied"
    assert [(issue["level"], issue["row"], issue["column"]) for issue in report["issues"]] == [
        ("warning", 1, "Щось своє")
    ]
    assert ImportBatch.objects.get().unknown_columns == ["Щось своє"]


def test_an_unknown_article_is_added_as_not_confirmed_and_no_payment_is_lost(give: Give) -> None:
    rows = [
        HEADING,
        ("80-431930", "03.01.2020", "Новий збір", "5,00"),
        ("80-431930", "04.01.2020", "новий  ЗБІР", "6,00"),
    ]
    report = give("payments", rows)
    assert (report["new"], [issue["code"] for issue in report["issues"]]) == (2, ["unknown_article"])
    assert not Article.objects.get(name="Новий збір").is_known
    assert report["totals"]["amount"] == "11.00"
    assert give("payments", [rows[0], *reversed(rows[1:])])["state"] == "unchanged"


def test_a_synonym_of_an_article_is_the_article(give: Give) -> None:
    give("payments", [HEADING, ("80-431930", "03.01.2020", "Послуга з розподілу", "5,00")])
    assert Payment.objects.get().article.name == "Плата за розподіл електроенергії"


def test_preamble_and_totals_rows_are_passed_over_and_rows_keep_their_numbers(give: Give) -> None:
    rows = [
        ("Оплата за січень 2020 р.",),
        ("",),
        HEADING,
        GOOD[1],
        ("80-431930", "x", ACTIVE, "1"),
        ("Разом", "", "", "1235,56"),
    ]
    report = give("payments", rows)
    assert report["rows"] == 2
    assert [issue["row"] for issue in report["issues"]] == [5]


@pytest.mark.parametrize("language", ["uk", "en"])
def test_values_do_not_depend_on_the_active_language(give: Give, settings: Any, language: str) -> None:
    settings.USE_THOUSAND_SEPARATOR = True
    rows = [HEADING, ("80-431930", "01.02.2020", ACTIVE, "12,50"), ("80-431930", "2020-02-03", ACTIVE, "1 234.56")]
    with translation.override(language):
        give("payments", rows)
    assert [(one.paid_on, one.amount) for one in Payment.objects.all()] == [
        (date(2020, 2, 1), Decimal("12.50")),
        (date(2020, 2, 3), Decimal("1234.56")),
    ]


def test_messages_are_in_the_active_language(give: Give) -> None:
    with translation.override("en"):
        assert give("payments", BAD)["issues"][0]["message"] == "Account 80-36 was not found in branch VIN"


def test_at_most_a_thousand_issues_are_reported_and_all_are_kept(give: Give) -> None:
    rows = [HEADING, *[("80-431930", "x", ACTIVE, "1,00")] * 1100]
    report = give("payments", rows)
    assert (len(report["issues"]), report["issues_total"]) == (1000, 1100)


@pytest.mark.parametrize("arguments", [{"branch": "XXX"}, {"branch": "VIN", "as_of": "nonsense"}])
def test_unusable_arguments_exit_with_two(tmp_path: Any, arguments: dict[str, str]) -> None:
    (tmp_path / "f.csv").write_bytes(b"x")
    with pytest.raises(CommandError) as refused:
        call_command("import_file", "payments", str(tmp_path / "f.csv"), **arguments)
    assert refused.value.returncode == 2


def test_a_changed_amount_of_a_document_is_a_change_with_its_values_before(give: Give) -> None:
    heading = (*HEADING, "Документ", "Призначення")
    give("payments", [heading, (*GOOD[1], "ПД-1", "за січень")])
    report = give("payments", [(*HEADING, "Документ"), ("80-431930", "03.01.2020", ACTIVE, "99,00", "ПД-1")])
    assert (report["new"], report["changed"]) == (0, 1)
    payment = Payment.objects.get()
    # The second file has no «Призначення», so it stays.
    assert (payment.amount, payment.purpose) == (Decimal("99.00"), "за січень")
    entry = BatchRow.objects.latest("pk")
    assert entry.before == {"amount": "1234.56"}
    assert entry.values["amount"] == "99.00"


def test_a_present_empty_cell_clears_an_optional_value(give: Give) -> None:
    heading = (*HEADING, "Документ", "Платник")
    give("payments", [heading, (*GOOD[1], "ПД-1", "ТОВ")])
    give("payments", [heading, (*GOOD[1], "ПД-1", "")])
    assert Payment.objects.get().payer == ""


def test_a_withdrawn_payment_that_comes_again_revives_and_counts_as_changed(give: Give) -> None:
    give("payments", GOOD)
    Payment.objects.filter(ordinal=2).update(withdrawn=True)
    report = give("payments", [GOOD[0], *reversed(GOOD[1:])])
    assert (report["state"], report["changed"], report["unchanged"]) == ("applied", 1, 2)
    assert not Payment.objects.filter(withdrawn=True).exists()


def test_a_preview_made_old_by_another_import_is_shown_anew_before_it_is_applied(give: Give) -> None:
    give("payments", GOOD, dry_run=True)
    old = ImportBatch.objects.get()
    give("payments", GOOD[:2])
    batch = promote(old)
    assert (batch.state, batch.error_code) == (BatchState.PREVIEWED, "preview_outdated")
    assert (batch.new, batch.unchanged) == (2, 1)
    assert promote(batch).state == BatchState.APPLIED
    assert Payment.objects.count() == 3


def test_values_before_are_never_those_of_an_old_preview(give: Give) -> None:
    heading = (*HEADING, "Документ")
    give("payments", [heading, (*GOOD[1], "ПД-1")])
    give("payments", [heading, ("80-431930", "03.01.2020", ACTIVE, "5,00", "ПД-1")], dry_run=True)
    batch = ImportBatch.objects.latest("pk")
    Payment.objects.update(amount=Decimal("7.00"))
    promote(batch)
    assert BatchRow.objects.latest("pk").before == {"amount": "7.00"}
    assert Payment.objects.get().amount == Decimal("5.00")


def test_preparing_again_starts_over(give: Give) -> None:
    give("payments", BAD, dry_run=True)
    batch = ImportBatch.objects.get()
    staged, issues = BatchRow.objects.count(), batch.issues.count()
    prepare(batch)
    assert (BatchRow.objects.count(), batch.issues.count()) == (staged, issues)
    assert (batch.rows, batch.rejected) == (5, 2)


def test_an_applied_batch_leaves_one_entry_in_the_audit_log(give: Give) -> None:
    report = give("payments", GOOD)
    entries = [one for one in ModelLogEntry.objects.all() if one.action == "imports.apply"]
    assert [(entry.object_id, entry.data["new"]) for entry in entries] == [(str(report["batch"]), 3)]
    give("payments", BAD)
    assert ModelLogEntry.objects.filter(action="imports.apply").count() == 1


def test_characters_that_no_database_keeps_are_told_and_not_stored(give: Give) -> None:
    report = give("payments", [(*HEADING, "Щось\u200b_x0000_"), (*GOOD[1][:3], "1_x0000_", "x")], format="xlsx")
    assert (report["state"], report["rejected"]) == ("refused", 1)
    assert "\x00" not in str(report)
