"""`manage.py undo_import`."""

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import ModelLogEntry

from cabinet_pages.payments.models import Payment
from imports.models import BatchState, ImportBatch
from tests.factories import make_account, make_branch

pytestmark = pytest.mark.django_db

Give = Callable[..., dict[str, Any]]
HEADING = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")


def rows(*amounts: str) -> list[tuple[str, ...]]:
    return [HEADING, *(("80-1", f"Д{n}", "03.01.2026", "Пеня", amount) for n, amount in enumerate(amounts, start=1))]


def run(batch: int, **options: Any) -> tuple[int, str]:
    """The exit code and what was printed."""
    output = StringIO()
    try:
        call_command("undo_import", str(batch), stdout=output, **options)
    except SystemExit as stop:
        return int(stop.code or 0), output.getvalue()
    return 0, output.getvalue()


@pytest.fixture(autouse=True)
def _account() -> None:
    make_account("80-1", make_branch("VIN"))


def test_an_import_is_undone_once(give: Give) -> None:
    batch = give("payments", rows("1,00", "2,00"))["batch"]
    code, text = run(batch, json=True)
    told = json.loads(text)
    assert (code, told["state"], told["restored"], told["conflicts"]) == (0, "undone", 2, [])
    assert not Payment.objects.exists()
    assert ImportBatch.objects.get(undoes=batch).pk == told["batch"]
    entry = ModelLogEntry.objects.get(action="imports.undo")
    assert (entry.object_id, entry.data["batch"], entry.data["removed"]) == (str(batch), told["batch"], 2)
    code, text = run(batch, json=True)
    assert (code, json.loads(text)["state"], json.loads(text)["message"]) == (1, "refused", "Цей імпорт уже скасовано.")


def test_conflicts_are_told_with_row_account_key_and_sentence(give: Give) -> None:
    batch = give("payments", rows("1,00", "2,00"))["batch"]
    give("payments", rows("1,00", "5,00"))
    code, text = run(batch, json=True)
    told = json.loads(text)
    assert (code, told["state"], told["restored"], told["conflicts_total"]) == (0, "undone", 1, 1)
    assert told["conflicts"] == [
        {
            "row": 3,
            "account": "80-1",
            "key": "2026-01-03|пеня|Д2",
            "code": "changed_since",
            "message": "Змінено після імпорту.",
        }
    ]


def test_people_read_sentences(give: Give) -> None:
    batch = give("payments", rows("1,00", "2,00"))["batch"]
    give("payments", rows("1,00", "5,00"))
    assert run(batch) == (
        0,
        f"Імпорт {batch} скасовано: повернуто рядків 1, залишено 1.\nРядок 3, рахунок 80-1: Змінено після імпорту.\n",
    )
    assert run(batch) == (1, f"Імпорт {batch} не скасовано. Цей імпорт уже скасовано.\n")


def test_where_nothing_can_be_restored_the_import_stays_applied(give: Give) -> None:
    batch = give("payments", rows("1,00"))["batch"]
    give("payments", rows("5,00"))
    code, text = run(batch, json=True)
    assert (code, json.loads(text)["state"], len(json.loads(text)["conflicts"])) == (1, "refused", 1)
    assert ImportBatch.objects.get(pk=batch).state == BatchState.APPLIED


def test_what_was_undone_is_taken_again_and_the_file_before_is_the_newest(give: Give) -> None:
    first = give("payments", rows("1,00"))
    second = give("payments", rows("1,00", "2,00"))
    run(second["batch"])
    assert give("payments", rows("1,00"))["state"] == "unchanged"
    assert give("payments", rows("1,00", "2,00"))["new"] == 1
    run(first["batch"])
    again = give("payments", rows("1,00", "2,00"))
    assert (again["state"], again["new"], again["unchanged"]) == ("applied", 1, 1)


@pytest.mark.parametrize("number", ["0", "999999"])
def test_an_import_that_is_not_there_is_no_usable_argument(number: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("undo_import", number)
    assert refused.value.returncode == 2


def test_a_preview_cannot_be_undone(give: Give) -> None:
    batch = give("payments", rows("1,00"), dry_run=True)["batch"]
    code, text = run(batch, json=True)
    assert (code, json.loads(text)["code"]) == (1, "not_applied")
