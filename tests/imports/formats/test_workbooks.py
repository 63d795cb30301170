"""Workbooks: cells become text at the border, and nothing hostile gets as far as being opened."""

import contextlib
import datetime
import io
import random
import zipfile

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from imports.formats import BUILT_IN, Limits, RawRow, ReadOptions, UnreadableFile, sniff
from imports.formats.cells import cell_text

from .test_text import opened, refusal, rows


def save(path, *sheets, epoch=None):
    book = openpyxl.Workbook()
    book.remove(book.active)
    if epoch:
        book.epoch = epoch
    for title, content in sheets:
        sheet = book.create_sheet(title)
        for row in content:
            sheet.append(row)
    book.save(path)
    return path


def rewrite(path, change, target=None):
    """Write the zip again with each part changed by `change(name, bytes) -> (name, bytes)`."""
    with zipfile.ZipFile(path) as source:
        parts = [change(name, source.read(name)) for name in source.namelist()]
    target = target or path
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts:
            container.writestr(name, content)
    return target


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (42.012, "42.012"),
        (0.1 + 0.2, "0.3"),
        (-0.0, "0"),
        (-0.00000001, "0"),
        (12.339999999999, "12.34"),
        (1234567.89, "1234567.89"),
        (0.000001, "0.000001"),
        (999999999999999.0, "999999999999999"),
        (1.23456789012346e19, "1.23456789012346E+19"),
        (float("nan"), ""),
        (7, "7"),
        (True, "так"),
        (False, "ні"),
        (datetime.date(2026, 2, 1), "01.02.2026"),
        (datetime.datetime.fromisoformat("2026-02-01T03:04:04.999999"), "01.02.2026 03:04:05"),
        (datetime.time(3, 4, 5), "03:04:05"),
        (datetime.timedelta(hours=25, minutes=1), "25:01:00"),
        (" як є ", " як є "),
    ],
)
def test_a_cell_becomes_text_at_the_border(value, text):
    assert cell_text(value) == text


def test_an_xlsx_gives_the_first_sheet_with_rows_and_the_numbers_a_person_sees(tmp_path):
    path = save(
        tmp_path / "report.csv",
        ("Порожній", []),
        (
            "Платежі",
            [[], ["Рахунок", "Дата", "Сума"], ["80-1", datetime.date(2026, 2, 1), 12.5], ["00036", None, 130694]],
        ),
        ("Інший", [["x"]]),
    )
    reading = opened(path)
    assert (reading.format, reading.sheet, reading.encoding, reading.delimiter) == ("xlsx", "Платежі", "", "")
    read = [row for row in reading.rows if any(row.cells)]
    assert read == [
        RawRow(2, ("Рахунок", "Дата", "Сума")),
        RawRow(3, ("80-1", "01.02.2026", "12.5"), frozenset({2})),
        RawRow(4, ("00036", "", "130694"), frozenset({2})),
    ]
    assert rows(path, sheet="Інший")[0].cells == ("x",)
    assert refusal(path, sheet="Немає").code == "no_such_sheet"


def test_shared_strings_with_a_capital_letter_and_back_slashes_are_read(tmp_path):
    path = save(tmp_path / "a.xlsx", ("Лист", [["Рахунок", "Сума"], ["80-1", 1]]))

    def as_1c(name, content):
        return name.replace("sharedStrings", "SharedStrings"), content.replace(
            b"sharedStrings.xml", b"SharedStrings.xml"
        )

    assert [row.cells for row in rows(rewrite(path, as_1c))] == [("Рахунок", "Сума"), ("80-1", "1")]


def test_a_workbook_that_counts_from_1904_has_right_dates_and_no_bare_day_numbers(tmp_path):
    path = save(tmp_path / "a.xlsx", ("Лист", [[datetime.date(2026, 2, 1), 45292]]), epoch=CALENDAR_MAC_1904)
    assert rows(path) == [RawRow(1, ("01.02.2026", "45292"), frozenset())]


def test_an_ods_is_read(tmp_path):
    assert [row.cells for row in rows(write_ods(tmp_path / "a.bin", [["Рахунок", "Сума"], ["80-1", 12.5]]))] == [
        ("Рахунок", "Сума"),
        ("80-1", "12.5"),
    ]


def write_ods(path, content):
    def cell(value):
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        kind = f'office:value-type="float" office:value="{value}"'
        return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in content)
    office = "urn:oasis:names:tc:opendocument:xmlns"
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{office}:office:1.0" '
        f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Лист">{body}</table:table>'
        f"</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as container:
        container.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        container.writestr("content.xml", document)
        container.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


@pytest.mark.parametrize(("row_times", "column_times"), [(1_048_576, 400), (3_000_000, 1), (1, 16_384)])
def test_repeated_cells_of_an_ods_do_not_allocate_what_they_stand_for(tmp_path, row_times, column_times):
    path = write_ods(tmp_path / "a.ods", [["x"], ["y"]])

    def repeat(name, content):
        row = b'<table:table-row table:number-rows-repeated="%d"><table:table-cell ' % row_times
        cell = b"<table:table-row><table:table-cell "
        return name, content.replace(cell, row + b'table:number-columns-repeated="%d" ' % column_times)

    assert refusal(rewrite(path, repeat)).code in {"too_many_rows", "too_many_columns", "too_many_cells"}


def test_empty_cells_repeated_to_the_end_of_an_ods_are_no_rows(tmp_path):
    path = write_ods(tmp_path / "a.ods", [["x", 1]])
    tail = (
        b'<table:table-row table:number-rows-repeated="1048575"><table:table-cell '
        b'table:number-columns-repeated="16384"/></table:table-row></table:table>'
    )
    rewrite(path, lambda name, content: (name, content.replace(b"</table:table>", tail)))
    assert [row.cells for row in rows(path)] == [("x", "1")]


def test_a_file_cut_short_anywhere_is_refused(tmp_path):
    whole = save(tmp_path / "a.xlsx", ("Лист", [[f"{n}", n] for n in range(200)])).read_bytes()
    for tenth in range(1, 10):
        path = tmp_path / "cut.xlsx"
        path.write_bytes(whole[: len(whole) * tenth // 10])
        assert refusal(path).code == "truncated"


def test_limits_are_checked_before_the_workbook_is_opened(tmp_path):
    path = save(tmp_path / "a.xlsx", ("Лист", [["x"] * 12 for _ in range(40)]))
    for limits, code in (
        (Limits(file_bytes=100), "too_large"),
        (Limits(unpacked_bytes=1000), "unpacked_too_large"),
        (Limits(members=3), "too_many_members"),
        (Limits(rows=39), "too_many_rows"),
        (Limits(columns=11), "too_many_columns"),
        (Limits(sheet_cells=400), "too_many_cells"),
    ):
        assert refusal(path, limits=limits).code == code
    assert len(rows(path, limits=Limits(rows=40, columns=12, sheet_cells=480))) == 40


def test_a_bomb_is_refused_by_its_ratio(tmp_path):
    path = save(tmp_path / "a.xlsx", ("Лист", [["x"]]))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as container:
        container.writestr("xl/media/zeros.bin", b"0" * 20_000_000)
    assert refusal(path).code == "unpacked_too_large"


@pytest.mark.parametrize("reference", [b"XFD1048576", b"B99999999", b"a1048576"])
def test_a_far_cell_does_not_allocate_the_rectangle_up_to_it(tmp_path, reference):
    path = save(tmp_path / "a.xlsx", ("Лист", [["x", 5]]))
    rewrite(path, lambda name, content: (name, content.replace(b'r="B1"', b'r="%s"' % reference)))
    assert refusal(path, limits=Limits(rows=100_000)).code in {"too_many_rows", "too_many_columns", "too_many_cells"}


def test_a_document_type_is_refused(tmp_path):
    path = save(tmp_path / "a.xlsx", ("Лист", [["x"]]))
    dtd = b'?><!DOCTYPE x [<!ENTITY a "b">]>'
    rewrite(path, lambda name, content: (name, content.replace(b"?>", dtd, 1) if "sheet1" in name else content))
    with zipfile.ZipFile(path) as container:
        if not any(b"<!DOCTYPE" in container.read(name) for name in container.namelist()):
            rewrite(path, lambda name, content: (name, b"<!DOCTYPE x>" + content if "sheet1" in name else content))
    assert refusal(path).code == "doctype"


def test_passwords_are_named(tmp_path):
    ole = tmp_path / "secret.xlsx"
    ole.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage\0".encode("utf-16-le") + bytes(600)
    )
    assert refusal(ole).code == "encrypted"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"MOXCEL\x00\x08\x00\x01\x00", "mxl"),
        (b"%PDF-1.7\n%", "pdf"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image"),
        (b'<?xml version="1.0"?><\xd0\x9a/>', "xml"),
        ("<?xml version='1.0'?><x/>".encode("utf-16"), "xml"),
        (b"{\\rtf1 x}", "rtf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000), "document"),
        (b"7z\xbc\xaf\x27\x1c\x00", "archive"),
        (bytes(range(256)) * 4, "unknown_content"),
    ],
)
def test_content_that_is_no_table_is_named_so_that_a_sentence_can_help(tmp_path, content, code):
    path = tmp_path / "платежі.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as refused:
        sniff(path, BUILT_IN, Limits())
    assert refused.value.code == code


def test_a_zip_that_is_no_workbook_is_named(tmp_path):
    for name, code in (("registry.csv", "archive"), ("word/document.xml", "document")):
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as container:
            container.writestr(name, "x")
        with pytest.raises(UnreadableFile) as refused:
            sniff(path, BUILT_IN, Limits())
        assert refused.value.code == code


def test_the_extension_means_nothing(tmp_path):
    xlsx_named_csv = save(tmp_path / "a.csv", ("Лист", [["x"]]))
    csv_named_xls = tmp_path / "b.xls"
    csv_named_xls.write_text("Рахунок;Сума\n80-1;1\n", encoding="cp1251")
    assert sniff(xlsx_named_csv, BUILT_IN, Limits()).name == "xlsx"
    assert sniff(csv_named_xls, BUILT_IN, Limits()).name == "csv"


def test_damaged_bytes_raise_nothing_but_a_refusal(tmp_path):
    buffer = io.BytesIO()
    save(buffer, ("Лист", [[f"{n}", n * 1.5, datetime.date(2026, 1, 1)] for n in range(50)]))
    whole = buffer.getvalue()
    generator = random.Random(20260201)  # noqa: S311
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(generator.randint(1, 8)):
            damaged[generator.randrange(len(damaged))] = generator.randrange(256)
        path = tmp_path / "damaged.xlsx"
        path.write_bytes(damaged)
        with contextlib.suppress(UnreadableFile):
            chosen = sniff(path, BUILT_IN, Limits())
            assert all(row.number for row in chosen.read(path, options=ReadOptions()).rows)
