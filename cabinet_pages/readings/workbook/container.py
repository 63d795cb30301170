"""The file that a person sends: what it is, whether it may be opened, and the parts of an XLSX. No Django.

A workbook is a zip of XML. Its directory is measured before anything is unpacked, only the parts that are needed are
read, and no part is read beyond the size that the directory claims.
"""

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

#: The largest file that is taken. A workbook of 5,000 rows has half a megabyte.
FILE_BYTES = 10 * 1024 * 1024
#: All parts of a workbook together, and one of its XML parts, unpacked.
UNPACKED_BYTES = 100 * 1024 * 1024
PART_BYTES = 24 * 1024 * 1024
#: XML elements of one part: what bounds the time.
ELEMENTS = 2_000_000
MEMBERS = 2_000
_PIECE = 1 << 16
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
#: What a damaged zip raises while it is read.
BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, ValueError, struct.error,
    NotImplementedError, RuntimeError,
)  # fmt: skip


class WorkbookRefused(Exception):
    """A file that is no workbook of readings, as a whole.

    Args:
        code: what is wrong; `messages.REFUSALS` has a sentence for each.
        params: figures and names for the sentence.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class Attributes(dict[str, str]):
    """The attributes of an element by their names without prefixes."""

    def __init__(self, given: dict[str, str]) -> None:
        super().__init__((name.rpartition(":")[2], value) for name, value in given.items())


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet of a workbook."""

    name: str
    part: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """An opened XLSX.

    Args:
        sheets: the sheets of cells, in their order.
        strings: the part of the shared strings; empty for none.
        styles: the part of the styles; empty for none.
        is_1904: whether days are counted from 1904, as old Macintosh workbooks do.
    """

    container: zipfile.ZipFile
    sheets: tuple[SheetPart, ...]
    strings: str
    styles: str
    is_1904: bool

    def pieces(self, part: str) -> Iterator[bytes]:
        """Yield a part in pieces.

        Raises:
            WorkbookRefused: it is damaged or too large.
        """
        return pieces_of(self.container, part)


def open_workbook(file: IO[bytes]) -> Workbook:
    """Measure a file and open it as an XLSX.

    Raises:
        WorkbookRefused: `empty`, `too_large`, `unpacked_too_large`, `encrypted`, `truncated`, `doctype`, or the kind
            of another file: `xls`, `xlsb`, `ods`, `text`, `not_a_workbook`.
    """
    size = file.seek(0, 2)
    file.seek(0)
    if not size:
        raise WorkbookRefused("empty")
    if size > FILE_BYTES:
        raise WorkbookRefused("too_large", limit=FILE_BYTES >> 20)
    _check_kind(file)
    try:
        container = zipfile.ZipFile(file)
    except BROKEN as error:
        raise WorkbookRefused("truncated") from error
    infos = container.infolist()
    if len(infos) > MEMBERS or sum(info.file_size for info in infos) > UNPACKED_BYTES:
        raise WorkbookRefused("unpacked_too_large")
    if any(info.flag_bits & 1 for info in infos):
        raise WorkbookRefused("encrypted")
    names = {info.filename.replace("\\", "/").casefold(): info.filename for info in infos}
    return _opened(container, names)


def pieces_of(container: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield a part of a zip in pieces; Raises WorkbookRefused for a damaged one and for one that is too large."""
    try:
        info = container.getinfo(part)
        if info.file_size > PART_BYTES:
            raise WorkbookRefused("unpacked_too_large")
        with container.open(info) as member:
            while piece := member.read(_PIECE):
                yield piece
    except KeyError as error:
        raise WorkbookRefused("not_a_workbook") from error
    except BROKEN as error:
        raise WorkbookRefused("truncated") from error


def parser() -> expat.XMLParserType:
    """A parser of an XML part that refuses document types, and with them entities of any kind.

    Every part is UTF-8, whatever it says of itself: what else it could name are any of Python's codecs.
    """
    made = expat.ParserCreate("UTF-8")
    made.buffer_text = True
    made.StartDoctypeDeclHandler = _refuse_doctype
    return made


def parse(made: expat.XMLParserType, pieces: Iterator[bytes]) -> Iterator[None]:
    """Give pieces to a parser, and a turn to the caller after each.

    Raises:
        WorkbookRefused: the XML is damaged.
    """
    try:
        for number, piece in enumerate(pieces):
            # No program writes the parts of a workbook otherwise, and offsets of bytes would mean nothing there.
            if number == 0 and (piece[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in piece[:64]):
                raise WorkbookRefused("damaged")
            made.Parse(piece, False)
            yield
        made.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise WorkbookRefused("damaged") from error


def local(name: str) -> str:
    """The name of an element without its prefix."""
    return name.rpartition(":")[2]


def _refuse_doctype(*_: object) -> None:
    raise WorkbookRefused("doctype")


def _check_kind(file: IO[bytes]) -> None:
    head = file.read(8)
    file.seek(0)
    if head.startswith(_OLE2):
        is_encrypted = _ENCRYPTED in file.read()
        file.seek(0)
        raise WorkbookRefused("encrypted" if is_encrypted else "xls")
    if head.startswith(b"PK"):
        return
    start = file.read(4096)
    file.seek(0)
    is_table = b"\0" not in start and re.search(rb"[;,\t]", start) is not None and not start.startswith(b"%PDF")
    raise WorkbookRefused("text" if is_table else "not_a_workbook")


def _opened(container: zipfile.ZipFile, names: dict[str, str]) -> Workbook:
    part = names.get("xl/workbook.xml")
    if part is None:
        if "xl/workbook.bin" in names:
            raise WorkbookRefused("xlsb")
        raise WorkbookRefused("ods" if "content.xml" in names else "not_a_workbook")
    listed: list[tuple[str, str]] = []
    calendar: list[bool] = []

    def start(name: str, given: dict[str, str]) -> None:
        attributes = Attributes(given)
        if local(name) == "sheet":
            listed.append((attributes.get("name", ""), attributes.get("id", "")))
        elif local(name) == "workbookPr":
            calendar.append(attributes.get("date1904", "") in ("1", "true"))

    _walk(container, part, start)
    targets = _relations(container, names)
    found = {kind: target for kind, target in targets.values() if kind in ("sharedStrings", "styles")}
    sheets = tuple(
        SheetPart(name, targets[relation][1])
        for name, relation in listed
        if relation in targets and targets[relation][0] == "worksheet"
    )
    return Workbook(container, sheets, found.get("sharedStrings", ""), found.get("styles", ""), any(calendar))


def _relations(container: zipfile.ZipFile, names: dict[str, str]) -> dict[str, tuple[str, str]]:
    """The kind and the part of each relation of the workbook; those of parts that are not there are left out."""
    found: dict[str, tuple[str, str]] = {}
    part = names.get("xl/_rels/workbook.xml.rels")
    if part is None:
        raise WorkbookRefused("not_a_workbook")

    def start(name: str, given: dict[str, str]) -> None:
        if local(name) != "Relationship":
            return
        kind, target = posixpath.basename(given.get("Type", "")), given.get("Target", "").replace("\\", "/")
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if path.casefold() in names:
            found[given.get("Id", "")] = kind, names[path.casefold()]

    _walk(container, part, start)
    return found


def _walk(container: zipfile.ZipFile, part: str, start: object) -> None:
    made = parser()
    made.StartElementHandler = start  # type: ignore[assignment]
    for _ in parse(made, pieces_of(container, part)):
        pass
