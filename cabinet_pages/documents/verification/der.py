"""A reader of DER (X.690): strict, and lazy, so that neither depth nor size of a hostile file costs anything."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cabinet_pages.documents.verification.verdicts import Detail, Unreadable

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OID: Final = 0x06
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
SEQUENCE: Final = 0x30
SET: Final = 0x31

#: Elements of one SEQUENCE or SET; no honest signature has more.
MOST_ELEMENTS: Final = 10_000
#: Elements of a whole file with indefinite lengths; streaming signers cut what they sign into pieces of a kilobyte.
MOST_CONVERTED: Final = 200_000
_DEEPEST: Final = 40
_INDEFINITE: Final = 0x80
_STRINGS: Final = {0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii", 0x12: "ascii", 0x1E: "utf-16-be", 0x14: "latin-1"}


def context(number: int, *, constructed: bool = True) -> int:
    """The tag [number] of a choice or of an optional part."""
    return (0xA0 if constructed else 0x80) | number


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag, its content, and itself as it stands in the file."""

    tag: int
    content: bytes
    raw: bytes

    def expect(self, tag: int) -> "Element":
        """Itself. Raises Unreadable where the tag is another one."""
        if self.tag != tag:
            raise Unreadable(f"tag {self.tag:#04x} where {tag:#04x} was expected")
        return self

    def children(self) -> list["Element"]:
        """The elements of a constructed one."""
        if not self.tag & 0x20:
            raise Unreadable("a primitive element has no parts")
        return list(elements(self.content))

    def only(self) -> "Element":
        """The one element inside."""
        found = self.children()
        if len(found) != 1:
            raise Unreadable("exactly one part was expected")
        return found[0]

    def integer(self) -> int:
        """A whole number."""
        self.expect(INTEGER)
        content = self.content
        if not content or (len(content) > 1 and content[0] in (0, 0xFF) and (content[0] ^ content[1]) < 0x80):
            raise Unreadable("a number that is not shortest")
        return int.from_bytes(content, "big", signed=True)

    def oid(self) -> str:
        """An object identifier in dotted form."""
        self.expect(OID)
        if not self.content or len(self.content) > 64 or self.content[-1] & 0x80:
            raise Unreadable("an object identifier is cut short")
        parts: list[int] = []
        value = 0
        for byte in self.content:
            if value == 0 and byte == 0x80:
                raise Unreadable("an object identifier that is not shortest")
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                parts.append(value)
                value = 0
        first = min(parts[0] // 40, 2)
        return ".".join(map(str, (first, parts[0] - 40 * first, *parts[1:])))

    def octets(self) -> bytes:
        """The bytes of an OCTET STRING."""
        return self.expect(OCTET_STRING).content

    def bits(self) -> bytes:
        """The bytes of a BIT STRING of whole bytes."""
        self.expect(BIT_STRING)
        if not self.content or self.content[0]:
            raise Unreadable("a bit string that does not consist of whole bytes")
        return self.content[1:]

    def text(self) -> str:
        """A string of any of the usual kinds; '' for other things."""
        return self.content.decode(_STRINGS[self.tag], "replace") if self.tag in _STRINGS else ""

    def moment(self) -> datetime:
        """UTCTime or GeneralizedTime in Zulu time."""
        text = self.content.decode("ascii", "replace")
        if self.tag == UTC_TIME and re.fullmatch(r"\d{12}Z", text):
            text = ("19" if text[:2] >= "50" else "20") + text
        elif self.tag != GENERALIZED_TIME or not re.fullmatch(r"\d{14}(\.\d{1,6})?Z", text):
            raise Unreadable("a moment in an unusual form")
        try:
            return datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError as error:
            raise Unreadable("a moment that never was") from error


def read(data: bytes) -> Element:
    """The one element that the bytes are. Raises Unreadable, also for anything behind it."""
    element, end = _element(data, 0)
    if end != len(data):
        raise Unreadable("bytes behind the end")
    return element


def elements(data: bytes) -> Iterator[Element]:
    """The elements in a row that the bytes are. Raises Unreadable."""
    position = count = 0
    while position < len(data):
        count += 1
        if count > MOST_ELEMENTS:
            raise Unreadable("too many parts", Detail.TOO_LARGE)
        element, position = _element(data, position)
        yield element


def encode(tag: int, content: bytes) -> bytes:
    """An element in DER."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def canonical(data: bytes) -> bytes:
    """BER with indefinite lengths, as streaming signers write it, in definite ones; other bytes as they are.

    Raises:
        Unreadable: it is too deep, or broken.
    """
    if data[1:2] != bytes((_INDEFINITE,)):
        return data
    converted, end = _definite(data, 0, 0, [MOST_CONVERTED])
    if end != len(data):
        raise Unreadable("bytes behind the end")
    return converted


def _header(data: bytes, position: int) -> tuple[int, int, int]:
    """(tag, length or -1 for an indefinite one, where the content begins)."""
    head = data[position : position + 2]
    if len(head) < 2:
        raise Unreadable("the end came too early")
    tag, length = head
    if tag & 0x1F == 0x1F:
        raise Unreadable("a tag of several bytes")
    position += 2
    if length == _INDEFINITE:
        return tag, -1, position
    if length > _INDEFINITE:
        size = length & 0x7F
        digits = data[position : position + size]
        length = int.from_bytes(digits, "big")
        if size > 4 or len(digits) != size or not digits[0] or length < 0x80:
            raise Unreadable("a length that is not shortest")
        position += size
    if position + length > len(data):
        raise Unreadable("the end came too early")
    return tag, length, position


def _element(data: bytes, start: int) -> tuple[Element, int]:
    tag, length, begin = _header(data, start)
    if length < 0:
        raise Unreadable("an indefinite length")
    end = begin + length
    return Element(tag, data[begin:end], data[start:end]), end


def _definite(data: bytes, start: int, depth: int, left: list[int]) -> tuple[bytes, int]:
    left[0] -= 1
    if depth > _DEEPEST or left[0] < 0:
        raise Unreadable("too many parts", Detail.TOO_LARGE)
    tag, length, position = _header(data, start)
    if not tag & 0x20:
        if length < 0:
            raise Unreadable("a primitive element of indefinite length")
        return data[start : position + length], position + length
    end = position + length
    parts: list[bytes] = []
    while length < 0 or position < end:
        if length < 0 and data[position : position + 2] == b"\x00\x00":
            position += 2
            break
        part, position = _definite(data, position, depth + 1, left)
        parts.append(part)
    if length >= 0 and position != end:
        raise Unreadable("a part is longer than the whole")
    if tag == 0x24:
        return encode(OCTET_STRING, b"".join(read(part).octets() for part in parts)), position
    return encode(tag, b"".join(parts)), position
