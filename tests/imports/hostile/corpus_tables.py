"""Hostile text tables and DBF: lines without an end, bytes of no encoding, headers that lie."""

import random

from tests.imports.hostile import texts as t
from tests.imports.hostile.corpus import BIG, MEGABYTE, MISLED, TAKEN, TIME, Hostile

_LONE = "\ud800"
_NOISE = random.Random(7)  # noqa: S311 (the same noise every time)


def _lone_surrogate() -> bytes:
    row = ";".join((t.GOOD[0], t.GOOD[1], _LONE, t.GOOD[3]))
    return b"\xff\xfe" + (";".join(t.HEADINGS) + "\r\n" + row).encode("utf-16-le", "surrogatepass")


def _two_encodings() -> bytes:
    first, second = t.table().split(b"\r\n")
    return b"\r\n".join([first, *[second] * 20, ";".join(t.GOOD).encode("cp1251")])


def _base64() -> bytes:
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return b"".join(bytes(_NOISE.choices(letters, k=MEGABYTE)) for _ in range(3))


FILES = (
    Hostile(
        "рядок-без-кінця.csv",
        lambda: t.table() + b"x" * 10 * MEGABYTE,
        ("cell_too_long",),
        TAKEN,
        limits={"cell_chars": BIG},
    ),
    Hostile("base64.csv", _base64, ("cell_too_long",), TAKEN, limits={"cell_chars": BIG}),
    Hostile(
        "десять-тисяч-колонок.csv",
        lambda: t.table([["1"] * 10_000]),
        ("too_many_columns",),
        TAKEN,
        limits={"columns": BIG},
    ),
    Hostile(
        "десять-тисяч-заголовків.csv",
        lambda: t.table(headings=[*t.HEADINGS, *(f"к{one}" for one in range(10_000))]),
        ("too_many_columns",),
        TAKEN,
        limits={"columns": BIG},
    ),
    Hostile(
        "комірка-50000-знаків.csv",
        lambda: t.table([(*t.GOOD[:2], "x" * 50_000, "1,00")]),
        ("cell_too_long",),
        TAKEN,
        limits={"cell_chars": BIG},
    ),
    Hostile(
        "довгі-слова-замість-заголовка.csv",
        lambda: t.table(
            [[f"{row}-{cell}" + "слово " * 5_300 for cell in range(8)] for row in range(31)], headings=["а"]
        ),
        ("heading_not_found",),
        TIME,
        lifted={"imports.columns.declared:_LONGEST": BIG},
    ),
    Hostile(
        "нулі-в-тексті.csv",
        lambda: t.table([("80\x00-1", *t.GOOD[1:])]),
        ("nul_bytes",),
        TAKEN,
        lifted={
            "imports.formats.encodings:_scan": "as_utf8",
            "imports.formats.text:_Blocks.take": "take_as_it_comes",
            "imports.formats.text:_lines": "lines_as_they_are",
        },
    ),
    Hostile(
        "самотній-сурогат.csv", _lone_surrogate, ("undecodable",), _LONE, lifted={"pathlib:Path.open": "open_passing"}
    ),
    Hostile(
        "два-кодування.csv",
        _two_encodings,
        ("undecodable",),
        TAKEN,
        lifted={"imports.formats.encodings:_is_mostly_utf8": "false"},
    ),
    Hostile(
        "utf-32.csv",
        lambda: t.table(encoding="utf-32"),
        ("unknown_encoding",),
        MISLED,
        lifted={"imports.formats.text:choose_encoding": "as_utf16"},
    ),
    Hostile(
        "рахунок.csv",
        lambda: b"%PDF-1.7\n" + t.table(),
        ("pdf",),
        TAKEN,
        lifted={"imports.formats.text:recognise": "empty"},
    ),
    Hostile(
        "таблиця-1С.csv",
        lambda: b"MOXCEL" + t.table(),
        ("mxl",),
        TAKEN,
        lifted={"imports.formats.text:recognise": "empty"},
    ),
    Hostile(
        "шум.csv",
        lambda: _NOISE.randbytes(20_000).replace(b"\0", b"\x01"),
        ("unknown_content",),
        MISLED,
        lifted={"imports.formats.text:TextTable.matches": "true"},
    ),
    Hostile(
        "обіцяно-більше-записів.dbf",
        lambda: t.dbf(records=1_000_000),
        ("truncated",),
        TAKEN,
        lifted={"imports.formats.dbf:check_extent": "nothing", "imports.formats.dbf:_blocks": "dbf_blocks_that_are"},
    ),
    Hostile(
        "обіцяно-чотири-мільярди.dbf",
        lambda: t.dbf(records=2**32 - 1),
        ("too_many_rows",),
        TAKEN,
        limits={"rows": 2**33},
        lifted={"imports.formats.dbf:check_extent": "nothing", "imports.formats.dbf:_blocks": "dbf_blocks_that_are"},
    ),
    Hostile(
        "приховані-записи.dbf",
        lambda: t.dbf([t.GOOD] * 3, records=1),
        ("dbf_record_count",),
        TAKEN,
        lifted={"imports.formats.dbf:check_extent": "nothing"},
    ),
    Hostile(
        "довжина-запису-бреше.dbf",
        lambda: t.dbf([t.GOOD] * 50, record_length=104),
        ("truncated",),
        TAKEN,
        lifted={
            "imports.formats.dbf:check_extent": "nothing",
            "imports.formats.dbf:_check_marks": "nothing",
            "imports.formats.dbf:_blocks": "dbf_blocks_that_are",
        },
    ),
    Hostile(
        "дві-тисячі-полів.dbf",
        lambda: t.dbf([], fields=[(f"F{one}", "C", 1) for one in range(2_000)]),
        ("too_many_columns",),
        TAKEN,
        limits={"columns": BIG},
    ),
    Hostile(
        "шапка-довша-за-файл.dbf",
        lambda: t.dbf(header_length=60_000),
        ("truncated",),
        MISLED,
        lifted={
            "imports.formats.dbf:recognise": "empty",
            "imports.formats.text:recognise": "empty",
            "imports.formats.sniffing:recognise": "empty",
        },
    ),
)
