"""Tables of web pages under the name of a workbook: the largest one, cell by cell, whatever stands around it."""

import contextlib
import tracemalloc

import pytest

from imports.formats import Limits, RawRow, UnreadableFile, html
from tests.support.scale import chance, scaled

from .test_text import opened, refusal, rows

PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta http-equiv=Content-Type
 content="text/html; charset=%s"><title>Платежі</title><style>td {color: red}</style></head><body>
<table><tr><td>Меню<td>Вихід</table>
<table border=1>
 <tr><td colspan=3>Звіт &laquo;Оплата&raquo; за січень</td></tr>
 <tr><th rowspan=2>Рахунок<th colspan="2">Сума<th rowspan='2'>Стаття</tr>
 <tr><th>Грн<th>Коп</tr>
 <tr></tr>
 <tr>
   <td>80-1</td><td x:num="1234.5">1&nbsp;234</td><td>50</td>
   <td>Активна<br/>електро<b>енергія</b>  &amp;
       інше<script>alert(1)</script></td>
 </tr>
 <tr><td>80-2<td>&nbsp;<td> <td>Пеня
</table></body></html>"""
EXPECTED = [
    RawRow(1, ("Звіт «Оплата» за січень",)),
    RawRow(2, ("Рахунок", "Сума", "", "Стаття")),
    RawRow(3, ("", "Грн", "Коп")),
    RawRow(4, ("80-1", "1\u00a0234", "50", "Активна\nелектроенергія & інше"), frozenset({1})),
    RawRow(5, ("80-2", "", "", "Пеня")),
]


def saved(tmp_path, content):
    path = tmp_path / "oplata.xls"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-u", "cp1125"])
@pytest.mark.parametrize("told", ["windows-1251", "utf-8", ""])
def test_the_largest_table_is_read_in_every_encoding(tmp_path, encoding, told):
    if told == "windows-1251" and encoding in {"koi8-u", "cp1125"}:
        told = "koi8-u" if encoding == "koi8-u" else "cp1125"
    reading = opened(saved(tmp_path, (PAGE % told).encode(encoding)))
    assert (reading.format, reading.encoding) == ("html", encoding)
    assert list(reading.rows) == EXPECTED


def test_an_operator_overrules_what_the_page_declares(tmp_path):
    path = saved(tmp_path, (PAGE % "koi8-u").encode("cp1251"))
    assert rows(path, encoding="cp1251") == EXPECTED


@pytest.mark.parametrize(
    "wrapper",
    [
        "<!DOCTYPE html><html><body><table><tr><td>вгорі %s</td><td>збоку</td></tr></table></body></html>",
        '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "xhtml1-strict.dtd">'
        '<html xmlns="http://www.w3.org/1999/xhtml"><body>%s</body></html>',
        "\n  <div>%s",
        "%s",
    ],
)
def test_a_table_inside_of_another_or_without_a_page_around_it_is_found(tmp_path, wrapper):
    table = "<TABLE><TR><TD>Рахунок</TD><TD>Сума</TD></TR><TR><TD>80-1</TD><TD>1,00</TD></TR></TABLE>"
    assert [row.cells for row in rows(saved(tmp_path, wrapper % table))] == [("Рахунок", "Сума"), ("80-1", "1,00")]


def test_a_page_without_a_table_says_so(tmp_path):
    assert refusal(saved(tmp_path, "<html><body><p>Сервіс недоступний</p></body></html>")).code == "no_table"
    assert refusal(saved(tmp_path, "<html><table><tr><td> </td></tr></table></html>")).code == "no_table"


def test_a_page_cut_short_is_refused(tmp_path):
    whole = (PAGE % "utf-8").encode()
    start, end = whole.index(b"<table border"), whole.rindex(b"</table>")
    for tenth in range(1, 10):
        cut = whole[: start + (end - start) * tenth // 10]
        assert refusal(saved(tmp_path, cut)).code in {"truncated", "undecodable"}


def test_entities_that_a_page_declares_stay_unread(tmp_path):
    page = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><table><tr><td>a&x;</td></tr></table></html>'
    assert [row.cells for row in rows(saved(tmp_path, page))] == [("a&x;",)]


def test_limits_hold(tmp_path):
    path = saved(tmp_path, "<table>" + "<tr><td>1</td><td>x</td><td>y</td></tr>" * 10 + "</table>")
    assert len(rows(path, limits=Limits(rows=10, columns=3, sheet_cells=30))) == 10
    assert refusal(path, limits=Limits(rows=9)).code == "too_many_rows"
    assert refusal(path, limits=Limits(columns=2)).code == "too_many_columns"
    assert refusal(path, limits=Limits(sheet_cells=29)).code == "too_many_cells"
    assert refusal(path, limits=Limits(file_bytes=29)).code == "too_large"
    long = saved(tmp_path, f"<table><tr><td>{'x' * 41}</td></tr></table>")
    assert refusal(long, limits=Limits(cell_chars=40)).code == "cell_too_long"
    spread = saved(tmp_path, "<table><tr><td colspan=999999>x</td><td>y</td></tr></table>")
    assert refusal(spread).code == "too_many_columns"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<table>" * 5_000, "too_many_elements"),
        ("<table></table>" * 250_000, "too_many_elements"),
        ("<table>" + "<tr><td>" * 250_000, "too_many_elements"),
        ("<table><tr>" + "<td rowspan=65000>x" * 499 + "<tr><td>" * 30_000, "too_many_cells"),
        ("<table><tr><td>" + "x" * 8_000_000, "cell_too_long"),
        ("<table><!--" + "x" * 8_000_000, "cell_too_long"),
        ('<table><tr><td a="' + "x" * 8_000_000, "cell_too_long"),
    ],
    ids=["nested", "many", "empty rows", "rowspan", "text", "comment", "attribute"],
)
def test_a_hostile_page_is_refused(tmp_path, content, code):
    assert refusal(saved(tmp_path, content)).code == code


def test_memory_does_not_grow_with_the_page(tmp_path):
    path = saved(tmp_path, "<table>" + "<tr><td>80-431930</td><td>1 234,56</td></tr>\n" * 40_000 + "</table>")
    tracemalloc.start()
    assert sum(1 for _ in opened(path).rows) == 40_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6_000_000


def test_damaged_bytes_raise_nothing_but_a_refusal(tmp_path):
    whole, source = (PAGE % "utf-8").encode("cp1251"), chance("html")
    for _ in range(scaled(300, 20_000)):
        damaged = bytearray(whole)
        for _ in range(source.randint(1, 8)):
            damaged[source.randrange(len(damaged))] = source.randrange(256)
        with contextlib.suppress(UnreadableFile):
            rows(saved(tmp_path, bytes(damaged)))


def test_too_many_rows_are_counted_before_a_page_is_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr(html, "_stream", None)
    path = saved(tmp_path, "<TABLE>" + "<TR><TD>1</TD></TR>" * 10 + "</TABLE>")
    assert refusal(path, limits=Limits(rows=9)).code == "too_many_rows"
