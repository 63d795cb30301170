"""Imported balances: signs, pairs, articles, continuity."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cabinet_pages.billing.models import Balance
from tests.factories import make_account, make_branch

pytestmark = pytest.mark.django_db

Give = Callable[..., dict[str, Any]]
HEADING = ("Особовий рахунок", "Період", "Сальдо на початок", "Нараховано", "Оплачено", "Сальдо на кінець")


@pytest.fixture(autouse=True)
def _account() -> None:
    make_account("80-1", make_branch("VIN"))


def test_a_balance_is_stored_as_its_row_says(give: Give) -> None:
    report = give("balances", [HEADING, ("80-1", "01.2020", "-15,30", "100,00", "50,00", "34,70")])
    assert (report["state"], report["totals"]) == ("applied", {"amount": "34.70", "by_article": {}})
    stored = Balance.objects.get()
    assert (stored.period, stored.article_key) == (date(2020, 1, 1), "")
    assert (stored.opening, stored.charged, stored.paid, stored.corrected, stored.closing) == (
        Decimal("-15.30"), Decimal("100.00"), Decimal("50.00"), None, Decimal("34.70"),
    )  # fmt: skip
    again = give("balances", [HEADING, ("80-1", "01.2020", "-15,30", "100,00", "50,00", "34,70")], format="xlsx")
    assert again["state"] == "unchanged"


def test_debit_is_a_debt_and_credit_an_overpayment(give: Give) -> None:
    heading = (
        "Особовий рахунок", "Період", "Сальдо на початок Дебет", "Сальдо на початок Кредит", "Сальдо на кінець Дебет",
        "Сальдо на кінець Кредит",
    )  # fmt: skip
    give("balances", [heading, ("80-1", "01.2020", "", "12,00", "7,50", "")])
    stored = Balance.objects.get()
    assert (stored.opening, stored.closing) == (Decimal("-12.00"), Decimal("7.50"))


def test_a_break_of_continuity_is_a_warning(give: Give) -> None:
    report = give("balances", [HEADING, ("80-1", "01.2020", "0", "100,00", "50,00", "51,00")])
    assert report["state"] == "applied"
    assert [(issue["level"], issue["code"], issue["column"]) for issue in report["issues"]] == [
        ("warning", "balance_break", "Сальдо на кінець")
    ]


def test_a_month_is_whole_or_by_article_but_not_both(give: Give) -> None:
    heading = (*HEADING, "Стаття реалізації")
    both = [heading, ("80-1", "01.2020", "0", "0", "0", "0", ""), ("80-1", "01.2020", "0", "0", "0", "0", "Пеня")]
    report = give("balances", both, skip_rejected=True)
    assert (report["state"], report["rejected"]) == ("refused", 2)
    by_article = [
        heading,
        ("80-1", "01.2020", "0", "0", "0", "0", "Пеня"),
        ("80-1", "01.2020", "1", "0", "0", "1", "Інше"),
    ]
    assert give("balances", by_article)["new"] == 2
    later = give("balances", [heading, ("80-1", "01.2020", "0", "0", "0", "0", "")])
    assert [issue["code"] for issue in later["issues"]] == ["other_form_stored"]


def test_a_month_that_stands_twice_is_an_error_that_names_the_first_row(give: Give) -> None:
    row = ("80-1", "01.2020", "0", "0", "0", "0")
    report = give("balances", [HEADING, row, row], skip_rejected=True)
    assert (report["new"], [(issue["row"], issue["code"]) for issue in report["issues"]]) == (1, [(3, "duplicate_row")])
