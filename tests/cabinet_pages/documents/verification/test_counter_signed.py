"""What somebody signs of a document that another gave: that very document, or something else."""

import base64
import io
import zipfile
from functools import cache

import pytest
from pyhanko.pdf_utils.generic import NameObject, StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from cabinet_pages.documents.rules import signed_form
from cabinet_pages.documents.verification.counter_signed import counter_findings
from cabinet_pages.documents.verification.verdicts import Detail, Verdict
from cabinet_pages.documents.verification.verifier import OwnVerifier
from tests.support.kep import M163, KepSigner
from tests.support.pades import plain_pdf, signed_pdf

CONTENT = "Договір".encode()
VERIFIER = OwnVerifier()
BRANCH, CUSTOMER = KepSigner("Оператор", group=M163, seed=41), KepSigner("Споживач", group=M163, seed=42)
RIGHT, OTHER = (Verdict.CHAIN_UNCHECKED, Detail.NONE), (Verdict.ALTERED, Detail.CONTENT)


@cache
def contract() -> bytes:
    """A PDF that the branch has sealed."""
    return signed_pdf(plain_pdf("Contract 7"), "Operator")


@cache
def countersigned() -> bytes:
    return signed_pdf(contract(), "Consumer")


def found(document: bytes, signed: bytes, branch: bytes | None = None) -> list[tuple[str, Verdict, Detail]]:
    own = VERIFIER.verify(document, branch) if branch is not None else ()
    return [(one.signer.name, one.verdict, one.detail) for one in counter_findings(VERIFIER, document, signed, own=own)]


def packed(content: bytes, stored: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.etsi.asic-s+zip")
        archive.writestr("document", content)
        archive.writestr("META-INF/signature.p7s", CUSTOMER.cms(content))
    return buffer.getvalue()


def test_only_the_added_signatures_count() -> None:
    branch = BRANCH.cms(CONTENT)
    assert found(CONTENT, CUSTOMER.cms(CONTENT), branch) == [("Споживач", *RIGHT)]
    assert found(CONTENT, BRANCH.cms(CONTENT, others=[CUSTOMER]), branch)[-1:] == [("Споживач", *RIGHT)]
    assert found(CONTENT, branch, branch) == []


@pytest.mark.parametrize("attached", [False, True])
def test_a_signature_of_something_else_is_said_to_be_one(attached: bool) -> None:
    assert found(CONTENT, CUSTOMER.cms(b"else", attached=attached)) == [("Споживач", *OTHER)]
    assert found(CONTENT, packed(b"else")) == [("Споживач", *OTHER)]


def test_a_pdf_with_a_signature_added_signs_the_document() -> None:
    assert found(contract(), countersigned()) == [("Consumer", *RIGHT)]
    assert found(plain_pdf("Contract 7"), signed_pdf(plain_pdf("Contract 7"), "Consumer")) == [("Consumer", *RIGHT)]
    assert found(contract(), contract()) == []


def test_another_pdf_and_one_that_was_changed_before_it_was_signed_are_something_else() -> None:
    other = signed_pdf(plain_pdf("Contract 8"), "Consumer")
    assert found(contract(), other) == [("Consumer", *OTHER)]
    assert found(CONTENT, other) == [("Consumer", *OTHER)]
    writer = IncrementalPdfFileWriter(io.BytesIO(contract()))
    writer.root["/Pages"]["/Kids"][0][NameObject("/Contents")] = writer.add_object(StreamObject(stream_data=b"0 0 m"))
    writer.update_container(writer.root["/Pages"]["/Kids"][0])
    changed = io.BytesIO()
    writer.write(changed)
    assert changed.getvalue().startswith(contract())
    assert found(contract(), signed_pdf(changed.getvalue(), "Consumer")) == [("Consumer", *OTHER)]


def test_a_detached_signature_of_a_sealed_pdf_is_counted_without_the_seal() -> None:
    assert found(contract(), CUSTOMER.cms(contract())) == [("Споживач", *RIGHT)]


@pytest.mark.parametrize("stored", [False, True])
def test_a_pdf_inside_of_a_container_or_an_attached_signature_hides_neither(stored: bool) -> None:
    pdf = plain_pdf("Contract 9")
    container, attached = packed(pdf, stored), CUSTOMER.cms(pdf, attached=True)
    assert (signed_form(container), signed_form(attached)) == (("asic", ""), ("cms", ""))
    for signed in (container, attached):
        assert found(pdf, signed) == [("Споживач", *RIGHT)]
        assert [one.verdict for one in VERIFIER.verify(signed, None)] == [Verdict.CHAIN_UNCHECKED]


def test_the_form_is_told_by_the_bytes() -> None:
    cms = CUSTOMER.cms(CONTENT)
    text = base64.encodebytes(cms)
    for content in (cms, text, b"-----BEGIN PKCS7-----\n" + text, b"\n-----BEGIN CMS-----\n" + text):
        assert signed_form(content) == ("cms", ""), content[:30]
    assert signed_form(countersigned()) == ("pdf", "")
    assert signed_form(packed(CONTENT)) == ("asic", "")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    assert signed_form(buffer.getvalue()) == ("", "archive_unsigned")
    assert signed_form(plain_pdf("x")) == ("", "pdf_unsigned")
    assert signed_form(b"-----BEGIN CERTIFICATE-----\nMIIB") == ("", "unknown_form")
