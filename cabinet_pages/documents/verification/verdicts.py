"""What a verifier says about a signature: a code, never a bare yes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """The codes of the contract `DocumentVerifier`."""

    #: The signature is right, and so is the chain of certificates up to a configured root.
    VALID = "valid"
    #: The signature is right by arithmetic; nobody asked whether the certificate is in force.
    CHAIN_UNCHECKED = "signature_correct_chain_unchecked"
    #: The signature is right, but what it signs is not this document.
    ALTERED = "altered"
    #: The signature does not fit the key of its certificate.
    WRONG = "signature_wrong"
    #: An algorithm, a curve or a form of signature that the verifier does not compute.
    UNKNOWN_ALGORITHM = "unknown_algorithm"
    #: It is no signature, or a broken or too large one.
    UNREADABLE = "unreadable"


class Detail(StrEnum):
    """Why a verdict is what it is, where the verdict alone says too little."""

    NONE = ""
    #: The content is not the signed one.
    CONTENT = "content"
    #: Bytes were added after the signature, or lie outside of what it covers.
    OUTSIDE = "outside"
    #: The attribute that names the signer's certificate names another one.
    CERTIFICATE = "certificate"
    #: The signer's certificate is not in the signature.
    NO_CERTIFICATE = "no_certificate"
    #: The signature was made over an earlier, still recognisable revision of a PDF.
    REVISION = "revision"
    #: The certificate does not lead to any of the configured roots, or was not in force.
    UNTRUSTED = "untrusted"
    #: More bytes or parts than the verifier takes.
    TOO_LARGE = "too_large"
    #: XML signatures (XAdES) inside a container.
    XADES = "xades"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who a certificate names. Unless the chain was checked, these are claims of the certificate alone.

    Args:
        name: the common name, else the organization.
        organization: '' for a natural person.
        edrpou: ЄДРПОУ of the organization; '' where the certificate names none.
        rnokpp: РНОКПП of the person; '' where the certificate names none.
        issuer: the common name of who issued the certificate.
        serial: the certificate's number, hexadecimal.
    """

    name: str = ""
    organization: str = ""
    edrpou: str = ""
    rnokpp: str = ""
    issuer: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One signature.

    Args:
        verdict: the code.
        detail: why.
        signer: empty where the certificate cannot be read.
        signed_at: the moment that the signer claims; no time stamp is checked.
        algorithm: its customary name, else its object identifier.
    """

    verdict: Verdict
    detail: Detail = Detail.NONE
    signer: Signer = Signer()
    signed_at: datetime | None = None
    algorithm: str = ""


class Unreadable(ValueError):
    """Bytes that are not what they should be."""

    def __init__(self, reason: str, detail: Detail = Detail.NONE) -> None:
        super().__init__(reason)
        self.detail = detail


class UnknownAlgorithm(ValueError):
    """Something is signed in a way that the verifier does not compute."""

    def __init__(self, name: str, detail: Detail = Detail.NONE) -> None:
        super().__init__(name)
        self.name = name
        self.detail = detail
