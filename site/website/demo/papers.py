"""Signed documents of the demo: small PDF acts with a detached CMS signature by a key made for the demo alone."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID
from django.conf import settings
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from website.demo.records import DemoAccount, World
from website.demo.world import month_end

FONT = "DejaVuSans"
# Two well-known primes: this key signs made-up papers and nothing else. RSA, because it signs without chance: the same
# day gives the same bytes.
DEMO_PRIMES = (2**1279 - 1, 2**2203 - 1)
REGISTRY_HEADING = (
    "Особовий рахунок",
    "Вид документа",
    "№",
    "Дата",
    "Файл",
    "Файл підпису",
    "Період",
    "Назва",
    "Потребує підпису",
)


def write_document_archives(world: World, folder: Path) -> list[tuple[str, Path]]:
    """Write one ZIP a branch: acts of the last three months, each with its `.p7s`.

    Returns:
        (branch code, path) of every archive.
    """
    signer = _Signer(world.months[-1])
    archives = []
    for branch in sorted({account.branch for account in world.accounts}):
        path = folder / f"{branch}-documents.zip"
        accounts = [account for account in world.accounts if account.branch == branch][:4]
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            registry = io.StringIO()
            writer = csv.writer(registry, delimiter=";", lineterminator="\r\n")
            writer.writerow(REGISTRY_HEADING)
            for account in accounts:
                for month in world.months[-3:]:
                    name = f"akt-{account.contract_number}-{month:%Y-%m}.pdf"
                    content = _act(account, month)
                    archive.writestr(name, content)
                    archive.writestr(f"{name}.p7s", signer.sign(content))
                    writer.writerow(
                        (
                            account.number,
                            "Акт наданих послуг",
                            f"{account.contract_number}-{month:%m%y}",
                            f"{month_end(month):%d.%m.%Y}",
                            name,
                            f"{name}.p7s",
                            f"{month:%m.%Y}",
                            f"Акт про надані послуги з розподілу за {month:%m.%Y}",
                            "так" if month == world.months[-1] else "ні",
                        )
                    )
            archive.writestr("registry.csv", registry.getvalue().encode("cp1251"))
        archives.append((branch, path))
    return archives


def _act(account: DemoAccount, month: date) -> bytes:
    if FONT not in pdfmetrics.getRegisteredFontNames():
        fonts = Path(settings.BASE_DIR) / "cabinet_pages" / "printing" / "assets"
        pdfmetrics.registerFont(TTFont(FONT, str(next(fonts.rglob("DejaVuSans.ttf")))))
    buffer = io.BytesIO()
    # Without the moment of writing, the same day gives the same bytes.
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(f"Акт {account.contract_number}-{month:%m%y}")
    lines = (
        (16, f"Акт наданих послуг № {account.contract_number}-{month:%m%y}"),
        (10, f"від {month_end(month):%d.%m.%Y}"),
        (10, ""),
        (10, "Виконавець: оператор системи розподілу (демонстраційний документ)"),
        (10, f"Замовник: {account.name}"[:95]),
        (10, f"Особовий рахунок: {account.number}, договір № {account.contract_number}"),
        (10, ""),
        (10, f"Послуги з розподілу електричної енергії за {month:%m.%Y} надано в повному обсязі."),
        (10, "Сторони претензій одна до одної не мають."),
    )
    y = 780
    for size, text in lines:
        canvas.setFont(FONT, size)
        canvas.drawString(60, y, text)
        y -= size + 12
    canvas.save()
    return buffer.getvalue()


class _Signer:
    """A self-made certificate and key; the demo's signatures prove the plumbing, not anybody's identity."""

    def __init__(self, month: date) -> None:
        self.key = _demo_key()
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Демонстраційний підпис")])
        begin = datetime(month.year, month.month, 1, tzinfo=UTC) - timedelta(days=400)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(1)
            .not_valid_before(begin)
            .not_valid_after(begin + timedelta(days=1100))
            .sign(self.key, hashes.SHA256())
        )

    def sign(self, content: bytes) -> bytes:
        """A detached CMS signature (`.p7s`) of the content, without the moment of signing."""
        options = [
            pkcs7.PKCS7Options.DetachedSignature,
            pkcs7.PKCS7Options.Binary,
            pkcs7.PKCS7Options.NoAttributes,
        ]
        return (
            pkcs7.PKCS7SignatureBuilder()
            .set_data(content)
            .add_signer(self.certificate, self.key, hashes.SHA256())
            .sign(serialization.Encoding.DER, options)
        )


def _demo_key() -> rsa.RSAPrivateKey:
    first, second = DEMO_PRIMES
    public = rsa.RSAPublicNumbers(e=65537, n=first * second)
    private = pow(public.e, -1, (first - 1) * (second - 1))
    return rsa.RSAPrivateNumbers(
        p=first,
        q=second,
        d=private,
        dmp1=rsa.rsa_crt_dmp1(private, first),
        dmq1=rsa.rsa_crt_dmq1(private, second),
        iqmp=rsa.rsa_crt_iqmp(first, second),
        public_numbers=public,
    ).private_key()
