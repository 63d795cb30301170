"""What a file says of its own sum, in totals rows of many shapes, is compared where it is beyond doubt."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from imports.models import ImportBatch
from tests.factories import make_account, make_branch

pytestmark = pytest.mark.django_db

Give = Callable[..., dict[str, Any]]
HEADING = ("Особовий рахунок", "Дата платежу", "Стаття реалізації", "Сума платежу")
ONE = ("80-1", "03.01.2026", "Пеня", "1,00")
TWO = ("80-1", "03.01.2026", "Пеня", "2,00")
FOUR = ("80-1", "03.01.2026", "Активна електроенергія", "4,00")
EIGHT = ("80-1", "04.01.2026", "Активна електроенергія", "8,00")


def total(word: str, amount: str) -> tuple[str, ...]:
    return (word, "", "", amount)


@pytest.fixture(autouse=True)
def _account() -> None:
    make_account("80-1", make_branch("VIN"))


def given(give: Give, *rows: tuple[str, ...], **options: Any) -> tuple[str, list[str]]:
    report = give("payments", [HEADING, *rows], **options)
    return report["state"], [issue["message"] for issue in report["issues"] if issue["code"] == "totals"]


FITTING = {
    "one total": (ONE, TWO, FOUR, EIGHT, total("Разом:", "15,00")),
    "totals of parts and of the whole": (
        ONE, TWO, total("Разом по статті Пеня", "3,00"), FOUR, EIGHT, total("Разом по статті Активна", "12,00"),
        total("Разом", "15,00"),
    ),
    "totals of parts alone, all called alike": (ONE, TWO, total("Разом", "3,00"), FOUR, EIGHT, total("Разом", "12,00")),
    "the total of a part that is called as one of the whole": (
        ONE, TWO, total("Разом по статті Пеня", "3,00"), FOUR, EIGHT, total("Разом", "12,00"),
    ),
    "a block of parts at the end": (
        ONE, FOUR, TWO, EIGHT, total("Разом по статті Пеня", "3,00"), total("Разом по статті Активна", "12,00"),
        total("Всього", "15,00"),
    ),
    "a block of parts at the end and nothing of the whole": (
        ONE, FOUR, TWO, EIGHT, total("Разом по статті Активна", "12,00"), total("Разом по статті Пеня", "3,00"),
    ),
    "nested parts": (
        ONE, total("Разом за 03.01", "1,00"), TWO, total("Разом за 03.01", "2,00"), total("Разом Пеня", "3,00"), FOUR,
        total("Разом за 03.01", "4,00"), EIGHT, total("Разом за 04.01", "8,00"), total("Разом Активна", "12,00"),
        total("Усього з ПДВ", "15,00"),
    ),
    "totals of pages that go on": (
        ONE, TWO, total("Всього", "3,00"), FOUR, total("Всього", "7,00"), EIGHT, total("Всього", "15,00"),
    ),
    "a total in the middle": (ONE, TWO, total("Разом", "99,00"), FOUR, EIGHT),
    "no number": (ONE, total("Разом", "")),
    "a number of rows": (ONE, TWO, FOUR, EIGHT, ("Всього записів: 4", "", "", "")),
    "balances around": (("Сальдо на початок", "", "", "70,00"), ONE, TWO, ("Сальдо на кінець", "", "", "73,00")),
}  # fmt: skip


@pytest.mark.parametrize("rows", FITTING.values(), ids=FITTING)
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_file_that_adds_up_or_says_nothing_of_its_whole_is_not_held_up(
    give: Give, rows: tuple[tuple[str, ...], ...], format: str
) -> None:
    assert given(give, *rows, format=format) == ("applied", [])


WRONG = {
    "one total": (ONE, TWO, FOUR, total("Разом:", "15,00")),
    "above it the total of a part": (
        ONE, TWO, total("Разом по статті Пеня", "3,00"), FOUR, total("Разом по статті Активна", "12,00"),
        total("Разом", "15,00"),
    ),
    "all called alike, one right below the other": (
        ONE, TWO, total("Разом", "3,00"), FOUR, total("Разом", "4,00"), total("Разом", "15,00"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("rows", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_file_that_lost_a_row_is_held_up_with_both_figures(
    give: Give, rows: tuple[tuple[str, ...], ...], format: str
) -> None:
    number = len(rows) + 1
    assert given(give, *rows, format=format) == (
        "refused", [f"У підсумковому рядку {number} зазначено 15,00, а рядки файлу дають 7,00."],
    )  # fmt: skip
    assert ImportBatch.objects.get().declared_totals == {"amount": "15.00", "row": number}
    assert given(give, *rows, format=format, accept="totals")[0] == "applied"


def test_totals_rows_are_met_wherever_chunks_end(give: Give, settings: Any) -> None:
    settings.WAGTAIL_CABINET_IMPORTS = {"CHUNK_ROWS": 2}
    for rows in FITTING.values():
        assert given(give, *rows, dry_run=True)[1] == []
    for rows in WRONG.values():
        assert len(given(give, *rows, dry_run=True)[1]) == 1


def test_the_word_may_stand_in_a_column_that_is_not_used(give: Give) -> None:
    rows = [("№ п/п", *HEADING), ("1", *ONE), ("2", *TWO), ("Разом", "", "", "", "4,00")]
    report = give("payments", rows)
    assert [issue["code"] for issue in report["issues"] if issue["level"] == "stop"] == ["totals"]


def test_balances_in_pairs_have_a_total_of_two_cells(give: Give) -> None:
    heading = ("Особовий рахунок", "Період", "Сальдо на початок", "Дебет на кінець", "Кредит на кінець")
    rows = [heading, ("80-1", "01.2026", "0", "7,00", ""), ("80-1", "02.2026", "7,00", "", "3,00")]
    assert give("balances", [*rows, ("Разом", "", "", "7,00", "4,00")], dry_run=True)["issues"][0]["code"] == "totals"
    report = give("balances", [*rows, ("Разом", "", "", "7,00", "3,00")])
    assert (report["state"], report["totals"]["amount"]) == ("applied", str(Decimal("4.00")))


def test_invoices_have_a_total_with_vat(give: Give) -> None:
    heading = ("Особовий рахунок", "№ рахунку", "Дата рахунку", "Стаття реалізації", "Сума з ПДВ")
    rows = [heading, ("80-1", "1", "31.01.2026", "Пеня", "3,00"), ("Разом", "", "", "", "4,00")]
    assert give("invoices", rows)["issues"][0]["code"] == "totals"
