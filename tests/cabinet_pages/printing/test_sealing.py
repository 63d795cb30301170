"""The utility's seal on a PDF: another program finds it right, and so does the cabinet, until a byte is added."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.generic import NameObject, StreamObject, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from reportlab.pdfgen.canvas import Canvas

from cabinet_pages.documents.verification.verdicts import Detail, Verdict
from cabinet_pages.documents.verification.verifier import OwnVerifier
from cabinet_pages.printing.pades_seals import Pkcs11Seal, Pkcs12Seal
from cabinet_pages.printing.rendering import PdfFailed, SealedRenderer, Xhtml2PdfRenderer, pdf_renderer
from cabinet_pages.printing.sealing import pdf_seal
from tests.support.kep import M163, KepSigner


@cache
def key_and_certificate() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Печатка оператора")])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only"), False
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(77)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, decipher_only=False, **usage), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    return key, certificate


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    key, certificate = key_and_certificate()
    path = tmp_path / "seal.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"seal", key, certificate, None, serialization.BestAvailableEncryption(b"word")
        )
    )
    return path


@cache
def plain_pdf() -> bytes:
    buffer = BytesIO()
    canvas = Canvas(buffer, invariant=1)
    canvas.drawString(72, 720, "Invoice 1")
    canvas.save()
    return buffer.getvalue()


def verdict(document: bytes, *roots: Path) -> tuple[Verdict, Detail]:
    (found,) = OwnVerifier(roots=roots).verify(document, None)
    return found.verdict, found.detail


def test_a_sealed_pdf_is_right_for_pyhanko_and_for_the_cabinet(key_file: Path, tmp_path: Path) -> None:
    sealed = Pkcs12Seal(file=key_file, passphrase="word", reason="Рахунок").seal(plain_pdf())
    assert sealed.startswith(plain_pdf())
    certificate = key_and_certificate()[1].public_bytes(serialization.Encoding.DER)
    trusting = ValidationContext(trust_roots=[asn1_x509.Certificate.load(certificate)])
    (embedded,) = PdfFileReader(BytesIO(sealed)).embedded_signatures
    # pyHanko's validator runs an event loop, and a browser of another test may have one in this thread.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(validate_pdf_signature, embedded, trusting).result().bottom_line
    root = tmp_path / "root.cer"
    root.write_bytes(certificate)
    assert verdict(sealed) == (Verdict.CHAIN_UNCHECKED, Detail.NONE)
    assert verdict(sealed, root) == (Verdict.VALID, Detail.NONE)
    (found,) = OwnVerifier().verify(sealed, None)
    assert (found.signer.name, found.signer.serial, found.algorithm) == (
        "Печатка оператора",
        "4D",
        "ECDSA secp256r1 + SHA-256",
    )


def test_a_signature_beside_a_sealed_pdf_is_told_before_the_seal(key_file: Path) -> None:
    sealed = Pkcs12Seal(file=key_file, passphrase="word").seal(plain_pdf())
    beside = KepSigner("Підписувач", group=M163, seed=41).cms(sealed)
    found = OwnVerifier().verify(sealed, beside)
    assert [one.signer.name for one in found] == ["Підписувач", "Печатка оператора"]
    assert {one.verdict for one in found} == {Verdict.CHAIN_UNCHECKED}


def test_every_byte_that_is_added_or_changed_after_sealing_is_noticed(key_file: Path) -> None:
    sealed = Pkcs12Seal(file=key_file, passphrase="word").seal(plain_pdf())
    for added in (b"\n", b" ", b"\x00", b"%", b"\n%%EOF\n", b"1 0 obj\n<<>>\nendobj\n%%EOF\n"):
        assert verdict(sealed + added) == (Verdict.ALTERED, Detail.OUTSIDE), added
    for at in (20, sealed.index(b"/ByteRange") - 1, len(sealed) - 8):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        assert verdict(changed)[0] in (Verdict.ALTERED, Verdict.UNREADABLE), at
    assert verdict(sealed[:-1])[0] == Verdict.UNREADABLE


def test_an_incremental_update_of_the_text_is_noticed_and_a_second_signature_is_not_blamed(key_file: Path) -> None:
    seal = Pkcs12Seal(file=key_file, passphrase="word")
    sealed = seal.seal(plain_pdf())
    writer = IncrementalPdfFileWriter(BytesIO(sealed))
    page = writer.root["/Pages"]["/Kids"][0]
    page[NameObject("/Contents")] = writer.add_object(_text(b"BT /F1 12 Tf 72 720 Td (Invoice 2) Tj ET"))
    writer.update_container(page)
    page[NameObject("/Note")] = pdf_string("changed")
    target = BytesIO()
    writer.write(target)
    assert target.getvalue() != sealed
    assert verdict(target.getvalue()) == (Verdict.ALTERED, Detail.OUTSIDE)
    countersigned = Pkcs12Seal(file=key_file, passphrase="word", field="Second").seal(sealed)
    found = OwnVerifier().verify(countersigned, None)
    assert [(one.verdict, one.detail) for one in found] == [
        (Verdict.CHAIN_UNCHECKED, Detail.REVISION),
        (Verdict.CHAIN_UNCHECKED, Detail.NONE),
    ]
    forged = Pkcs12Seal(file=key_file, passphrase="word", field="Second").seal(target.getvalue())
    assert [one.verdict for one in OwnVerifier().verify(forged, None)] == [Verdict.ALTERED, Verdict.CHAIN_UNCHECKED]


def _text(data: bytes) -> Any:
    return StreamObject(stream_data=data)


def test_the_setting_seals_what_is_rendered(settings: Any, key_file: Path) -> None:
    assert pdf_seal() is None
    assert isinstance(pdf_renderer(), Xhtml2PdfRenderer)
    options = {"file": str(key_file), "passphrase": "word"}
    backend = "cabinet_pages.printing.pades_seals.Pkcs12Seal"
    settings.WAGTAIL_CABINET = {"PDF_SEAL": {"BACKEND": backend, "OPTIONS": options}}
    renderer = pdf_renderer()
    assert isinstance(renderer, SealedRenderer)
    document = renderer.render("cabinet_pages/components/status.html", {"text": "Рахунок"})
    assert verdict(document) == (Verdict.CHAIN_UNCHECKED, Detail.NONE)
    settings.WAGTAIL_CABINET = {"PDF_SEAL": {"BACKEND": backend, "OPTIONS": {**options, "passphrase": "other"}}}
    with pytest.raises(ValueError, match="PKCS#12"):
        pdf_renderer()
    settings.WAGTAIL_CABINET = {"PDF_SEAL": {"BACKEND": "builtins.dict"}}
    with pytest.raises(TypeError, match="is not a PdfSeal"):
        pdf_renderer()


def test_a_document_that_cannot_be_sealed_is_not_given_without(key_file: Path) -> None:
    class Broken(Xhtml2PdfRenderer):
        def render(self, template: str, context: Any) -> bytes:
            return b"no PDF at all"

    with pytest.raises(PdfFailed, match="the seal failed"):
        SealedRenderer(Broken(), Pkcs12Seal(file=key_file, passphrase="word")).render("any.html", {})


def test_a_key_in_a_token_is_opened_as_the_setting_says(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token is played by a key in a file; what is tried is which session is asked for, and that it signs."""
    opened: list[Any] = []

    @contextmanager
    def session(config: Any) -> Iterator[Any]:
        opened.append(config)
        yield Pkcs12Seal(file=key_file, passphrase="word").key

    module = ModuleType("pyhanko.sign.pkcs11")
    module.PKCS11SigningContext = session  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyhanko.sign.pkcs11", module)
    seal = Pkcs11Seal(module="/usr/lib/token.so", token="Utility", certificate="seal", pin="1234")
    assert verdict(seal.seal(plain_pdf())) == (Verdict.CHAIN_UNCHECKED, Detail.NONE)
    (config,) = opened
    assert (config.module_path, config.token_criteria.label, config.user_pin) == (
        "/usr/lib/token.so",
        "Utility",
        "1234",
    )
    assert (config.cert_label, config.key_label) == ("seal", "seal")
