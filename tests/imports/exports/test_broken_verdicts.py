"""Answers that billing has spoilt: each is named with its row and column, and nothing slips through unseen."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from cabinet_pages.readings.models import Reading, ReadingState
from imports.models import BatchState, ImportBatch, IssueLevel
from tests.imports.exports.world import ALL_FORMATS, account_of, answered, content_of, exported, sent
from tests.imports.resources.loading import applied, counts, csv_file, issues, load

pytestmark = pytest.mark.django_db
ACCEPTED = {"Status": "прийнято", "Обсяг прийнятий": "6900"}
BILLED = {"Status": "у рахунку", "Рахунок №": "17/А"}
REJECTED = {"Status": "відхилено", "Причина": "не відповідає контрольному"}


def changed(content: bytes, change: Callable[[list[list[str]]], None]) -> bytes:
    """An exported CSV after somebody has worked on its cells."""
    rows = list(csv.reader(io.StringIO(content.decode("cp1251"), newline=""), delimiter=";"))
    change(rows)
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("cp1251")


def told(batch: ImportBatch, level: IssueLevel) -> list[tuple[str, str]]:
    """The column and the sentence of each issue of a level."""
    return [(column, sentence) for _row, column, _value, sentence in issues(batch, level)]


@pytest.mark.parametrize("file_format", ALL_FORMATS)
def test_words_and_values_that_make_no_verdict_are_named_in_every_format(file_format: str) -> None:
    account = account_of()
    for number in range(1, 5):
        sent(account, f"ТУ-{number}")
    batch = exported(account, file_format)
    verdicts = [
        {"Status": "прийнятий"},
        {"Status": "прийнято", "Показання прийняте": "-5"},
        {"Status": "прийнято", "Показання прийняте": "99999999"},
        {"Status": "у рахунку"},
    ]
    back = load("readings", answered(content_of(batch), file_format, verdicts), branch=account.branch)
    assert (back.state, counts(back)) == (BatchState.REFUSED, (4, 0, 1, 0, 3))
    state, accepted, invoice = (
        ("STATUS", "ACCVALUE", "INVOICE") if file_format == "dbf" else ("Status", "Показання прийняте", "Рахунок №")
    )
    assert told(back, IssueLevel.ERROR) == [
        (state, "«прийнятий» — не одне з: прийнято, відхилено, у рахунку."),
        (accepted, "«-5» — від’ємне значення, якого лічильник не показує."),
        (accepted, "«99999999» має більше цифр, ніж лічильник (6)."),
    ]
    assert told(back, IssueLevel.WARNING) == [
        (invoice, "Не вказано «Рахунок №»: споживач не знатиме, у якому рахунку це показання.")
    ]


@pytest.mark.parametrize("is_column_left", [True, False])
def test_a_row_of_our_export_without_its_reading_id_is_no_reading_of_the_operator(is_column_left: bool) -> None:
    account = account_of()
    one = sent(account)

    def without_id(rows: list[list[str]]) -> None:
        place = rows[0].index("ReadingId")
        if is_column_left:
            rows[1][place] = ""
        else:
            for row in rows:
                del row[place]

    content = changed(content_of(exported(account)), without_id)
    back = load("readings", content, branch=account.branch, skip_rejected=True)
    assert (back.state, counts(back)) == (BatchState.REFUSED, (1, 0, 0, 0, 1))
    assert told(back, IssueLevel.ERROR)[0][0] == ("ReadingId" if is_column_left else "Batch")
    assert [found.pk for found in Reading.objects.all()] == [one.pk]


@pytest.mark.parametrize(
    ("first", "second", "before"),
    [
        (ACCEPTED, REJECTED, "прийнято"),
        (BILLED, ACCEPTED, "у рахунку № 17/А"),
        (BILLED, REJECTED, "у рахунку № 17/А"),
        (BILLED, BILLED | {"Рахунок №": "18"}, "у рахунку № 17/А"),
        (REJECTED, ACCEPTED, "відхилено"),
        (ACCEPTED, BILLED, ""),
        (ACCEPTED, ACCEPTED | {"Обсяг прийнятий": "6800"}, ""),
        (BILLED, BILLED | {"Обсяг прийнятий": "6800"}, ""),
    ],
)
def test_a_verdict_that_contradicts_the_one_before_is_pointed_out(
    first: dict[str, str], second: dict[str, str], before: str
) -> None:
    account = account_of()
    sent(account)
    content = content_of(exported(account))
    applied("readings", answered(content, "csv", [first]), branch=account.branch)
    back = load("readings", answered(content, "csv", [second]), branch=account.branch)
    sentence = f"Раніше рішення було інше: «{before}». Перевірте, яке з них чинне."
    assert told(back, IssueLevel.WARNING) == ([("Status", sentence)] if before else [])
    assert back.state == BatchState.APPLIED


def test_an_invoice_whose_number_is_known_already_need_not_be_named_again() -> None:
    account = account_of()
    one = sent(account)
    applied("readings", answered(content_of(exported(account)), "csv", [BILLED]), branch=account.branch)
    rows: list[Any] = [["ReadingId", "Стан", "Обсяг прийнятий"], [one.uuid, "у рахунку", "7"]]
    assert issues(load("readings", csv_file(rows), branch=account.branch)) == []
    one.refresh_from_db()
    assert (one.state, one.invoice_number, one.accepted_volume) == (ReadingState.BILLED, "17/А", 7)
