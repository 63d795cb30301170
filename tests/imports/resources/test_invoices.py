"""Invoices from files: all lines of one together, sums to the kopeck."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cabinet_pages.articles.models import Article
from cabinet_pages.billing.models import Invoice, InvoiceKind, InvoiceLine, InvoiceState
from imports.models import BatchState, IssueLevel
from tests.factories import make_account, make_article, make_branch
from tests.imports.resources.loading import applied, counts, csv_file, issues, load, xlsx_file

pytestmark = pytest.mark.django_db

HEADING = (
    "Особовий рахунок", "№ рахунку", "Дата рахунку", "Вид документа", "Стан", "Коригує рахунок №", "Період",
    "Строк оплати", "Стаття реалізації", "Код ТУ", "№ лічильника", "Покази попередні", "Покази поточні",
    "Розрахунковий коефіцієнт", "Кількість", "Одиниця", "Тариф", "Сума без ПДВ", "ПДВ", "Сума з ПДВ",
)  # fmt: skip
ENERGY, FINE = "Активна електроенергія", "Пеня"


@pytest.fixture(autouse=True)
def _records():
    make_account("80-431930")
    make_account("80-36", make_branch("TRO"))
    make_article(ENERGY)
    make_article(FINE, carries_vat=False)


def line(number="17", **cells):
    """A line of 120,00 with VAT, changed by heading."""
    values = {
        "Особовий рахунок": "80-431930",
        "№ рахунку": number,
        "Дата рахунку": "31.01.2026",
        "Вид документа": "рахунок",
        "Стан": "дійсний",
        "Період": "01.2026",
        "Строк оплати": "20.02.2026",
        "Стаття реалізації": ENERGY,
        "Сума без ПДВ": "100,00",
        "ПДВ": "20,00",
        "Сума з ПДВ": "120,00",
    }
    return [(values | cells).get(heading, "") for heading in HEADING]


def without(rows, *headings):
    """The rows without some columns, the heading with them."""
    kept = [index for index, heading in enumerate(HEADING) if heading not in headings]
    return [[row[index] for index in kept] for row in [HEADING, *rows]]


METERED = {
    "Код ТУ": "ТУ-1", "№ лічильника": "00123", "Покази попередні": "1 200", "Покази поточні": "1234,5",
    "Розрахунковий коефіцієнт": "200", "Кількість": "6900", "Одиниця": "кВт·год", "Тариф": "0,014493",
}  # fmt: skip


@pytest.mark.parametrize("written", [csv_file, xlsx_file], ids=["cp1251 CSV", "XLSX"])
def test_an_invoice_of_a_file_is_stored_with_its_lines_to_the_kopeck(written):
    rows = [HEADING, line(**METERED), line(**{"Стаття реалізації": FINE, "Сума без ПДВ": "5,05", "ПДВ": "0",
                                              "Сума з ПДВ": "5,05", "Період": "12.2025"})]  # fmt: skip
    batch = applied("invoices", written(rows), branch=make_branch())
    assert counts(batch) == (2, 2, 0, 0, 0)
    assert batch.documents == 1
    assert batch.totals == {"amount": "125.05", "by_article": {ENERGY: "120.00", FINE: "5.05"}}
    invoice = Invoice.objects.get()
    assert (invoice.net, invoice.vat, invoice.gross) == (Decimal("105.05"), Decimal("20.00"), Decimal("125.05"))
    assert (invoice.period, invoice.due_on) == (date(2026, 1, 1), date(2026, 2, 20))
    first, second = invoice.lines.order_by("position")
    assert (first.point_code, first.meter_serial, first.current_value) == ("ТУ-1", "00123", Decimal("1234.5"))
    assert (first.multiplier, first.quantity, first.tariff) == (200, 6900, Decimal("0.014493"))
    assert (second.period, second.article.name, second.vat_computed) == (date(2025, 12, 1), FINE, False)


@pytest.mark.parametrize("written", [csv_file, xlsx_file], ids=["cp1251 CSV", "XLSX"])
def test_the_same_invoices_again_change_nothing_and_every_row_counts_as_unchanged(written):
    rows = [HEADING, line(**METERED), line(), line("18")]
    branch = make_branch()
    applied("invoices", written(rows), branch=branch)
    known = list(InvoiceLine.objects.values_list("pk", flat=True))
    again = load("invoices", written(rows), branch=branch)
    # Other bytes with the same rows are compared, not recognised.
    compared = load("invoices", csv_file([*rows, []]), branch=branch)
    assert (again.state, compared.state) == (BatchState.UNCHANGED, BatchState.UNCHANGED)
    assert counts(again) == counts(compared) == (3, 0, 0, 3, 0)
    assert again.documents == compared.documents == 2
    assert list(InvoiceLine.objects.values_list("pk", flat=True)) == known


def test_one_bad_line_rejects_every_line_of_its_invoice_and_no_other():
    rows = [HEADING, line(), line(ПДВ="20,01"), line(), line("18")]
    batch = load("invoices", csv_file(rows), branch=make_branch(), skip_rejected=True)
    assert counts(batch) == (4, 1, 0, 0, 3)
    assert [invoice.number for invoice in Invoice.objects.all()] == ["18"]
    told = issues(batch, IssueLevel.ERROR)
    assert (3, "Сума з ПДВ", "120,00", "Сума без ПДВ 100.00 і ПДВ 20.01 не дають суми з ПДВ 120.00.") in told
    assert (2, "", "", "Відхилено разом із рядком 3.") in told


def test_a_file_with_a_bad_line_changes_nothing_until_the_good_rows_are_accepted():
    batch = load("invoices", csv_file([HEADING, line(**{"Сума з ПДВ": "багато"}), line("18")]), branch=make_branch())
    assert batch.state == BatchState.REFUSED
    assert [issue[:3] for issue in issues(batch)] == [(2, "Сума з ПДВ", "багато")]
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    "broken",
    [line(**{"Дата рахунку": "колись"}), line(**{"Сума з ПДВ": ""})[:-1]],
    ids=["without a date", "cut short"],
)
def test_an_invoice_is_not_stored_without_a_line_that_cannot_be_read(broken):
    rows = [HEADING, line(), broken, line("18")]
    batch = load("invoices", csv_file(rows), branch=make_branch(), skip_rejected=True)
    assert counts(batch) == (3, 1, 0, 0, 2)
    assert [invoice.number for invoice in Invoice.objects.all()] == ["18"]


def test_what_lines_say_about_their_invoice_must_agree():
    rows = [HEADING, line(), line(**{"Строк оплати": "21.02.2026"}), line("18")]
    batch = load("invoices", csv_file(rows), branch=make_branch(), skip_rejected=True)
    assert counts(batch) == (3, 1, 0, 0, 2)
    assert (3, "Строк оплати", "21.02.2026", "У рядку 2 для цього рахунку вказано інше.") in issues(batch)


def test_lines_are_replaced_as_a_set_when_an_invoice_comes_again():
    branch = make_branch()
    applied("invoices", csv_file([HEADING, line(), line(), line("18")]), branch=branch)
    kept = Invoice.objects.get(number="17").uuid
    changed = line(**{"Сума без ПДВ": "50,00", "ПДВ": "10,00", "Сума з ПДВ": "60,00"})
    batch = applied("invoices", csv_file([HEADING, changed, line("18")]), branch=branch)
    assert counts(batch) == (2, 0, 1, 1, 0)
    invoice = Invoice.objects.get(number="17")
    assert (invoice.uuid, invoice.gross, invoice.lines.count()) == (kept, Decimal("60.00"), 1)


def test_vat_that_the_file_does_not_give_is_a_sixth_where_the_article_carries_it_and_marked():
    rows = [line(**{"Сума з ПДВ": "100,01"}), line(**{"Сума з ПДВ": "10,00", "Стаття реалізації": FINE})]
    applied("invoices", csv_file(without(rows, "ПДВ", "Сума без ПДВ")), branch=make_branch())
    taxed, fine = InvoiceLine.objects.order_by("position")
    assert (taxed.vat, taxed.net, taxed.vat_computed) == (Decimal("16.67"), Decimal("83.34"), True)
    assert (fine.vat, fine.net, fine.vat_computed) == (Decimal("0.00"), Decimal("10.00"), True)
    assert Invoice.objects.get().vat == Decimal("16.67")


def test_columns_that_a_file_lacks_leave_what_is_stored():
    branch = make_branch()
    applied("invoices", csv_file([HEADING, line(**METERED)]), branch=branch)
    short = csv_file(without([line(**METERED)], "Тариф", "Строк оплати", "ПДВ", "Сума без ПДВ"))
    assert load("invoices", short, branch=branch).state == BatchState.UNCHANGED
    other = line(**METERED, **{"Вид документа": "попередня оплата"})
    applied("invoices", csv_file(without([other], "Тариф", "Строк оплати", "ПДВ", "Сума без ПДВ")), branch=branch)
    invoice = Invoice.objects.get()
    assert (invoice.kind, invoice.due_on) == (InvoiceKind.PREPAYMENT, date(2026, 2, 20))
    assert (invoice.lines.get().tariff, invoice.lines.get().vat_computed) == (Decimal("0.014493"), False)


def test_an_invoice_can_be_annulled_and_corrected_by_another_one_below_zero():
    branch = make_branch()
    applied("invoices", csv_file([HEADING, line()]), branch=branch)
    corrective = line("17-К", **{
        "Вид документа": "коригувальний", "Коригує рахунок №": "17", "Сума без ПДВ": "-100,00", "ПДВ": "-20,00",
        "Сума з ПДВ": "(120,00)",
    })  # fmt: skip
    batch = applied("invoices", csv_file([HEADING, line(Стан="Анульований"), corrective]), branch=branch)
    assert counts(batch) == (2, 1, 1, 0, 0)
    assert Invoice.objects.get(number="17").state == InvoiceState.ANNULLED
    found = Invoice.objects.get(number="17-К")
    assert (found.kind, found.corrects_number, found.gross) == (InvoiceKind.CORRECTION, "17", Decimal("-120.00"))


def test_a_withdrawn_invoice_revives_and_counts_as_changed():
    branch = make_branch()
    applied("invoices", csv_file([HEADING, line()]), branch=branch)
    Invoice.objects.update(withdrawn=True)
    batch = applied("invoices", csv_file([HEADING, line(), []]), branch=branch)
    assert counts(batch) == (1, 0, 1, 0, 0)
    assert not Invoice.objects.get().withdrawn


def test_invoices_of_another_branch_are_refused_row_by_row_as_absent_ones_are():
    foreign, absent = line(**{"Особовий рахунок": "80-36"}), line(**{"Особовий рахунок": "80-999"})
    batch = load("invoices", csv_file([HEADING, foreign, absent]), branch=make_branch(), skip_rejected=True)
    assert batch.state == BatchState.REFUSED
    assert [issue[3] for issue in issues(batch)] == [
        "Рахунок 80-36 не знайдено у структурній одиниці VIN",
        "Рахунок 80-999 не знайдено у структурній одиниці VIN",
    ]
    assert not Invoice.objects.exists()


def test_a_new_article_is_added_unconfirmed_and_its_line_kept():
    applied("invoices", csv_file([HEADING, line(**{"Стаття реалізації": "Абонплата"})]), branch=make_branch())
    article = Article.objects.get(name="Абонплата")
    assert (article.is_known, article.carries_vat) == (False, True)
    assert InvoiceLine.objects.get().article == article


def test_many_invoices_take_as_many_queries_as_few():
    def queries(*numbers):
        rows = [line(number) for number in numbers for _ in range(3)]
        with CaptureQueriesContext(connection) as captured:
            applied("invoices", csv_file([HEADING, *rows]), branch=make_branch())
        return len(captured)

    few = queries("1", "2")
    # Of more than fifty new rows PostgreSQL's planner is told, a statement for each table.
    assert queries(*(f"М-{number}" for number in range(16))) == few
    assert InvoiceLine.objects.count() == 18 * 3
