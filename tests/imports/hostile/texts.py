"""Builders of texts, documents and DBF tables, byte by byte."""

import struct
from collections.abc import Iterable, Sequence

HEADINGS = ("Особовий рахунок", "Дата платежу", "Стаття реалізації", "Сума платежу")
GOOD = ("80-1", "03.01.2026", "Активна електроенергія", "1,00")
SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
IBAN = "UA213223130000026007233566001"


def table(
    rows: Iterable[Sequence[str]] = (GOOD,), *, headings: Sequence[str] = HEADINGS, encoding: str = "utf-8"
) -> bytes:
    """A text table as 1C writes it."""
    return "\r\n".join(";".join(row) for row in (headings, *rows)).encode(encoding)


def page(body: str, *, headings: Sequence[str] = HEADINGS) -> bytes:
    """A web page with a table, `body` below its heading."""
    cells = "".join(f"<th>{heading}</th>" for heading in headings)
    return f"<html><head><meta charset=utf-8></head><body><table><tr>{cells}</tr>{body}</table></body></html>".encode()


def page_row(*cells: str) -> str:
    """A row of a web page."""
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def spreadsheet_xml(rows: str, *, before: str = "") -> bytes:
    """An XML Spreadsheet 2003 with a good heading."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<Workbook xmlns="{SPREADSHEET}" xmlns:ss="{SPREADSHEET}">'
        f'<Worksheet ss:Name="Аркуш"><Table>{spreadsheet_row(*HEADINGS)}{rows}</Table></Worksheet></Workbook>'
    ).encode()


def spreadsheet_row(*cells: str, row: str = "", cell: str = "") -> str:
    """A row of it, with attributes of the row and of its cells."""
    data = "".join(f'<Cell {cell}><Data ss:Type="String">{text}</Data></Cell>' for text in cells)
    return f"<Row {row}>{data}</Row>"


def own_xml(rows: str, *, before: str = "") -> bytes:
    """A document of our own exchange."""
    return f'{DECLARATION}{before}<cabinet-exchange version="1">{rows}</cabinet-exchange>'.encode()


def own_row(cells: Sequence[str] = GOOD) -> str:
    """A row of it."""
    fields = zip(HEADINGS, cells, strict=True)
    return "<row>" + "".join(f'<field name="{heading}">{text}</field>' for heading, text in fields) + "</row>"


def camt(entries: str, *, before: str = "") -> bytes:
    """A statement of ISO 20022."""
    return (
        f'{DECLARATION}{before}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
        f"<BkToCstmrStmt><Stmt><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def camt_entry(purpose: str = "за електроенергію 80-1", amount: str = "1.00") -> str:
    """A credit of it."""
    return (
        f'<Ntry><Amt Ccy="UAH">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-03</Dt>'
        f"</BookgDt><AcctSvcrRef>1</AcctSvcrRef><NtryDtls><TxDtls><RmtInf><Ustrd>{purpose}</Ustrd></RmtInf></TxDtls>"
        f"</NtryDtls></Ntry>"
    )


def commerceml(documents: str, *, before: str = "") -> bytes:
    """A CommerceML 2 document."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<КоммерческаяИнформация ВерсияСхемы="2.05">{documents}'
        f"</КоммерческаяИнформация>"
    ).encode()


def commerceml_payment(comment: str = "") -> str:
    """A payment of it."""
    details = "".join(
        f"<ЗначениеРеквизита><Наименование>{name}</Наименование><Значение>{value}</Значение></ЗначениеРеквизита>"
        for name, value in (("Особовий рахунок", "80-1"), ("Стаття реалізації", GOOD[2]))
    )
    return (
        f"<Документ><Ид>1</Ид><Номер>1</Номер><Дата>2026-01-03</Дата><ХозОперация>Оплата</ХозОперация><Сумма>1.00</Сумма>"
        f"<Комментарий>{comment}</Комментарий><ЗначенияРеквизитов>{details}</ЗначенияРеквизитов></Документ>"
    )


def ifobs(rows: str, *, before: str = "") -> bytes:
    """A statement of iFobs."""
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}<ROWDATA>{rows}</ROWDATA>'.encode()


def ifobs_row(purpose: str = "за електроенергію 80-1", amount: str = "100") -> str:
    """A credit of it, in kopecks."""
    return (
        f'<ROW IBAN="{IBAN}" OPERATIONID="1" DOCUMENTNO="1" DOCUMENTDATE="20260103" SUMMA="{amount}" CURRENCYID="980"'
        f' PLATPURPOSE="{purpose}"/>'
    )


def client_bank(documents: str, *, end: str = "КонецФайла\r\n", encoding: str = "cp1251") -> bytes:
    """A client-bank exchange."""
    return (
        f"1CClientBankExchange\r\nВерсияФормата=1.03\r\nКодировка=Windows\r\nРасчСчет={IBAN}\r\n{documents}{end}"
    ).encode(encoding)


def client_bank_document(purpose: str = "за електроенергію 80-1", amount: str = "1.00") -> str:
    """A credit of it."""
    return (
        f"СекцияДокумент=Платежное поручение\r\nНомер=1\r\nДата=03.01.2026\r\nСумма={amount}\r\nПлательщикСчет=2600\r\n"
        f"ПолучательСчет={IBAN}\r\nДатаПоступило=03.01.2026\r\nНазначениеПлатежа={purpose}\r\nКонецДокумента\r\n"
    )


def client_bank_xml(documents: str, *, before: str = "") -> bytes:
    """The XML form of it."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<_1CClientBankExchange><РасчСчет>{IBAN}</РасчСчет>{documents}'
        f"</_1CClientBankExchange>"
    ).encode()


def client_bank_xml_document(purpose: str = "за електроенергію 80-1") -> str:
    """A credit of that."""
    return (
        f"<СекцияДокумент><Номер>1</Номер><Сумма>1.00</Сумма><ПолучательСчет>{IBAN}</ПолучательСчет>"
        f"<ДатаПоступило>03.01.2026</ДатаПоступило><НазначениеПлатежа>{purpose}</НазначениеПлатежа></СекцияДокумент>"
    )


def dbf(
    rows: Sequence[Sequence[str]] = (GOOD,),
    *,
    fields: Sequence[tuple[str, str, int]] = (
        ("OSOBRAH", "C", 20),
        ("DATA", "C", 10),
        ("STATTYA", "C", 60),
        ("SUMA", "C", 12),
    ),
    records: int | None = None,
    header_length: int | None = None,
    record_length: int | None = None,
) -> bytes:
    """A DBF; what its header claims may differ from what there is."""
    described = b"".join(
        name.encode("cp1125").ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([length, 0]) + bytes(14)
        for name, kind, length in fields
    )
    start = 32 + len(described) + 1 if header_length is None else header_length
    length = 1 + sum(length for _, _, length in fields) if record_length is None else record_length
    count = len(rows) if records is None else records
    head = struct.pack("<BBBBIHH", 3, 126, 1, 3, count, start, length) + bytes(20)
    body = b"".join(
        b" "
        + b"".join(cell.encode("cp1125").ljust(size)[:size] for cell, (_, _, size) in zip(row, fields, strict=True))
        for row in rows
    )
    return head + described + b"\r" + body + b"\x1a"


def bomb(levels: int = 9) -> str:
    """A document type whose last entity stands for a thousand million words."""
    entities = ['<!ENTITY e0 "' + "ha" * 50 + '">']
    entities += [f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, levels)]
    return f"<!DOCTYPE x [{''.join(entities)}]>"


def quadratic(length: int = 50_000) -> str:
    """A document type with one long entity."""
    return f'<!DOCTYPE x [<!ENTITY e "{"a" * length}">]>'


def external(address: str) -> str:
    """A document type with an entity that stands somewhere else."""
    return f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}">]>'
