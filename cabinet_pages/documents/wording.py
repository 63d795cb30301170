"""What verdicts are called on screens: always a sentence with its reservation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from cabinet_pages.documents.verification.verdicts import Detail, Finding, Signer, Verdict

_LABELS: Final[dict[Verdict, Any]] = {
    Verdict.VALID: _("signature right, certificate checked"),
    Verdict.CHAIN_UNCHECKED: _("signature mathematically right"),
    Verdict.ALTERED: _("document altered"),
    Verdict.WRONG: _("signature wrong"),
    Verdict.UNKNOWN_ALGORITHM: _("signature not checked"),
    Verdict.UNREADABLE: _("signature unreadable"),
}
# No verdict is a bare green tick: the word beside it says what was not asked.
_KINDS: Final = {
    Verdict.VALID: "success",
    Verdict.CHAIN_UNCHECKED: "info",
    Verdict.ALTERED: "error",
    Verdict.WRONG: "error",
    Verdict.UNKNOWN_ALGORITHM: "waiting",
    Verdict.UNREADABLE: "error",
}
_NOTES: Final[dict[Verdict, Any]] = {
    Verdict.VALID: _("whether it was revoked is not checked"),
    Verdict.CHAIN_UNCHECKED: _("the certificate was not checked"),
}
_SENTENCES: Final[dict[Verdict, Any]] = {
    Verdict.VALID: _(
        "The signature is right, and its certificate leads to an authority that this cabinet trusts. Whether the "
        "certificate was revoked, and when exactly the document was signed, is not checked here."
    ),
    Verdict.CHAIN_UNCHECKED: _(
        "The signature is mathematically right; whether the certificate is in force was not checked."
    ),
    Verdict.ALTERED: _("The document is not the one that was signed: it was altered, or the signature is of another."),
    Verdict.WRONG: _("The signature does not fit the key of its certificate: it is damaged or forged."),
    Verdict.UNKNOWN_ALGORITHM: _("The cabinet cannot compute this algorithm; the signature may be right or wrong."),
    Verdict.UNREADABLE: _("This is no signature that can be read: the file is damaged or something else."),
}
_DETAILS: Final[dict[Detail, Any]] = {
    Detail.OUTSIDE: _("Something was added after signing that the signature does not cover. Do not rely on the file."),
    Detail.CERTIFICATE: _("The signature names another certificate than the one that lies in it."),
    Detail.NO_CERTIFICATE: _("The signer's certificate is not in the file, so there is nothing to check with."),
    Detail.UNTRUSTED: _(
        "The signature is mathematically right; the certificate does not lead to an authority that this cabinet "
        "trusts, or was not in force."
    ),
    Detail.REVISION: _(
        "The signature is mathematically right for an earlier revision of the file; later only signatures or their "
        "proofs were added. Whether the certificate is in force was not checked."
    ),
    Detail.TOO_LARGE: _("The file is too large or has too many parts to be checked here."),
    Detail.XADES: _("The container has an XML signature (XAdES), which the cabinet does not compute."),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as a screen shows it.

    Args:
        label: two or three words.
        kind: the colour of the lamp.
        note: what was not checked; '' where the label says all.
        sentence: the verdict in full.
    """

    label: str
    kind: str
    note: str
    sentence: str
    signer: Signer
    signed_at: datetime | None
    algorithm: str


def told(findings: Iterable[Finding]) -> list[Told]:
    """Findings in the reader's language."""
    return [
        Told(
            label=str(_LABELS[finding.verdict]),
            kind=_KINDS[finding.verdict],
            note=str(_NOTES.get(finding.verdict, "")),
            sentence=str(_DETAILS.get(finding.detail) or _SENTENCES[finding.verdict]),
            signer=finding.signer,
            signed_at=finding.signed_at,
            algorithm=finding.algorithm,
        )
        for finding in findings
    ]
