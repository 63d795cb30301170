"""Outlined reports through the whole engine: what group rows tell is used or passed over, and always said."""

from collections.abc import Callable
from typing import Any

import pytest

from cabinet_pages.payments.models import Payment
from tests.factories import make_account, make_branch

HEADING = ["Дата платежу", "Стаття реалізації", "Сума платежу"]


@pytest.fixture(autouse=True)
def _accounts(db: Any) -> None:
    for number in ("80-431930", "80-36"):
        make_account(number, make_branch("VIN"))


def issues(report: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [issue for issue in report["issues"] if issue["code"] == code]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_payments_below_the_number_of_an_account_are_those_of_the_account(
    give: Callable[..., dict[str, Any]], format: str
) -> None:
    rows = [
        ["Оплата за січень 2026 р.", "", ""],
        HEADING,
        ["1", "2", "3"],
        ["Особовий рахунок 80-431930", "", ""],
        ["Січень 2026", "", ""],
        ["05.01.2026", "Пеня", "10,00"],
        ["06.01.2026", "Пеня", "20,00"],
        ["Разом", "", "30,00"],
        ["80-36", "", ""],
        ["07.01.2026", "Пеня", "5,00"],
        ["Усього", "", "35,00"],
    ]
    report = give("payments", rows, format=format)
    assert (report["state"], report["rows"], report["new"], report["totals"]["amount"]) == ("applied", 3, 3, "35.00")
    paid = Payment.objects.values_list("account__number", "amount").order_by("paid_on")
    assert [(number, f"{amount}") for number, amount in paid] == [
        ("80-431930", "10.00"), ("80-431930", "20.00"), ("80-36", "5.00"),
    ]  # fmt: skip
    (used,) = issues(report, "group_rows_used")
    assert (used["row"], used["level"]) == (4, "warning")
    assert "4, 9" in used["message"]
    (passed,) = issues(report, "group_rows_passed")
    assert passed["row"] == 5


def test_rows_below_a_group_that_is_not_understood_are_rejected(give: Callable[..., dict[str, Any]]) -> None:
    rows = [
        HEADING,
        ["80-36", "", ""],
        ["05.01.2026", "Пеня", "1,00"],
        ["ТОВ «Інше»", "", ""],
        ["06.01.2026", "Пеня", "2,00"],
    ]
    report = give("payments", rows)
    assert (report["exit"], report["state"], report["rows"], report["rejected"]) == (1, "refused", 2, 1)
    assert [(issue["row"], issue["column"]) for issue in issues(report, "required")] == [(5, "Особовий рахунок")]
    assert not Payment.objects.exists()


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_groups_of_a_table_with_accounts_are_passed_over_and_said(
    give: Callable[..., dict[str, Any]], format: str
) -> None:
    data = [f"0{day}.01.2026" for day in range(1, 9)]
    rows = [["Особовий рахунок", *HEADING]]
    for day in data:
        rows += [["Дільниця № 1", "", "", ""], ["80-36", day, "Пеня", "1,00"]]
    report = give("payments", [*rows, ["Відповідальний: Іваненко", "", "", ""]], format=format)
    assert (report["state"], report["rows"], report["new"]) == ("applied", 8, 8)
    (passed,) = issues(report, "group_rows_passed")
    assert "9" in passed["message"]
    assert not issues(report, "required")
