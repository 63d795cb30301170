"""PDF files, and a person who signs inside of them (PAdES) with a key that nobody vouches for."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.pdfgen.canvas import Canvas


def plain_pdf(text: str) -> bytes:
    """A page with a line of Latin text."""
    buffer = BytesIO()
    canvas = Canvas(buffer, invariant=1)
    canvas.drawString(72, 720, text)
    canvas.save()
    return buffer.getvalue()


def signed_pdf(pdf: bytes, name: str) -> bytes:
    """A PDF with a person's signature added to it."""
    metadata = PdfSignatureMetadata(field_name=f"Signature of {name}", subfilter=SigSeedSubFilter.PADES)

    def sign() -> bytes:
        output: BytesIO = sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), metadata, signer=_signer(name))
        return output.getvalue()

    # pyHanko runs an event loop, and a browser of another test may have one in this thread.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(sign).result()


@cache
def _signer(name: str) -> SimpleSigner:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.DER
    plain = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(encoding)),
        signing_key=keys.PrivateKeyInfo.load(plain),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
