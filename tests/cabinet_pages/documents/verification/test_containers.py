"""Containers ASiC-S and ASiC-E with КЕП inside."""

import base64
import hashlib
import io
import zipfile
from functools import cache

import pytest

from cabinet_pages.documents.verification.verdicts import Detail, Verdict
from cabinet_pages.documents.verification.verifier import OwnVerifier
from tests.support import kep

CONTENT, SECOND = "Акт № 1".encode(), "Додаток до акта".encode()
VERIFIER = OwnVerifier()
RIGHT = (Verdict.CHAIN_UNCHECKED, Detail.NONE)
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


@cache
def signer() -> kep.KepSigner:
    return kep.KepSigner("Підписувач", group=kep.M163, seed=21)


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def simple(**more: bytes) -> dict[str, bytes]:
    return {
        "mimetype": b"application/vnd.etsi.asic-s+zip",
        "акт.pdf": CONTENT,
        "META-INF/signature.p7s": signer().cms(CONTENT),
        **more,
    }


def manifest(files: dict[str, bytes], method: str = SHA256) -> bytes:
    def digest(content: bytes) -> bytes:
        return hashlib.sha256(content).digest() if method == SHA256 else kep.digest(content)

    references = "".join(
        f'<asic:DataObjectReference URI="{name}"><ds:DigestMethod Algorithm="{method}"/>'
        f"<ds:DigestValue>{base64.b64encode(digest(content)).decode()}</ds:DigestValue></asic:DataObjectReference>"
        for name, content in files.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" '
        'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><asic:SigReference URI="META-INF/signature001.p7s" '
        f'MimeType="application/pkcs7-signature"/>{references}</asic:ASiCManifest>'
    ).encode()


def extended(method: str = SHA256) -> dict[str, bytes]:
    documents = {"act.pdf": CONTENT, "annex.pdf": SECOND}
    told = manifest(documents, method)
    return {
        "mimetype": b"application/vnd.etsi.asic-e+zip",
        **documents,
        "META-INF/ASiCManifest001.xml": told,
        "META-INF/signature001.p7s": signer().cms(told),
    }


def verdicts(document: bytes, signature: bytes | None = None) -> list[tuple[Verdict, Detail]]:
    return [(found.verdict, found.detail) for found in VERIFIER.verify(document, signature)]


def test_a_simple_container_is_right_alone_and_beside_its_document() -> None:
    container = packed(simple())
    assert verdicts(container) == [RIGHT]
    assert verdicts(CONTENT, container) == [RIGHT]
    assert verdicts(SECOND, container) == [(Verdict.ALTERED, Detail.CONTENT)]
    assert verdicts(packed(simple() | {"акт.pdf": CONTENT + b"!"})) == [(Verdict.ALTERED, Detail.CONTENT)]


@pytest.mark.parametrize("method", [SHA256, f"urn:oid:{kep.GOST}"])
def test_an_extended_container_signs_every_document_through_its_manifest(method: str) -> None:
    files = extended(method)
    assert verdicts(packed(files)) == [RIGHT]
    assert verdicts(SECOND, packed(files)) == [RIGHT]
    assert verdicts(packed(files | {"annex.pdf": SECOND + b"!"})) == [(Verdict.ALTERED, Detail.CONTENT)]
    assert verdicts(packed({name: data for name, data in files.items() if name != "annex.pdf"})) == [
        (Verdict.ALTERED, Detail.CONTENT)
    ]
    changed = files["META-INF/ASiCManifest001.xml"].replace(b"annex.pdf", b"other.pdf")
    other = packed(files | {"META-INF/ASiCManifest001.xml": changed, "other.pdf": SECOND})
    assert verdicts(other) == [(Verdict.ALTERED, Detail.CONTENT)]


def test_a_document_that_was_slipped_in_is_noticed() -> None:
    assert verdicts(packed(extended() | {"slipped.pdf": b"x"})) == [(Verdict.ALTERED, Detail.OUTSIDE)]
    assert verdicts(packed(simple(slipped=b"x")))[0][0] == Verdict.UNREADABLE


def test_what_cannot_be_computed_is_said() -> None:
    files = {"act.pdf": CONTENT, "META-INF/signatures001.xml": b"<x/>"}
    (found,) = VERIFIER.verify(packed(files), None)
    assert (found.verdict, found.detail, found.algorithm) == (Verdict.UNKNOWN_ALGORITHM, Detail.XADES, "XAdES")
    unknown = extended()
    told = manifest({"act.pdf": CONTENT, "annex.pdf": SECOND}).replace(SHA256.encode(), b"urn:oid:1.2.3")
    unknown |= {"META-INF/ASiCManifest001.xml": told, "META-INF/signature001.p7s": signer().cms(told)}
    assert verdicts(packed(unknown))[0][0] == Verdict.UNKNOWN_ALGORITHM


def test_another_archive_has_no_signature_and_a_container_without_one_is_unreadable() -> None:
    assert verdicts(packed({"xl/workbook.xml": b"<x/>"})) == []
    assert verdicts(CONTENT, packed({"a": b"1"})) == [(Verdict.UNREADABLE, Detail.NONE)]
    only_type = packed({"mimetype": b"application/vnd.etsi.asic-e+zip", "a": b"1"})
    assert verdicts(only_type) == [(Verdict.UNREADABLE, Detail.NONE)]
