"""What stands in the place of a guard that is lifted: how the file would be read without it."""

import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, TextIO

from lxml import etree
from python_calamine import CalamineWorkbook

from imports.formats import Limits, RawRow
from imports.formats.markup import _BOMS
from imports.formats.xml_stream import RowTarget

_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*(?:\[.*?\])?>", re.DOTALL)
_open = Path.open

pdf_names = frozenset({"акт.pdf"})
any_tag = re.compile("<t(?:able|d|r)|</?")


def nothing(*args: Any, **kwargs: Any) -> None:
    """A check that checks nothing."""


def true(*args: Any, **kwargs: Any) -> bool:
    """A question that is always answered yes."""
    return True


def false(*args: Any, **kwargs: Any) -> bool:
    """A question that is always answered no."""
    return False


def empty(*args: Any, **kwargs: Any) -> str:
    """A question without an answer."""
    return ""


def first(one: Any, *args: Any, **kwargs: Any) -> Any:
    """A check that gives back what it is given."""
    return one


def as_ods(container: zipfile.ZipFile) -> str:
    """Whatever calls itself an OpenDocument is a spreadsheet that can be opened."""
    return "ods"


def as_utf16(*args: Any, **kwargs: Any) -> str:
    """The byte order mark of UTF-32 begins like that of UTF-16."""
    return "utf-16"


def as_utf8(pieces: Iterable[bytes]) -> tuple[bool, bool, bytes]:
    """Every text is UTF-8."""
    return True, False, b""


class _SheetHere:
    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self.name = sheet.name
        self.end = sheet.end

    def rows(self) -> Iterator[list[Any]]:
        return iter(self._sheet.iter_rows())


def open_here(path: Path, sheet: str, limits: Limits, *args: Any) -> _SheetHere:
    """A workbook opened in the process that asks for it."""
    workbook = CalamineWorkbook.from_path(path)
    return _SheetHere(workbook.get_sheet_by_name(sheet) if sheet else workbook.get_sheet_by_index(0))


def open_passing(path: Path, mode: str = "r", *args: Any, **kwargs: Any) -> IO[Any]:
    """A text opened so that half a letter passes."""
    if "b" in mode:
        return _open(path, mode, *args, **kwargs)
    return _open(path, mode, *args, **{**kwargs, "errors": "surrogatepass"})


def take_as_it_comes(blocks: Any) -> list[str]:
    """All lines of a text, whatever stands in them."""
    text = blocks.stream.read()
    lines: list[str] = text.split("\n") if text else []
    blocks.number += len(lines)
    return lines


def lines_as_they_are(stream: TextIO, *args: Any) -> Iterator[tuple[int, str]]:
    """The lines of a text, numbered."""
    return enumerate(stream, start=1)


def dbf_blocks_that_are(file: BinaryIO, header: Any) -> Iterator[tuple[int, bytes]]:
    """The records that a DBF has, whatever it promises."""
    file.seek(header.start)
    whole = file.read()
    yield 1, whole[: len(whole) // header.length * header.length]


def text_without_doctype(head: bytes) -> str:
    """The beginning of a document as if it declared no type."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return head[len(bom) :].decode(encoding, errors="replace")
    return _DOCTYPE.sub(b"", head).decode(errors="replace")


def data_without_end(target: RowTarget, text: str) -> None:
    """Text of an element, however long."""
    target._text.append(text)


def stream_resolving(path: Path, target: RowTarget, encoding: str) -> Iterator[RawRow]:
    """A document read as the XML parser reads it when nobody forbids it anything."""
    # The parser asks its target about a document type only where it has such a method, and loads nothing then.
    parser: Any = etree.XMLParser(resolve_entities=True, load_dtd=True, no_network=True, huge_tree=True)
    root = etree.parse(os.fspath(path), parser).getroot()
    for action, element in etree.iterwalk(root, events=("start", "end")):
        if action == "start":
            target.start(str(element.tag), {str(key): str(value) for key, value in element.attrib.items()})
            target.data(element.text or "")
        else:
            target.end(str(element.tag))
    return iter(target.rows)


def stream_huge(path: Path, target: RowTarget, encoding: str) -> Iterator[RawRow]:
    """A document of any depth."""
    parser: Any = etree.XMLParser(target=target, huge_tree=True)  # type: ignore[call-arg]
    etree.parse(os.fspath(path), parser)
    return iter(target.rows)


def short_number(text: str | None) -> int:
    """A number of rows or columns, of nine digits at most."""
    text = text or ""
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def raw_name(info: zipfile.ZipInfo) -> str:
    """The name of a file as it stands in the archive."""
    return info.filename


def blocks_as_they_come(container: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a file, up to the size that the directory tells."""
    with container.open(info) as member:
        member._expected_crc = None  # type: ignore[attr-defined]
        yield member.read()


def stream_to_the_cut(path: Path, target: RowTarget, encoding: str) -> Iterator[RawRow]:
    """A document read as far as it goes."""
    parser: Any = etree.XMLParser(target=target, resolve_entities=False)  # type: ignore[call-arg]
    parser.feed(path.read_bytes())
    return iter(target.rows)
