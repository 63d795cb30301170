"""The contract of a verifier of signed documents."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from cabinet_pages.documents.verification.verdicts import Finding


class DocumentVerifier(ABC):
    """Tells of a document who signed it, and whether it is what they signed; chosen by the setting DOCUMENT_VERIFIER.

    It is given hostile bytes: whatever they are, it answers, soon, and connects nowhere that its settings do not name.
    """

    #: Findings are kept by this name, so it changes when the same bytes may get another verdict.
    version: str = "1"

    @abstractmethod
    def verify(self, document: bytes, signature: bytes | None) -> Sequence[Finding]:
        """Check every signature of a document.

        Args:
            document: the file, which may itself hold its signatures (PAdES, an attached CMS, ASiC).
            signature: the file that lies beside it, detached or attached; None without one.

        Returns:
            a finding for each signature, none for a document that has no signature.
        """
