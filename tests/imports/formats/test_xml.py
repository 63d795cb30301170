"""XML by its first element: workbooks of 2003, CommerceML, our own, and those that only get a sentence."""

import contextlib

import pytest

from imports.formats import BUILT_IN, Limits, RawRow, UnreadableFile, sniff, xml_stream
from imports.formats.commerceml import HEADINGS, operation
from tests.support.scale import chance, scaled

from .test_text import opened, refusal, rows

BOOK = """<?xml version="1.0" encoding="%s"?><?mso-application progid="Excel.Sheet"?>
<ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel">
<x:ExcelWorkbook/><ss:Styles><ss:Style ss:ID="s1"/></ss:Styles>
<ss:Worksheet ss:Name="Порожній"><ss:Table/></ss:Worksheet>
<ss:Worksheet ss:Name="Оплата"><ss:Table ss:ExpandedRowCount="1">
<ss:Row ss:Index="3"><ss:Cell ss:MergeAcross="2"><ss:Data ss:Type="String">Звіт&#10;про оплату</ss:Data></ss:Cell>
<ss:Cell><ss:Data ss:Type="Number">0.30000000000000004</ss:Data></ss:Cell></ss:Row>
<ss:Row><ss:Cell ss:Index="2"><ss:Data ss:Type="DateTime">2026-02-01T00:00:00.000</ss:Data></ss:Cell>
<ss:Cell><ss:Comment><ss:Data>примітка</ss:Data></ss:Comment><ss:Data ss:Type="Boolean">1</ss:Data></ss:Cell>
<ss:Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>жир</B>ний</ss:Data></ss:Cell></ss:Row>
<ss:Row ss:Span="4"/><ss:Row><ss:Cell><ss:Data ss:Type="Number">130694</ss:Data></ss:Cell>
<ss:Cell><ss:Data ss:Type="DateTime">2026-02-01T03:04:05.000</ss:Data></ss:Cell></ss:Row>
</ss:Table></ss:Worksheet>
<ss:Worksheet ss:Name="Інший"><ss:Table><ss:Row><ss:Cell><ss:Data ss:Type="String">x</ss:Data></ss:Cell></ss:Row>
</ss:Table></ss:Worksheet></ss:Workbook>"""
BOOK_ROWS = [
    RawRow(3, ("Звіт\nпро оплату", "", "", "0.3"), frozenset({3})),
    RawRow(4, ("", "01.02.2026", "так", "жирний")),
    RawRow(10, ("130694", "01.02.2026 03:04:05"), frozenset({0})),
]

DOCUMENT = """<Документ><Ид>%(id)s</Ид><Номер>7</Номер><Дата>2026-02-01</Дата><ХозОперация>%(operation)s</ХозОперация>
<Роль>Продавец</Роль><Валюта>%(currency)s</Валюта><Сумма>1234.56</Сумма><Комментарий>о/р 80-1</Комментарий>
<Контрагенты><Контрагент><Ид>1</Ид><Наименование>ТОВ &quot;Їжак&quot;</Наименование></Контрагент></Контрагенты>
<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Особовий рахунок</Наименование><Значение>80-1</Значение>
</ЗначениеРеквизита><ЗначениеРеквизита><Наименование>Статья  реализации</Наименование><Значение>Пеня</Значение>
</ЗначениеРеквизита></ЗначенияРеквизитов></Документ>"""


def commerce(*operations, encoding="utf-8", namespace="", currency="UAH"):
    documents = "".join(
        DOCUMENT % {"id": f"id-{number}", "operation": one, "currency": currency}
        for number, one in enumerate(operations, start=1)
    )
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<КоммерческаяИнформация {namespace} ВерсияСхемы="2.08" '
        f'ДатаФормирования="2026-02-01">{documents}</КоммерческаяИнформация>'
    )
    return text.encode("cp1251" if encoding == "windows-1251" else encoding)


def own(*rows_of_fields, attributes='version="1" kind="payments" as-of="2026-02-01"'):
    def row(fields):
        return "<row>" + "".join(f'<field name="{name}">{text}</field>' for name, text in fields) + "</row>"

    return f"<cabinet-exchange {attributes}>{''.join(map(row, rows_of_fields))}</cabinet-exchange>"


def saved(tmp_path, content):
    path = tmp_path / "oplata.xls"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251", "koi8-u"])
def test_a_workbook_of_2003_keeps_its_row_numbers_and_its_kinds_of_cells(tmp_path, encoding):
    told = "utf-8" if encoding == "utf-8-sig" else encoding
    reading = opened(saved(tmp_path, (BOOK % told).encode(encoding)))
    assert (reading.format, reading.sheet) == ("spreadsheet_xml", "Оплата")
    assert list(reading.rows) == BOOK_ROWS


def test_a_sheet_of_a_workbook_of_2003_is_chosen_by_name(tmp_path):
    path = saved(tmp_path, BOOK % "utf-8")
    assert rows(path, sheet="Інший") == [RawRow(1, ("x",))]
    assert refusal(path, sheet="Немає").code == "no_such_sheet"
    assert refusal(path, sheet="Порожній").code == "no_rows"


def test_a_workbook_of_2003_that_counts_from_1904_has_no_bare_day_numbers(tmp_path):
    text = (BOOK % "utf-8").replace("<x:ExcelWorkbook/>", "<x:ExcelWorkbook><x:Date1904/></x:ExcelWorkbook>")
    assert rows(saved(tmp_path, text))[2] == RawRow(10, ("130694", "01.02.2026 03:04:05"), frozenset())


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
@pytest.mark.parametrize("namespace", ["", 'xmlns="urn:1C.ru:commerceml_2"'])
def test_payments_among_the_documents_of_commerceml_become_rows(tmp_path, encoding, namespace):
    content = commerce(
        "Заказ товара",
        "Выплата безналичных денег",
        "Повернення коштів",
        encoding=encoding,
        namespace=namespace,
    )
    reading = opened(saved(tmp_path, content))
    assert reading.format == "commerceml"
    payer = 'ТОВ "Їжак"'
    assert list(reading.rows) == [
        RawRow(0, HEADINGS),
        RawRow(2, ("80-1", "id-2", "2026-02-01", "Пеня", "1234.56", "оплата", "", payer, "7", "", "о/р 80-1")),
        RawRow(3, ("80-1", "id-3", "2026-02-01", "Пеня", "-1234.56", "повернення", "", payer, "7", "", "о/р 80-1")),
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Выплата безналичных денег", "оплата"),
        ("Выплата наличных денег", "оплата"),
        ("Эквайринговая операция", "оплата"),
        ("ОПЛАТА  від покупця", "оплата"),
        ("Сплата", "оплата"),
        ("Надходження безготівкових коштів", "оплата"),
        ("Возврат безналичных денег", "повернення"),
        ("Повернення оплати", "повернення"),
        ("Возврат товара", ""),
        ("Повернення товару", ""),
        ("Поступление товаров", ""),
        ("Надходження товарів", ""),
        ("Счет на оплату", ""),
        ("Рахунок на оплату", ""),
        ("Заказ товара", ""),
        ("", ""),
    ],
)
def test_what_a_document_is_its_operation_says(text, kind):
    assert operation(text) == kind


def test_commerceml_without_payments_is_refused_as_such(tmp_path):
    assert refusal(saved(tmp_path, commerce("Заказ товара", "Отпуск товара"))).code == "commerceml_without_payments"
    goods = "<КоммерческаяИнформация><Каталог><Товары>" + "<Товар/>" * 300_000
    assert refusal(saved(tmp_path, goods)).code == "commerceml_without_payments"


def test_many_orders_before_a_payment_are_passed_over(tmp_path):
    content = commerce(*["Заказ товара"] * 12_000, "Оплата").decode().replace("<Роль>", "<Роль/>" * 20 + "<Роль>")
    assert [row.number for row in rows(saved(tmp_path, content))] == [0, 12_001]


def test_commerceml_in_another_currency_is_refused(tmp_path):
    refused = refusal(saved(tmp_path, commerce("Заказ товара", "Оплата", currency="RUB")))
    assert (refused.code, dict(refused.params)) == ("commerceml_currency", {"currency": "RUB", "row": 2})
    assert len(rows(saved(tmp_path, commerce("Оплата", currency="грн")))) == 2


def test_our_own_xml_gives_its_date_its_headings_and_its_rows(tmp_path):
    content = own(
        (("Особовий рахунок", "80-1"), ("Сума  платежу", " 12,50 "), ("Призначення", "а &lt; б")),
        (("Призначення", ""), ("Сума платежу", "1"), ("Особовий рахунок", "80-2")),
    )
    reading = opened(saved(tmp_path, content))
    assert (reading.format, dict(reading.facts)) == ("xml", {"kind": "payments"})
    assert list(reading.rows) == [
        RawRow(0, ("Станом на 01.02.2026",)),
        RawRow(0, ("Особовий рахунок", "Сума платежу", "Призначення")),
        RawRow(1, ("80-1", "12,50", "а < б")),
        RawRow(2, ("80-2", "1", "")),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (own((("А", "1"), ("Б", "2")), (("А", "3"),)), "cabinet_xml_fields"),
        (own((("А", "1"),), (("А", "3"), ("Б", "2"))), "cabinet_xml_fields"),
        (own((("А", "1"), ("А", "2"))), "cabinet_xml_field"),
        (own(((" ", "1"),)), "cabinet_xml_field"),
        (own((("А", "1"),), attributes='version="2"'), "cabinet_xml_version"),
        (own(), "no_rows"),
        (own((("А", "1"),))[:-10], "truncated"),
        (own((("А", "1"),)).replace("</row>", "</raw>"), "damaged"),
    ],
)
def test_our_own_xml_that_would_lose_a_field_is_refused(tmp_path, content, code):
    assert refusal(saved(tmp_path, content)).code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('<V8Exch:_1CV8DtUD xmlns:V8Exch="http://www.1c.ru/V8/1CV8DtUD/"/>', "xml_v8exch"),
        ('<Message xmlns:msg="http://www.1c.ru/SSL/Exchange/Message"/>', "xml_enterprise_data"),
        ('<Body xmlns="http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.8"/>', "xml_enterprise_data"),
        ('<ФайлОбмена ВерсияФормата="2.0"/>', "xml_conversion"),
        ('<ValueTable xmlns="http://v8.1c.ru/8.1/data/core"/>', "xml_v8_values"),
        ('<DECLAR xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>', "xml_medoc"),
        ("<!-- коментар --><?x y?><Довідник/>", "xml"),
        ("<", "xml"),
        ("<!DOCTYPE Довідник><Довідник/>", "doctype"),
        ("MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<html>", "web_archive"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1251"])
def test_other_xml_is_named_by_its_first_element(tmp_path, content, code, encoding):
    declaration = (
        "" if content[1:2] in {"", "I"} else f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    )
    path = saved(tmp_path, (declaration + content if content != "<" else content).encode(encoding))
    with pytest.raises(UnreadableFile) as refused:
        sniff(path, BUILT_IN, Limits())
    assert refused.value.code == code


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1 if n else str()};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize("doctype", [BOMB + "]>", '<!DOCTYPE x SYSTEM "file:///etc/passwd">', "<!DOCTYPE x>"])
@pytest.mark.parametrize("text", [BOOK % "utf-8", commerce("Оплата").decode(), own((("А", "1"),))])
def test_a_document_type_is_refused(tmp_path, doctype, text):
    prolog, end, rest = text.rpartition("?>")
    assert refusal(saved(tmp_path, prolog + end + doctype + rest)).code == "doctype"
    # Behind a comment that is longer than what is looked at, the parser itself meets it.
    late = f"<!--{'x' * 70_000}-->{doctype}"
    assert refusal(saved(tmp_path, prolog + end + late + rest)).code in {"doctype", "xml"}


@pytest.mark.parametrize(
    ("beginning", "content", "code"),
    [
        ("Table", "<Row/>" * 250_000, "too_many_elements"),
        ("Table", "<Row>" + "<Cell/>" * 600, "too_many_columns"),
        ("Table", '<Row ss:Index="2000001">', "too_many_rows"),
        ("Table", '<Row><Cell ss:Index="16384">', "too_many_columns"),
        ("Table", '<Row><Cell><Data ss:Type="String">' + "x" * 300_000, "cell_too_long"),
        ("Table", "<!--" + "x" * 9_000_000, "cell_too_long"),
        ("Table", '<Row a="' + "x" * 9_000_000, "cell_too_long"),
        ("Table", "<a>" * 300_000, "too_many_elements"),
    ],
    ids=["rows", "cells", "far row", "far cell", "text", "comment", "attribute", "nested"],
)
def test_a_hostile_workbook_of_2003_is_refused(tmp_path, beginning, content, code):
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    start = f'<Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="x"><{beginning}>'
    assert refusal(saved(tmp_path, start + content)).code == code


@pytest.mark.parametrize(
    "whole",
    [BOOK % "utf-8", commerce("Оплата", "Сплата").decode(), own((("А", "1"), ("Б", "2")), (("А", "3"), ("Б", "")))],
)
def test_damaged_bytes_raise_nothing_but_a_refusal(tmp_path, whole):
    content, source = whole.encode(), chance(f"xml {len(whole)}")
    for _ in range(scaled(150, 10_000)):
        damaged = bytearray(content)
        for _ in range(source.randint(1, 4)):
            damaged[source.randrange(len(damaged))] = source.randrange(256)
        with contextlib.suppress(UnreadableFile):
            rows(saved(tmp_path, bytes(damaged)))


@pytest.mark.parametrize("whole", [BOOK % "utf-8", commerce("Оплата").decode(), own((("А", "1"),))])
def test_xml_cut_short_anywhere_is_refused(tmp_path, whole):
    content = whole.encode()
    start = len(content) * 6 // 10
    for tenth in range(10):
        assert refusal(saved(tmp_path, content[: start + (len(content) - start) * tenth // 10])).code in {
            "truncated",
            "undecodable",
        }


@pytest.mark.parametrize("whole", [BOOK % "utf-8", commerce("Оплата").decode(), own((("А", "1"),))])
def test_a_long_document_is_asked_for_its_end_before_it_is_read(tmp_path, monkeypatch, whole):
    monkeypatch.setattr(xml_stream, "_LONG", 100)
    monkeypatch.setattr(xml_stream, "_TAIL", 100)
    assert rows(saved(tmp_path, whole + "\n<!-- кінець -->\n"))
    monkeypatch.setattr(xml_stream, "decoded_blocks", None)
    assert refusal(saved(tmp_path, whole[:-3])).code == "truncated"


@pytest.mark.parametrize("doctype", [BOMB + "]>", '<!DOCTYPE x SYSTEM "file:///etc/passwd">'])
def test_the_parser_itself_meets_no_document_type(tmp_path, doctype):
    path = saved(tmp_path, f"{doctype}<x>&a8;</x>")
    with pytest.raises(UnreadableFile) as refused:
        list(xml_stream.stream_rows(path, xml_stream.RowTarget(Limits()), "utf-8"))
    assert refused.value.code == "doctype"
