"""Reading XML as a stream of elements: no tree, no document types, no entities of its own, no network. No Django.

Formats of XML subclass `RowTarget`, which gathers rows while elements go by, and give it to `stream_rows`.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from lxml import etree

from .base import HEAD_BYTES, DamagedFile, LimitExceeded, Limits, RawRow
from .encodings import choose_encoding
from .markup import declared_encoding, root_of

_BLOCK = 1 << 16
# Styles and properties of a workbook are tens of thousands of elements; a row is some hundreds.
_ELEMENTS_BETWEEN_ROWS = 200_000
# What is shorter is read to its end in some seconds, and more is told of it then.
_LONG = 32 << 20
# Behind the end of the first element stand white space and comments, if anything.
_TAIL = 1 << 14
# A parser keeps a tag or a comment until it ends; none is longer than this.
_LONGEST_TAG = 1 << 22


class RowTarget:
    """What a parser calls as elements go by. A subclass appends to `rows` and calls `row_done` for every row.

    Args:
        limits: of the file; text of one element and the number of elements between two rows are bounded by them.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.rows: list[RawRow] = []
        self.count = 0
        self.seen = 0
        self.most_elements = _ELEMENTS_BETWEEN_ROWS
        self._elements = 0
        self._names: dict[str, str] = {}
        self._text: list[str] = []
        self._length = 0

    def local(self, tag: str) -> str:
        """Return the name of an element or attribute without its namespace."""
        name = self._names.get(tag)
        if name is None:
            name = tag.rpartition("}")[2]
            # A hostile file may have as many names as elements.
            if len(self._names) < 1000:
                self._names[tag] = name
        return name

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self.seen += 1
        self._elements += 1
        if self._elements > self.most_elements:
            raise LimitExceeded("too_many_elements", limit=self.most_elements)
        self.opened(self.local(tag), attributes)

    def end(self, tag: str) -> None:
        """An element ends."""
        self.closed(self.local(tag))

    def data(self, text: str) -> None:
        """Text goes by."""
        self.seen += 1
        self._length += len(text)
        if self._length > self.limits.cell_chars * 4:
            raise LimitExceeded("cell_too_long", limit=self.limits.cell_chars, row=self.count)
        self._text.append(text)

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        """A document type is refused, whatever it declares."""
        raise DamagedFile("doctype")

    def comment(self, text: str) -> None:
        """Comments mean nothing."""
        self.seen += 1

    def pi(self, target: str, data: str | None = None) -> None:
        """Processing instructions mean nothing inside a document."""

    def close(self) -> None:
        """The document ends."""

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins, named without its namespace."""

    def closed(self, name: str) -> None:
        """An element ends, named without its namespace."""

    def take_text(self) -> str:
        """Return the text since it was taken last."""
        text = "".join(self._text)
        self._text.clear()
        self._length = 0
        return text

    def went_on(self) -> None:
        """Count elements anew: what went by was of use, though it may have been no row."""
        self._elements = 0

    def row_done(self) -> None:
        """Count a row.

        Raises:
            LimitExceeded: there are too many.
        """
        self.count += 1
        self.went_on()
        if self.count > self.limits.rows:
            raise LimitExceeded("too_many_rows", limit=self.limits.rows)


def encoding_of(path: Path, override: str = "") -> str:
    """Return the encoding of a document: BOM, UTF-8 that proves itself, what it declares, what its letters say.

    Raises:
        DamagedFile: `nul_bytes`, `undecodable`, `unknown_encoding`.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return choose_encoding(path, override, declared_encoding(head))


def decoded_blocks(path: Path, encoding: str) -> Iterator[str]:
    """Yield the text of a file in pieces.

    Raises:
        DamagedFile: `undecodable`.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 0
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line = lines + bytes(error.object[: error.start]).count(b"\n") + 1
                raise DamagedFile("undecodable", encoding=encoding, line=line) from error
            lines += text.count("\n")
            if text:
                yield text
            if not block:
                return


def watched(blocks: Iterator[str], target: RowTarget) -> Iterator[str]:
    """Yield the blocks while the parser that is fed with them tells the target something now and then.

    Raises:
        LimitExceeded: one tag or comment goes on and on, and is kept in memory meanwhile.
    """
    silent, seen = 0, -1
    for text in blocks:
        silent = silent + len(text) if target.seen == seen else 0
        if silent > _LONGEST_TAG:
            raise LimitExceeded("cell_too_long", limit=target.limits.cell_chars, row=target.count)
        seen = target.seen
        yield text


def check_end(path: Path, encoding: str) -> None:
    """Check that a long document ends with its first element, before minutes are spent on finding that it does not.

    Raises:
        DamagedFile: `truncated`.
    """
    size = path.stat().st_size
    if size < _LONG:
        return
    with path.open("rb") as file:
        root = root_of(file.read(HEAD_BYTES))
        file.seek(size - _TAIL)
        tail = file.read()
    # A piece of a text may begin within a character.
    ends = tail.decode(encoding, errors="replace") if encoding != "utf-16" else ""
    if root is not None and root.name and ends and not re.search(rf"</(?:[^<>\s]+:)?{re.escape(root.name)}\s*>", ends):
        raise DamagedFile("truncated")


def stream_rows(path: Path, target: RowTarget, encoding: str) -> Iterator[RawRow]:
    """Yield what a target makes of a document, in pieces, so that memory does not grow with the file.

    Args:
        path: the file.
        target: fresh, for one reading.
        encoding: from `encoding_of`; what the document declares has been weighed there.

    Raises:
        UnreadableFile: `truncated`, `damaged`, `undecodable`, and whatever the target refuses.
    """
    check_end(path, encoding)
    # Everything is decoded here, so the parser needs no tables of encodings and cannot be misled about them.
    parser = etree.XMLParser(
        target=cast(Any, target),
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
    )
    try:
        for text in watched(decoded_blocks(path, encoding), target):
            parser.feed(text.encode("utf-8", errors="replace"))
            if target.rows:
                yield from target.rows
                target.rows.clear()
    except etree.XMLSyntaxError as error:
        raise DamagedFile("damaged") from error
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise DamagedFile("truncated") from error
    yield from target.rows
