"""What verdicts are called on screens: always a sentence with its reservation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cabinet_pages.documents.models import CounterSignatureState
from cabinet_pages.documents.verification.verdicts import Detail, Finding, Signer, Verdict
from cabinet_pages.documents.verifying import Knowledge
from cabinet_pages.templatetags.cabinet import moment

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
# Of a file that a consumer sent it is asked whether it signs the very document.
_COUNTER_LABELS: Final[dict[Verdict, Any]] = {Verdict.ALTERED: _("not this document is signed")}
_COUNTER_SENTENCES: Final[dict[Verdict, Any]] = {
    Verdict.ALTERED: _(
        "It is not this document that is signed: another file was, or the document was changed before. The very file "
        "that the cabinet gives has to be signed."
    ),
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
#: What has become of what a consumer signed, in the list.
SIGNING_WORDS: Final[dict[CounterSignatureState, Any]] = {
    CounterSignatureState.WAITING: _("your signature awaits the branch"),
    CounterSignatureState.ACCEPTED: _("your signature is accepted"),
    CounterSignatureState.RETURNED: _("your signature is returned"),
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


def told(findings: Iterable[Finding], *, is_counter: bool = False) -> list[Told]:
    """Findings in the reader's language.

    Args:
        is_counter: whether they are on a file with which a consumer signed a document.
    """
    own = _COUNTER_SENTENCES if is_counter else {}
    labels = _LABELS | _COUNTER_LABELS if is_counter else _LABELS
    return [
        Told(
            label=str(labels[finding.verdict]),
            kind=_KINDS[finding.verdict],
            note=str(_NOTES.get(finding.verdict, "")),
            sentence=str(_DETAILS.get(finding.detail) or own.get(finding.verdict) or _SENTENCES[finding.verdict]),
            signer=finding.signer,
            signed_at=finding.signed_at,
            algorithm=finding.algorithm,
        )
        for finding in findings
    ]


@dataclass(frozen=True, slots=True)
class Check:
    """What is known of the signatures of a file, as a screen shows it.

    Args:
        told: a verdict for each signature; None where there is none yet.
        is_asked: whether the worker is at it; nobody asked it otherwise.
        is_given_up: whether the check was broken off too often.
        is_spoiled: whether the stored bytes are not those that came.
        minutes: when it is worth looking again.
    """

    told: list[Told] | None
    is_asked: bool = False
    is_given_up: bool = False
    is_spoiled: bool = False
    minutes: int = 1


# Seconds that the check of a megabyte takes, rounded up for a machine that has other work.
_SECONDS_A_MEGABYTE: Final = 6


def check_told(knowledge: Knowledge, *, size: int, is_counter: bool = False) -> Check:
    """What is known of a file, in the reader's language.

    Args:
        knowledge: of its signatures.
        size: of what is checked, in bytes.
        is_counter: see `told`.
    """
    return Check(
        told=None if knowledge.findings is None else told(knowledge.findings, is_counter=is_counter),
        is_asked=knowledge.is_asked,
        is_given_up=knowledge.is_given_up,
        is_spoiled=knowledge.is_spoiled,
        minutes=1 + size * _SECONDS_A_MEGABYTE // (60 * 1024 * 1024),
    )


def verdicts_told(knowledge: Knowledge, *, is_counter: bool = False) -> str:
    """The verdicts on a file in a few words, as a list shows them; see `told`."""
    if knowledge.findings is None:
        return gettext("signature not checked") if knowledge.is_given_up else gettext("being checked")
    words = [
        f"{one.label} ({one.note})" if one.note else one.label
        for one in told(knowledge.findings, is_counter=is_counter)
    ]
    if knowledge.is_spoiled:
        words.append(gettext("the stored file is spoiled"))
    return "; ".join(words) or gettext("no signature")


def signers_told(knowledge: Knowledge) -> str:
    """The signers that a file names, each with a code and the time that it states."""
    signers = []
    for one in knowledge.findings or ():
        code = one.signer.edrpou or one.signer.rnokpp
        signed_at = moment(one.signed_at) if one.signed_at else ""
        signers.append(", ".join(filter(None, [one.signer.name, code, signed_at])))
    return "; ".join(filter(None, signers))
