"""Download, fill, upload, drafts; the same file again changes nothing."""

import io
import re
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from cabinet_pages.readings.models import Reading, ReadingDraft, ReadingSource
from tests import factories
from tests.cabinet_pages.readings.sheet.world import ALL, SHEET, make_points, make_remote, save_twice
from tests.cabinet_pages.readings.workbook.desk import WORKBOOK, Filled, content_of, download, said, save, upload
from tests.cabinet_pages.readings.world import World

DRAFT, UNCHANGED, ERROR = "прийнято як чернетка", "без змін", "помилка"


@pytest.fixture
def owner(client: Client, world: World) -> Client:
    client.force_login(world.owner)
    return client


def test_five_hundred_points_become_five_hundred_drafts_and_the_same_file_changes_nothing(
    owner: Client, world: World
) -> None:
    make_points(world, 499)
    with CaptureQueriesContext(connection) as downloading:
        book = download(owner)
    assert len(book.rows) == 500
    book.fill(lambda number: Decimal(1300) + number)
    content = book.content()
    with CaptureQueriesContext(connection) as uploading:
        verdict = upload(owner, content)
    assert verdict.context["saving"] == 500
    assert ReadingDraft.objects.count() == 0
    with CaptureQueriesContext(connection) as saving:
        sheet = save(owner, verdict)
    assert sheet.redirect_chain == [(f"{SHEET}?period=2026-01", 302)]
    assert ReadingDraft.objects.filter(user=world.owner, source=ReadingSource.WORKBOOK).count() == 500
    assert Reading.objects.count() == 0
    assert max(len(downloading), len(uploading) // 2, len(saving) // 2) <= 25
    again = upload(owner, content)
    assert (again.context["saving"], again.context["errors"]) == (0, 0)
    assert "Змін немає: збережено 0 показів." in save(owner, again).content.decode()
    assert ReadingDraft.objects.count() == 500


def test_queries_do_not_grow_with_the_rows(owner: Client, world: World) -> None:
    counts = []
    # The first round fills what the process remembers.
    for more in (1, 2, 40):
        make_points(world, more, prefix=f"ТУ-{more}-")
        book = download(owner)
        book.fill(lambda number: 2000 + number)
        with CaptureQueriesContext(connection) as queries:
            save(owner, upload(owner, book.content()))
        counts.append(len(queries))
        ReadingDraft.objects.all().delete()
    assert counts[1] == counts[2]


def test_drafts_are_confirmed_on_the_sheet_as_ever(owner: Client, world: World) -> None:
    book = download(owner)
    book.put(0, "1 300,5")
    save(owner, upload(owner, book.content()))
    assert 'value="1 300,5"' in owner.get(SHEET).content.decode()
    save_twice(owner, {world.register.pk: "1 300,5"}, confirmed="on", reason="перевірено")
    assert Reading.objects.get(register=world.register).value == Decimal("1300.5")
    sent = download(owner)
    assert Decimal(str(sent.cell(0, "Показання").value)) == Decimal("1300.5")
    assert said(upload(owner, sent.content())) == {sent.rows[0]: (UNCHANGED, "")}


def test_a_draft_of_the_sheet_stands_in_the_workbook_and_is_unchanged_when_it_returns(
    owner: Client, world: World
) -> None:
    owner.post(SHEET, {f"value_{world.register.pk}": "1 250,50", "read_on": "2026-01-31", "step": "draft"})
    book = download(owner)
    assert Decimal(str(book.cell(0, "Показання").value)) == Decimal("1250.5")
    assert said(upload(owner, book.content()))[book.rows[0]][0] == UNCHANGED
    # As a spreadsheet program writes it after every change of types.
    book.put(0, "abc")
    assert said(upload(owner, book.content()))[book.rows[0]] == (ERROR, "Введіть число, наприклад 1234,56.")


def test_keys_are_locked_entry_cells_are_not_and_the_sheet_prints(owner: Client, world: World) -> None:
    book = download(owner)
    sheet = book.sheet
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert {name for name in book.columns if not book.cell(0, name).protection.locked} == {
        "Показання", "Дата зняття", "Пояснення", "Причина",
    }  # fmt: skip
    assert sheet.column_dimensions["A"].hidden
    assert sheet.column_dimensions["F"].width == 32
    assert sheet.freeze_panes == f"G{book.heading + 1}"
    assert sheet.print_title_rows == f"${book.heading}:${book.heading}"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    rules = {str(one.sqref)[0]: one for one in sheet.data_validations.dataValidation}
    value = book.cell(0, "Показання").column_letter
    assert (rules[value].formula1, rules[value].formula2) == ("0", "999999.999")
    preamble = " ".join(str(row[1].value) for row in sheet.iter_rows(max_row=book.heading - 2))
    assert "Відомість показів" in preamble
    assert "Розрахунковий місяць: 01.2026" in preamble


def test_identifiers_keep_their_zeros_and_names_are_never_formulas(owner: Client, world: World) -> None:
    factories.make_register(world.point.account, "007", serial="10-12", point={"name": "=HYPERLINK(1)", "eic": "062Z1"})
    book = download(owner)
    row = next(number for number in range(len(book.rows)) if book.cell(number, "Код точки").value == "007")
    assert book.cell(row, "Лічильник").value == "10-12"
    assert book.cell(row, "Точка обліку").value == "'=HYPERLINK(1)"
    assert all(cell.data_type != "f" for cells in book.sheet.iter_rows() for cell in cells)


def test_points_that_the_customer_does_not_read_are_not_in_the_workbook(owner: Client, world: World) -> None:
    make_remote(world)
    assert len(download(owner).rows) == 1


def test_one_workbook_for_all_accounts(owner: Client, world: World) -> None:
    other = factories.make_account("80-55")
    factories.grant(world.owner, other)
    factories.make_register(other, "ТУ-1", initial_value=Decimal(10))
    url = f"{ALL}workbook/"
    book = download(owner, url)
    assert {book.cell(number, "Особовий рахунок").value for number in (0, 1)} == {"80-431930", "80-55"}
    book.fill(lambda number: 1400)
    sheet = save(owner, upload(owner, book.content(), url))
    assert sheet.redirect_chain == [(ALL, 302)]
    assert ReadingDraft.objects.count() == 2


def test_bad_rows_come_back_in_the_same_file_with_a_column_of_errors(owner: Client, world: World) -> None:
    make_points(world, 3)
    book = download(owner)
    book.put(0, 150)
    book.put(1, 12345678)
    book.put(2, "=1+", "Причина")
    book.cell(2, "Причина").data_type = "s"
    book.sheet["T3"] = "моя примітка"
    book.sheet["T4"] = "=2*3"
    content = book.content()
    verdict = upload(owner, content)
    assert (verdict.context["saving"], verdict.context["errors"]) == (1, 2)
    after = save(owner, verdict)
    assert after.redirect_chain[-1][0] == verdict.redirect_chain[-1][0]
    assert ReadingDraft.objects.count() == 1
    returned = content_of(owner.get(f"{verdict.redirect_chain[-1][0]}errors/"))
    errors = Filled(returned)
    assert "6 цифр" in errors.cell(1, "Помилка").value
    assert errors.cell(2, "Помилка").value == "У рядку є дата, пояснення або причина, а показання немає."
    assert errors.cell(0, "Помилка").value is None
    assert (errors.sheet["T3"].value, errors.sheet["T4"].value) == ("моя примітка", "=2*3")
    assert errors.cell(0, "Показання").fill.fgColor.rgb == book.cell(0, "Показання").fill.fgColor.rgb
    assert errors.cell(1, "Помилка").font.color.rgb == "FFB3261E"
    # Uploaded again as it is: the same errors, no other change, and the column stays one.
    again = upload(owner, returned)
    assert (again.context["saving"], again.context["errors"]) == (0, 2)
    twice = Filled(content_of(owner.get(f"{again.redirect_chain[-1][0]}errors/")))
    assert [cell.value for cell in twice.sheet[twice.heading]].count("Помилка") == 1
    # Corrected there: the sentence goes.
    errors.put(1, 160)
    errors.put(2, 170)
    right = upload(owner, errors.content())
    assert (right.context["saving"], right.context["errors"]) == (2, 0)
    clean = Filled(content_of(owner.get(f"{right.redirect_chain[-1][0]}errors/")))
    assert {clean.cell(number, "Помилка").value for number in range(4)} == {None}


def test_all_else_in_the_returned_file_stays_byte_by_byte(owner: Client, world: World) -> None:
    book = download(owner)
    book.put(0, "x")
    content = book.content()
    verdict = upload(owner, content)
    returned = content_of(owner.get(f"{verdict.redirect_chain[-1][0]}errors/"))
    load_workbook(io.BytesIO(returned))
    before, after = zipfile.ZipFile(io.BytesIO(content)), zipfile.ZipFile(io.BytesIO(returned))
    assert before.namelist() == after.namelist()
    changed = {name for name in before.namelist() if before.read(name) != after.read(name)}
    assert changed == {"xl/styles.xml", "xl/worksheets/sheet1.xml"}
    plain = re.sub(rb' spans="[^"]*"', b"", before.read("xl/worksheets/sheet1.xml"))
    cells = re.sub(rb'<c r="R\d+"[^>]*>.*?</c>|<col min="18"[^>]*/>', b"", after.read("xl/worksheets/sheet1.xml"))
    assert cells == plain


def test_a_workbook_is_of_its_person_only(owner: Client, world: World) -> None:
    book = download(owner)
    book.put(0, 1300)
    address = upload(owner, book.content()).redirect_chain[-1][0]
    colleague = factories.make_user()
    factories.grant(colleague, world.point.account)
    other = Client()
    other.force_login(colleague)
    assert other.get(address).url == f"{WORKBOOK}upload/"  # type: ignore[attr-defined]
    assert other.get(f"{address}errors/").status_code == 302
    assert other.post(address).status_code == 302
    assert ReadingDraft.objects.count() == 0


def test_who_may_not_send_may_not_upload(client: Client, world: World) -> None:
    client.force_login(world.viewer)
    assert client.post(f"{WORKBOOK}upload/").status_code == 403
    assert client.post(f"{WORKBOOK}{'0' * 64}/").status_code == 403
    assert client.get(WORKBOOK).status_code == 302


def test_days_are_read_as_dates_texts_and_numbers(owner: Client, world: World) -> None:
    make_points(world, 3)
    book = download(owner)
    for number, day in enumerate((date(2026, 1, 30), "30.01.2026", 46052, "2026-01-30")):
        book.put(number, 1300 + number)
        book.put(number, day, "Дата зняття")
    save(owner, upload(owner, book.content()))
    assert list(ReadingDraft.objects.values_list("read_on", flat=True)) == [date(2026, 1, 30)] * 4


def test_days_of_a_workbook_that_counts_from_1904_are_read_so(owner: Client, world: World) -> None:
    book = download(owner)
    book.book.epoch = CALENDAR_MAC_1904
    book.put(0, 1300)
    book.put(0, 46052 - 1462, "Дата зняття")
    save(owner, upload(owner, book.content()))
    assert ReadingDraft.objects.get().read_on == date(2026, 1, 30)
