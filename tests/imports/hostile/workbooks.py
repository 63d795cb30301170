"""Builders of workbooks, byte by byte, so that they may lie where a library would not."""

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence

MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = b"http://schemas.openxmlformats.org/package/2006"
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'
_SECTOR = 512
_END_OF_CHAIN, _FREE, _FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def zipped(parts: Mapping[str, bytes], *, stored: bool = False) -> bytes:
    """A ZIP of named parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return stream.getvalue()


# --- XLSX -------------------------------------------------------------------------------------------------------------


def xlsx_parts(sheet_data: bytes, *, strings: Sequence[bytes] = (), dimension: str = "") -> dict[str, bytes]:
    """The parts of an XLSX of one sheet.

    Args:
        sheet_data: what stands inside of `<sheetData>`.
        strings: the shared strings, escaped.
        dimension: what the sheet claims of itself: `A1:XFD1048576`.
    """
    told = f'<dimension ref="{dimension}"/>'.encode() if dimension else b""
    items = b"".join(b"<si><t>%s</t></si>" % text for text in strings)
    return {
        "[Content_Types].xml": DECLARATION
        + b'<Types xmlns="%s/content-types">' % PACKAGE
        + b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + b'<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": DECLARATION
        + b'<Relationships xmlns="%s/relationships">' % PACKAGE
        + b'<Relationship Id="rId1" Type="%s/officeDocument" Target="xl/workbook.xml"/></Relationships>' % RELATIONS,
        "xl/workbook.xml": DECLARATION
        + b'<workbook xmlns="%s" xmlns:r="%s"><sheets>' % (MAIN, RELATIONS)
        + '<sheet name="Аркуш" sheetId="1" r:id="rId1"/></sheets></workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": DECLARATION
        + b'<Relationships xmlns="%s/relationships">' % PACKAGE
        + b'<Relationship Id="rId1" Type="%s/worksheet" Target="worksheets/sheet1.xml"/>' % RELATIONS
        + b'<Relationship Id="rId2" Type="%s/sharedStrings" Target="sharedStrings.xml"/></Relationships>' % RELATIONS,
        "xl/sharedStrings.xml": DECLARATION + b'<sst xmlns="%s">%s</sst>' % (MAIN, items),
        "xl/worksheets/sheet1.xml": DECLARATION
        + b'<worksheet xmlns="%s">%s<sheetData>%s</sheetData></worksheet>' % (MAIN, told, sheet_data),
    }


def xlsx_row(number: int, cells: Sequence[object]) -> bytes:
    """A row of texts and numbers."""
    written = []
    for index, cell in enumerate(cells):
        place = f"{column_letters(index)}{number}".encode()
        if isinstance(cell, str):
            text = cell.replace("&", "&amp;").replace("<", "&lt;").encode()
            written.append(b'<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (place, text))
        else:
            written.append(b'<c r="%s"><v>%s</v></c>' % (place, str(cell).encode()))
    return b'<row r="%d">%s</row>' % (number, b"".join(written))


def xlsx(rows: Iterable[Sequence[object]], *, more: bytes = b"", **options: object) -> bytes:
    """An XLSX of a few rows, and `more` rows as they are written."""
    data = b"".join(xlsx_row(number, cells) for number, cells in enumerate(rows, start=1))
    return zipped(xlsx_parts(data + more, **options))  # type: ignore[arg-type]


def column_letters(index: int) -> str:
    """The letters of a column, counted from 0."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# --- XLSB -------------------------------------------------------------------------------------------------------------


def xlsb(records: bytes, *, strings: Sequence[str] = ()) -> bytes:
    """An XLSB of one sheet; `records` stand between the beginning and the end of its data."""
    texts = b"".join(_record(19, b"\0" + _wide(text)) for text in strings)
    bundle = struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Аркуш")
    parts = xlsx_parts(b"")
    return zipped(
        {
            "[Content_Types].xml": parts["[Content_Types].xml"],
            "_rels/.rels": parts["_rels/.rels"].replace(b"workbook.xml", b"workbook.bin"),
            "xl/_rels/workbook.bin.rels": parts["xl/_rels/workbook.xml.rels"].replace(b".xml", b".bin"),
            "xl/workbook.bin": _record(131, b"")
            + _record(143, b"")
            + _record(156, bundle)
            + _record(144, b"")
            + _record(132, b""),
            "xl/sharedStrings.bin": _record(159, struct.pack("<II", len(strings), len(strings)))
            + texts
            + _record(160, b""),
            "xl/worksheets/sheet1.bin": _record(129, b"") + records + _record(130, b""),
        }
    )


def xlsb_sheet(rows: bytes, *, last_row: int = 0, last_column: int = 0) -> bytes:
    """The dimension that a sheet claims, and its rows."""
    return (
        _record(148, struct.pack("<IIII", 0, last_row, 0, last_column)) + _record(145, b"") + rows + _record(146, b"")
    )


def xlsb_row(number: int, cells: bytes) -> bytes:
    """A row, counted from 0."""
    return _record(0, struct.pack("<I", number) + bytes(12)) + cells


def xlsb_number(column: int, value: float) -> bytes:
    """A cell with a number."""
    return _record(5, struct.pack("<IId", column, 0, value))


def xlsb_text(column: int, text: str) -> bytes:
    """A cell with a text of its own."""
    return _record(6, struct.pack("<II", column, 0) + _wide(text))


def xlsb_shared(column: int, index: int) -> bytes:
    """A cell with a shared text."""
    return _record(7, struct.pack("<III", column, 0, index))


def _record(kind: int, content: bytes) -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(content), b""
    while True:
        size, rest = size >> 7, size & 0x7F
        length += bytes([rest | (0x80 if size else 0)])
        if not size:
            return head + length + content


def _wide(text: str) -> bytes:
    written = text.encode("utf-16-le")
    return struct.pack("<I", len(written) // 2) + written


# --- XLS --------------------------------------------------------------------------------------------------------------


def xls(cells: bytes, *, rows: int = 1, columns: int = 1, strings: Sequence[str] = ()) -> bytes:
    """An XLS of one sheet.

    Args:
        cells: records of cells.
        rows, columns: what the record of dimensions claims.
        strings: the table of shared strings; each must fit one record.
    """
    name = "Аркуш"
    start = biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6))
    page = biff(0x42, struct.pack("<H", 1200))
    bound_length = 4 + 8 + 2 * len(name)
    table = _shared(strings) if strings else b""
    place = len(start) + len(page) + bound_length + len(table) + 4
    bound = biff(0x85, struct.pack("<IBBBB", place, 0, 0, len(name), 1) + name.encode("utf-16-le"))
    sheet = biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6))
    sheet += biff(0x200, struct.pack("<IIHHH", 0, rows, 0, columns, 0))
    return ole2({"Workbook": start + page + bound + table + biff(0x0A) + sheet + cells + biff(0x0A)})


def xls_number(row: int, column: int, value: float) -> bytes:
    """A cell with a number; rows and columns are counted from 0."""
    return biff(0x203, struct.pack("<HHHd", row, column, 0, value))


def xls_shared(row: int, column: int, index: int) -> bytes:
    """A cell with a shared text."""
    return biff(0xFD, struct.pack("<HHHI", row, column, 0, index))


def biff(kind: int, content: bytes = b"") -> bytes:
    """A record of a BIFF stream."""
    return struct.pack("<HH", kind, len(content)) + content


def _shared(strings: Sequence[str]) -> bytes:
    content = struct.pack("<II", len(strings), len(strings))
    for text in strings:
        plain = text.isascii()
        content += struct.pack("<HB", len(text), 0 if plain else 1)
        content += text.encode("ascii" if plain else "utf-16-le")
    if len(content) <= 8224:
        return biff(0xFC, content)
    records = biff(0xFC, content[:8224])
    for start in range(8224, len(content), 8223):
        # A text that goes on begins with the byte that tells its width.
        records += biff(0x3C, b"\0" + content[start : start + 8223])
    return records


def ole2(streams: Mapping[str, bytes]) -> bytes:
    """An OLE2 container of streams, none of them small enough for the mini stream."""
    padded = {
        name: content.ljust(-(-max(len(content), 4096) // _SECTOR) * _SECTOR, b"\0")
        for name, content in streams.items()
    }
    body, fat, starts = b"", [], {}
    for name, content in padded.items():
        starts[name] = len(fat)
        count = len(content) // _SECTOR
        fat += [*range(len(fat) + 1, len(fat) + count), _END_OF_CHAIN]
        body += content
    directory = _entry("Root Entry", 5, _END_OF_CHAIN, 0, child=1)
    for number, (name, content) in enumerate(padded.items(), start=1):
        directory += _entry(name, 2, starts[name], len(content), right=number + 1 if number < len(padded) else _FREE)
    directory = directory.ljust(-(-len(directory) // _SECTOR) * _SECTOR, b"\0")
    directory_at = len(fat)
    count = len(directory) // _SECTOR
    fat += [*range(len(fat) + 1, len(fat) + count), _END_OF_CHAIN]
    fat_sectors = 1
    while fat_sectors * 128 < len(fat) + fat_sectors:
        fat_sectors += 1
    fat_at = len(fat)
    fat += [_FAT_SECTOR] * fat_sectors
    fat += [_FREE] * (fat_sectors * 128 - len(fat))
    places = [fat_at + index for index in range(fat_sectors)]
    assert len(places) <= 109, "such a large container needs a longer table"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, fat_sectors, directory_at, 0, 4096, _END_OF_CHAIN, 0, _END_OF_CHAIN, 0)
    header += b"".join(struct.pack("<I", place) for place in places).ljust(436, b"\xff")
    return header + body + directory + b"".join(struct.pack("<I", one) for one in fat)


def _entry(name: str, kind: int, start: int, size: int, *, child: int = _FREE, right: int = _FREE) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    entry = written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written), kind, 1, _FREE, right, child)
    return entry + bytes(16 + 4 + 16) + struct.pack("<IQ", start, size)


# --- ODS --------------------------------------------------------------------------------------------------------------


def ods(rows: bytes) -> bytes:
    """An ODS of one table; `rows` are its elements."""
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    ).encode()
    content = DECLARATION + b"<office:document-content%s><office:body><office:spreadsheet>" % names
    content += '<table:table table:name="Аркуш">'.encode() + rows + b"</table:table>"
    content += b"</office:spreadsheet></office:body></office:document-content>"
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": b"<manifest/>",
        }
    )


def ods_row(cells: Sequence[str], *, times: int = 1) -> bytes:
    """A row of texts, and how often it is repeated."""
    return b'<table:table-row table:number-rows-repeated="%d">%s</table:table-row>' % (
        times,
        b"".join(ods_cell(cell) for cell in cells),
    )


def ods_cell(text: str, *, times: int = 1) -> bytes:
    """A cell of text, and how often it is repeated."""
    return (
        b'<table:table-cell office:value-type="string" table:number-columns-repeated="%d"><text:p>%s</text:p>'
        b"</table:table-cell>" % (times, text.encode())
    )
