"""Text tables: every encoding, delimiter and line end gives the same rows, or an explicit refusal."""

import codecs
import contextlib
import itertools
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.formats import BUILT_IN, Limits, RawRow, Reading, ReadOptions, UnreadableFile, sniff, text
from imports.formats.delimiters import choose_delimiter
from imports.formats.encodings import choose_encoding

HEADING = ("Особовий рахунок", "Дата платежу", "Сума платежу", "Стаття реалізації", "Призначення")
ROWS = (
    ("80-431930", "01.02.2026", "1 234,56", "Активна електроенергія", "Оплата за січень, у т.ч. ПДВ"),
    ("80-36", "02.02.2026", "-0,50", "Пеня", "Об'єкт № 5"),
    ("80-37", "03.02.2026", "12,00", "Інфляційні відсотки", ""),
)
ENCODINGS = ("utf-8", "utf-8-sig", "cp1251", "cp1125", "koi8-u", "utf-16-le", "utf-16-be")
BOMS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


def write(folder: Path, content: bytes | str, encoding: str = "utf-8", name: str = "file.dat") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else BOMS.get(encoding, b"") + content.encode(encoding))
    return path


def opened(path: Path, **options) -> Reading:
    chosen = ReadOptions(**options)
    return sniff(path, BUILT_IN, chosen.limits).read(path, options=chosen)


def rows(path: Path, **options) -> list[RawRow]:
    return list(opened(path, **options).rows)


def refusal(path: Path, **options) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as refused:
        rows(path, **options)
    return refused.value


def table(delimiter: str, end: str, gap: str = " ") -> str:
    def quoted(cell: str) -> str:
        return f'"{cell.replace(chr(34), chr(34) * 2)}"' if delimiter in cell or '"' in cell else cell

    lines = [delimiter.join(quoted(cell) for cell in row).replace("1 234", f"1{gap}234") for row in (HEADING, *ROWS)]
    return end.join(lines) + end


@pytest.mark.parametrize(
    ("encoding", "delimiter", "end"), list(itertools.product(ENCODINGS, (";", ",", "\t", "|"), ("\r\n", "\n", "\r")))
)
def test_every_encoding_delimiter_and_line_end_gives_the_same_rows(tmp_path, encoding, delimiter, end):
    text = table(delimiter, end).replace("№", "N") if encoding == "koi8-u" else table(delimiter, end)
    reading = opened(write(tmp_path, text, encoding))
    read = list(reading.rows)
    assert reading.delimiter == delimiter
    assert [row.number for row in read] == [1, 2, 3, 4]
    assert [row.cells for row in read] == [
        HEADING,
        *(tuple(c.replace("№", "N") if "koi" in encoding else c for c in r) for r in ROWS),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
@pytest.mark.parametrize("gap", ["\u00a0", " "])
def test_no_break_spaces_survive(tmp_path, encoding, gap):
    assert rows(write(tmp_path, table(";", "\r\n", gap), encoding))[1].cells[2] == f"1{gap}234,56"


def test_cp866_with_latin_i_for_the_letter_it_lacks_is_told_from_cp1125(tmp_path):
    text = "Особовий рахунок;Дата;Стаття\r\n80-1;01.02.2026;Вiдсотки за перiод, її борг\r\n"
    reading = opened(write(tmp_path, text, "cp866"))
    assert reading.encoding == "cp866"
    assert list(reading.rows)[1].cells[2] == "Вiдсотки за перiод, її борг"


@pytest.mark.parametrize("encoding", ["cp1251", "cp1125", "koi8-u"])
@pytest.mark.parametrize(
    "text",
    [
        "Рахунок;Сума\n80-1;12,50\n",
        'Замовник;Код\nТОВ "ЄВРОПА і Ко";00130694\n',
        "ОСОБОВИЙ РАХУНОК;ЗАМОВНИК;АДРЕСА\n80-1;ТОВ ЩИТ;М. ВІННИЦЯ\n",
        "Лицевой счет;Сумма\n80-1;1,00\n",
    ],
)
def test_short_files_are_told_too(tmp_path, encoding, text):
    path = write(tmp_path, text, encoding)
    assert path.read_text(encoding=choose_encoding(path)) == text


def test_the_first_cyrillic_letter_may_be_megabytes_away(tmp_path):
    path = write(tmp_path, b"a;b\n" + b"1;2\n" * 400_000 + "Разом;Сума за період\n".encode("cp1251"))
    reading = opened(path)
    assert reading.encoding == "cp1251"
    assert list(reading.rows)[-1] == RawRow(400_002, ("Разом", "Сума за період"))


def test_an_operator_may_overrule_the_encoding_and_the_delimiter(tmp_path):
    path = write(tmp_path, "Дата|Сума;x\n", "cp1251")
    assert rows(path, encoding="windows-1251", delimiter=";")[0].cells == ("Дата|Сума", "x")
    assert refusal(path, encoding="ebcdic").code == "unknown_encoding"
    assert refusal(path, encoding="utf-8").code == "undecodable"


def test_utf8_with_a_few_broken_bytes_is_refused_with_the_line_and_never_read_as_cp1251(tmp_path):
    content = table(";", "\n").encode() + b"80-38;\xff;1\n"
    refused = refusal(write(tmp_path, content))
    assert (refused.code, refused.params["line"]) == ("undecodable", 5)


def test_nul_bytes_are_refused(tmp_path):
    assert refusal(write(tmp_path, table(";", "\n").encode() + b"80-38;\x00;1\n")).code == "nul_bytes"


def test_quotes_are_doubled_and_a_quoted_line_break_counts_as_a_line(tmp_path):
    text = 'Рахунок;Назва;Сума\n80-1;"ТОВ ""А;Б""\nфілія";1,00\n80-2;x;2,00\n'
    assert rows(write(tmp_path, text)) == [
        RawRow(1, ("Рахунок", "Назва", "Сума")),
        RawRow(2, ("80-1", 'ТОВ "А;Б"\nфілія', "1,00")),
        RawRow(4, ("80-2", "x", "2,00")),
    ]


def test_marks_that_are_not_quoting_stay_in_the_text_and_swallow_nothing(tmp_path):
    text = (
        'Рахунок;Назва;Сума\n80-1;ТОВ "Приклад";1\n80-2;"Приклад" ТОВ;2\n80-3;"ТОВ "Приклад"";3\n'
        '80-4;"ТОВ Приклад;4\n' + "80-5;x;5\n" * 60
    )
    read = rows(write(tmp_path, text))
    assert [row.cells for row in read[1:5]] == [
        ("80-1", 'ТОВ "Приклад"', "1"),
        ("80-2", '"Приклад" ТОВ', "2"),
        ("80-3", 'ТОВ "Приклад"', "3"),
        ("80-4", '"ТОВ Приклад', "4"),
    ]
    assert [row.number for row in read] == list(range(1, 66))


@pytest.mark.parametrize(
    ("lines", "delimiter"),
    [
        (["Рахунок;Сума", "80-1;12,50", "80-2;13,50"], ";"),
        (["ТОВ Енерго, м. Вінниця", "Рахунок;Сума", "80-1;12,50", "80-2;13,50"], ";"),
        (["Рахунок\tАдреса", "80-1\tвул. А, 1, кв. 2", "80-2\tвул. Б, 2, кв. 3"], "\t"),
        (["Рахунок,Сума", '80-1,"12,50"', '80-2,"13,50"'], ","),
        (["Рахунок,Сума,Призначення", "80-1,12.50,а; б; в", "80-2,13.50,г"], ","),
        (["А;Б;В", "1;2;3;", "4;5;6;"], ";"),
        (["Рахунок;Призначення", "80-1;Переказ; власних, коштів;", "80-2;x, y"], ";"),
        (["Рахунок"], ";"),
        (["1;2;3", "4;5;6"], ";"),
    ],
)
def test_the_delimiter_is_what_splits_the_heading(lines, delimiter):
    assert choose_delimiter(lines) == delimiter


def test_a_declared_separator_is_obeyed_and_is_no_row(tmp_path):
    read = rows(write(tmp_path, "sep=|\r\nРахунок|Сума\r\n80-1|1,5\r\n"))
    assert read[0] == RawRow(2, ("Рахунок", "Сума"))


def test_limits_hold_while_reading(tmp_path):
    path = write(tmp_path, "А;Б;В\n" + "1;2;3\n" * 10)
    assert refusal(path, limits=Limits(rows=10)).code == "too_many_rows"
    assert len(rows(path, limits=Limits(rows=11))) == 11
    assert refusal(path, limits=Limits(columns=2)).code == "too_many_columns"
    assert refusal(path, limits=Limits(file_bytes=20)).code == "too_large"
    long = write(tmp_path, "А;Б\n1;" + "x" * 50 + "\n")
    assert refusal(long, limits=Limits(cell_chars=40)).code == "cell_too_long"
    assert refusal(write(tmp_path, "А;Б\n" + "x" * 900), limits=Limits(cell_chars=100)).code == "cell_too_long"


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = write(tmp_path, "Рахунок;Сума\n" + "80-431930;1 234,56\n" * 60_000, "cp1251")
    tracemalloc.start()
    assert sum(1 for _ in opened(path).rows) == 60_001
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6_000_000


@given(st.binary(max_size=400))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_raise_anything_but_a_refusal(tmp_path, content):
    path = write(tmp_path, content)
    with contextlib.suppress(UnreadableFile):
        assert all(row.number for row in opened(path).rows)


@given(st.text(alphabet='aбЇ";,\t\n\r |0123', max_size=120))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_quoting_loses_a_letter(tmp_path, text):
    path = write(tmp_path, text or "x")
    try:
        read = rows(path)
    except UnreadableFile:
        return
    kept = "".join(cell for row in read for cell in row.cells)
    assert [char for char in kept if char.isalnum()] == [char for char in text or "x" if char.isalnum()]


PIECES = ["a", 'б";', ';"', '""', ";", "\n", "\r\n", "\r", '";"a;b";', '"a\nb"', "\n\n\n"]


@given(st.lists(st.sampled_from(PIECES), max_size=80))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_where_a_block_of_the_file_ends_makes_no_difference(tmp_path, monkeypatch, pieces):
    path = write(tmp_path, "x" + "".join(pieces))
    whole = rows(path, delimiter=";")
    for size in (1, 7, 20):
        with monkeypatch.context() as patch:
            patch.setattr(text, "_BLOCK_CHARS", size)
            assert rows(path, delimiter=";") == whole
