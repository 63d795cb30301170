"""A verifier of signatures: exactly one of its kind, so it is chosen by the setting DOCUMENT_VERIFIER."""

from collections.abc import Sequence

from cabinet_pages.documents.verification.contract import DocumentVerifier
from cabinet_pages.documents.verification.verdicts import Finding, Signer, Verdict


class SealingWax(DocumentVerifier):
    """Knows the wax of one town hall.

    Args:
        colour: of the wax.
    """

    version = "2"

    def __init__(self, *, colour: str) -> None:
        self.colour = colour

    def verify(self, document: bytes, signature: bytes | None) -> Sequence[Finding]:
        """A finding for each signature, none for a document that has no signature."""
        if signature is None:
            return ()
        if signature != self.colour.encode() + document[:8]:
            return (Finding(Verdict.ALTERED),)
        return (Finding(Verdict.CHAIN_UNCHECKED, signer=Signer(name="Town hall"), algorithm="wax"),)
