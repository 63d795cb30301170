"""Seals by pyHanko: a PAdES signature with a key of the utility's own. Loaded by whoever seals, for it is large."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from django.utils.module_loading import import_string
from pyhanko.config.pkcs11 import PKCS11SignatureConfig, TokenCriteria
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, Signer, SimpleSigner, sign_pdf

from cabinet_pages.printing.sealing import PdfSeal, SealFailed


class _PyHankoSeal(PdfSeal):
    """A seal by pyHanko in the form PAdES-B-B.

    Args:
        reason: why the document is sealed, shown by PDF viewers.
        field: the name of the signature's field.
    """

    def __init__(self, *, reason: str = "", field: str = "Seal") -> None:
        self.metadata = PdfSignatureMetadata(
            field_name=field, reason=reason or None, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
        )

    @abstractmethod
    def signer(self) -> AbstractContextManager[Signer]:
        """The key for as long as one document takes."""

    def seal(self, document: bytes) -> bytes:
        """See PdfSeal."""
        # A thread of its own, because pyHanko runs an event loop and there may be one in this thread.
        with ThreadPoolExecutor(1) as thread:
            try:
                return thread.submit(self._seal, document).result()
            except (SigningError, PdfError, ValueError, OSError) as error:
                raise SealFailed(str(error)) from error

    def _seal(self, document: bytes) -> bytes:
        target = BytesIO()
        with self.signer() as signer:
            sign_pdf(IncrementalPdfFileWriter(BytesIO(document)), self.metadata, signer, output=target)
        return target.getvalue()


class Pkcs12Seal(_PyHankoSeal):
    """A key in a file.

    Args:
        file: PKCS#12 (`.p12`, `.pfx`) with the key, its certificate and those above it.
        passphrase: of the file; keep it in the environment.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no such file, or the passphrase is another.
    """

    def __init__(self, *, file: str | Path, passphrase: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.key = SimpleSigner.load_pkcs12_data(
            Path(file).read_bytes(), other_certs=[], passphrase=passphrase.encode() or None
        )

    @contextmanager
    def signer(self) -> Iterator[Signer]:
        """The key, which was read once."""
        yield self.key


class Pkcs11Seal(_PyHankoSeal):
    """A key in a token or a security module. Needs pyHanko's extra `pkcs11`.

    Args:
        module: the vendor's library.
        token: the token's label.
        certificate: the label of the certificate.
        key: the label of the key, by default that of the certificate.
        pin: of the token; keep it in the environment.
        others: labels of the certificates above it in the token.

    Raises:
        ImportError: the extra is not installed.
    """

    def __init__(
        self,
        *,
        module: str,
        token: str,
        certificate: str,
        key: str = "",
        pin: str = "",
        others: Sequence[str] = (),
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.open = import_string("pyhanko.sign.pkcs11.PKCS11SigningContext")
        self.config = PKCS11SignatureConfig(
            module_path=module,
            token_criteria=TokenCriteria(label=token),
            cert_label=certificate,
            key_label=key or certificate,
            user_pin=pin or None,
            other_certs_to_pull=list(others),
        )

    @contextmanager
    def signer(self) -> Iterator[Signer]:
        """The key in a session of its own."""
        with self.open(self.config) as signer:
            yield signer
