"""Whatever a complete file holds, its preview, its result and the database count the same, withdrawn rows included."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from django.db.models import Model, Q

from cabinet_pages.billing.models import Balance, Invoice
from cabinet_pages.documents.models import SignedDocument
from cabinet_pages.payments.models import Payment
from cabinet_pages.readings.models import Reading
from imports.engine.stops import BUILT_IN_STOPS
from imports.models import BatchRow, BatchState, ImportBatch, RowStatus
from tests.factories import make_account, make_branch, make_register
from tests.imports.resources.loading import csv_file, load, zip_file
from tests.support.scale import chance, scaled

pytestmark = pytest.mark.django_db

Choose = Callable[[Sequence[str]], str]
NUMBERS = ("80-1", "80-2", "80-3", "80-36")
DAYS = ("05.01.2026", "31.01.2026", "28.02.2026", "01.03.2026")
SPAN = (date(2026, 1, 1), date(2026, 2, 28))
NAMES = ("rows", "new", "changed", "unchanged", "rejected", "withdrawn")
ALL_STOPS = [stop.code for stop in BUILT_IN_STOPS if stop.may_be_accepted]
ROWS = 14


def payments(choose: Choose) -> bytes:
    heading = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")
    return csv_file([heading, *(
        (choose(NUMBERS), choose(("Д1", "Д2", "")), choose(DAYS), "Пеня", choose(("1,00", "2,00", "?")))
        for _ in range(ROWS)
    )])  # fmt: skip


def invoices(choose: Choose) -> bytes:
    heading = ("Особовий рахунок", "№ рахунку", "Дата рахунку", "Стаття реалізації", "Сума з ПДВ")
    return csv_file([heading, *(
        (choose(NUMBERS), choose("12"), choose(DAYS), "Пеня", choose(("1,00", "2,00", "?"))) for _ in range(ROWS)
    )])  # fmt: skip


def balances(choose: Choose) -> bytes:
    heading = ("Особовий рахунок", "Період", "Сальдо на початок", "Сальдо на кінець", "Стаття реалізації")
    months = ("01.2026", "02.2026", "03.2026")
    return csv_file([heading, *(
        (choose(NUMBERS), choose(months), "0", choose(("0", "1,00", "?")), choose(("", "Пеня", "Інше")))
        for _ in range(ROWS)
    )])  # fmt: skip


def readings(choose: Choose) -> bytes:
    heading = ("Особовий рахунок", "Код ТУ", "№ лічильника", "Дата", "Тип", "Показання")
    return csv_file([heading, *(
        (choose(NUMBERS), "ТУ-1", "7", choose(DAYS), choose(("прийняте", "контрольне")), choose(("1", "2", "-3")))
        for _ in range(ROWS)
    )])  # fmt: skip


def documents(choose: Choose) -> bytes:
    heading = ("Особовий рахунок", "Вид документа", "№", "Дата", "Файл")
    rows = [heading, *(
        (choose(NUMBERS), "Акт", choose("12"), choose(DAYS), choose(("1.pdf", "2.pdf", "3.pdf"))) for _ in range(ROWS)
    )]  # fmt: skip
    named = {f"{number}.pdf": b"file" for number in (1, 2) if any(row[4] == f"{number}.pdf" for row in rows)}
    return zip_file({"registry.csv": csv_file(rows), **named})


KINDS: dict[str, tuple[Callable[[Choose], bytes], type[Model], str]] = {
    "payments": (payments, Payment, "paid_on"),
    "invoices": (invoices, Invoice, "issued_on"),
    "balances": (balances, Balance, "period"),
    "readings": (readings, Reading, "read_on"),
    "documents": (documents, SignedDocument, "dated"),
}


def objects(batch: ImportBatch, *statuses: RowStatus) -> int:
    return BatchRow.objects.filter(batch=batch, leads=True, status__in=statuses).count()


@pytest.mark.parametrize("example", range(scaled(2, 60)))
@pytest.mark.parametrize("kind", KINDS)
def test_a_preview_promises_what_the_result_and_the_database_hold(kind: str, example: int) -> None:
    source = chance(f"complete {kind} {example}")
    branch = make_branch("VIN")
    for number in NUMBERS:
        account = make_account(number, make_branch("TRO") if number == "80-36" else branch)
        if kind == "readings":
            make_register(account, "ТУ-1", serial="7")
    make, model, day = KINDS[kind]
    load(kind, make(source.choice), branch=None, skip_rejected=True)
    in_period = Q(**{f"{day}__range": SPAN})
    seen = 0
    for _ in range(3):
        content = make(source.choice)
        options: dict[str, Any] = {"branch": branch, "complete": SPAN, "accept": ALL_STOPS}
        stored = set(model.objects.values_list("pk", flat=True))
        before = set(model.objects.filter(withdrawn=False).values_list("pk", flat=True))
        preview = load(kind, content, dry_run=True, **options)
        assert set(model.objects.filter(withdrawn=False).values_list("pk", flat=True)) == before
        result = load(kind, content, skip_rejected=True, **options)
        seen += result.withdrawn
        assert [getattr(preview, name) for name in NAMES] == [getattr(result, name) for name in NAMES]
        assert result.rows == result.new + result.changed + result.unchanged + result.rejected
        after = set(model.objects.filter(withdrawn=False).values_list("pk", flat=True))
        if result.state != BatchState.APPLIED:
            assert after == before
            continue
        withdrawn = set(
            BatchRow.objects.filter(batch=result, status=RowStatus.WITHDRAWN).values_list("object_id", flat=True)
        )
        assert (len(withdrawn), before - after) == (result.withdrawn, withdrawn)
        made = set(model.objects.values_list("pk", flat=True)) - stored
        assert len(made) == objects(result, RowStatus.NEW)
        revived = set(BatchRow.objects.filter(batch=result, change="revived").values_list("object_id", flat=True))
        assert after == before - withdrawn | made | revived
        # Nothing outside of the period or of the branch is touched.
        assert not model.objects.filter(pk__in=withdrawn).exclude(in_period).exists()
        again = load(kind, content, skip_rejected=True, **options)
        assert (again.new, again.changed, again.withdrawn, again.state) == (0, 0, 0, BatchState.UNCHANGED)
    assert seen
