"""What a file is, by its first bytes and, for containers, by their directory. No Django.

It knows more than can be read here: content that is recognised but unsupported has a code of its own,
so that the sentence shown says how to save the file instead.
"""

import mmap
import re
import struct
import zipfile
from pathlib import Path

from .markup import root_of

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"MOXCEL", "mxl"),
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"BM", "image"),
    (b"{\\rtf", "rtf"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# A page with its pictures in one file, as browsers and 1C save it.
_WEB_ARCHIVE = re.compile(rb"(?:MIME-Version:|Content-Type:\s*multipart/related)", re.IGNORECASE)
# «1CClientBankExchange» is ASCII in each of the encodings of that format.
_CLIENT_BANK = b"1CClientBankExchange"
_DBF_VERSIONS = frozenset(b"\x02\x03\x04\x30\x31\x32\x43\x63\x83\x8b\x8c\xcb\xf5\xfb")
# In dBase VII the fields begin behind the name of a language driver.
_DBASE7, _DBASE7_FIELDS, _DBF_FIELDS = 4, 68, 32
_XML_NAMES = {
    "КоммерческаяИнформация": "commerceml",
    "cabinet-exchange": "cabinet_xml",
    "_1CClientBankExchange": "client_bank",
    "_1CV8DtUD": "xml_v8exch",
    "ФайлОбмена": "xml_conversion",
    "DECLAR": "xml_medoc",
}
_XML_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_XML_NAMESPACES = (
    ("http://www.1c.ru/V8/1CV8DtUD", "xml_v8exch"),
    ("http://www.1c.ru/SSL/Exchange/Message", "xml_enterprise_data"),
    ("http://v8.1c.ru/edi/edi_stnd/EnterpriseData", "xml_enterprise_data"),
    ("http://v8.1c.ru/8.1/data", "xml_v8_values"),
    ("http://v8.1c.ru/data", "xml_v8exch"),
)


def recognise(head: bytes) -> str:
    """Return the code of what the beginning shows, or an empty string when it may be a plain text table.

    `zip` and `ole2` are containers; `ole_kind` and `zip_kind` tell what is inside.
    """
    if head.startswith(_ZIP):
        return "zip"
    if head.startswith(OLE2):
        return "ole2"
    for beginning, code in _BEGINNINGS:
        # «BM» may begin a word of a text; a picture has zero bytes after it.
        if head.startswith(beginning) and (beginning != b"BM" or b"\x00" in head[:32]):
            return code
    text = _without_zeros(head).lstrip()
    if text.startswith(_CLIENT_BANK):
        return "client_bank"
    if text.startswith(b"<"):
        return _markup_kind(head)
    if _WEB_ARCHIVE.match(text):
        return "web_archive"
    if _is_dbf(head):
        return "dbf"
    return ""


def zip_kind(path: Path) -> str:
    """Return what a zip holds: `xlsx`, `xlsb`, `ods`, `document`, `archive`, `encrypted`, or `damaged`."""
    try:
        with zipfile.ZipFile(path) as container:
            infos = container.infolist()
            names = {info.filename.replace("\\", "/").casefold() for info in infos}
            if any(info.flag_bits & 0x1 for info in infos):
                return "encrypted"
            if "xl/workbook.bin" in names:
                return "xlsb"
            if "xl/workbook.xml" in names:
                return "xlsx"
            if "content.xml" in names and "mimetype" in names:
                return _open_document_kind(container)
            return "document" if "word/document.xml" in names or "ppt/presentation.xml" in names else "archive"
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, EOFError, struct.error, NotImplementedError):
        return "damaged"


def ole_kind(path: Path) -> str:
    """Return what an OLE2 container holds: `xls`, `encrypted` (a workbook behind a password) or `document`."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        # Names of streams stand in the directory in UTF-16, padded with zeros.
        if content.find("EncryptedPackage\0".encode("utf-16-le")) >= 0:
            return "encrypted"
        if any(
            content.find(name.encode("utf-16-le")) >= 0 for name in ("Workbook\0", "Book\0", "WORKBOOK\0", "BOOK\0")
        ):
            return "xls"
    return "document"


def _open_document_kind(container: zipfile.ZipFile) -> str:
    with container.open("mimetype") as member:
        mime = member.read(100)
    if b"opendocument.spreadsheet" not in mime:
        return "document"
    manifest = "META-INF/manifest.xml"
    if manifest in container.namelist():
        with container.open(manifest) as member:
            if b"encryption-data" in member.read(1_000_000):
                return "encrypted"
    return "ods"


def _without_zeros(head: bytes) -> bytes:
    # UTF-16 text of ASCII letters is those letters with zero bytes between.
    for bom in _BOMS:
        if head.startswith(bom):
            return head[len(bom) :][:4096].replace(b"\x00", b"")
    return head[:4096]


def _markup_kind(head: bytes) -> str:
    root = root_of(head)
    if root is None or root.is_html:
        return "html" if root else "xml"
    if root.has_doctype:
        return "doctype"
    if root.namespace == _XML_SPREADSHEET and root.name == "Workbook":
        return "spreadsheet_xml"
    for namespace, code in _XML_NAMESPACES:
        if any(value.startswith(namespace) for value in root.attributes.values()):
            return code
    return _XML_NAMES.get(root.name, "xml")


def _is_dbf(head: bytes) -> bool:
    if len(head) < 33 or head[0] not in _DBF_VERSIONS:
        return False
    _year, month, day = head[1:4]
    header_length, record_length = struct.unpack_from("<HH", head, 8)
    at = _DBASE7_FIELDS if head[0] & 7 == _DBASE7 else _DBF_FIELDS
    # Names of fields are ASCII by the rules, and Cyrillic where nobody read them.
    is_named = len(head) > at and (chr(head[at]).isalpha() or head[at] >= 0x80 or head[at] == ord("_"))
    # Some writers leave the date away.
    is_dated = (1 <= month <= 12 and 1 <= day <= 31) or (month == day == 0)
    return is_dated and header_length > at and record_length >= 2 and is_named
