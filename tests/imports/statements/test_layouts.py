"""Every format and bank table, made up by hand, and exactly what is read out of it."""

from dataclasses import replace
from io import BytesIO
from itertools import chain, islice

import pytest
from openpyxl import Workbook

from imports.columns import SCANNED_ROWS
from imports.formats import BUILT_IN, Limits, ReadOptions, UnreadableFile, sniff
from imports.formats.statement_table import CREDIT, DEBIT, HEADINGS, NOT_BOOKED, StatementRow
from imports.statements.tables import as_statement, is_statement
from tests.imports.statements.files import OWN, PAYER, client_bank, ibank

PURPOSE = "Оплата за розподіл, о/р 80-1, у т.ч. ПДВ"


@pytest.fixture
def read(tmp_path):
    """Read bytes as the engine does: the format, then the numbered rows of the statement."""

    def run(content, *, listed=(OWN,)):
        path = tmp_path / "виписка"
        path.write_bytes(content)
        reading = sniff(path, BUILT_IN, Limits()).read(path, options=ReadOptions())
        scanned = list(islice(reading.rows, SCANNED_ROWS))
        reading = replace(reading, rows=chain(scanned, reading.rows))
        assert is_statement(reading, scanned)
        heading, *rows = as_statement(reading, scanned, frozenset(listed)).rows
        assert heading.cells == tuple(HEADINGS.values())
        return reading, [(row.number, StatementRow(*row.cells)) for row in rows]

    return run


def text(*lines, encoding="cp1251"):
    return "\r\n".join([*lines, ""]).encode(encoding)


CAME = StatementRow(
    own=OWN,
    direction=CREDIT,
    number="512",
    day="12.10.2026",
    amount="10000.00",
    payer='ТОВ "Приклад"',
    payer_code="12345678",
    payer_account=PAYER,
    purpose=PURPOSE,
)
WENT = CAME._replace(direction=DEBIT, number="7", amount="50.00", purpose="Комісія банку")
DOCUMENT = {
    "Номер": "512",
    "Дата": "11.10.2026",
    "Сумма": "10000.00",
    "ПлательщикСчет": PAYER,
    "Плательщик": 'ТОВ "Приклад"',
    "ПлательщикОКПО": "12345678",
    "ПолучательСчет": OWN,
    "ДатаПоступило": "12.10.2026",
    "НазначениеПлатежа": PURPOSE,
}
SECTION = (
    f"РасчСчет={OWN}",
    "СекцияРасчСчет",
    "ДатаНачала=12.10.2026",
    "ДатаКонца=12.10.2026",
    f"РасчСчет={OWN}",
    "ВсегоПоступило=10000.00",
    "КонецРасчСчет",
)


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "cp1125", "utf-8", "utf-8-sig", "utf-16"])
def test_an_exchange_text_is_read_whatever_its_header_says_of_the_encoding(read, encoding):
    document = dict(DOCUMENT)
    if encoding == "cp866":
        # It has no letter і.
        document = {key: value.replace("і", "i") for key, value in document.items()}
    reading, rows = read(client_bank([document], header=SECTION, encoding=encoding))
    assert reading.format == "client_bank"
    assert rows == [(11, CAME._replace(purpose=document["НазначениеПлатежа"]))]
    assert reading.facts["totals"] == [
        {"account": OWN, "first_day": "12.10.2026", "last_day": "12.10.2026", "credited": "10000.00"}
    ]


def test_an_exchange_text_of_any_line_ends_repeated_and_numbered_keys_is_read(read):
    content = client_bank([DOCUMENT], header=SECTION).decode("cp1251")
    content = content.replace("Номер=512", "Номер=1\r\nНомер=512\r\nНомер=")
    content = content.replace("Плательщик=", "Плательщик1=").replace(
        f"НазначениеПлатежа={PURPOSE}",
        "НазначениеПлатежа1=Оплата за розподіл, о/р 80-1,\nНазначениеПлатежа2=у т.ч. ПДВ",
    )
    content = content.replace("СекцияДокумент=Платежное поручение", "СекцияДокумент", 1)
    mixed = content.replace("\r\n", "\n", 5)
    assert read(mixed.encode("cp1251"))[1] == [(11, CAME)]


def test_an_exchange_text_with_ukrainian_keys_is_read(read):
    content = text(
        "1CClientBankExchange", "ВерсіяФормату=1.03", f"РозрРахунок={OWN}", "СекціяДокумент=Платіжна інструкція",
        "Номер=512", "Дата=12.10.2026", "Сума=10000.00", f"ПлатникРахунок={PAYER}", 'Платник=ТОВ "Приклад"',
        "ПлатникЄДРПОУ=12345678", f"ОтримувачРахунок={OWN}", f"ПризначенняПлатежу={PURPOSE}", "КінецьДокумента",
        "КінецьФайлу",
    )  # fmt: skip
    assert read(content)[1] == [(4, CAME)]


def test_directions_are_told_by_our_account_then_by_the_day_it_was_booked(read):
    outgoing = {
        **DOCUMENT,
        "ПлательщикСчет": OWN,
        "ПолучательСчет": PAYER,
        "ДатаПоступило": "",
        "ДатаСписано": "1.1.2026",
    }
    correspondent = {**DOCUMENT, "ПолучательСчет": "37390000000000"}
    nobodys = {**correspondent, "ДатаПоступило": ""}
    foreign = {**DOCUMENT, "КодВалюты": "840", "ДокументИД": "A|1"}
    rows = [row for _, row in read(client_bank([outgoing, correspondent, nobodys, foreign], header=SECTION))[1]]
    assert [(row.direction, row.own, row.problem) for row in rows] == [
        (DEBIT, OWN, ""),
        (CREDIT, OWN, ""),
        ("", OWN, "unknown_direction"),
        (CREDIT, OWN, ""),
    ]
    assert (rows[0].day, rows[3].currency, rows[3].bank_id) == ("1.1.2026", "USD", "A|1")


@pytest.mark.parametrize("cut", ["КонецФайла", "КонецДокумента\r\nКонецФайла"])
def test_an_exchange_text_that_is_cut_short_is_refused_whole(read, cut):
    content = client_bank([DOCUMENT], header=SECTION).decode("cp1251").replace(cut, "")
    with pytest.raises(UnreadableFile) as refused:
        read(content.encode("cp1251"))
    assert refused.value.code == "truncated"


def test_the_xml_form_of_the_exchange_is_read(read):
    values = "".join(
        f"<{key}>{value}</{key}>"
        for key, value in {
            "ВидДокумента": "Платежное поручение", "Номер": "512", "Дата": "2026-10-12", "ДокументИД": "77",
            "Сумма": "10000.00", "КодВалюты": "980", "ПлательщикСчет": PAYER, "Плательщик": 'ТОВ "Приклад"',
            "ПлательщикОКПО": "12345678", "ПолучательСчет": OWN, "НазначениеПлатежа": PURPOSE,
        }.items()
    )  # fmt: skip
    content = (
        '<?xml version="1.0" encoding="windows-1251"?><_1CClientBankExchange><ВерсияФормата>2.00</ВерсияФормата>'
        f"<РасчСчет>{OWN}</РасчСчет><СекцияДокумент>{values}</СекцияДокумент></_1CClientBankExchange>"
    )
    reading, rows = read(content.encode("cp1251"))
    assert reading.format == "client_bank_xml"
    assert rows == [(1, CAME._replace(day="2026-10-12", bank_id="77"))]


CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>
<Stmt><Id>1</Id><FrToDt><FrDtTm>2026-10-12T00:00:00</FrDtTm><ToDtTm>2026-10-12T23:59:59</ToDtTm></FrToDt>
<Acct><Id><IBAN>{own}</IBAN></Id></Acct><TxsSummry><TtlCdtNtries><Sum>10100.00</Sum></TtlCdtNtries></TxsSummry>
{entries}</Stmt></BkToCstmrStmt></Document>"""
NAME = {"02": '<Nm>ТОВ "Приклад"</Nm>', "08": '<Pty><Nm>ТОВ "Приклад"</Nm></Pty>'}
CODE = "<Id><OrgId><Othr><Id>12345678</Id></Othr></OrgId></Id>"


def camt(version):
    party = {
        "02": f'<Dbtr><Nm>ТОВ "Приклад"</Nm>{CODE}</Dbtr>',
        "08": f'<Dbtr><Pty><Nm>ТОВ "Приклад"</Nm>{CODE}</Pty></Dbtr>',
    }
    status = {"02": "<Sts>BOOK</Sts>", "08": "<Sts><Cd>BOOK</Cd></Sts>"}[version]
    account = f"<DbtrAcct><Id><IBAN>{PAYER}</IBAN></Id></DbtrAcct>"
    half = (
        "<TxDtls><Refs><EndToEndId>{number}</EndToEndId></Refs><Amt Ccy='UAH'>50.00</Amt>"
        "<RmtInf><Ustrd>о/р</Ustrd><Ustrd>80-{number}</Ustrd></RmtInf></TxDtls>"
    )
    entries = (
        f'<Ntry><Amt Ccy="UAH">10000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>{status}<BookgDt><Dt>2026-10-12</Dt></BookgDt>'
        f"<AcctSvcrRef>REF1</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>512</EndToEndId></Refs>"
        f"<RltdPties>{party[version]}{account}</RltdPties><RmtInf><Ustrd>{PURPOSE}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        f'<Ntry><Amt Ccy="UAH">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>{status}<BookgDt><Dt>2026-10-12</Dt></BookgDt>'
        f"<AcctSvcrRef>REF2</AcctSvcrRef><NtryDtls>{half.format(number=1)}{half.format(number=2)}</NtryDtls></Ntry>"
        f'<Ntry><Amt Ccy="USD">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>{status}<BookgDt><DtTm>2026-10-12T10:00:00</DtTm>'
        "</BookgDt></Ntry>"
        f'<Ntry><Amt Ccy="UAH">6.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>{status.replace("BOOK", "PDNG")}</Ntry>'
    )
    return CAMT.format(version=version, own=OWN, entries=entries).encode()


@pytest.mark.parametrize("version", ["02", "08"])
def test_a_statement_of_iso_20022_is_read_transaction_by_transaction(read, version):
    reading, rows = read(camt(version))
    assert reading.format == "camt053"
    half = StatementRow(own=OWN, direction=CREDIT, day="2026-10-12", amount="50.00")
    assert rows == [
        (1, CAME._replace(day="2026-10-12", bank_id="REF1")),
        (2, half._replace(bank_id="REF2/1", number="1", purpose="о/р 80-1")),
        (3, half._replace(bank_id="REF2/2", number="2", purpose="о/р 80-2")),
        (4, StatementRow(own=OWN, direction=DEBIT, day="2026-10-12", amount="5.00", currency="USD")),
        (5, StatementRow(own=OWN, direction=NOT_BOOKED, amount="6.00")),
    ]
    assert reading.facts["totals"] == [
        {"account": OWN, "first_day": "2026-10-12", "last_day": "2026-10-12", "credited": "10100.00"}
    ]


def test_a_document_type_in_a_statement_is_refused_and_its_entities_stay_closed(read):
    hostile = camt("02").replace(b"<Document", b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><Document', 1)
    with pytest.raises(UnreadableFile) as refused:
        read(hostile)
    assert refused.value.code == "doctype"


def test_an_export_of_ifobs_is_read_in_kopecks(read):
    row = (
        f'<ROW ARCDATE="20261012" DOCUMENTNO="512" CURRENCYID="980" PLATPURPOSE="{PURPOSE}" ACCOUNTNO="1" IBAN="{OWN}" '
        f'BANKID="322313" CORRBANKID="305299" CORRACCOUNTNO="2" CORRIBAN="{PAYER}" CORRIDENTIFYCODE="12345678" '
        'CORRCONTRAGENTSNAME="ТОВ &quot;Приклад&quot;" OPERATIONID="1" SUMMA="1000000"/>'
    )
    broken = row.replace('SUMMA="1000000"', 'SUMMA="12.5"').replace('OPERATIONID="1"', 'OPERATIONID="0"')
    content = f'<?xml version="1.0" encoding="windows-1251"?><ROWDATA>{row}{broken}</ROWDATA>'.encode("cp1251")
    came = CAME._replace(day="2026-10-12")
    assert read(content)[1] == [(1, came), (2, came._replace(direction=DEBIT, amount="12.5 коп."))]


PRIVAT = (
    "{code};МФО;Рахунок;Валюта;Номер документу;Дата операції;МФО банку;Назва банку;Рахунок кореспондента;"
    "{code} кореспондента;Кореспондент;Сума;Призначення платежу;"
)


@pytest.mark.parametrize("code", ["ЄДРПОУ", "ЄГРПОУ", "ЕГРПОУ"])
def test_a_csv_of_privat24_has_signed_sums_and_an_opening_balance_that_is_no_document(read, code):
    row = f'30079288;322313;{OWN};UAH;{{}};12.10.2026;305299;Банк;{PAYER};12345678;"ТОВ ""Приклад""";{{}};{{}};'
    content = text(
        PRIVAT.format(code=code),
        row.format("1", "500.00", "#ПЕРЕНЕСЕННЯ ЗАЛИШКУ"),
        row.format("512", "10 000,00", PURPOSE),
        row.format("7", "-50.00", "Комісія банку"),
    )
    assert read(content)[1] == [(3, CAME._replace(amount="10 000,00")), (4, WENT)]


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_of_privat24_has_our_account_above_the_table(read):
    headings = [
        *("№ документа", "Дата операції", "Час операції", "Сума", "Валюта", "Призначення платежу", "ЄДРПОУ/РНОКПП"),
        *("Назва контрагента", "Рахунок контрагента", "МФО контрагента", "Референс"),
    ]
    content = workbook(
        ['АТ КБ "ПРИВАТБАНК"'],
        [f"Виписка по рахунку {OWN} за період 01.10.2026 - 31.10.2026"],
        headings,
        ["512", "12.10.2026", "11:33:00", 10000, "UAH", PURPOSE, 12345678, 'ТОВ "Приклад"', PAYER, 305299, "REF1"],
        ["7", "12.10.2026", "11:34:00", -50.0, "UAH", "Комісія банку", 12345678, 'ТОВ "Приклад"', PAYER, 305299, "R2"],
    )
    assert read(content)[1] == [
        (4, CAME._replace(amount="10000", bank_id="REF1")),
        (5, WENT._replace(amount="50", bank_id="R2")),
    ]


def test_a_statement_of_ibank_2_ua_has_two_columns_of_sums_and_an_id(read):
    rows = read(ibank(("12.10.2026", "10000.00", PURPOSE, "12345678", "15580"), ("12.10.2026", "-50.00", "Комісія")))[1]
    came = CAME._replace(number="1", day="12.10.2026 10:00:00", payer="ТОВ Платник", bank_id="15580")
    went = came._replace(number="2", direction=DEBIT, amount="50.00", purpose="Комісія", bank_id="", payer_code="")
    assert rows == [(2, came), (3, went)]


def test_newer_headings_of_ibank_2_ua_and_a_delimiter_at_the_end_of_rows_alone_are_read(read):
    content = text(
        "ЄДРПОУ;Код ID НБУ;Рахунок;Валюта;Дата операцiї;Код операції;МФО банка;Надавач платіжних послуг;"
        "Рахунок кореспондента;ЄДРПОУ кореспондента;Кореспондент;Номер документа;Дата документа;Дебет;Кредит;"
        "Призначення платежу;Гривневе покриття",
        f"30079288;322313;{OWN};UAH;12.10.2026;;305299;Банк;{PAYER};12345678;ТОВ Приклад;512;12.10.2026;;10000.00;"
        f"{PURPOSE};10000.00;",
        f"30079288;322313;{OWN};UAH;12.10.2026;;305299;Банк;{PAYER};12345678;ТОВ Приклад;513;12.10.2026;0.00;0.00;"
        f"{PURPOSE};0.00;",
    )
    came = CAME._replace(payer="ТОВ Приклад")
    nothing = came._replace(number="513", direction="", amount="", problem="unknown_direction")
    assert read(content)[1] == [(2, came), (3, nothing)]


def test_a_statement_of_alfa_and_sense_names_the_direction(read):
    content = text(
        "Наш рахунок;Наш IBAN;Операція;Рахунок;IBAN;МФО банку контрагента;Найменування контрагента;Код контрагента;"
        "Призначення платежу;Дата проведення;Номер документа;Cума;Валюта;Час проведення;Дата документа;"
        "Дата архівування;Ід.код;Найменування;МФО",
        f'26007233566001;{OWN};Кредит;4149;{PAYER};305299;"ТОВ ""Приклад""";12345678;"{PURPOSE}";12.10.2026;512;'
        "10000.00;UAH;10:00:00;12.10.2026;12.10.2026;30079288;ОСР;322313",
        "26007233566001;;Дебет;4149;;305299;ТОВ;1;Комісія;12.10.2026;7;50.00;GBP;10:00:00;;;30079288;ОСР;322313",
    )
    went = StatementRow("26007233566001", DEBIT, "", "7", "12.10.2026", "50.00", "GBP", "ТОВ", "1", "4149", "Комісія")
    assert read(content)[1] == [(2, CAME), (3, went)]


def test_documents_of_oschad_are_in_kopecks_and_ours_by_the_receiver(read):
    content = text(
        "ndoc;dt;dv;acccli;acccor;okpocor;namecor;summa;val;nazn;cod_cor;add_req",
        f"512;11.10.2026;12.10.2026;{PAYER};{OWN};30079288;ОСР;1000000;980;{PURPOSE};804;",
        f"7;11.10.2026;;{OWN};{PAYER};12345678;ТОВ;5000;980;Комісія банку;804;",
    )
    came = CAME._replace(payer="", payer_code="")
    went = WENT._replace(day="11.10.2026", payer="ТОВ")
    assert read(content)[1] == [(2, came), (3, went)]


def test_a_statement_of_ukrgas_is_in_hryvnias_with_both_accounts(read):
    heading = (
        "DATA_VYP;MFO;AC;OKPO;NAME;ND;DATA_D;DK;MFO_KOR;AC_KOR;OKPO_KOR;NAME_KOR;CUR_TAG;CUR_CODE;CUR_RATE;AC_CUR_TAG;"
        "AC_CUR;SUM_PD_NOM;SUM_PD_EQ;PURPOSE;IN_RST_NO;DB_IBAN;CR_IBAN"
    )
    row = (
        "12.10.2026;322313;26007233566001;30079288;ОСР;{};11.10.2026;{};305299;4149;12345678;"
        '"ТОВ ""Приклад""";UAH;980;1;UAH;980;{};0;{};0;{};{}'
    )
    content = text(
        heading,
        row.format("512", "1", "10000.00", PURPOSE, PAYER, OWN),
        row.format("7", "2", "50.00", "Комісія банку", OWN, PAYER),
        row.format("8", "1", "1.00", "наш рахунок першим", OWN, PAYER),
    )
    last = CAME._replace(number="8", amount="1.00", purpose="наш рахунок першим")
    assert read(content)[1] == [(2, CAME), (3, WENT), (4, last)]


def test_a_statement_of_monobank_for_business_has_the_payer_in_one_cell(read):
    content = text(
        f"Виписка за рахунком {OWN}",
        "Дата та час операції,Деталі операції,Реквізити контрагента,Сума операції,Валюта операції,"
        "Сума у валюті рахунку / Еквівалент суми за курсом НБУ,Курс,Сума комісій,Залишок після операції",
        f'12.10.2026 10:00:00,"{PURPOSE}","ТОВ Приклад, ЄДРПОУ 12345678, {PAYER}",10000.00,UAH,10000.00,—,—,1.00',
        '12.10.2026 10:00:00,"Комісія банку",—,-50.00,UAH,-50.00,—,—,1.00',
        encoding="utf-8",
    )
    came = CAME._replace(number="", day="12.10.2026 10:00:00", payer="ТОВ Приклад")
    went = StatementRow(OWN, DEBIT, "", "", "12.10.2026 10:00:00", "50.00", "UAH", "—", "", "", "Комісія банку")
    assert read(content)[1] == [(3, came), (4, went)]


def test_a_table_with_our_own_headings_serves_any_other_bank(read):
    content = workbook(
        ["Наш рахунок", "Напрям", "Дата", "Сума", "Контрагент", "Призначення платежу"],
        [OWN, "Надходження", "12.10.2026", "10000.00", "ТОВ", PURPOSE],
        [OWN, "", "12.10.2026", "1.00", "ТОВ", PURPOSE],
    )
    came = StatementRow(OWN, CREDIT, "", "", "12.10.2026", "10000.00", "UAH", "ТОВ", "", "", PURPOSE)
    assert read(content)[1] == [
        (2, came),
        (3, came._replace(direction="", amount="1.00", problem="unknown_direction")),
    ]


def test_a_raw_delimiter_in_the_middle_of_a_row_is_told_and_guessed_by_nobody(read):
    content = ibank(("12.10.2026", "10.00", "перша", "1", "77")).decode("cp1251").replace("ТОВ Платник", "ТОВ; Платник")
    ((_, row),) = read(content.encode("cp1251"))[1]
    assert row == StatementRow(problem="too_many_fields")


@pytest.mark.parametrize(
    "heading",
    [
        "Дата;Категорія;Картка;Опис операції;Сума в валюті картки;Валюта картки;Залишок на кінець періоду",
        "Дата i час операції;Деталі операції;MCC;Сума в валюті картки (UAH);Валюта;Курс;Залишок після операції",
    ],
)
def test_a_statement_of_a_card_is_refused_as_such(read, heading):
    with pytest.raises(UnreadableFile) as refused:
        read(text(heading, ";".join("1" * heading.count(";"))))
    assert refused.value.code == "personal_card_statement"


def test_a_file_of_payments_from_1c_is_no_statement(tmp_path):
    path = tmp_path / "платежі"
    path.write_bytes(text("Особовий рахунок;Документ;Дата платежу;Сума платежу;Стаття реалізації;Призначення платежу"))
    reading = sniff(path, BUILT_IN, Limits()).read(path, options=ReadOptions())
    assert not is_statement(reading, list(reading.rows))
