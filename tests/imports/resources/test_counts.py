"""Whatever a file holds, its preview, its result and the database count the same."""

import pytest

from cabinet_pages.billing.models import Invoice, InvoiceLine
from cabinet_pages.documents.models import SignedDocument
from cabinet_pages.metering.models import Register
from cabinet_pages.readings.models import Reading
from imports.models import BatchState
from tests.factories import make_account, make_branch, make_register
from tests.imports.resources.loading import counts, csv_file, load, xlsx_file, zip_file
from tests.support.scale import chance, scaled

pytestmark = pytest.mark.django_db

NUMBERS = ("80-1", "80-2", "80-36", "80-404")
DAYS = ("31.01.2026", "28.02.2026", "32.01.2026", "")
SUMS = ("120,00", "-60,00", "0", "багато")


def invoices(choose):
    heading = ("Особовий рахунок", "№ рахунку", "Дата рахунку", "Стаття реалізації", "Сума з ПДВ", "Строк оплати")
    return [heading, *((
        choose(NUMBERS), choose("123"), choose(DAYS), choose(("Пеня", "Інше")), choose(SUMS),
        "20.02.2026" if choose(range(9)) else "21.02.2026",
    ) for _ in range(25))]  # fmt: skip


def metering(choose):
    heading = ("Особовий рахунок", "Код ТУ", "Точка обліку", "№ лічильника", "Енергія", "Зона", "Ктт")
    return [heading, *((
        choose(NUMBERS), choose(("ТУ-1", "ТУ-2")), "Цех" if choose(range(9)) else "Склад", choose("78"),
        choose(("A+", "R+", "P+")), choose("01"), "20",
    ) for _ in range(25))]  # fmt: skip


def readings(choose):
    heading = ("Особовий рахунок", "Код ТУ", "№ лічильника", "Енергія", "Зона", "Дата", "Тип", "Показання")
    return [heading, *((
        choose(NUMBERS), choose(("ТУ-1", "ТУ-1", "ТУ-9")), "7", "A+", "0", choose(DAYS),
        choose(("прийняте", "контрольне", "")), choose(("1", "2", "-3")),
    ) for _ in range(25))]  # fmt: skip


def documents(choose):
    heading = ("Особовий рахунок", "Вид документа", "№", "Дата", "Файл")
    return [heading, *((
        choose(NUMBERS), choose(("Акт", "Договір")), choose("12"), choose(DAYS), choose(("1.pdf", "2.pdf", "3.pdf")),
    ) for _ in range(25))]  # fmt: skip


KINDS = {"invoices": invoices, "metering": metering, "readings": readings, "documents": documents}
MODELS = {"invoices": Invoice, "metering": Register, "readings": Reading, "documents": SignedDocument}


@pytest.mark.parametrize("example", range(scaled(3, 40)))
@pytest.mark.parametrize("kind", KINDS)
def test_a_preview_promises_what_the_result_and_the_database_hold(kind, example):
    source = chance(f"counts {kind} {example}")
    for number in NUMBERS[:3]:
        account = make_account(number, make_branch("TRO" if number == "80-36" else "VIN"))
        if kind == "readings":
            make_register(account, "ТУ-1", serial="7")
    model = MODELS[kind]
    for _ in range(3):
        rows = KINDS[kind](source.choice)
        content = source.choice((csv_file, xlsx_file))(rows)
        if kind == "documents":
            name = "registry.xlsx" if content.startswith(b"PK") else "registry.csv"
            content = zip_file({name: content, "1.pdf": b"one", "2.pdf": source.choice((b"two", b"zwei"))})
        before = model.objects.count()
        preview = load(kind, content, branch=make_branch(), dry_run=True)
        assert (preview.state, model.objects.count()) == (BatchState.PREVIEWED, before)
        result = load(kind, content, branch=make_branch(), skip_rejected=True)
        total, new, changed, unchanged, rejected = counts(result)
        assert counts(preview) == counts(result)
        assert total == new + changed + unchanged + rejected
        assert total >= len(rows) - 1
        if kind == "invoices":
            assert result.documents <= new + changed + unchanged
            lines = sum(invoice.lines.count() for invoice in Invoice.objects.all())
            assert lines == InvoiceLine.objects.count()
        else:
            applied = result.state == BatchState.APPLIED
            assert model.objects.count() == before + (new if applied else 0)
        again = load(kind, content, branch=make_branch(), skip_rejected=True)
        assert counts(again) == (total, 0, 0, new + changed + unchanged, rejected)
        assert again.state in (BatchState.UNCHANGED, BatchState.REFUSED)
