"""Rows taken as sets and rows taken one by one: the same preview, the same issues, the same payments."""

import random
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from cabinet_pages.payments.models import Payment
from cabinet_pages.state_hash import state_hash
from imports.engine import prepare, promote, receive
from imports.engine.columnar import PlainRows
from imports.models import BatchRow, BatchState, ImportBatch, RowIssue
from imports.resources.payments import PaymentResource
from tests.factories import make_account, make_branch
from tests.imports.resources.loading import csv_file, xlsx_file

pytestmark = pytest.mark.django_db

HEADING = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")
OPTIONAL = ("Вид операції", "Період", "Платник", "ПДВ", "Структурна одиниця", "Призначення")
# Mostly plain cells, and everything that is odd about one.
CELLS: dict[str, Sequence[str]] = {
    "Особовий рахунок": (*["80-1", "80-2", "80-3"] * 8, " 80-1 ", "80‑2", "80-9", "80-404", "", "x" * 50),
    "Документ": (*[f"ПД-{number}" for number in range(30)], "", "", "a|b", "a¦b", "два  пробіли", "x" * 90, "\\N"),
    "Дата платежу": (*[f"{day:02d}.01.2026" for day in range(1, 6)] * 4, "2026-01-02", "31.02.2026", "", "1.1.26"),
    "Стаття реалізації": (*["Пеня", "Активна електроенергія"] * 8, "ПЕНЯ", "Новий збір", "новий  збір", "", "a|b"),
    "Сума платежу": (
        *["10,00", "12.50", "0,00", "7,10", "-5,00"] * 5,
        "1 234,56", "-0,00", "007,50", "1,234", "abc", "", "—", "(3,00)", "12345678901234567890,00",
    ),
    "Вид операції": (*["", "оплата"] * 6, "Повернення", "щось"),
    "Період": (*["", "01.2026"] * 6, "січень 2026", "13.2026"),
    "Платник": (*["", "ТОВ «Приклад»"] * 4, "ФОП\u00a0Петренко", "\\t", "О'Ґ\u200bа"),
    "ПДВ": (*["", "1,00"] * 4, "0,10", "x"),
    "Структурна одиниця": (*["", "VIN"] * 6, "Вінниця", "TRO", "немає"),
    "Призначення": (*["", "за січень"] * 4, "у т.ч. ПДВ", "Разом"),
}  # fmt: skip


def made(chance: random.Random, *, plain: bool = False) -> list[Sequence[str]]:
    """A file: a preamble, optional columns, rows with odd cells, and rows that are no data."""
    columns = [*HEADING, *(one for one in OPTIONAL if chance.random() < 0.4)]
    if chance.random() < 0.3:
        columns.remove("Документ")
    rows: list[Sequence[str]] = [["Оплата за січень 2026"]] if chance.random() < 0.5 else []
    rows.append(columns)
    for _ in range(chance.randrange(40, 90)):
        rows.append(
            [chance.choice(CELLS[one][:10] if plain or chance.random() < 0.93 else CELLS[one]) for one in columns]
        )
        other = chance.random()
        if other < 0.01:
            rows.append(columns)
        elif other < 0.03:
            rows.append(["Разом", *[""] * (len(columns) - 2), "100,00"])
        elif other < 0.04:
            rows.append([""] * len(columns))
        elif other < 0.05:
            rows.append(rows[-1][:2])
    if chance.random() < 0.5:
        rows.append(["Всього", *[""] * (len(columns) - 1)])
    return rows


def seen(batch: ImportBatch) -> dict[str, Any]:
    """Everything that a person is shown of a batch."""
    names = (
        "row",
        "owner_id",
        "owner_label",
        "key",
        "ordinal",
        "leads",
        "status",
        "change",
        "object_id",
        "values",
        "before",
    )
    told = (
        "rows",
        "new",
        "changed",
        "unchanged",
        "rejected",
        "warnings",
        "totals",
        "new_articles",
        "state",
        "error_code",
    )
    return {
        "rows": list(BatchRow.objects.filter(batch=batch).order_by("row").values(*names)),
        "issues": sorted(
            RowIssue.objects.filter(batch=batch).values_list("row", "column", "value", "level", "code"), key=repr
        ),
        **{name: getattr(batch, name) for name in told},
    }  # fmt: skip


def previewed(content: bytes, branch: Any) -> ImportBatch:
    """A batch that is prepared."""
    return prepare(receive(kind="payments", branch=branch, file=ContentFile(content), name="файл"))


def stored() -> list[tuple[Any, ...]]:
    """The payments in their order."""
    # Both ways add the articles that are new, and PostgreSQL counts on.
    names = [field.attname for field in Payment._meta.fields if field.name not in ("id", "article")]
    return list(Payment.objects.order_by("pk").values_list("article__key", *names))


@pytest.fixture
def branches(settings: Any) -> Any:
    settings.WAGTAIL_CABINET_IMPORTS = {"CHUNK_ROWS": 7}
    branch = make_branch("VIN")
    for number in ("80-1", "80-2", "80-3"):
        make_account(number, branch)
    make_account("80-9", make_branch("TRO"))
    return branch


@pytest.mark.parametrize("seed", range(24))
def test_sets_and_single_rows_come_to_the_same(branches: Any, monkeypatch: Any, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    of_file = None if seed % 4 == 0 else branches
    write = xlsx_file if seed % 3 == 0 else partial(csv_file, encoding="utf-8")
    before = previewed(csv_file(made(chance, plain=True)), None)
    promote(before, skip_rejected=True)
    assert before.state == BatchState.APPLIED
    Payment.objects.filter(pk__in=list(Payment.objects.values_list("pk", flat=True))[::9]).update(withdrawn=True)
    Payment.objects.filter(pk__in=list(Payment.objects.values_list("pk", flat=True))[::7]).update(payer="інший")
    content = write(made(chance))
    found = []
    for in_sets in (True, False):
        monkeypatch.setattr(PaymentResource, "works_in_sets", in_sets)
        with transaction.atomic():
            batch = previewed(content, of_file)
            preview = seen(batch)
            promote(batch, skip_rejected=True)
            found.append((preview, str(batch.state), stored(), state_hash()))
            transaction.set_rollback(True)
    assert found[0] == found[1]


def test_plain_rows_are_taken_as_sets_indeed(branches: Any, monkeypatch: Any) -> None:
    taken: list[int] = []
    take = PlainRows.take
    monkeypatch.setattr(PlainRows, "take", lambda self, chunk: taken.append(take(self, chunk)) or taken[-1])
    rows = [HEADING, *(("80-1", f"ПД-{number}", "01.01.2026", "Пеня", "1,00") for number in range(100))]
    batch = previewed(csv_file(rows), branches)
    # The first row of data is looked at by itself.
    assert (batch.new, sum(taken)) == (100, 99)
    assert not BatchRow.objects.filter(batch=batch, in_key_order=True).exclude(row=2).exists()


def test_equal_keys_far_apart_are_counted(branches: Any) -> None:
    plain = [("80-1", f"ПД-{number}", "01.01.2026", "Пеня", "1,00") for number in range(100)]
    batch = previewed(csv_file([HEADING, *plain, plain[0], plain[50]]), branches)
    assert list(BatchRow.objects.filter(batch=batch, ordinal=2).values_list("row", flat=True)) == [102, 103]
    promote(batch)
    assert Payment.objects.count() == 102
    again = previewed(csv_file([HEADING, plain[50], *reversed(plain), plain[0]]), branches)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 102)
