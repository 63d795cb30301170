"""Hostile workbooks: bombs, lies about dimensions, amplified texts, passwords, pictures."""

import random
import struct

from tests.imports.hostile import workbooks as w
from tests.imports.hostile.corpus import BIG, MEGABYTE, MEMORY, MISLED, TAKEN, Hostile

# The workbook opened in the process that asks, as if there were no other.
_HERE = {"imports.formats.workbook:open_sheet": "open_here"}
# The other process, with memory to waste.
_WIDE = {"workbook_bytes": 600 * MEGABYTE}
_LONG = "x" * 32_000
_SIZES = {"rows": BIG, "columns": BIG, "sheet_cells": BIG}
_OPENED = "imports.formats.containers:check_container"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8


def _far(reference: str) -> bytes:
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return w.xlsx([["а", 1]], more=f'<row r="{row}"><c r="{reference}"><v>1</v></c></row>'.encode())


def _cells_bomb() -> bytes:
    return w.xlsx(
        [["а", 1]],
        more=b'<row r="2">' + b"<c><v>1</v></c>" * 450 + b"</row>" + b"<row><c><v>1</v></c></row>" * 1_500_000,
    )


def _shared(count: int) -> bytes:
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (one, one) for one in range(1, count))
    return w.zipped(w.xlsx_parts(rows, strings=[_LONG.encode()]))


def _overlapped() -> bytes:
    """A part of nine megabytes that a hundred entries of the directory share."""
    parts = {**w.xlsx_parts(w.xlsx_row(1, ["а", 1])), "xl/media/00.bin": bytes(9 * MEGABYTE)}
    whole = w.zipped(parts)
    end = whole.rindex(b"PK\x05\x06")
    count, _, size, start = struct.unpack_from("<HHII", whole, end + 8)
    directory = whole[start : start + size]
    entry = directory[directory.rindex(b"PK\x01\x02") :]
    more = entry * 99
    tail = whole[:end][:start] + directory + more
    return tail + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count + 99, count + 99, size + len(more), start, 0)


def _in_sheet(before: bytes) -> bytes:
    parts = w.xlsx_parts(w.xlsx_row(1, ["а", 1]))
    name = "xl/worksheets/sheet1.xml"
    return w.zipped({**parts, name: parts[name].replace(w.DECLARATION, w.DECLARATION + before)})


def _encrypted_ods() -> bytes:
    manifest = b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    mime = b"application/vnd.oasis.opendocument.spreadsheet"
    noise = random.Random(1).randbytes(2000)  # noqa: S311 (bytes that look like a cipher's)
    return w.zipped({"mimetype": mime, "content.xml": noise, "META-INF/manifest.xml": manifest})


FILES = (
    Hostile(
        "картинка-нулів.xlsx",
        lambda: w.zipped({**w.xlsx_parts(w.xlsx_row(1, ["а", 1])), "xl/media/0.bin": bytes(20 * MEGABYTE)}),
        ("unpacked_too_large",),
        TAKEN,
        limits={"zip_ratio": BIG},
    ),
    Hostile(
        "мільйон-порожніх-комірок.xlsx",
        _cells_bomb,
        ("unpacked_too_large", "workbook_too_large"),
        MEMORY,
        limits={"zip_ratio": BIG, **_SIZES},
        lifted=_HERE,
    ),
    Hostile(
        "шість-тисяч-частин.xlsx",
        lambda: w.zipped({**w.xlsx_parts(w.xlsx_row(1, ["а", 1])), **{f"xl/{one}": b"" for one in range(6000)}}),
        ("too_many_members",),
        TAKEN,
        limits={"members": BIG},
    ),
    Hostile(
        "спільні-байти-частин.xlsx",
        _overlapped,
        ("damaged",),
        TAKEN,
        lifted={"imports.formats.containers:check_overlap": "nothing"},
    ),
    Hostile(
        "комірка-XFD1048576.xlsx",
        lambda: _far("XFD1048576"),
        ("too_many_columns", "too_many_rows"),
        MEMORY,
        limits=_SIZES,
        lifted=_HERE,
    ),
    Hostile("комірка-Z399999.xlsx", lambda: _far("Z399999"), ("workbook_too_large",), MEMORY, limits=_WIDE),
    Hostile(
        "рядок-1048576-без-адрес.xlsx",
        lambda: w.xlsx([[1] * 40], more=b'<row r="1048576"><c><v>1</v></c></row>'),
        ("workbook_too_large",),
        MEMORY,
        limits=_SIZES,
        lifted=_HERE,
    ),
    Hostile("спільний-текст-20000-разів.xlsx", lambda: _shared(20_000), ("workbook_too_large",), MEMORY, limits=_WIDE),
    Hostile(
        "десять-тисяч-колонок.xlsx",
        lambda: w.xlsx([[f"к{one}" for one in range(10_000)]]),
        ("too_many_columns",),
        TAKEN,
        limits={"columns": BIG},
    ),
    Hostile(
        "комірка-десять-мегабайтів.xlsx",
        lambda: w.xlsx([["а", "x" * 10 * MEGABYTE]]),
        ("cell_too_long", "unpacked_too_large"),
        TAKEN,
        limits={"cell_chars": BIG, "zip_ratio": BIG},
    ),
    Hostile(
        "мільярд-сміху.xlsx",
        lambda: _in_sheet(b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'),
        ("doctype",),
        TAKEN,
        lifted={"imports.formats.containers:_check_part": "nothing"},
    ),
    Hostile(
        "зовнішня-сутність.xlsx",
        lambda: _in_sheet(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'),
        ("doctype",),
        TAKEN,
        lifted={"imports.formats.containers:_check_part": "nothing"},
    ),
    Hostile(
        "далекий-рядок.xlsb",
        lambda: w.xlsb(w.xlsb_sheet(w.xlsb_row(0, w.xlsb_number(0, 1)) + w.xlsb_row(1_048_575, w.xlsb_number(40, 1)))),
        ("workbook_too_large",),
        MEMORY,
        lifted=_HERE,
    ),
    Hostile(
        "спільний-текст-20000-разів.xlsb",
        lambda: w.xlsb(
            w.xlsb_sheet(b"".join(w.xlsb_row(one, w.xlsb_shared(0, 0)) for one in range(20_000))), strings=[_LONG]
        ),
        ("workbook_too_large",),
        MEMORY,
        limits=_WIDE,
    ),
    Hostile(
        "запис-розмірів-бреше.xls",
        lambda: w.xls(w.xls_number(0, 0, 1), rows=1 << 30, columns=65_535),
        ("workbook_too_large",),
        MEMORY,
        lifted=_HERE,
    ),
    Hostile(
        "далека-комірка.xls",
        lambda: w.xls(w.xls_number(0, 0, 1) + w.xls_number(65_535, 2_000, 1), rows=65_536, columns=2_001),
        ("workbook_too_large",),
        MEMORY,
        lifted=_HERE,
    ),
    Hostile(
        "спільний-текст-60000-разів.xls",
        lambda: w.xls(b"".join(w.xls_shared(one, 0, 0) for one in range(60_000)), rows=60_000, strings=["x" * 8_000]),
        ("workbook_too_large",),
        MEMORY,
        limits=_WIDE,
    ),
    Hostile(
        "мільйон-повторів-рядка.ods",
        lambda: w.ods(w.ods_row(["а"] * 40, times=1_048_576)),
        ("too_many_cells", "too_many_rows"),
        MEMORY,
        limits=_SIZES,
        lifted={**_HERE, "imports.formats.workbook:check_repeated_cells": "nothing"},
    ),
    Hostile(
        "повтори-довгого-тексту.ods",
        lambda: w.ods(
            b'<table:table-row table:number-rows-repeated="20000">'
            + w.ods_cell(_LONG[:2000], times=400)
            + b"</table:table-row>"
        ),
        ("workbook_too_large",),
        MEMORY,
        limits=_WIDE,
    ),
    Hostile(
        "під-паролем.xlsx",
        lambda: w.ole2({"EncryptionInfo": bytes(64), "EncryptedPackage": bytes(5000)}),
        ("encrypted",),
        MISLED,
        lifted={"imports.formats.sniffing:ole_kind": "empty"},
    ),
    Hostile(
        "під-паролем.ods",
        _encrypted_ods,
        ("encrypted",),
        MISLED,
        lifted={"imports.formats.signatures:_open_document_kind": "as_ods"},
    ),
    Hostile(
        "знімок.xlsx",
        lambda: PNG,
        ("image",),
        MISLED,
        lifted={"imports.formats.sniffing:recognise": "empty", "imports.formats.text:recognise": "empty"},
    ),
    Hostile(
        "вкладений-архів.xlsx",
        lambda: w.zipped({"усередині.zip": w.zipped({"ще.zip": w.zipped({"а": b"x"})})}),
        ("archive",),
        MISLED,
        lifted={"imports.formats.sniffing:zip_kind": "empty"},
    ),
    Hostile(
        "слова-без-таблиці.xls",
        lambda: w.ole2({"WordDocument": bytes(5000)}),
        ("document",),
        MISLED,
        lifted={"imports.formats.sniffing:ole_kind": "empty"},
    ),
)
