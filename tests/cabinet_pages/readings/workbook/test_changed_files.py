"""What people and programs do to a workbook: each has a clear sentence, and nothing is lost."""

import io
import re
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from openpyxl import Workbook

from cabinet_pages.readings.models import ReadingDraft
from cabinet_pages.readings.workbook.container import WorkbookRefused
from cabinet_pages.readings.workbook.layout import headings
from cabinet_pages.readings.workbook.table import read_table
from tests import factories
from tests.cabinet_pages.readings.sheet.world import make_points, make_remote
from tests.cabinet_pages.readings.workbook.desk import download, said, save, upload
from tests.cabinet_pages.readings.world import World

DRAFT, ERROR = "прийнято як чернетка", "помилка"
ABSENT = "Серед лічильників цієї відомості такого немає."


@pytest.fixture
def owner(client: Client, world: World) -> Client:
    client.force_login(world.owner)
    return client


def changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one of its parts changed."""
    stream = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(content))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(source.read(name)) if name == part else source.read(name))
    return stream.getvalue()


SHEET_PART = "xl/worksheets/sheet1.xml"


def test_foreign_points_and_absent_ones_are_told_alike(owner: Client, world: World) -> None:
    factories.make_register(factories.make_account("80-77"), "ЧУЖА", serial="C-1")
    make_remote(world)
    book = download(owner)
    book.put(0, 1300)
    key = book.cell(0, "Ключ рядка").value
    foreign, absent = key.replace("80-431930|ТУ-1|S-ТУ-1", "80-77|ЧУЖА|C-1"), key.replace("ТУ-1", "НЕМАЄ")
    for row, other in ((1, foreign), (2, absent)):
        book.put(row, other, "Ключ рядка")
        book.put(row, 5)
    rows = said(upload(owner, book.content()))
    first = book.heading + 1
    assert rows == {first: (DRAFT, ""), first + 1: (ERROR, ABSENT), first + 2: (ERROR, ABSENT)}


def test_columns_may_be_moved_added_and_left_out_and_rows_deleted(owner: Client, world: World) -> None:
    make_points(world, 3)
    source = download(owner)
    book = Workbook()
    target = book.active
    target.append(["Мої нотатки", "Причина", "ПОКАЗАННЯ *", "Ключ рядка", "Особовий рахунок"])
    for row in (3, 1):
        target.append(["щось", "дві зміни", 1300 + row, source.cell(row, "Ключ рядка").value, "80-431930"])
    stream = io.BytesIO()
    book.save(stream)
    verdict = upload(owner, stream.getvalue())
    page = verdict.content.decode()
    assert "Немає у файлі" in page
    assert "Дата зняття, Пояснення" in page
    assert {state for state, _ in said(verdict).values()} == {DRAFT}
    save(owner, verdict)
    assert set(ReadingDraft.objects.values_list("typed", "remark")) == {("1303", "дві зміни"), ("1301", "дві зміни")}


def test_a_renamed_heading_is_named(owner: Client, world: World) -> None:
    book = download(owner)
    book.sheet.cell(book.heading, book.columns["Показання"]).value = "Скільки"
    answer = upload(owner, book.content())
    assert answer.status_code == 422
    assert "Колонку «Показання» не знайдено" in answer.context["refusal"]
    book.sheet.delete_rows(book.heading)
    assert "Рядок заголовків таблиці не знайдено" in upload(owner, book.content()).context["refusal"]


def test_keys_are_found_without_their_heading_and_missed_without_them(owner: Client, world: World) -> None:
    book = download(owner)
    book.put(0, 1300)
    book.sheet.cell(book.heading, 1).value = None
    assert said(upload(owner, book.content()))[book.heading + 1][0] == DRAFT
    book.sheet.delete_cols(1)
    assert "Приховану колонку «Ключ рядка» видалено" in upload(owner, book.content()).context["refusal"]


def test_a_changed_previous_value_is_passed_over_and_said(owner: Client, world: World) -> None:
    book = download(owner)
    book.put(0, 1300)
    book.put(0, 900, "Попереднє показання")
    state, text = said(upload(owner, book.content()))[book.heading + 1]
    assert state == DRAFT
    assert text.startswith("Попереднє показання у файлі, 900, не таке, як у нас. Його не враховано; рахуємо від 1")


def test_a_formula_counts_by_its_stored_value_and_without_one_is_said(owner: Client, world: World) -> None:
    book = download(owner)
    book.put(0, "=1200+100.5")
    content = book.content()
    row = book.heading + 1
    assert said(upload(owner, content))[row] == (
        ERROR, "Тут формула, значення якої у файлі немає. Впишіть значення або відкрийте й збережіть файл у "
        "табличному редакторі.",
    )  # fmt: skip
    stored = changed(content, SHEET_PART, lambda xml: re.sub(rb"</f><v\s*/>|</f><v></v>", b"</f><v>1300.5</v>", xml))
    save(owner, upload(owner, stored))
    assert ReadingDraft.objects.get().typed == "1300,5"


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        ("1300,5", "1300,5"),
        ("1 300.5", "1 300.5"),
        ("1\u00a0300,5", "1\u00a0300,5"),
        (1300.1 + 0.2, "1300,3"),
        (Decimal("1300.500"), "1300,5"),
    ],
)
def test_texts_that_are_numbers_are_readings(owner: Client, world: World, value: object, typed: str) -> None:
    book = download(owner)
    book.put(0, value)
    save(owner, upload(owner, book.content()))
    assert ReadingDraft.objects.get().typed == typed


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("Показання", "багато", "Введіть число, наприклад 1234,56."),
        ("Показання", True, "Введіть число"),
        ("Показання", -5, "від"),
        ("Показання", 1234567, "6 цифр"),
        ("Показання", 1300.12345, "після коми"),
        ("Дата зняття", "учора", "«учора» — не дата. Напишіть її так: 31.01.2026."),
        ("Дата зняття", "31.02.2026", "— не дата"),
        ("Дата зняття", "15.03.2026", "Дата зняття"),
        ("Пояснення", "бо так", "Виберіть пояснення зі списку комірки: «бо так» у ньому немає."),
        ("Причина", "х" * 300, "Причина довша за 255 знаків."),
    ],
)
def test_a_bad_row_says_what_is_wrong(owner: Client, world: World, column: str, value: object, sentence: str) -> None:
    book = download(owner)
    book.put(0, 1300)
    book.put(0, value, column)
    verdict = upload(owner, book.content())
    state, text = said(verdict)[book.heading + 1]
    assert state == ERROR
    assert sentence in text
    save(owner, verdict)
    assert ReadingDraft.objects.count() == 0


def test_a_number_that_became_a_date_is_said(owner: Client, world: World) -> None:
    book = download(owner)
    book.put(0, 46000)
    book.cell(0, "Показання").number_format = "dd.mm.yyyy"
    assert "перетворив показання на дату" in said(upload(owner, book.content()))[book.heading + 1][1]


def test_two_rows_of_one_register_are_both_refused(owner: Client, world: World) -> None:
    book = download(owner)
    book.put(0, 1300)
    for heading in ("Ключ рядка", "Код точки"):
        book.put(1, book.cell(0, heading).value, heading)
    book.put(1, 1310)
    rows = said(upload(owner, book.content()))
    first = book.heading + 1
    assert f"ще в рядку: {first + 1}." in rows[first][1]
    assert f"ще в рядку: {first}." in rows[first + 1][1]


def test_merged_cells_are_named(owner: Client, world: World) -> None:
    make_points(world, 1)
    book = download(owner)
    book.put(0, 1300)
    letters = book.cell(0, "Показання").column_letter
    book.sheet.merge_cells(f"{letters}{book.heading + 1}:{letters}{book.heading + 2}")
    rows = said(upload(owner, book.content()))
    assert len(rows) == 2
    assert all("Комірки об'єднано" in text for _, text in rows.values())


def test_rows_of_which_only_some_columns_were_sorted_are_not_taken(owner: Client, world: World) -> None:
    make_points(world, 1)
    book = download(owner)
    keys = [book.cell(row, "Ключ рядка").value for row in (0, 1)]
    for row in (0, 1):
        book.put(row, keys[1 - row], "Ключ рядка")
        book.put(row, 1300)
    assert all("Упорядкуйте всі колонки разом" in text for _, text in said(upload(owner, book.content())).values())


def test_a_zone_without_its_sibling_is_named_at_the_empty_row(owner: Client, world: World) -> None:
    for zone in (1, 2):
        fields = {"channel": "A+", "zone": zone, "initial_value": Decimal(0)}
        register = factories.make_register(world.point.account, "ТУ-З", **fields) if zone == 1 else None
        if register is None:
            meter = world.point.account.metering_points.get(code="ТУ-З").meters.get()
            meter.registers.create(**fields)
    book = download(owner)
    row = next(number for number in range(3) if book.cell(number, "Зона").value == "зона 1")
    book.put(row, 5)
    rows = said(upload(owner, book.content()))
    assert rows[book.heading + 1 + row][0] == DRAFT or "зон" in rows[book.heading + 1 + row][1]
    assert any("зон" in text for _, text in rows.values())


def test_the_workbook_of_last_month_is_refused_with_the_way_to_a_fresh_one(
    owner: Client, world: World, settlement_day: time_machine.Traveller
) -> None:
    book = download(owner)
    book.put(0, 1300)
    settlement_day.move_to("2026-02-28T10:00:00+02:00")
    owner.force_login(world.owner)
    answer = upload(owner, book.content())
    assert "Цю відомість складено за інший місяць: 01.2026." in answer.context["refusal"]
    assert "Завантажити нову відомість (XLSX)" in answer.content.decode()


def test_a_closed_window_takes_nothing(
    owner: Client, world: World, settlement_day: time_machine.Traveller, settings: Any
) -> None:
    book = download(owner)
    book.put(0, 1300)
    verdict = upload(owner, book.content())
    settings.WAGTAIL_CABINET = {"LATE_READINGS": "refuse"}
    settlement_day.move_to("2026-02-15T10:00:00+02:00")
    owner.force_login(world.owner)
    assert owner.get(verdict.redirect_chain[-1][0]).status_code == 422
    assert "Вікно подання показів закрите." in save(owner, verdict).context["refusal"]
    assert ReadingDraft.objects.count() == 0


# --- files that are no workbook of ours -------------------------------------------------------------------------------


def _doctype(content: bytes) -> bytes:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'
    return changed(content, SHEET_PART, lambda xml: xml.replace(b"<worksheet", bomb, 1))


def _zip(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return stream.getvalue()


def _phantoms(count: int) -> Callable[[bytes], bytes]:
    def of(content: bytes) -> bytes:
        rows = b"".join(b'<row r="%d" s="1" customFormat="1"/>' % number for number in range(500, 500 + count))
        return changed(content, SHEET_PART, lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>"))

    return of


HOSTILE: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("empty", lambda _: b"", "empty"),
    ("xls", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "xls"),
    (
        "password",
        lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99) + "EncryptedPackage".encode("utf-16-le"),
        "encrypted",
    ),
    ("ods", lambda _: _zip({"mimetype": b"x", "content.xml": b"<x/>"}), "ods"),
    ("xlsb", lambda _: _zip({"xl/workbook.bin": b"x"}), "xlsb"),
    ("csv", lambda _: "Ключ рядка;Показання\n1;2\n".encode(), "text"),
    ("pdf", lambda _: b"%PDF-1.7, x", "not_a_workbook"),
    ("another zip", lambda _: _zip({"a.txt": b"x"}), "not_a_workbook"),
    ("truncated", lambda content: content[: len(content) // 2], "truncated"),
    ("large", lambda _: b"PK" + bytes(11 << 20), "too_large"),
    ("bomb", lambda content: changed(content, SHEET_PART, lambda xml: xml + b" " * (30 << 20)), "unpacked_too_large"),
    ("doctype", _doctype, "doctype"),
    ("damaged XML", lambda content: changed(content, SHEET_PART, lambda xml: xml[:-40]), "damaged"),
    ("utf-16", lambda c: changed(c, SHEET_PART, lambda xml: xml.decode().encode("utf-16")), "damaged"),
    ("a million rows", _phantoms(1_048_000), "unpacked_too_large"),
]


@pytest.mark.parametrize(("change", "code"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_what_is_no_workbook_is_refused_with_a_sentence_and_little_memory(
    owner: Client, world: World, change: Callable[[bytes], bytes], code: str
) -> None:
    content = change(download(owner).content())
    tracemalloc.start()
    began = time.monotonic()
    with pytest.raises(WorkbookRefused) as refused:
        read_table(io.BytesIO(content), headings())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.code == code
    assert peak < 40 << 20
    assert time.monotonic() - began < 10
    answer = upload(owner, content)
    assert answer.status_code == 422
    assert "%(" not in answer.context["refusal"]


def test_empty_rows_to_the_end_of_the_sheet_do_not_hinder(owner: Client, world: World) -> None:
    book = download(owner)
    book.put(0, 1300)
    content = _phantoms(100_000)(book.content())
    last = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    content = changed(content, SHEET_PART, lambda xml: xml.replace(b"</sheetData>", last))
    verdict = upload(owner, content)
    assert verdict.context["saving"] == 1
    assert owner.get(f"{verdict.redirect_chain[-1][0]}errors/").status_code == 200


def test_more_than_twenty_thousand_filled_rows_are_refused(owner: Client, world: World) -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (one, one) for one in range(500, 21_000))
    content = changed(
        download(owner).content(), SHEET_PART, lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")
    )
    assert "понад 20000 рядків" in upload(owner, content).context["refusal"]


def test_a_directory_that_lies_about_sizes_is_no_way_in(owner: Client, world: World) -> None:
    content = bytearray(changed(download(owner).content(), SHEET_PART, lambda xml: xml + b" " * (30 << 20)))
    place = content.rindex(SHEET_PART.encode()) - 46
    assert content[place : place + 4] == b"PK\x01\x02"
    struct.pack_into("<I", content, place + 24, 1000)
    with pytest.raises(WorkbookRefused):
        read_table(io.BytesIO(bytes(content)), headings())


def test_no_file_is_said_too(owner: Client, world: World) -> None:
    answer = owner.post("/cabinet/legal/readings/80-431930/sheet/workbook/upload/")
    assert answer.status_code == 422
    assert "Виберіть файл" in answer.context["refusal"]
