"""What holds a file up until somebody has seen it: each stop by its code, its sentence, and how it is let pass."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wagtail import hooks
from wagtail.models import ModelLogEntry

from cabinet_pages.billing.models import Balance
from cabinet_pages.payments.models import Payment
from cabinet_pages.state_hash import state_hash
from imports.engine import promote
from imports.models import BatchState, ImportBatch
from tests.factories import make_account, make_branch, make_operator

pytestmark = pytest.mark.django_db

Give = Callable[..., dict[str, Any]]
PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
HEADING = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")
BALANCES = ("Особовий рахунок", "Період", "Сальдо на початок", "Сальдо на кінець")


@pytest.fixture(autouse=True)
def _accounts() -> None:
    for number in range(1, 13):
        make_account(f"80-{number}", make_branch("VIN"))


def payments(amount: str, count: int = 3) -> list[tuple[str, ...]]:
    return [HEADING, *((f"80-{one}", f"Д-{one}", "03.01.2026", "Пеня", amount) for one in range(1, count + 1))]


def stops(report: dict[str, Any]) -> list[str]:
    return [issue["code"] for issue in report["issues"] if issue["level"] == "stop"]


def sentences(report: dict[str, Any]) -> list[str]:
    return [issue["message"] for issue in report["issues"] if issue["level"] == "stop"]


# --- older files ----------------------------------------------------------------------------------------------------


def test_bytes_of_a_superseded_file_are_asked_about_and_never_applied_or_skipped_in_silence(give: Give) -> None:
    first = give("payments", payments("1,00"))
    newest = give("payments", payments("2,00"))
    stored = state_hash()
    report = give("payments", payments("1,00"))
    assert (report["state"], report["exit"], stops(report)) == ("refused", 1, ["older_file"])
    assert report["issues"][0]["row"] is None
    assert f"(імпорт {first['batch']} від" in sentences(report)[0]
    assert f"був імпорт {newest['batch']}." in sentences(report)[0]
    assert state_hash() == stored
    accepted = give("payments", payments("1,00"), accept="older_file")
    assert (accepted["state"], accepted["changed"], stops(accepted)) == ("applied", 3, ["older_file"])
    assert ImportBatch.objects.get(pk=accepted["batch"]).accepted == ["older_file"]
    entry = next(one for one in ModelLogEntry.objects.all() if one.action == "imports.apply")
    assert entry.data["accepted"] == ["older_file"]
    # A→B→A: the newest file is A again, so A once more has nothing to do, and B is an older one.
    assert give("payments", payments("1,00"))["state"] == "unchanged"
    assert stops(give("payments", payments("2,00"))) == ["older_file"]


def test_an_older_file_that_changes_nothing_is_told_and_holds_nothing_up(give: Give) -> None:
    give("payments", payments("1,00"))
    give("payments", [HEADING, ("80-9", "Д-9", "04.01.2026", "Пеня", "9,00")])
    report = give("payments", payments("1,00"))
    assert (report["state"], report["exit"], stops(report)) == ("unchanged", 0, [])
    assert [(issue["level"], issue["code"]) for issue in report["issues"]] == [("warning", "older_file")]


def test_the_bytes_of_the_newest_file_have_nothing_to_do(give: Give) -> None:
    give("payments", payments("1,00"))
    assert (give("payments", payments("1,00"))["state"], Payment.objects.count()) == ("unchanged", 3)


def test_a_file_of_another_branch_or_kind_supersedes_nothing(give: Give) -> None:
    make_account("80-36", make_branch("TRO"))
    give("payments", payments("1,00"))
    give("payments", [HEADING, ("80-36", "Д-1", "03.01.2026", "Пеня", "1,00")], branch="TRO")
    give("balances", [BALANCES, ("80-1", "01.2026", "0", "1")])
    report = give("payments", payments("1,00"))
    assert (report["state"], report["issues"]) == ("unchanged", [])


def test_a_file_that_was_taken_back_is_neither_the_newest_nor_an_older_one(give: Give) -> None:
    give("payments", payments("1,00"))
    undone = give("payments", payments("2,00"))
    ImportBatch.objects.filter(pk=undone["batch"]).update(state=BatchState.UNDONE)
    Payment.objects.update(amount="1.00")
    assert give("payments", payments("2,00"))["state"] == "applied"


def test_an_older_export_after_a_newer_one_is_stopped(give: Give) -> None:
    give("payments", payments("2,00"), as_of="2026-02-10T12:00:00")
    stored = state_hash()
    report = give("payments", payments("1,00"), as_of="2026-02-10T11:59:00")
    assert (report["state"], stops(report)) == ("refused", ["older_export"])
    assert "10.02.2026" in sentences(report)[0]
    assert state_hash() == stored
    assert give("payments", payments("1,00"), as_of="2026-02-09", accept="older_export")["state"] == "applied"


def test_the_date_in_the_preamble_is_compared_by_days(give: Give) -> None:
    give("payments", [("Платежі станом на 10.02.2026",), *payments("2,00")])
    same_day = give("payments", [("Платежі станом на 10.02.2026",), *payments("3,00")])
    assert same_day["state"] == "applied"
    assert stops(give("payments", [("Платежі станом на 09.02.2026",), *payments("1,00")])) == ["older_export"]


def test_a_moment_of_receipt_that_stands_for_an_untold_one_makes_no_file_old(give: Give) -> None:
    give("payments", payments("2,00"))
    assert give("payments", payments("1,00"), as_of="2026-02-10")["state"] == "applied"


# --- what would be lost ---------------------------------------------------------------------------------------------


def test_a_complete_file_that_would_empty_its_period_is_stopped(give: Give) -> None:
    give("payments", payments("1,00", 6))
    stored = state_hash()
    report = give("payments", payments("1,00", 2), complete="2026-01..2026-01")
    assert (report["state"], report["withdrawn"], stops(report)) == ("refused", 4, ["vanished", "vanished"])
    assert sentences(report) == [
        "Файл відкличе 4 із 6 чинних рядків свого періоду.",
        "У файлі немає 4 із 6 особових рахунків, які мають рядки в цьому періоді.",
    ]
    assert state_hash() == stored
    accepted = give("payments", payments("1,00", 2), complete="2026-01..2026-01", accept="vanished")
    assert (accepted["state"], accepted["withdrawn"]) == ("applied", 4)


def test_a_complete_file_that_lacks_a_few_rows_is_not(give: Give) -> None:
    give("payments", payments("1,00", 6))
    report = give("payments", payments("1,00", 4), complete="2026-01..2026-01")
    assert (report["state"], report["withdrawn"]) == ("applied", 2)


def test_a_complete_month_without_most_accounts_of_the_month_before_is_stopped(give: Give) -> None:
    def month(number: int, accounts: int) -> list[tuple[str, ...]]:
        return [BALANCES, *((f"80-{one}", f"{number:02d}.2026", "0", "0") for one in range(1, accounts + 1))]

    give("balances", month(1, 9), complete="2026-01..2026-01")
    report = give("balances", month(2, 3), complete="2026-02..2026-02")
    assert stops(report) == ["vanished"]
    assert sentences(report)[0].startswith("У файлі немає 6 із 9 особових рахунків імпорту ")
    # A file of a day says nothing of the accounts of a month.
    assert stops(give("balances", month(2, 3), complete="2026-02-01..2026-02-02", dry_run=True)) == []


def test_balances_that_become_zero_are_stopped(give: Give) -> None:
    def month(*sums: str) -> list[tuple[str, ...]]:
        return [BALANCES, *((f"80-{one}", "01.2026", "0", text) for one, text in enumerate(sums, start=1))]

    give("balances", month("5,00", "6,00", "-7,00", "0,00"))
    report = give("balances", month("0,00", "0", "-7,00", "0,00"))
    assert (report["state"], stops(report), sentences(report)) == (
        "refused", ["zeroed"], ["2 із 3 ненульових сум стануть нульовими."],
    )  # fmt: skip
    assert Balance.objects.filter(closing=0).count() == 1
    assert give("balances", month("0,00", "6,00", "-7,00", "0,00"))["state"] == "applied"
    assert give("balances", month("0,00", "0", "-7,00", "0,00"), accept="zeroed")["state"] == "applied"


def test_payments_that_become_zero_are_stopped(give: Give) -> None:
    give("payments", payments("1,00"))
    assert stops(give("payments", payments("0,00"))) == ["zeroed"]


# --- control totals -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "sentence"),
    [
        ({"expect_rows": "4"}, "Очікувалося рядків: 4, у файлі їх 3."),
        ({"expect_amount": "3,01"}, "Очікувалася сума 3,01, а рядки файлу дають 3,00."),
    ],
)
def test_what_the_operator_expects_is_compared(give: Give, expected: dict[str, str], sentence: str) -> None:
    report = give("payments", payments("1,00"), **expected)
    assert (report["state"], stops(report), sentences(report)) == ("refused", ["totals"], [sentence])
    assert not Payment.objects.exists()
    assert give("payments", payments("1,00"), expect_rows="3", expect_amount="3.00")["state"] == "applied"
    # Also where the bytes are known already.
    assert stops(give("payments", payments("1,00"), **expected)) == ["totals"]
    assert give("payments", payments("1,00"), expect_rows="3")["state"] == "unchanged"


def test_a_dry_run_shows_the_stops_and_is_previewed(give: Give) -> None:
    report = give("payments", payments("1,00"), expect_rows="4", dry_run=True)
    assert (report["state"], report["exit"], stops(report)) == ("previewed", 0, ["totals"])


# --- wrong branch ---------------------------------------------------------------------------------------------------


def test_a_file_whose_accounts_are_nearly_all_new_to_a_branch_that_has_some_is_stopped(give: Give) -> None:
    rows = [("Особовий рахунок", "Замовник"), ("80-1", "Один"), *((f"90-{n}", f"Н{n}") for n in range(10))]
    report = give("accounts", rows)
    assert (report["state"], stops(report)) == ("refused", ["new_accounts"])
    assert sentences(report)[0].startswith("10 із 11 особових рахунків для структурної одиниці нові")
    assert give("accounts", rows[:6])["state"] == "applied"
    make_branch("ZHM")
    fresh = [(number.replace("9", "7", 1), name) for number, name in rows[2:]]
    assert give("accounts", [rows[0], *fresh], branch="ZHM")["state"] == "applied"
    assert give("accounts", rows, initial_load=True)["state"] == "applied"


def test_the_few_good_rows_of_a_file_of_another_branch_are_not_applied_unseen(give: Give) -> None:
    foreign = [("80-404", f"Д-{one}", "03.01.2026", "Пеня", "1,00") for one in range(11)]
    report = give("payments", [*payments("1,00", 2), *foreign], skip_rejected=True)
    assert (report["state"], stops(report), report["new"]) == ("refused", ["new_accounts"], 2)
    assert not Payment.objects.exists()
    accepted = give("payments", [*payments("1,00", 2), *foreign], skip_rejected=True, accept="new_accounts")
    assert (accepted["state"], accepted["new"]) == ("applied", 2)


# --- letting pass ---------------------------------------------------------------------------------------------------


def test_a_stopped_file_is_promoted_later_by_whoever_accepts_all_its_stops(give: Give) -> None:
    give("payments", payments("2,00"), as_of="2026-02-10")
    report = give("payments", payments("1,00"), as_of="2026-02-01", expect_rows="4")
    assert stops(report) == ["older_export", "totals"]
    batch = ImportBatch.objects.get(pk=report["batch"])
    operator = make_operator("operator@example.com", make_branch("VIN"))
    assert promote(batch, by=operator, accept=["totals"]).state == BatchState.REFUSED
    assert promote(batch, by=operator, accept=["older_export"]).state == BatchState.APPLIED
    assert batch.accepted == ["totals", "older_export"]


def test_stops_and_bad_rows_each_need_their_own_consent(give: Give) -> None:
    rows = [*payments("1,00"), ("80-404", "Д", "03.01.2026", "Пеня", "1,00")]
    assert give("payments", rows, expect_rows="9", accept="totals")["state"] == "refused"
    assert give("payments", rows, expect_rows="9", skip_rejected=True)["state"] == "refused"
    assert give("payments", rows, expect_rows="9", skip_rejected=True, accept="totals")["state"] == "applied"


def test_what_was_accepted_was_one_preview(give: Give) -> None:
    preview = give("payments", payments("1,00"), expect_rows="4", dry_run=True)
    give("payments", payments("2,00", 2))
    batch = promote(ImportBatch.objects.get(pk=preview["batch"]), accept=["totals"])
    assert (batch.state, batch.error_code, batch.accepted) == (BatchState.PREVIEWED, "preview_outdated", [])
    assert promote(batch).error_code == "stopped"


# --- the second person ----------------------------------------------------------------------------------------------


def test_nobody_is_asked_for_a_second_person_unless_a_setting_says_so(give: Give) -> None:
    give("payments", payments("1,00", 12))
    assert give("payments", payments("1,00", 8), complete="2026-01..2026-01")["state"] == "applied"


@pytest.mark.parametrize("limits", [{"SECOND_PERSON_ROWS": 2}, {"SECOND_PERSON_DESTRUCTIVE": True}])
def test_no_option_lets_one_person_apply_what_needs_two(give: Give, settings: Any, limits: dict[str, Any]) -> None:
    give("payments", payments("1,00", 12))
    settings.WAGTAIL_CABINET_IMPORTS = limits
    options = {"complete": "2026-01..2026-01", "accept": "second_person"}
    report = give("payments", payments("1,00", 8), **options)
    assert (report["state"], stops(report), report["withdrawn"]) == ("refused", ["second_person"], 4)
    batch = ImportBatch.objects.get(pk=report["batch"])
    operator = make_operator("operator@example.com", make_branch("VIN"))
    for _ in range(2):
        assert promote(batch, by=operator, accept=["second_person"]).state == BatchState.PREVIEWED
    assert Payment.objects.filter(withdrawn=True).count() == 0


def test_a_change_of_customer_is_destructive(give: Give, settings: Any) -> None:
    settings.WAGTAIL_CABINET_IMPORTS = {"SECOND_PERSON_DESTRUCTIVE": True}
    heading = ("Особовий рахунок", "Замовник", "код ЄДРПОУ")
    give("accounts", [heading, ("80-1", "ТОВ Перше", "32855961")])
    assert stops(give("accounts", [heading, ("80-1", "ТОВ Друге", "14360570")])) == ["second_person"]


def test_a_plug_in_holds_files_up_with_a_stop_of_its_own(give: Give) -> None:
    sys.path.insert(0, str(PLUGINS))
    try:
        from stranger.stops import RoundSum
    finally:
        sys.path.remove(str(PLUGINS))
    with hooks.register_temporarily("register_import_stop", RoundSum):
        report = give("payments", payments("1000000,00", 2))
        assert (report["state"], stops(report)) == ("refused", ["round_sum"])
        assert sentences(report) == ["The rows make 2000000, a very round sum."]
        assert give("payments", payments("1000000,00", 2), accept="round_sum")["state"] == "applied"
