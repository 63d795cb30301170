"""The act on its page, in its PDF and in its XLSX."""

import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import override_settings
from openpyxl import load_workbook
from pypdf import PdfReader

from cabinet_pages.access.models import Role
from cabinet_pages.billing.models import Balance, Invoice, InvoiceState
from cabinet_pages.billing.reconciliation import routes
from cabinet_pages.billing.reconciliation.queries import act_for, stated_for
from cabinet_pages.billing.reconciliation.rules import reconcile
from cabinet_pages.payments.models import Payment
from cabinet_pages.printing.rendering import PdfFailed, Xhtml2PdfRenderer
from tests import factories
from tests.cabinet_pages.billing.reconciliation.conftest import ActWorld
from tests.cabinet_pages.billing.reconciliation.ledgers import ARTICLES, RandomAct, random_act
from tests.support.scale import chance, scaled
from tests.support.windows import SECTION, Answer, client_of, visit

ACT = "finance/80-431930/act/"
QUARTER = {"first": "2026-01-01", "last": "2026-03-31"}
NO_BREAK = "\u00a0"


def act(world: ActWorld, **query: str) -> Answer:
    return visit(world.client, ACT, **(query or QUARTER))


def rows(answer: Answer) -> list[list[str]]:
    """The act's rows without what stands behind the four sums."""
    return [[*row[:-5], *row[-5:-1]] for row in answer.cells()]


def download(world: ActWorld, file_format: str, **query: str) -> Any:
    response = world.client.get(f"{SECTION}/{ACT}{file_format}/", query or QUARTER)
    assert response.status_code == 200
    return response


def pdf_text(world: ActWorld, **query: str) -> str:
    reader = PdfReader(io.BytesIO(download(world, "pdf", **query).content))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def xlsx_rows(world: ActWorld, **query: str) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(download(world, "xlsx", **query).content)).active
    return [list(row) for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row)]


def written(value: Any) -> str:
    """A cell of the XLSX as the page writes it."""
    if isinstance(value, datetime):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, int | float):
        return f"{Decimal(str(value)):,.2f}".replace(",", " ").replace(".", ",").replace("-", "\u2212")
    return "" if value is None else str(value)


def letters(text: str) -> str:
    return "".join(text.replace(",", "").split())


def test_the_act_lists_the_operations_of_the_period_for_both_sides(world: ActWorld) -> None:
    answer = act(world)
    assert rows(answer) == [
        ["Сальдо на початок 01.01.2026", "100,00", "", "", "100,00"],
        ["1", "20.01.2026", "Оплата, документ № 17Активна електроенергія", "", "50,00", "50,00", ""],
        ["2", "31.01.2026", "Рахунок № Р-1 від 31.01.2026Активна електроенергія", "120,00", "", "", "120,00"],
        ["3", "10.02.2026", "ОплатаАктивна електроенергія", "", "70,00", "70,00", ""],
        ["4", "28.02.2026", "Рахунок № Р-2 від 05.03.2026Активна електроенергія", "240,00", "", "", "240,00"],
        ["5", "16.03.2026", "ОплатаАктивна електроенергія", "", "300,00", "300,00", ""],
        ["Обороти за період", "360,00", "420,00", "420,00", "360,00"],
        ["Сальдо на кінець 31.03.2026", "40,00", "", "", "40,00"],
    ]
    assert "Договір № 1234/05 від 24.11.2011, особовий рахунок 80-431930" in answer.text
    assert 'Ми, що підписалися нижче, оператор АТ "Вінницяобленерго" (код ЄДРПОУ 00130694)' in answer.text
    assert (
        'заборгованість споживача на користь оператора, АТ "Вінницяобленерго", становить 40,00 грн з ПДВ '
        "(Сорок гривень 00 копійок)"
    ) in answer.text
    assert "ПДВ у рахунках періоду: 60,00 грн" in answer.text
    assert answer.queries <= 15


def test_page_pdf_and_xlsx_say_the_same(world: ActWorld) -> None:
    page = act(world)
    _same(world, page, QUARTER)
    text = pdf_text(world)
    for words in ("Головний бухгалтер", "М. П.", "Директор О. Коваль", "Ми, що підписалися нижче"):
        assert words in text
        assert any(words.split()[0] in str(cell) for row in xlsx_rows(world) for cell in row)


def test_random_ledgers_say_the_same_on_page_pdf_and_xlsx(world: ActWorld) -> None:
    random = chance("acts in the database")
    for _ in range(scaled(3, 1000)):
        one = random_act(random)
        _store(world, one)
        found = act_for(world.scope, one.first, one.last, stated_for(world.scope))
        query = {"first": one.first.isoformat(), "last": one.last.isoformat()}
        page = act(world, **query)
        assert len(page.cells()) == len(found.lines) + 3
        expected = reconcile(one.first, one.last, one.stated, one.documents)
        assert (found.opening, found.debit, found.credit) == (expected.opening, expected.debit, expected.credit)
        assert found.opening + found.debit - found.credit == found.closing
        _same(world, page, query)


def test_the_act_says_whose_favour_an_overpayment_is_and_that_a_settled_account_owes_nothing(world: ActWorld) -> None:
    Balance.objects.filter(period=date(2026, 3, 1)).update(closing=Decimal("-60.00"), paid=Decimal("400.00"))
    factories.make_payment(world.account, date(2026, 3, 17), "100.00")
    text = act(world).text
    assert (
        'оператора на користь споживача, Товариство з обмеженою відповідальністю "Агробуд-В", становить 60,00' in text
    )
    Balance.objects.filter(period=date(2026, 3, 1)).update(closing=Decimal("0.00"), paid=Decimal("340.00"))
    Payment.objects.filter(amount=Decimal("100.00")).update(amount=Decimal("40.00"))
    assert "Станом на 31.03.2026 взаємної заборгованості немає." in act(world).text


def test_an_unposted_difference_is_a_line_of_its_own(world: ActWorld) -> None:
    Balance.objects.filter(period=date(2026, 2, 1)).update(paid=Decimal("75.50"), closing=Decimal("334.50"))
    answer = act(world, first="2026-02-01", last="2026-02-28")
    gap = ["3", "28.02.2026", "Не рознесено / уточнюється: оплачено за лютий 2026", "", "5,50", "5,50", ""]
    assert gap in rows(answer)
    assert "структурна одиниця їх уточнює" in answer.text
    assert gap[2] in pdf_text(world, first="2026-02-01", last="2026-02-28")


def test_acts_of_two_periods_in_a_row_join_where_the_balances_of_the_branch_do_not(world: ActWorld) -> None:
    for balance in Balance.objects.filter(period__gte=date(2026, 2, 1)):
        balance.opening += Decimal("5.00")
        balance.closing += Decimal("5.00")
        balance.save()
    january = rows(act(world, first="2026-01-01", last="2026-01-31"))
    february = rows(act(world, first="2026-02-01", last="2026-02-28"))
    assert january[-1][1:] == february[0][1:]
    assert february[1][2:4] == ["Уточнюється: сальдо на початок, лютий 2026", "5,00"]


def test_annulled_and_withdrawn_documents_count_nothing(world: ActWorld) -> None:
    Invoice.objects.filter(number="Р-1").update(state=InvoiceState.ANNULLED)
    Payment.objects.filter(paid_on=date(2026, 1, 20)).update(withdrawn=True)
    text = " ".join(" ".join(row) for row in rows(act(world, first="2026-01-01", last="2026-01-31")))
    assert "Р-1" not in text
    assert "документ № 17" not in text
    assert "уточнюється: нараховано за січень 2026" in text


def test_an_earlier_owners_rows_are_hidden_and_the_act_begins_with_the_balance_of_the_day(world: ActWorld) -> None:
    world.account.owned_since = date(2026, 2, 15)
    world.account.save()
    answer = act(world)
    assert rows(answer)[0] == ["Сальдо на початок 15.02.2026", "100,00", "", "", "100,00"]
    assert [row[2][:14] for row in rows(answer)[1:-2]] == ["Рахунок № Р-2 ", "ОплатаАктивна "]
    assert "відомі з 15.02.2026, тож акт починається цього дня" in answer.text
    for hidden in ("Р-1", "документ № 17", "10.02.2026"):
        assert hidden not in answer.text
    assert rows(answer)[-1] == ["Сальдо на кінець 31.03.2026", "40,00", "", "", "40,00"]
    before = act(world, first="2026-01-01", last="2026-02-14")
    assert "До 15.02.2026 даних немає" in before.text


def test_an_earlier_owners_invoice_of_the_first_month_is_in_the_balance_alone(world: ActWorld) -> None:
    factories.make_invoice(world.account, "Р-0", date(2026, 1, 25), period=date(2026, 2, 1), lines=["10.00"])
    Balance.objects.filter(period=date(2026, 2, 1)).update(charged=Decimal("250.00"), closing=Decimal("350.00"))
    world.account.owned_since = date(2026, 2, 1)
    world.account.save()
    answer = act(world, first="2026-02-01", last="2026-02-28")
    assert "Р-0" not in answer.text
    assert rows(answer)[0][1] == "180,00"
    assert rows(answer)[-1][1] == "350,00"


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2025-01-01", "2025-12-31", "До 01.01.2026 даних немає"),
        ("2026-03-01", "2026-02-01", "Акт закінчується раніше, ніж починається"),
        ("2026-04-01", "2026-04-21", "Період ще не завершився: виберіть кінець не пізніше за сьогодні, 20.04.2026"),
        ("2026-02-30", "2026-03-01", "Такої дати немає"),
        ("", "", "Вкажіть дату"),
        ("0001-01-01", "2026-01-31", "відомі з 01.01.2026"),
        ("2026-01-20", "2026-01-20", "за період з 20.01.2026 по 20.01.2026"),
        ("2026-02-11", "2026-02-11", "У цьому періоді операцій не було"),
    ],
)
def test_every_period_gets_an_act_or_a_sentence(world: ActWorld, first: str, last: str, sentence: str) -> None:
    answer = act(world, first=first, last=last)
    assert answer.status in (200, 422)
    assert sentence in answer.text
    for file_format in ("pdf", "xlsx"):
        response = world.client.get(f"{SECTION}/{ACT}{file_format}/", {"first": first, "last": last})
        assert (response.status_code == 422) == (not answer.cells())


def test_an_account_without_balances_says_so(world: ActWorld) -> None:
    Balance.objects.all().delete()
    assert "ще не передала сальдо цього особового рахунку" in act(world).text
    assert "ще не передала сальдо" in visit(world.client, ACT).text


def test_without_a_choice_the_act_is_of_the_last_month_with_balances(world: ActWorld) -> None:
    assert "за період з 01.03.2026 по 31.03.2026" in visit(world.client, ACT).text


def test_the_finance_window_leads_to_the_act_of_the_months_it_shows(world: ActWorld) -> None:
    response = world.client.get(f"{SECTION}/finance/80-431930/", {"from_month": "2026-01", "to_month": "2026-02"})
    assert 'act/?first=2026-01-01&amp;last=2026-02-28"' in response.content.decode()


def test_an_act_of_too_many_lines_is_refused_in_words(world: ActWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "LINES_AT_MOST", 4)
    assert "В акті більше ніж 4 рядків" in act(world).text


def test_a_pdf_that_cannot_be_made_leads_back_to_the_act_with_a_sentence(
    world: ActWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_named: Any) -> bytes:
        raise PdfFailed("too slow")

    monkeypatch.setattr(Xhtml2PdfRenderer, "render", fail)
    response = world.client.get(f"{SECTION}/{ACT}pdf/", QUARTER, follow=True)
    assert "Наразі не вдається видати PDF" in response.content.decode()
    assert "Сальдо на кінець 31.03.2026" in response.content.decode()


def test_a_file_of_an_unknown_format_is_absent(world: ActWorld) -> None:
    assert world.client.get(f"{SECTION}/{ACT}docx/", QUARTER).status_code == 404


def test_formulas_stay_texts_in_the_xlsx_and_markup_in_the_pdf(world: ActWorld) -> None:
    world.account.customer.name = '=HYPERLINK("http://evil") <b>ТОВ</b>'
    world.account.customer.save()
    Invoice.objects.filter(number="Р-1").update(number="=1+1 <i>")
    Payment.objects.filter(order_number="17").update(order_number="@SUM(A1)")
    sheet = load_workbook(io.BytesIO(download(world, "xlsx").content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).startswith("'=HYPERLINK") for cell in cells)
    text = pdf_text(world)
    assert "<b>ТОВ</b>" in text
    assert "=1+1 <i>" in text


def test_a_viewer_reads_the_act_and_finds_no_buttons(world: ActWorld) -> None:
    viewer = factories.make_user("viewer@example.com")
    factories.grant(viewer, world.account, Role.VIEWER)
    answer = visit(client_of(viewer), ACT, **QUARTER)
    assert "Сальдо на кінець" in answer.text
    assert "Не погоджуюсь" not in answer.text


def test_the_act_speaks_the_readers_language_and_its_files_ukrainian(world: ActWorld) -> None:
    with override_settings(LANGUAGE_CODE="en"):
        world.owner.cabinet_person.language = "en"
        world.owner.cabinet_person.save()
        assert "Act of reconciliation of settlements" in act(world).text
        assert "Акт звіряння розрахунків" in pdf_text(world)
        assert xlsx_rows(world)[0][0] == "Акт звіряння розрахунків"


def _same(world: ActWorld, page: Answer, query: dict[str, str]) -> None:
    """The page's rows are the XLSX's, and their words stand in the PDF in their order."""
    shown = [[cell.replace(NO_BREAK, " ") for cell in row] for row in rows(page)]
    sheet = [[written(cell) for cell in row] for row in xlsx_rows(world, **query)]
    start = next(place for place, row in enumerate(sheet) if row[2].startswith("Сальдо на початок"))
    for row, cells in zip(shown, sheet[start:], strict=False):
        assert row[-4:] == cells[3:]
        # On the page the article stands on a line of its own, in the sheet after a comma.
        assert letters(row[-5]) == letters(cells[2])
    text = pdf_text(world, **query)
    place = 0
    for row in shown:
        for cell in filter(None, row[-4:]):
            place = text.index(cell, place)
    statement = page.text[page.text.index("Станом на") :].split(").")[0]
    assert statement[:40] in text
    assert any(statement[:40] in row[0] for row in sheet)


def _store(world: ActWorld, one: RandomAct) -> None:
    """Put a random ledger in the place of the account's own."""
    for model in (Balance, Invoice, Payment):
        model.objects.filter(account=world.account).delete()
    articles = {number: factories.make_article(name) for number, name in enumerate(ARTICLES, start=1)}
    for row in one.stated:
        Balance.objects.create(
            account=world.account,
            period=row.month,
            article=articles[row.article_id] if row.article_id else None,
            article_key=articles[row.article_id].key if row.article_id else "",
            opening=row.opening,
            charged=row.charged,
            paid=row.paid,
            corrected=row.corrected,
            closing=row.closing,
        )
    for line in one.documents:
        assert line.dated is not None
        assert line.article_id is not None
        if line.debit is not None:
            factories.make_invoice(
                world.account,
                line.number,
                line.dated,
                period=line.month,
                lines=[str(line.debit)],
                article=articles[line.article_id],
            )
        else:
            factories.make_payment(world.account, line.dated, str(line.credit), articles[line.article_id])
