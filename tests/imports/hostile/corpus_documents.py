"""Hostile XML, web pages and client-bank texts: entities, depth, spans, parts that never end."""

from collections.abc import Callable
from typing import Any

from tests.imports.hostile import texts as t
from tests.imports.hostile.corpus import BIG, MEGABYTE, MEMORY, MISLED, TAKEN, TIME, Hostile
from tests.imports.hostile.probe import ROOT

# A file of this machine that no import may show, and how it begins.
_SECRET, _SECRET_TEXT = ROOT / "LICENSE", "BSD 3-Clause License"
_FORMATS = "imports.formats."
_DOCTYPE_TOLD = {"imports.formats.markup:_text": "text_without_doctype"}
_ENDLESS_TEXT = {"imports.formats.xml_stream:RowTarget.data": "data_without_end"}
_MODULES = {
    "xls": "spreadsheet_xml",
    "обмін.xml": "own_xml",
    "camt.xml": "camt",
    "commerceml.xml": "commerceml",
    "ifobs.xml": "ifobs",
    "банк.xml": "client_bank",
}


def _document(name: str, text: str, before: str = "") -> bytes:
    makers: dict[str, Callable[[], bytes]] = {
        "xls": lambda: t.spreadsheet_xml(t.spreadsheet_row(*t.GOOD[:2], text, t.GOOD[3]), before=before),
        "обмін.xml": lambda: t.own_xml(t.own_row((*t.GOOD[:2], text, t.GOOD[3])), before=before),
        "camt.xml": lambda: t.camt(t.camt_entry(text), before=before),
        "commerceml.xml": lambda: t.commerceml(t.commerceml_payment(text), before=before),
        "ifobs.xml": lambda: t.ifobs(t.ifobs_row(text), before=before),
        "банк.xml": lambda: t.client_bank_xml(t.client_bank_xml_document(text), before=before),
    }
    return makers[name]()


def _resolving(name: str) -> dict[str, Any]:
    return {
        **_DOCTYPE_TOLD,
        "imports.formats.xml_stream:RowTarget.doctype": "nothing",
        f"{_FORMATS}{_MODULES[name]}:stream_rows": "stream_resolving",
    }


def _entities(name: str) -> tuple[Hostile, ...]:
    """The four ways to misuse a document type, in one format of XML."""
    # An attribute may hold no external entity, by the rules of XML itself.
    external = [] if name == "ifobs.xml" else [("file", _SECRET.as_uri())]
    made = [
        Hostile(f"сутність-{what}.{name}", lambda where=where: _document(name, "&e;", t.external(where)), ("doctype",),
                _SECRET_TEXT, lifted=_resolving(name))
        for what, where in external
    ]  # fmt: skip
    # libxml2 itself stops at a million characters, which is more than enough for harm.
    made.append(
        Hostile(
            f"мільярд-сміху.{name}",
            lambda: _document(name, "&e3;", t.bomb()),
            ("doctype",),
            "haha" * 50,
            limits={"cell_chars": BIG},
            lifted=_resolving(name) | _ENDLESS_TEXT,
        )
    )
    return tuple(made)


FILES = (
    *(file for name in _MODULES for file in _entities(name)),
    Hostile(
        "квадратичне-розростання.xls",
        lambda: _document("xls", "&e;" * 45, t.quadratic(20_000)),
        ("doctype",),
        "a" * 200,
        limits={"cell_chars": BIG},
        lifted=_resolving("xls") | _ENDLESS_TEXT,
    ),
    Hostile(
        "dtd-з-мережі.обмін.xml",
        lambda: _document("обмін.xml", "x", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
        ("doctype",),
        TAKEN,
        lifted=_resolving("обмін.xml"),
    ),
    Hostile(
        "порожні-рядки.xls",
        lambda: t.spreadsheet_xml("<Row/>" * 500_000),
        ("too_many_elements",),
        TAKEN,
        lifted={"imports.formats.xml_stream:_ELEMENTS_BETWEEN_ROWS": BIG},
    ),
    Hostile(
        "Index-2147483648.xls",
        lambda: t.spreadsheet_xml(t.spreadsheet_row(*t.GOOD, cell='ss:Index="2147483648"')),
        ("too_many_columns",),
        TAKEN,
        lifted={"imports.formats.spreadsheet_xml:_whole": "short_number"},
    ),
    Hostile(
        "Index-16384.xls",
        lambda: t.spreadsheet_xml(t.spreadsheet_row("x", cell='ss:Index="16384"') * 40_000),
        ("too_many_columns",),
        TIME,
        limits={"columns": BIG},
    ),
    Hostile(
        "Index-назад.xls",
        lambda: t.spreadsheet_xml(
            '<Row><Cell><Data ss:Type="String">80-1</Data></Cell>'
            '<Cell ss:Index="1"><Data ss:Type="String">80-2</Data></Cell></Row>'
        ),
        ("damaged",),
        TAKEN,
        lifted={"imports.formats.spreadsheet_xml:check_order": "nothing"},
    ),
    Hostile(
        "рядок-2147483647.xls",
        lambda: t.spreadsheet_xml(t.spreadsheet_row(*t.GOOD, row='ss:Index="2147483647"')),
        ("too_many_rows",),
        TAKEN,
        limits={"rows": 2**33},
    ),
    Hostile(
        "текст-мільйон-знаків.обмін.xml",
        lambda: _document("обмін.xml", "x" * MEGABYTE),
        ("cell_too_long",),
        TAKEN,
        limits={"cell_chars": BIG},
    ),
    Hostile(
        "тег-без-кінця.обмін.xml",
        lambda: t.own_xml(f'<row a="{"x" * 9 * MEGABYTE}"/>' + t.own_row()),
        ("cell_too_long", "damaged"),
        TAKEN,
        lifted={"imports.formats.own_xml:stream_rows": "stream_huge"},
    ),
    Hostile(
        "глибина.обмін.xml",
        lambda: t.own_xml("<a>" * 100_000),
        ("damaged",),
        MISLED,
        lifted={"imports.formats.own_xml:stream_rows": "stream_huge"},
    ),
    Hostile(
        "призначення-тисячами.camt.xml",
        lambda: t.camt(t.camt_entry("</Ustrd><Ustrd>".join(["x" * 900] * 40_000))),
        ("cell_too_long",),
        TIME,
        lifted={"imports.formats.camt:check_text": "first"},
    ),
    Hostile(
        "ключі-без-кінця.txt",
        lambda: t.client_bank(
            "СекцияДокумент=Платежное поручение\r\n" + "".join(f"к{one}=\r\n" for one in range(1_200_000))
        ),
        ("too_many_elements",),
        MEMORY,
        lifted={"imports.formats.client_bank:_KEYS_OF_A_SECTION": BIG},
    ),
    Hostile(
        "рахунки-без-кінця.txt",
        lambda: t.client_bank("".join(f"РасчСчет={one}\r\n" for one in range(1_000_000))),
        ("too_many_elements",),
        MEMORY,
        lifted={"imports.formats.client_bank:_ACCOUNTS_OF_A_FILE": BIG},
    ),
    Hostile(
        "без-кінця-файлу.txt",
        lambda: t.client_bank(t.client_bank_document(), end=""),
        ("truncated",),
        TAKEN,
        lifted={"imports.formats.client_bank:check_end": "nothing"},
    ),
    Hostile(
        "таблиці-в-таблицях.html",
        lambda: t.page(t.page_row("<table><tr><td>" * 5_000)),
        ("too_many_elements",),
        TAKEN,
        lifted={
            "imports.formats.html:_DEEPEST": BIG,
            "imports.formats.xml_stream:_ELEMENTS_BETWEEN_ROWS": BIG,
            "imports.formats.html:_END_OF_TABLE": "any_tag",
        },
    ),
    Hostile(
        "div-у-div.html",
        lambda: t.page(t.page_row("<div>" * 450_000)),
        ("too_many_elements",),
        TAKEN,
        lifted={"imports.formats.xml_stream:_ELEMENTS_BETWEEN_ROWS": BIG},
    ),
    Hostile(
        "colspan-мільярд.html",
        lambda: t.page("<tr><td>80-1</td><td colspan=10000000000>x</td><td>1,00</td></tr>"),
        ("too_many_columns",),
        TAKEN,
        lifted={"imports.formats.html:_whole": "short_number"},
    ),
    Hostile(
        "colspan-тисяча-разів.html",
        lambda: t.page("<tr><td colspan=1000>x</td></tr>" * 13_000),
        ("too_many_cells",),
        TAKEN,
        limits={"sheet_cells": BIG},
    ),
    Hostile(
        "десять-тисяч-колонок.html",
        lambda: t.page("<tr>" + "<td>x" * 10_000 + "</tr>"),
        ("too_many_columns",),
        TAKEN,
        limits={"columns": BIG},
    ),
    Hostile(
        "таблиця-без-кінця.html",
        lambda: t.page(t.page_row(*t.GOOD))[:-30],
        ("truncated",),
        TAKEN,
        lifted={"imports.formats.html:_END_OF_TABLE": "any_tag"},
    ),
    Hostile(
        "тег-без-кінця.html",
        lambda: t.page(f'<tr><td a="{"x" * 9 * MEGABYTE}">x</td></tr>'),
        ("cell_too_long",),
        TAKEN,
        lifted={"imports.formats.xml_stream:_LONGEST_TAG": BIG},
    ),
)
