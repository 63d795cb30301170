"""Odd cells, rows and headings, as branches send them: read in one way, or named; never a failure of ours."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import translation

from cabinet_pages.accounts.models import Account
from cabinet_pages.billing.models import Balance, Invoice
from cabinet_pages.metering.models import MeterRatio
from cabinet_pages.payments.models import Payment
from imports.models import ImportBatch
from tests.factories import make_account
from tests.imports.contract.files import make_records

pytestmark = pytest.mark.django_db

Give = Callable[..., dict[str, Any]]
ACTIVE = "Активна електроенергія"
HEADING = ("Особовий рахунок", "Дата платежу", "Стаття реалізації", "Сума платежу")
LARGEST = "9999999999999999,99"
both_formats = pytest.mark.parametrize("format", ["csv", "xlsx"])


@pytest.fixture(autouse=True)
def _records() -> None:
    make_records("payments")


def codes(report: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(issue["row"], issue["column"], issue["value"], issue["code"]) for issue in report["issues"]]


@both_formats
def test_account_numbers_are_text_whose_spaces_and_dashes_make_no_difference(give: Give, format: str) -> None:
    make_account("007")
    numbers = (" 80–1 ", "80\u00a0-\u00a01", "80—1", "80/36", "007", "7")
    report = give("payments", [HEADING, *((one, "03.01.2026", ACTIVE, "1,00") for one in numbers)], format=format)
    assert codes(report) == [(7, "Особовий рахунок", "7", "account_not_in_branch")]
    assert report["new"] == 5


def test_numeric_cells_become_exact_text(give: Give) -> None:
    make_account("12")
    rows = [
        HEADING, (12.0, date(2026, 1, 3), ACTIVE, 0.1 + 0.2), (12, 46025, ACTIVE, -5.25), (12, 46025.5, ACTIVE, 0),
        (1e16, "03.01.2026", ACTIVE, 1.125),
    ]  # fmt: skip
    report = give("payments", rows, format="xlsx", skip_rejected=True)
    assert [issue[:2] + issue[3:] for issue in codes(report)] == [
        (5, "Особовий рахунок", "scientific"),
        (5, "Сума платежу", "ambiguous_number"),
    ]
    assert list(Payment.objects.order_by("pk").values_list("paid_on", "amount", "kind")) == [
        (date(2026, 1, 3), Decimal("0.30"), "payment"),
        (date(2026, 1, 3), Decimal("-5.25"), "refund"),
        (date(2026, 1, 3), Decimal("0.00"), "payment"),
    ]


@both_formats
def test_dates_and_sums_beyond_doubt_alone_are_taken(give: Give, format: str) -> None:
    rows = [
        ("03.01.26", "1\u00a0234,5"), ("2026-01-03T00:00:00", "1'234.50"), ("3.1.2026 0:00:00", "(5,00)"),
        ("29.02.2025", "1"), ("03.01.0202", "1"), ("01.01.0001 0:00:00", "1"), ("31/01/2026", "1"),
        ("03.01.2026", "99999999999999999,99"), ("03.01.2026", "1.234"), ("03.01.2026", "1+1"), ("03.01.2026", ""),
    ]  # fmt: skip
    report = give(
        "payments", [HEADING, *(("80-1", day, ACTIVE, amount) for day, amount in rows)], format=format, dry_run=True
    )
    assert [(row, code) for row, _, _, code in codes(report)] == [
        (5, "not_a_date"), (6, "date_out_of_range"), (7, "required"), (8, "not_a_date"), (9, "too_many_digits"),
        (10, "ambiguous_number"), (11, "not_a_number"), (12, "required"),
    ]  # fmt: skip
    assert (report["new"], report["totals"]["amount"]) == (3, "2468.00")


@both_formats
def test_headings_with_latin_letters_are_the_same_and_a_column_that_stands_twice_is_refused(
    give: Give, format: str
) -> None:
    row = ("80-1", "03.01.2026", ACTIVE, "1,00", "2,00")
    assert give("payments", [("Oсобовий рахунок", "Дата операцiї", "Стаття", "Cума"), row[:4]], format=format)["new"]
    twice = give("payments", [(*HEADING, "Сума"), row], format=format)
    assert (twice["exit"], twice["rows"], codes(twice)) == (1, 0, [(None, "", "", "duplicate_headings")])


def test_rows_keep_the_numbers_that_a_person_sees_below_empty_rows(give: Give) -> None:
    bad = ("80-1", "03.01.2026", ACTIVE, "x")
    report = give("payments", [[], [], HEADING, bad, [], bad], format="xlsx")
    assert [issue[0] for issue in codes(report)] == [4, 6]


@pytest.mark.parametrize("hidden", ["80-1_x0000_", "_x0000_", "80-1_xD800_"])
def test_characters_that_no_database_keeps_reject_their_row(give: Give, hidden: str) -> None:
    good = ("80-1", "03.01.2026", ACTIVE, "1")
    for index in range(4):
        row = [*good[:index], hidden, *good[index + 1 :]]
        report = give("payments", [(*HEADING, "Щось_x0000_"), [*row, ""]], format="xlsx", dry_run=True)
        assert report["state"] == "previewed"
        # An article may have any name that can be shown.
        assert report["rejected"] == 1 or index == 2


def test_a_row_that_stands_twice_is_named_with_its_column_and_value(give: Give) -> None:
    heading = ("Особовий рахунок", "Період", "Сальдо на початок", "Сальдо на кінець")
    rows = [heading, ("80-1", "01.2026", "0", "0"), ("80/36", "01.2026", "0", "0"), ("80-1", "січень 2026 р.", "0", "")]
    report = give("balances", rows)
    assert codes(report) == [(4, "Особовий рахунок", "80-1", "duplicate_row")]


def test_a_balance_column_that_a_file_lacks_keeps_what_is_stored(give: Give) -> None:
    heading = ("Особовий рахунок", "Період", "Сальдо на початок", "Оплачено", "Сальдо на кінець")
    give("balances", [heading, ("80-1", "01.2026", "10,00", "4,00", "6,00")])
    report = give("balances", [(heading[0], heading[1], heading[3]), ("80-1", "01.2026", "5,00")])
    assert (report["state"], report["changed"]) == ("applied", 1)
    stored = Balance.objects.get()
    assert (stored.opening, stored.paid, stored.closing) == (Decimal(10), Decimal(5), Decimal(6))
    new = give("balances", [(heading[0], heading[1], heading[3]), ("80-1", "02.2026", "5,00")])
    assert codes(new) == [(2, "Особовий рахунок", "80-1", "ends_required")]


def test_a_withdrawn_balance_that_comes_again_revives_and_counts_as_changed(give: Give) -> None:
    rows = [("Особовий рахунок", "Період", "Сальдо на початок", "Сальдо на кінець"), ("80-1", "01.2026", "0", "1,00")]
    give("balances", rows)
    Balance.objects.update(withdrawn=True)
    # Other bytes, as the same ones are known without a look.
    report = give("balances", rows, format="xlsx")
    assert (report["state"], report["changed"], Balance.objects.get().withdrawn) == ("applied", 1, False)


@pytest.mark.parametrize("period", ["13.2026", "00.2026", "1.26", "01.01.2026 - 28.02.2026", "2026"])
def test_a_month_that_is_none_is_named(give: Give, period: str) -> None:
    heading = ("Особовий рахунок", "Період", "Сальдо на початок", "Сальдо на кінець")
    report = give("balances", [heading, ("80-1", period, "0", "0")])
    assert [issue[:3] for issue in codes(report)] == [(2, "Період", period)]


INVOICE = ("Особовий рахунок", "№ рахунку", "Дата рахунку", "Стаття реалізації", "Сума без ПДВ", "ПДВ", "Сума з ПДВ")


def test_an_invoice_too_large_to_be_stored_is_rejected_whole(give: Give) -> None:
    line = ("80-1", "1", "31.01.2026", "Пеня", LARGEST, "0", LARGEST)
    report = give("invoices", [INVOICE, line, line, ("80-1", "2", *line[2:])], skip_rejected=True)
    assert (report["state"], report["new"]) == ("applied", 1)
    assert codes(report) == [(row, "Сума з ПДВ", LARGEST, "total_too_large") for row in (2, 3)]
    assert Invoice.objects.get().gross == Decimal(LARGEST.replace(",", "."))


@both_formats
def test_sums_of_a_line_that_do_not_add_up_name_row_column_and_value(give: Give, format: str) -> None:
    line = ("80-1", "1", "31.01.2026", ACTIVE, "100,00", "20,01", "120,00")
    report = give("invoices", [INVOICE, line, ("80-1", "2", *line[2:4], "", "", "0,00")], format=format)
    assert codes(report) == [(2, "Сума з ПДВ", "120,00", "vat_sum")]


@pytest.mark.parametrize(
    ("current", "voltage"), [("99999999999999", "99999999999999"), ("99999999999999/0,0001", ""), ("0", "")]
)
def test_a_multiplier_that_cannot_be_stored_is_named(give: Give, current: str, voltage: str) -> None:
    heading = ("Особовий рахунок", "Код ТУ", "Точка обліку", "№ лічильника", "Енергія", "Зона", "Ктт", "Ктн")
    report = give("metering", [heading, ("80-1", "ТУ-1", "Цех", "1", "A+", "0", current, voltage)])
    assert [issue[:3] for issue in codes(report)] == [(2, "Ктт", current)]
    assert not MeterRatio.objects.exists()


@both_formats
def test_a_settlement_day_is_0_to_31(give: Give, format: str) -> None:
    rows = [(f"1-{day}", "ТОВ «А»", day) for day in ("0", "31", "32", "-1", "1,5")]
    report = give("accounts", [("Особовий рахунок", "Замовник", "Розрахунковий день"), *rows], format=format)
    assert [(row, column) for row, column, _, _ in codes(report)] == [(row, "Розрахунковий день") for row in (4, 5, 6)]


def test_names_of_exactly_the_limit_are_kept_whole_and_longer_ones_refused(give: Give) -> None:
    # № takes two letters in the folded forms that are stored beside the name.
    name = "№" * 255
    heading = ("Особовий рахунок", "Замовник", "код ЄДРПОУ", "Фізична адреса", "Код контрагента")
    rows = [heading, ("1-1", name, "32855961", name, ""), ("1-2", f"{name}Щ", "", "", "К" * 61)]
    report = give("accounts", rows, skip_rejected=True)
    assert codes(report)[0][:2] == (3, "Замовник")
    assert codes(report)[1][:2] == (3, "Код контрагента")
    stored = Account.objects.select_related("customer").get(number="1-1")
    assert (stored.customer.name, stored.physical_address) == (name, name)
    assert give("accounts", rows[:2])["state"] == "unchanged"


def test_a_file_name_that_is_no_text_is_kept_as_far_as_it_is(give: Give, tmp_path: Path) -> None:
    path = tmp_path / b"\xcf\xeb.csv".decode(errors="surrogateescape")
    path.write_bytes(";".join(HEADING).encode("cp1251"))
    with pytest.raises(SystemExit):
        call_command("import_file", "payments", str(path), branch="VIN", json=True, stdout=StringIO())
    assert ImportBatch.objects.get().file_name == "??.csv"


def told(path: Path, kind: str = "payments", **options: Any) -> list[str]:
    output = StringIO()
    try:
        call_command("import_file", kind, str(path), branch="VIN", stdout=output, **options)
    except SystemExit:
        output.write("")
    return output.getvalue().splitlines()


def test_people_read_rows_and_columns_by_name_and_what_to_do_next(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    rows = [HEADING, ("80-1", "32.01.2026", ACTIVE, "1"), *[("80-1", "03.01.2026", "Нова", "1")] * 8]
    rows.append(("80-404", "03.01.2026", ACTIVE, "1"))
    path.write_bytes("\r\n".join(map(";".join, rows)).encode("cp1251"))
    summary, *lines = told(path)
    assert summary.endswith("У файлі є рядки з помилками (2), тому нічого не застосовано.")
    assert lines == [
        "Рядок  2, «Дата платежу»: «32.01.2026» — не дата; очікується дд.мм.рррр.",
        "Рядок  3, «Стаття реалізації»: попередження: Стаття «Нова» нова; її буде додано як ще не підтверджену.",
        "Рядок 11, «Особовий рахунок»: Рахунок 80-404 не знайдено у структурній одиниці VIN",
        "Виправте ці рядки й передайте файл знову або додайте --skip-rejected, щоб застосувати решту.",
    ]
    assert told(path, dry_run=True)[-1].startswith("Поки нічого не записано.")
    with translation.override("en"):
        assert told(path)[1].startswith("Row  2, “Дата платежу”: “32.01.2026” is not a date")
    assert not told(path, skip_rejected=True)[-1].startswith("Виправте")
    path.write_bytes(b"")
    assert told(path)[1:] == ["Виправте файл і передайте його знову."]


def test_a_change_of_customer_is_told_by_name_before_it_closes_anything(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes("Особовий рахунок;Замовник;код ЄДРПОУ\r\n80-1;ТОВ «Нове»;32855961".encode("cp1251"))
    assert told(path, "accounts", dry_run=True)[1] == "Серед них: зміна споживача 1."
