"""Files with which somebody signs a document that another gave: whether they sign that very document."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from cabinet_pages.documents.verification.asic import looks_like_zip
from cabinet_pages.documents.verification.cms import looks_like_cms
from cabinet_pages.documents.verification.contract import DocumentVerifier
from cabinet_pages.documents.verification.pades import continues, looks_like_pdf
from cabinet_pages.documents.verification.verdicts import Detail, Finding, Signer, Verdict

_CORRECT = (Verdict.VALID, Verdict.CHAIN_UNCHECKED)


def counter_findings(
    verifier: DocumentVerifier, document: bytes, signed: bytes, *, own: Iterable[Finding]
) -> tuple[Finding, ...]:
    """What is found in the signatures that were added to a document.

    A PDF with a signature inside (PAdES) must be the document itself with nothing but signatures added; of every other
    form the verifier says whether it signs these bytes. A signature of other bytes is `ALTERED`, however right it is.

    Args:
        verifier: the chosen one.
        document: as it was given to be signed.
        signed: what came back.
        own: the signatures that the document had before, which are not counted; those inside of it need not be named.

    Returns:
        a finding for each added signature, none where there is none.
    """
    if _is_pdf(signed):
        found = list(verifier.verify(signed, None))
        if not continues(document, signed):
            found = [
                replace(one, verdict=Verdict.ALTERED, detail=Detail.CONTENT) if one.verdict in _CORRECT else one
                for one in found
            ]
    else:
        found = list(verifier.verify(document, signed))
    before = {_who(one) for one in (*own, *verifier.verify(document, None)) if one.signer != Signer()}
    return tuple(one for one in found if _who(one) not in before)


def _is_pdf(data: bytes) -> bool:
    return looks_like_pdf(data) and not looks_like_zip(data) and not looks_like_cms(data)


def _who(finding: Finding) -> tuple[Signer, datetime | None, str]:
    return finding.signer, finding.signed_at, finding.algorithm
