"""Balances go on from month to month; a break is told before customers see it, with its row."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cabinet_pages.billing.models import Balance
from tests.factories import make_account, make_branch

pytestmark = pytest.mark.django_db

Give = Callable[..., dict[str, Any]]
HEADING = ("Особовий рахунок", "Період", "Сальдо на початок", "Сальдо на кінець", "Стаття реалізації")
ARTICLES = ("Пеня", "Інше")


@pytest.fixture(autouse=True)
def _accounts() -> None:
    make_account("80-1", make_branch("VIN"))
    make_account("80-2", make_branch("VIN"))


def month(number: int, opening: str, closing: str, account: str = "80-1", article: str = "") -> tuple[str, ...]:
    return (account, f"{number:02d}.2026", opening, closing, article)


def breaks(report: dict[str, Any]) -> list[tuple[int, str, str]]:
    found = [issue for issue in report["issues"] if issue["code"].endswith("_break")]
    assert all(issue["level"] == "warning" for issue in found)
    return [(issue["row"], issue["column"], issue["message"]) for issue in found]


def test_a_month_opens_with_what_the_stored_month_before_closed_with(give: Give) -> None:
    give("balances", [HEADING, month(1, "0", "10,00"), month(1, "0", "20,00", "80-2")])
    report = give("balances", [HEADING, month(2, "10,00", "5,00"), month(2, "19,50", "0", "80-2")])
    assert report["state"] == "applied"
    assert breaks(report) == [(3, "Сальдо на початок", "Попередній місяць закрито з 20,00, а цей відкрито з 19,50.")]


@pytest.mark.parametrize("chunk", [1, 5000])
def test_months_of_one_file_are_compared_with_each_other_whatever_is_stored(
    give: Give, settings: Any, chunk: int
) -> None:
    settings.WAGTAIL_CABINET_IMPORTS = {"CHUNK_ROWS": chunk}
    give("balances", [HEADING, month(12 - 11, "0", "99,00"), month(2, "99,00", "98,00"), month(3, "98,00", "3,00")])
    report = give("balances", [HEADING, month(2, "1,00", "2,00"), month(1, "0", "1,00")], dry_run=True)
    assert breaks(report) == [
        (
            2,
            "Сальдо на кінець",
            "Наступний місяць уже завантажено, він відкривається з 98,00, а цей закривається з 2,00.",
        )
    ]
    broken = give("balances", [HEADING, month(1, "0", "1,00"), month(2, "1,50", "98,00")], dry_run=True)
    assert breaks(broken) == [(3, "Сальдо на початок", "Попередній місяць закрито з 1,00, а цей відкрито з 1,50.")]


def test_each_article_goes_on_by_itself(give: Give) -> None:
    give("balances", [HEADING, *(month(1, "0", "10,00", article=article) for article in ARTICLES)])
    rows = [month(2, "10,00", "1,00", article="Пеня"), month(2, "11,00", "1,00", article="Інше")]
    assert [row for row, _, _ in breaks(give("balances", [HEADING, *rows]))] == [3]


def test_a_month_without_a_neighbour_breaks_nothing(give: Give) -> None:
    give("balances", [HEADING, month(1, "0", "10,00")])
    assert breaks(give("balances", [HEADING, month(3, "77,00", "10,00")])) == []
    Balance.objects.update(withdrawn=True)
    assert breaks(give("balances", [HEADING, month(2, "55,00", "10,00")])) == []


def test_december_and_january_are_neighbours(give: Give) -> None:
    give("balances", [HEADING, ("80-1", "12.2025", "0", "10,00", "")])
    assert len(breaks(give("balances", [HEADING, month(1, "9,00", "0")]))) == 1


def test_what_a_complete_file_withdraws_is_no_neighbour(give: Give) -> None:
    give("balances", [HEADING, month(1, "0", "10,00"), month(2, "10,00", "0"), month(3, "0", "0")])
    report = give("balances", [HEADING, month(2, "7,00", "0,00")], complete="2026-01..2026-03", accept="vanished")
    assert (report["state"], breaks(report)) == ("applied", [])


def test_breaks_are_found_wherever_pages_of_the_comparison_end(give: Give, settings: Any) -> None:
    settings.WAGTAIL_CABINET_IMPORTS = {"CHUNK_ROWS": 2}
    give("balances", [HEADING, *(month(number, "1,00", "1,00") for number in range(1, 10))])
    rows = [month(number, "1,00", "1,00" if number % 3 else "2,00") for number in range(1, 9)]
    report = give("balances", [HEADING, *rows], dry_run=True)
    assert [row for row, _, _ in breaks(report)] == [5, 8]


def test_the_queries_of_the_comparison_do_not_grow_with_the_breaks(give: Give) -> None:
    counts = []
    for number in (3, 30):
        accounts = [f"9{number}-{one}" for one in range(number)]
        for account in accounts:
            make_account(account, make_branch("VIN"))
        give("balances", [HEADING, *(month(3, "1,00", "1,00", account) for account in accounts)])
        with CaptureQueriesContext(connection) as queries:
            report = give("balances", [HEADING, *(month(2, "0", "5,00", one) for one in accounts)], dry_run=True)
        assert len(breaks(report)) == number
        counts.append(len(queries))
    assert counts[0] == counts[1]
