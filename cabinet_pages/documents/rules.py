"""In what form a file is signed, told by its first bytes and never by its name. Pure functions on bytes."""

import re
import zipfile
from base64 import b64decode
from binascii import Error
from io import BytesIO
from typing import Final

_SIGNED_DATA: Final = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
_SIGNATURE: Final = re.compile(r"META-INF/[^/]*signatures?[^/]*\.(p7[sm]|xml)", re.IGNORECASE)
_PEM: Final = re.compile(rb"-----BEGIN (PKCS7|CMS|PKCS #7 SIGNED DATA)-----")

#: Forms of a signature: `cms` (.p7s, detached or attached), `asic`, `pdf` (PAdES).
CMS: Final = "cms"
ASIC: Final = "asic"
PDF: Final = "pdf"


def signed_form(content: bytes) -> tuple[str, str]:
    """The form of a signed file and a refusal, one of which is ''.

    Refusals: `empty`, `broken_archive`, `archive_unsigned`, `pdf_unsigned`, `unknown_form`. What is let through may
    still be a broken signature: that is for the verifier to say.
    """
    if not content:
        return "", "empty"
    if content.startswith(b"PK\x03\x04"):
        return _archive(content)
    if _is_cms(content):
        return CMS, ""
    if b"%PDF-" in content[:1024]:
        return (PDF, "") if b"/ByteRange" in content else ("", "pdf_unsigned")
    return "", "unknown_form"


def _archive(content: bytes) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return "", "broken_archive"
    return (ASIC, "") if any(map(_SIGNATURE.fullmatch, names)) else ("", "archive_unsigned")


def _is_cms(content: bytes) -> bool:
    if content[:1] == b"\x30":
        return _SIGNED_DATA in content[:24]
    head = content[:128].lstrip()
    if _PEM.match(head):
        return True
    if not head.startswith(b"MI"):
        return False
    # Base64 without a frame.
    try:
        return _SIGNED_DATA in b64decode(head[:32], validate=True)
    except Error:
        return False
