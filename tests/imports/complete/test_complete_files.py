"""A complete file: what it lacks of its period is withdrawn, listed, counted and promoted with it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cabinet_pages.articles.services import install_standard_articles
from cabinet_pages.billing.models import Balance
from cabinet_pages.payments.models import BANK_DOCUMENT, Payment
from cabinet_pages.readings.models import Reading, ReadingKind
from cabinet_pages.state_hash import state_hash
from imports.engine import promote
from imports.models import BatchRow, BatchState, ImportBatch, RowStatus
from tests.factories import make_account, make_branch, make_register
from tests.imports.conftest import csv_bytes
from tests.imports.contract.files import make_records, packed, rows_of
from tests.imports.statements.files import OWN, ibank

pytestmark = pytest.mark.django_db

Give = Callable[..., dict[str, Any]]
HEADING = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")
JANUARY = [("80-1", f"Д-{day}", f"{day:02d}.01.2026", "Пеня", f"{day},00") for day in range(1, 6)]
FEBRUARY = ("80-1", "Д-9", "01.02.2026", "Пеня", "9,00")
DATED = {
    "payments": "2026-01",
    "invoices": "2026-01",
    "balances": "2026-01",
    "readings": "2026-01",
    "documents": "2026-01",
}


@pytest.fixture
def _accounts() -> None:
    make_account("80-1", make_branch("VIN"))
    make_account("80-2", make_branch("VIN"))
    make_account("80-36", make_branch("TRO"))


def in_force() -> list[str]:
    return sorted(Payment.objects.filter(withdrawn=False).values_list("document", flat=True))


@pytest.mark.usefixtures("_accounts")
def test_what_a_complete_file_lacks_of_its_period_is_withdrawn_and_nothing_else(give: Give) -> None:
    give("payments", [HEADING, *JANUARY, FEBRUARY])
    give("payments", [HEADING, ("80-36", "Д-1", "01.01.2026", "Пеня", "1,00")], branch="TRO")
    report = give("payments", [HEADING, *JANUARY[:3]], complete="2026-01-01..2026-01-31")
    assert (report["state"], report["unchanged"], report["withdrawn"], report["rows"]) == ("applied", 3, 2, 3)
    assert in_force() == ["Д-1", "Д-1", "Д-2", "Д-3", "Д-9"]
    batch = ImportBatch.objects.get(pk=report["batch"])
    rows = BatchRow.objects.filter(batch=batch, status=RowStatus.WITHDRAWN).order_by("-row")
    assert [(one.row, one.values["document"], one.values["withdrawn"], one.before) for one in rows] == [
        (-1, "Д-4", "1", {"withdrawn": ""}),
        (-2, "Д-5", "1", {"withdrawn": ""}),
    ]
    again = give("payments", [HEADING, *reversed(JANUARY[:3])], complete="01.2026..01.2026")
    assert (again["state"], again["withdrawn"]) == ("unchanged", 0)


@pytest.mark.usefixtures("_accounts")
def test_the_same_file_without_the_option_removes_nothing(give: Give) -> None:
    give("payments", [HEADING, *JANUARY])
    assert give("payments", [HEADING, *JANUARY[:3]])["state"] == "unchanged"
    assert len(in_force()) == 5


@pytest.mark.usefixtures("_accounts")
def test_a_withdrawn_row_that_comes_again_revives(give: Give) -> None:
    give("payments", [HEADING, *JANUARY])
    before = state_hash()
    give("payments", [HEADING, *JANUARY[:3]], complete="2026-01..2026-01")
    report = give("payments", [HEADING, *reversed(JANUARY)])
    assert (report["state"], report["changed"], report["unchanged"]) == ("applied", 2, 3)
    assert state_hash() == before


@pytest.mark.usefixtures("_accounts")
def test_the_preview_promises_what_the_result_and_the_database_hold(give: Give) -> None:
    give("payments", [HEADING, *JANUARY])
    changed = [
        ("80-1", "Д-1", "01.01.2026", "Пеня", "1,50"),
        JANUARY[1],
        JANUARY[2],
        ("80-1", "Н", "07.01.2026", "Пеня", "7"),
    ]
    preview = give("payments", [HEADING, *changed], complete="2026-01..2026-01", dry_run=True)
    names = ("rows", "new", "changed", "unchanged", "rejected", "withdrawn")
    assert [preview[name] for name in names] == [4, 1, 1, 2, 0, 2]
    before = Payment.objects.count()
    batch = promote(ImportBatch.objects.get(pk=preview["batch"]))
    assert batch.state == BatchState.APPLIED
    assert [getattr(batch, name) for name in names] == [preview[name] for name in names]
    assert Payment.objects.count() == before + batch.new
    assert Payment.objects.filter(withdrawn=True).count() == batch.withdrawn


@pytest.mark.usefixtures("_accounts")
@pytest.mark.parametrize(
    "bad",
    [
        # Its key can be read, so that row alone is spared.
        ("80-1", "Д-5", "05.01.2026", "Пеня", "5,00", "31.02.2026"),
        # Its day cannot, so all rows of the account are.
        ("80-1", "Д-5", "05.01.20226", "Пеня", "5,00", ""),
    ],
)
def test_what_a_rejected_row_is_about_is_never_withdrawn(give: Give, bad: tuple[str, ...]) -> None:
    give("payments", [HEADING, *JANUARY])
    heading = (*HEADING, "Період")
    rows = [heading, *((*row, "") for row in JANUARY[:4]), bad]
    assert give("payments", rows, complete="2026-01..2026-01")["state"] == "refused"
    report = give("payments", rows, complete="2026-01..2026-01", skip_rejected=True)
    assert (report["rejected"], report["withdrawn"], report["state"]) == (1, 0, "unchanged")
    assert len(in_force()) == 5


@pytest.mark.usefixtures("_accounts")
def test_a_row_without_a_readable_account_stops_all_withdrawing(give: Give) -> None:
    give("payments", [HEADING, *JANUARY])
    rows = [HEADING, *JANUARY[:4], ("", "Д-5", "05.01.2026", "Пеня", "5,00")]
    report = give("payments", rows, complete="2026-01..2026-01", skip_rejected=True)
    assert (report["withdrawn"], report["issues"][0]["code"]) == (0, "nothing_withdrawn")
    # An account that was read and is not there names nothing.
    rows[-1] = ("80-404", "Д-5", "05.01.2026", "Пеня", "5,00")
    assert give("payments", rows, complete="2026-01..2026-01", skip_rejected=True)["withdrawn"] == 1


@pytest.mark.usefixtures("_accounts")
def test_a_row_outside_of_the_period_is_an_error(give: Give) -> None:
    report = give("payments", [HEADING, *JANUARY, FEBRUARY], complete="2026-01-01..2026-01-31")
    assert (report["state"], report["rejected"]) == ("refused", 1)
    assert [(issue["row"], issue["column"], issue["message"]) for issue in report["issues"]] == [
        (7, "Дата платежу", "Файл повний за 01.01.2026–31.01.2026, а цей рядок має іншу дату.")
    ]


@pytest.mark.usefixtures("_accounts")
def test_a_file_of_all_branches_is_complete_for_all_of_them(give: Give) -> None:
    give("payments", [HEADING, *JANUARY])
    give("payments", [HEADING, ("80-36", "Д-7", "07.01.2026", "Пеня", "1,00")], branch="TRO")
    report = give("payments", [HEADING, *JANUARY], branch="ALL", complete="2026-01..2026-01")
    assert (report["state"], report["withdrawn"]) == ("applied", 1)
    assert report["totals"]["by_branch"] == {"VIN": "15.00"}
    assert "Д-7" not in in_force()


@pytest.mark.parametrize("kind", sorted(DATED))
def test_every_dated_kind_withdraws_and_revives(give: Give, kind: str) -> None:
    make_records(kind)
    rows = rows_of(kind)
    give(kind, packed(kind, rows, "csv"))
    before = state_hash()
    # Of all that is dated in the three months one row stays.
    kept = [rows[0], rows[1]] if kind != "invoices" else rows[:3]
    report = give(
        kind, packed(kind, kept, "csv"), complete="2025-12..2026-02", accept="vanished",
    )  # fmt: skip
    stored = 2 if kind == "invoices" else 3
    assert (report["state"], report["withdrawn"], report["new"], report["changed"]) == ("applied", stored - 1, 0, 0)
    assert state_hash() != before
    revived = give(kind, packed(kind, rows, "xlsx"))
    assert (revived["state"], revived["new"], revived["changed"]) == ("applied", 0, 1 if kind == "invoices" else 2)
    assert state_hash() == before


@pytest.mark.parametrize("kind", ["accounts", "metering"])
def test_a_kind_without_dates_cannot_be_complete(tmp_path: Any, kind: str) -> None:
    make_branch("VIN")
    (tmp_path / "f.csv").write_bytes(b"x")
    with pytest.raises(CommandError, match="не може бути повним за період") as refused:
        call_command("import_file", kind, str(tmp_path / "f.csv"), branch="VIN", complete="2026-01..2026-01")
    assert refused.value.returncode == 2
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        {"complete": "2026-01"},
        {"complete": "2026-02..2026-01"},
        {"complete": "2026-13..2026-14"},
        {"complete": ".."},
        {"expect_rows": "три"},
        {"expect_rows": "-1"},
        {"expect_amount": "багато"},
        {"expect_amount": "1,234"},
        {"accept": "older_file,made_up"},
    ],
)
def test_unusable_options_exit_with_two(tmp_path: Any, arguments: dict[str, str]) -> None:
    make_branch("VIN")
    (tmp_path / "f.csv").write_bytes(b"x")
    with pytest.raises(CommandError) as refused:
        call_command("import_file", "payments", str(tmp_path / "f.csv"), branch="VIN", **arguments)
    assert refused.value.returncode == 2


def test_a_month_may_come_in_the_other_form_when_the_file_is_complete_for_it(give: Give) -> None:
    make_account("80-1", make_branch("VIN"))
    heading = ("Особовий рахунок", "Період", "Сальдо на початок", "Сальдо на кінець", "Стаття реалізації")
    by_article = [("80-1", "01.2026", "0", "1", "Пеня"), ("80-1", "01.2026", "0", "2", "Інше")]
    give("balances", [heading, *by_article])
    whole = [heading, ("80-1", "01.2026", "0", "3", "")]
    assert give("balances", whole)["state"] == "refused"
    report = give("balances", whole, complete="2026-01..2026-01", accept="vanished")
    assert (report["state"], report["new"], report["withdrawn"]) == ("applied", 1, 2)
    assert [(one.period, one.closing) for one in Balance.objects.filter(withdrawn=False)] == [
        (date(2026, 1, 1), Decimal("3.00"))
    ]


@pytest.mark.usefixtures("_accounts")
def test_a_row_stored_beside_the_preview_is_withdrawn_only_after_it_was_shown(give: Give) -> None:
    give("payments", [HEADING, *JANUARY])
    preview = give("payments", [HEADING, *JANUARY[:4]], complete="2026-01..2026-01", dry_run=True)
    give("payments", [HEADING, ("80-2", "Д-6", "06.01.2026", "Пеня", "6,00")])
    batch = promote(ImportBatch.objects.get(pk=preview["batch"]))
    assert (batch.state, batch.error_code, batch.withdrawn) == (BatchState.PREVIEWED, "preview_outdated", 2)
    assert "Д-6" in in_force()
    assert promote(batch).state == BatchState.APPLIED
    assert in_force() == ["Д-1", "Д-2", "Д-3", "Д-4"]


def test_a_rejected_row_of_a_balance_keeps_its_whole_month(give: Give) -> None:
    make_account("80-1", make_branch("VIN"))
    heading = ("Особовий рахунок", "Період", "Сальдо на початок", "Сальдо на кінець", "Стаття реалізації")
    give("balances", [heading, ("80-1", "01.2026", "0", "1", "Пеня"), ("80-1", "02.2026", "1", "2", "Пеня")])
    bad = [heading, ("80-1", "01.2026", "0", "?", ""), ("80-1", "03.2026", "2", "2", "Пеня")]
    report = give("balances", bad, complete="2026-01..2026-03", skip_rejected=True)
    assert (report["state"], report["new"], report["rejected"], report["withdrawn"]) == ("applied", 1, 1, 1)
    kept = Balance.objects.filter(withdrawn=False).order_by("period").values_list("period", flat=True)
    assert [day.month for day in kept] == [1, 3]


def test_what_a_customer_sent_is_no_files_to_take_away(give: Give) -> None:
    register = make_register(make_account("80-1", make_branch("VIN")), "ТУ-1", serial="7")
    shown = {"register": register, "period": date(2026, 1, 1), "value": Decimal(5)}
    Reading.objects.create(read_on=date(2026, 1, 31), **shown)
    control = Reading.objects.create(read_on=date(2026, 1, 20), kind=ReadingKind.CONTROL, state="accepted", **shown)
    initial = Reading.objects.create(read_on=date(2026, 1, 1), kind=ReadingKind.INITIAL, state="accepted", **shown)
    # A reading that a row names by its ReadingId is named too.
    heading = ("ReadingId", "Особовий рахунок", "Код ТУ", "№ лічильника", "Дата", "Показання", "Стан")
    report = give(
        "readings", [heading, (str(control.uuid), "", "", "", "", "5", "прийнято")], complete="2026-01..2026-01"
    )
    assert (report["state"], report["withdrawn"]) == ("applied", 1)
    assert list(Reading.objects.filter(withdrawn=True)) == [initial]


def test_a_bank_statement_cannot_be_complete_and_no_file_withdraws_what_one_has_booked(
    give: Give, settings: Any
) -> None:
    account = make_account("80-1", make_branch("VIN"))
    settings.WAGTAIL_CABINET_IMPORTS = {"BANK_ACCOUNTS": {OWN: {"article": "Пеня"}}}
    install_standard_articles()
    statement = ibank(("12.01.2026", "1.00", "о/р 80-1"))
    report = give("payments", statement, complete="2026-01..2026-01")
    assert (report["state"], report["rows"], [issue["code"] for issue in report["issues"]]) == (
        "refused", 0, ["complete_undated"],
    )  # fmt: skip
    give("payments", [HEADING, JANUARY[0]])
    booked = Payment.objects.get()
    booked.pk, booked.document = None, f"{BANK_DOCUMENT}1"
    booked.save()
    assert give("payments", [HEADING, JANUARY[0]], complete="2026-01..2026-01")["withdrawn"] == 0
    assert account.payments.filter(withdrawn=False).count() == 2


@pytest.mark.usefixtures("_accounts")
def test_the_command_tells_what_it_withdrew_and_why_it_was_held_up(give: Give, tmp_path: Any) -> None:
    give("payments", [HEADING, *JANUARY])
    path = tmp_path / "january.csv"
    path.write_bytes(csv_bytes([HEADING, *JANUARY[:2]]))
    options: dict[str, Any] = {"branch": "VIN", "complete": "2026-01-01..31.01.2026"}
    held = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_file", "payments", str(path), stdout=held, **options)
    for told in (
        "зупинка vanished: Файл відкличе 3 із 5 чинних рядків свого періоду.",
        "Файл затримано, тож нічого не застосовано",
        "додайте --accept vanished",
    ):
        assert told in held.getvalue()
    applied = StringIO()
    call_command("import_file", "payments", str(path), stdout=applied, accept="vanished", **options)
    assert "Відкликано: 3." in applied.getvalue()
