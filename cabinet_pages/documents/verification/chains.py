"""Chains of certificates with RSA and ECDSA keys, by pyHanko's validator; nothing is fetched."""

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import pem, x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from cabinet_pages.documents.verification.certificates import Certificate

# Either purpose makes a signature of a document.
_PURPOSES = frozenset({"digital_signature", "non_repudiation"})


class Chains:
    """The roots that an installation trusts.

    Args:
        roots: files with certificates, PEM or DER.

    Raises:
        OSError: a file cannot be read.
        ValueError: it has no certificate.
    """

    def __init__(self, roots: Sequence[str | Path]) -> None:
        self.roots = [root for path in roots for root in _certificates(Path(path).read_bytes())]

    def reach(self, certificate: Certificate, others: Iterable[Certificate], moment: datetime | None) -> bool:
        """Whether a certificate led to a root at a moment, now by default, and may sign documents.

        Revocation is not asked about: nothing here connects anywhere.
        """

        leaf = x509.Certificate.load(certificate.raw)

        async def validate() -> None:
            context = ValidationContext(
                trust_roots=self.roots,
                moment=moment or datetime.now(UTC),
                allow_fetching=False,
                revocation_mode="soft-fail",
            )
            between = [x509.Certificate.load(other.raw) for other in others]
            await CertificateValidator(leaf, between, validation_context=context).async_validate_path()

        # A thread of its own, because there may be an event loop in this one.
        with ThreadPoolExecutor(1) as thread:
            try:
                usage = leaf.key_usage_value
                if usage is not None and not usage.native & _PURPOSES:
                    return False
                thread.submit(asyncio.run, validate()).result()
            except (PathError, ValidationError, ValueError, KeyError, TypeError):
                # The last three are what its reader says to certificates that are broken beyond its own errors.
                return False
        return True


def _certificates(data: bytes) -> list[x509.Certificate]:
    blocks = [content for _, _, content in pem.unarmor(data, multiple=True)] if pem.detect(data) else [data]
    return [x509.Certificate.load(block, strict=True) for block in blocks]
