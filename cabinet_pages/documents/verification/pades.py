"""Signatures inside of PDF files (PAdES): which bytes each one covers, and what came after it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from pyhanko.pdf_utils.decode_limits import DecodeLimits
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NameObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult

from cabinet_pages.documents.verification.verdicts import Detail, Unreadable

_RANGE: Final = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")
_HEX: Final = re.compile(rb"<[0-9A-Fa-f\s]+>")
#: Signatures in one file.
MOST_SIGNATURES: Final = 20
_LARGEST_SIGNATURE: Final = 1 << 20
#: What pyHanko says to files that are broken in ways of their own.
_BROKEN: Final = (PdfError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, OSError)


@dataclass(frozen=True, slots=True)
class Embedded:
    """A signature with what it covers.

    Args:
        cms: the CMS file.
        covered: the bytes that are signed.
        end: where the covered bytes end; anything behind was added later.
        ranges: the numbers of its byte range.
    """

    cms: bytes
    covered: bytes
    end: int
    ranges: tuple[int, int, int, int]


def looks_like_pdf(data: bytes) -> bool:
    """Whether bytes are a PDF file."""
    return b"%PDF-" in data[:1024]


def embedded_signatures(data: bytes) -> Iterator[Embedded | Unreadable]:
    """The signatures of a PDF in the order of the file; an Unreadable in the place of a broken one."""
    for number, found in enumerate(_RANGE.finditer(data)):
        if number == MOST_SIGNATURES:
            yield Unreadable("too many signatures", Detail.TOO_LARGE)
            return
        try:
            yield _embedded(data, (int(found[1]), int(found[2]), int(found[3]), int(found[4])), found.start())
        except Unreadable as error:
            yield error


def only_permitted_changes(data: bytes, signature: Embedded) -> bool:
    """Whether all that came after a signature are other signatures, time stamps and what proves them.

    Bytes that belong to no revision of the file are never permitted.
    """
    if not data.rstrip(b"\r\n \t\x00").endswith(b"%%EOF"):
        return False
    try:
        reader = PdfFileReader(BytesIO(data), decode_limits=DecodeLimits.for_untrusted_input())
        for other in reader.embedded_signatures:
            if tuple(map(int, other.byte_range)) == signature.ranges:
                if other.signed_revision + 1 >= reader.xrefs.total_revisions:
                    return False
                other.coverage = other.evaluate_signature_coverage()
                return isinstance(other.evaluate_modifications(DEFAULT_DIFF_POLICY), DiffResult)
    except _BROKEN:
        return False
    return False


def continues(original: bytes, signed: bytes) -> bool:
    """Whether a PDF is another one, byte for byte, to which nothing but signatures and their proofs was added.

    A form that was filled in is something else, and so is a page that was changed.
    """
    if not signed.startswith(original):
        return False
    limits = DecodeLimits.for_untrusted_input()
    try:
        before = PdfFileReader(BytesIO(original), decode_limits=limits).xrefs.total_revisions
        reader = PdfFileReader(BytesIO(signed), decode_limits=limits)
        base = reader.get_historical_resolver(before - 1)
        _give_form(base.root, reader.root)
        result = DEFAULT_DIFF_POLICY.review_file(reader, base)
        signatures = {one.field_name for one in reader.embedded_signatures}
        return isinstance(result, DiffResult) and result.changed_form_fields <= signatures
    except _BROKEN:
        return False


def _give_form(before: Any, after: Any) -> None:
    """Let a PDF without a form have an empty one: the first signature brings it, and pyHanko knows no such change."""
    if "/AcroForm" not in before and "/AcroForm" in after:
        flags = {"/SigFlags": after["/AcroForm"]["/SigFlags"]} if "/SigFlags" in after["/AcroForm"] else {}
        before[NameObject("/AcroForm")] = DictionaryObject({"/Fields": ArrayObject(), **flags})  # type: ignore[no-untyped-call]


def _embedded(data: bytes, ranges: tuple[int, int, int, int], named_at: int) -> Embedded:
    begin, first, second, rest = ranges
    end = second + rest
    if begin or not first < second <= end <= len(data) or not named_at < end or first <= named_at < second:
        raise Unreadable("a byte range that is none")
    gap = data[first:second]
    # Nothing but the signature itself may lie between what is signed.
    if len(gap) > _LARGEST_SIGNATURE or not _HEX.fullmatch(gap):
        raise Unreadable("something else lies in the gap of the byte range")
    digits = b"".join(gap[1:-1].split())
    cms = bytes.fromhex(digits.decode("ascii") + "0" * (len(digits) % 2))
    return Embedded(_without_padding(cms), data[:first] + data[second:end], end, ranges)


def _without_padding(cms: bytes) -> bytes:
    """The signature without the zeros that fill its reserved place."""
    size = cms[1] & 0x7F if cms[1:2] > b"\x80" else 0
    length = 2 + size + int.from_bytes(cms[2 : 2 + size], "big")
    if not 1 <= size <= 4 or length > len(cms) or cms[length:].strip(b"\x00"):
        raise Unreadable("a signature that does not fill its place")
    return cms[:length]
