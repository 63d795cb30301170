"""CMS SignedData (RFC 5652) as CAdES uses it: attached and detached, one signer or several.

Everything that a signature does not cover is held to what the standard prescribes, so that a changed byte is noticed
even where no digest would.
"""

import hmac
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cabinet_pages.documents.verification.algorithms import Check, check_of, digest_by, identifier
from cabinet_pages.documents.verification.certificates import Certificate, certificate
from cabinet_pages.documents.verification.der import (
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    SET,
    Element,
    canonical,
    context,
    encode,
    read,
)
from cabinet_pages.documents.verification.verdicts import (
    Detail,
    Finding,
    Signer,
    UnknownAlgorithm,
    Unreadable,
    Verdict,
)

_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
DATA: Final = "1.2.840.113549.1.7.1"
TIME_STAMP: Final = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
_SHA256: Final = "2.16.840.1.101.3.4.2.1"
#: Signatures in one file, each of which costs a verification.
MOST_SIGNERS: Final = 20
_MOST_CERTIFICATES: Final = 100
#: Kinds of digests of one content, each of which may take minutes of a large one.
_MOST_DIGESTS: Final = 4


@dataclass(frozen=True, slots=True)
class SignerInfo:
    """One signature inside of SignedData; `attributes` are the signed ones, by object identifier."""

    identifier: Element
    digest: Element
    algorithm: Element
    attributes: Mapping[str, Element] | None
    signed_bytes: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedData:
    """A CMS signature.

    Args:
        content_type: of what is signed.
        content: what is signed, None in a detached signature.
        certificates: those that lie in it.
        signers: in the order of the file.
    """

    content_type: str
    content: bytes | None
    certificates: list[Certificate] = field(default_factory=list)
    signers: list[SignerInfo] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Checked:
    """A finding with the certificate it rests on, for whoever goes on to check the chain."""

    finding: Finding
    certificate: Certificate | None = None


def looks_like_cms(data: bytes) -> bool:
    """Whether bytes begin as a CMS file does: a SEQUENCE with the object identifier of SignedData."""
    return data[:1] == b"\x30" and b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" in data[:24]


def signed_data(data: bytes) -> SignedData:
    """Read a CMS file. Raises Unreadable."""
    parts = read(canonical(data)).expect(SEQUENCE).children()
    if len(parts) != 2 or parts[0].oid() != _SIGNED_DATA:
        raise Unreadable("no signed data")
    fields = parts[1].expect(context(0)).only().expect(SEQUENCE).children()
    if len(fields) < 4:
        raise Unreadable("signed data lack fields")
    version, algorithms, wrapped, *optional, infos = fields
    content_type, content = _content(wrapped)
    certificates, foreign = _certificates(optional)
    signers = [_signer(info) for info in _at_most(MOST_SIGNERS, infos.expect(SET).children())]
    if not signers:
        raise Unreadable("nobody signed")
    by_key = any(signer.identifier.tag == context(0, constructed=False) for signer in signers)
    if not foreign and version.integer() != (3 if by_key or content_type != DATA else 1):
        raise Unreadable("a version that does not fit")
    named = [item.raw for item in algorithms.expect(SET).children()]
    used = {identifier(signer.digest)[0] for signer in signers}
    if used != {identifier(read(raw))[0] for raw in named}:
        raise Unreadable("digests other than those announced")
    return SignedData(content_type, content, certificates, signers)


def check(data: SignedData, content: bytes | None) -> list[Checked]:
    """Check every signature.

    Args:
        data: the CMS file.
        content: the document that it should sign; None where only an attached signature was given.
    """
    found = []
    digests = _Digests(data.content if data.content is not None else content)
    for signer in data.signers:
        signing = _claimed(signer)
        chosen = _certificate_of(signer, data.certificates)
        who = chosen.signer if chosen else Signer()
        try:
            checker, verdict, detail = _verdict(data, signer, chosen, content, digests)
            finding = Finding(verdict, detail, who, signing, checker.name)
        except UnknownAlgorithm as error:
            finding = Finding(Verdict.UNKNOWN_ALGORITHM, error.detail, who, signing, error.name)
        except Unreadable as error:
            finding = Finding(Verdict.UNREADABLE, error.detail, who, signing)
        found.append(Checked(finding, chosen))
    return found


class _Digests:
    """Digests of what is signed, each made once for however many signers."""

    def __init__(self, signed: bytes | None) -> None:
        self.signed = signed
        self.known: dict[str, bytes] = {}

    def by(self, checker: Check) -> bytes:
        """The digest that a signer's check makes. Raises Unreadable."""
        if self.signed is None:
            raise Unreadable("a detached signature without what it signs")
        if checker.digest_kind not in self.known:
            if len(self.known) == _MOST_DIGESTS:
                raise Unreadable("too many kinds of digests", Detail.TOO_LARGE)
            self.known[checker.digest_kind] = checker.digest(self.signed)
        return self.known[checker.digest_kind]


def _verdict(
    data: SignedData, signer: SignerInfo, chosen: Certificate | None, content: bytes | None, digests: _Digests
) -> tuple[Check, Verdict, Detail]:
    if chosen is None:
        raise Unreadable("no certificate", Detail.NO_CERTIFICATE)
    checker = check_of(chosen, signer.digest, signer.algorithm)
    if signer.attributes is None:
        if data.content_type != DATA:
            raise Unreadable("signed attributes are missing")
        # Without attributes nothing tells a changed content from a wrong signature.
        if not checker.is_signed(digests.by(checker), signer.signature):
            return checker, Verdict.WRONG, Detail.NONE
    else:
        if not checker.is_signed(checker.digest(signer.signed_bytes), signer.signature):
            return checker, Verdict.WRONG, Detail.NONE
        if not _names_certificate(signer.attributes, chosen, checker):
            return checker, Verdict.WRONG, Detail.CERTIFICATE
        if _one(signer.attributes, _CONTENT_TYPE).oid() != data.content_type:
            return checker, Verdict.ALTERED, Detail.CONTENT
        expected = _one(signer.attributes, _MESSAGE_DIGEST).octets()
        if not hmac.compare_digest(digests.by(checker), expected):
            return checker, Verdict.ALTERED, Detail.CONTENT
    if content is not None and data.content is not None and content != data.content:
        return checker, Verdict.ALTERED, Detail.CONTENT
    return checker, Verdict.CHAIN_UNCHECKED, Detail.NONE


def _content(wrapped: Element) -> tuple[str, bytes | None]:
    parts = wrapped.expect(SEQUENCE).children()
    if not 1 <= len(parts) <= 2:
        raise Unreadable("what is signed")
    return parts[0].oid(), parts[1].expect(context(0)).only().octets() if len(parts) == 2 else None


def _certificates(optional: Iterable[Element]) -> tuple[list[Certificate], bool]:
    """The certificates, and whether there is anything else by which the version of the file is another one."""
    certificates: list[Certificate] = []
    foreign = False
    last = -1
    for part in optional:
        number = part.tag - context(0)
        if number not in (0, 1) or number <= last:
            raise Unreadable("an unknown part of signed data")
        last = number
        if number == 1:
            foreign = True
            continue
        for item in _at_most(_MOST_CERTIFICATES, part.children()):
            if item.tag == SEQUENCE:
                # A broken one among them is nobody's, or the signer turns out to have none.
                with suppress(Unreadable):
                    certificates.append(certificate(item))
            else:
                foreign = True
    return certificates, foreign


def _at_most(most: int, items: list[Element]) -> list[Element]:
    if len(items) > most:
        raise Unreadable("too many parts", Detail.TOO_LARGE)
    return items


def _signer(info: Element) -> SignerInfo:
    fields = info.expect(SEQUENCE).children()
    if len(fields) < 5:
        raise Unreadable("a signature lacks fields")
    version, name, digest, *rest = fields
    by_key = name.tag == context(0, constructed=False)
    if version.integer() != (3 if by_key else 1):
        raise Unreadable("a version that does not fit")
    attributes: Mapping[str, Element] | None = None
    signed_bytes = b""
    if rest[0].tag == context(0):
        items = rest.pop(0).children()
        attributes = _attributes(items)
        # They are signed as a SET of DER, in which the parts are sorted by their bytes (RFC 5652, 5.4).
        signed_bytes = encode(SET, b"".join(sorted(item.raw for item in items)))
    if not 2 <= len(rest) <= 3 or (len(rest) == 3 and rest[2].tag != context(1)):
        raise Unreadable("a signature lacks fields")
    return SignerInfo(name, digest, rest[0], attributes, signed_bytes, rest[1].expect(OCTET_STRING).content)


def _attributes(items: list[Element]) -> Mapping[str, Element]:
    attributes: dict[str, Element] = {}
    for item in items:
        parts = item.expect(SEQUENCE).children()
        if len(parts) != 2 or parts[0].tag != OID or parts[1].tag != SET or parts[0].oid() in attributes:
            raise Unreadable("signed attributes")
        attributes[parts[0].oid()] = parts[1]
    return attributes


def _one(attributes: Mapping[str, Element], name: str) -> Element:
    if name not in attributes:
        raise Unreadable("a signed attribute is missing")
    return attributes[name].only()


def _claimed(signer: SignerInfo) -> datetime | None:
    """The moment of signing as the signer states it."""
    if signer.attributes is None or _SIGNING_TIME not in signer.attributes:
        return None
    try:
        return _one(signer.attributes, _SIGNING_TIME).moment()
    except Unreadable:
        return None


def _certificate_of(signer: SignerInfo, certificates: list[Certificate]) -> Certificate | None:
    name = signer.identifier
    if name.tag == context(0, constructed=False):
        return next((item for item in certificates if item.key_identifier == name.content), None)
    parts = name.expect(SEQUENCE).children()
    if len(parts) != 2 or parts[1].tag != INTEGER:
        raise Unreadable("whose signature it is")
    issuer, serial = parts[0].raw, parts[1].integer()
    return next((item for item in certificates if (item.issuer, item.serial) == (issuer, serial)), None)


def _names_certificate(attributes: Mapping[str, Element], chosen: Certificate, checker: Check) -> bool:
    """Whether the attribute signing-certificate-v2 (RFC 5035), where there is one, names the certificate."""
    if _SIGNING_CERTIFICATE_V2 not in attributes:
        return True
    listed = _one(attributes, _SIGNING_CERTIFICATE_V2).expect(SEQUENCE).children()[:1]
    first = listed[0].expect(SEQUENCE).children()[:1] if listed else []
    parts = first[0].expect(SEQUENCE).children() if first else []
    name = _SHA256
    if parts and parts[0].tag == SEQUENCE:
        name = identifier(parts.pop(0))[0]
    if not parts:
        raise Unreadable("the signer's certificate is not named")
    digest = digest_by(name)(chosen.raw)
    own = checker.digest(chosen.raw)
    return parts[0].octets() in (digest, own)
