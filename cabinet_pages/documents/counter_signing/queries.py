"""Whether what a consumer signed may be accepted, and whose signature it is."""

from enum import StrEnum

from cabinet_pages.documents.models import CounterSignature
from cabinet_pages.documents.verification.verdicts import Verdict
from cabinet_pages.documents.verifying import Knowledge, knowledge_of, with_counter_verdicts

_RIGHT = frozenset({Verdict.VALID, Verdict.CHAIN_UNCHECKED})
_UNTOLD = frozenset({Verdict.UNKNOWN_ALGORITHM})


class Standing(StrEnum):
    """What the verdicts on a counter-signed file come to."""

    BEING_CHECKED = "being_checked"
    RIGHT = "right"
    #: The cabinet cannot say: an algorithm that it does not compute, or a check that died again and again.
    UNTOLD = "untold"
    BAD = "bad"


def standing_of(knowledge: Knowledge) -> Standing:
    """One right signature of the document with no wrong one beside it is right; without any signature it is bad."""
    if knowledge.findings is None:
        return Standing.UNTOLD if knowledge.is_given_up else Standing.BEING_CHECKED
    verdicts = {finding.verdict for finding in knowledge.findings}
    if knowledge.is_spoiled or not verdicts or verdicts - _RIGHT - _UNTOLD:
        return Standing.BAD
    return Standing.UNTOLD if verdicts & _UNTOLD else Standing.RIGHT


def knowledge_on(signed: CounterSignature) -> Knowledge:
    """What is known of one file at this moment."""
    return knowledge_of(with_counter_verdicts(CounterSignature.objects.filter(pk=signed.pk)).get())


def strange_codes(knowledge: Knowledge, customer_code: str) -> list[str]:
    """The codes of signers' certificates, none of which is the customer's; empty where one is, or none is known."""
    signers = [finding.signer for finding in knowledge.findings or ()]
    codes = list(dict.fromkeys(code for signer in signers for code in (signer.edrpou, signer.rnokpp) if code))
    return [] if not customer_code or customer_code in codes else codes
