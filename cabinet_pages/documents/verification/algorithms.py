"""Digests and signature algorithms by their object identifiers; RSA and ECDSA are computed by `cryptography`."""

import hashlib
from collections.abc import Callable
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_der_public_key

from cabinet_pages.documents.verification.certificates import Certificate
from cabinet_pages.documents.verification.der import OCTET_STRING, SEQUENCE, Element, context
from cabinet_pages.documents.verification.dstu4145 import (
    DSTU4145_WITH_GOST34311,
    GOST34311_DIGEST,
    DstuKey,
    dstu_key,
    is_signed,
)
from cabinet_pages.documents.verification.gost34311 import gost34311
from cabinet_pages.documents.verification.verdicts import UnknownAlgorithm, Unreadable

_DIGESTS: Final[dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]]] = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}
_RSA: Final = "1.2.840.113549.1.1.1"
_RSA_PSS: Final = "1.2.840.113549.1.1.10"
_MGF1: Final = "1.2.840.113549.1.1.8"
_EC: Final = "1.2.840.10045.2.1"
_EC_OF: Final = {
    "1.2.840.10045.4.3.2": "2.16.840.1.101.3.4.2.1",
    "1.2.840.10045.4.3.3": "2.16.840.1.101.3.4.2.2",
    "1.2.840.10045.4.3.4": "2.16.840.1.101.3.4.2.3",
}
_RSA_OF: Final = {
    "1.2.840.113549.1.1.11": "2.16.840.1.101.3.4.2.1",
    "1.2.840.113549.1.1.12": "2.16.840.1.101.3.4.2.2",
    "1.2.840.113549.1.1.13": "2.16.840.1.101.3.4.2.3",
}
#: Keys whose certificates no common library can follow.
DSTU_KEYS: Final = frozenset({DSTU4145_WITH_GOST34311})
#: What is known by name, though not computed.
_NAMES: Final = {
    "1.2.804.2.1.1.1.1.2.2.1": "Купина-256",
    "1.2.804.2.1.1.1.1.2.2.2": "Купина-384",
    "1.2.804.2.1.1.1.1.2.2.3": "Купина-512",
    "1.2.804.2.1.1.1.1.3.1.2": "ДСТУ 4145-2002 (ОНБ) + ГОСТ 34.311-95",
    "1.2.804.2.1.1.1.1.3.6.1": "ДСТУ 4145-2002 + Купина-256",
    "1.2.804.2.1.1.1.1.3.6.2": "ДСТУ 4145-2002 + Купина-384",
    "1.2.804.2.1.1.1.1.3.6.3": "ДСТУ 4145-2002 + Купина-512",
    "1.3.14.3.2.26": "SHA-1",
    "1.2.840.113549.1.1.5": "RSA + SHA-1",
    "1.2.840.113549.2.5": "MD5",
}


class Check(Protocol):
    """A key with everything that a signature by it takes."""

    name: str
    #: Two checks of one kind make the same digest of the same bytes.
    digest_kind: str

    def digest(self, data: bytes) -> bytes:
        """The digest of bytes."""

    def is_signed(self, digest: bytes, signature: bytes) -> bool:
        """Whether a signature over a digest is right."""


def check_of(certificate: Certificate, digest: Element, algorithm: Element) -> Check:
    """What checks the signatures of a certificate.

    Args:
        certificate: the signer's.
        digest: the AlgorithmIdentifier of the digest, as a SignerInfo names it.
        algorithm: the AlgorithmIdentifier of the signature.

    Raises:
        UnknownAlgorithm: this one is not computed.
        Unreadable: the key or the parameters are broken.
    """
    digest_name, digest_parameters = identifier(digest)
    name, parameters = identifier(algorithm)
    if certificate.key_algorithm == DSTU4145_WITH_GOST34311:
        if digest_name != GOST34311_DIGEST or name != DSTU4145_WITH_GOST34311:
            raise unknown(name if name != DSTU4145_WITH_GOST34311 else digest_name)
        if certificate.key_parameters is None:
            raise Unreadable("a key without parameters")
        _nothing(digest_parameters)
        if parameters is not None and parameters.raw != certificate.key_parameters.raw:
            _nothing(parameters)
        return _Dstu(dstu_key(certificate.key_parameters, certificate.key))
    if digest_name not in _DIGESTS:
        raise unknown(digest_name)
    _nothing(digest_parameters)
    if certificate.key_algorithm in (_RSA, _RSA_PSS):
        return _rsa(certificate, digest_name, name, parameters)
    if certificate.key_algorithm == _EC:
        if _EC_OF.get(name) != digest_name:
            raise unknown(name)
        _nothing(parameters)
        return _Ecdsa(certificate, digest_name)
    raise unknown(certificate.key_algorithm)


def digest_by(name: str) -> Callable[[bytes], bytes]:
    """The digest function of an object identifier. Raises UnknownAlgorithm."""
    if name == GOST34311_DIGEST:
        return gost34311
    if name in _DIGESTS:
        kind = _DIGESTS[name]
        return lambda data: hashlib.new(kind.name, data).digest()
    raise unknown(name)


def identifier(element: Element) -> tuple[str, Element | None]:
    """The two halves of an AlgorithmIdentifier."""
    parts = element.expect(SEQUENCE).children()
    if not 1 <= len(parts) <= 2:
        raise Unreadable("an algorithm")
    return parts[0].oid(), parts[1] if len(parts) == 2 else None


def unknown(oid: str) -> UnknownAlgorithm:
    """The refusal of an algorithm, under its customary name."""
    return UnknownAlgorithm(_NAMES.get(oid, oid))


def _nothing(parameters: Element | None) -> None:
    """Parameters that must be absent or NULL."""
    if parameters is not None and parameters.raw != b"\x05\x00":
        raise UnknownAlgorithm("?")


class _Dstu:
    def __init__(self, key: DstuKey) -> None:
        self.key = key
        self.name = key.name
        self.digest_kind = f"gost34311 {key.sbox.hex()}"

    def digest(self, data: bytes) -> bytes:
        return gost34311(data, self.key.sbox)

    def is_signed(self, digest: bytes, signature: bytes) -> bool:
        # Some programs write r ‖ s as an OCTET STRING inside of the one of the SignerInfo.
        if len(signature) > 2 and signature[0] == OCTET_STRING and signature[1] == len(signature) - 2:
            signature = signature[2:]
        return is_signed(self.key, digest, signature)


class _Ecdsa:
    def __init__(self, certificate: Certificate, digest: str) -> None:
        self.hash = _DIGESTS[digest]()
        try:
            key = load_der_public_key(certificate.key_info)
        except UnsupportedAlgorithm as error:
            raise UnknownAlgorithm("ECDSA") from error
        except ValueError as error:
            raise Unreadable("a public key") from error
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise Unreadable("a public key of another kind")
        self.key = key
        self.name = f"ECDSA {key.curve.name} + {_name(self.hash)}"
        self.digest_kind = self.hash.name

    def digest(self, data: bytes) -> bytes:
        return hashlib.new(self.hash.name, data).digest()

    def is_signed(self, digest: bytes, signature: bytes) -> bool:
        try:
            self.key.verify(signature, digest, ec.ECDSA(Prehashed(self.hash)))
        except InvalidSignature:
            return False
        return True


class _Rsa:
    def __init__(self, certificate: Certificate, digest: str, pad: padding.AsymmetricPadding) -> None:
        self.hash = _DIGESTS[digest]()
        self.padding = pad
        try:
            # The parameters of an RSA-PSS key bind what signs with it, and were compared already.
            key = load_der_public_key(certificate.key_info)
        except UnsupportedAlgorithm as error:
            raise UnknownAlgorithm("RSA") from error
        except ValueError as error:
            raise Unreadable("a public key") from error
        if not isinstance(key, rsa.RSAPublicKey):
            raise Unreadable("a public key of another kind")
        if not 2048 <= key.key_size <= 8192:
            raise UnknownAlgorithm(f"RSA-{key.key_size}")
        self.key = key
        kind = "RSA-PSS" if isinstance(pad, padding.PSS) else "RSA"
        self.name = f"{kind} {key.key_size} + {_name(self.hash)}"
        self.digest_kind = self.hash.name

    def digest(self, data: bytes) -> bytes:
        return hashlib.new(self.hash.name, data).digest()

    def is_signed(self, digest: bytes, signature: bytes) -> bool:
        try:
            self.key.verify(signature, digest, self.padding, Prehashed(self.hash))
        except InvalidSignature:
            return False
        return True


def _rsa(certificate: Certificate, digest: str, name: str, parameters: Element | None) -> Check:
    if name == _RSA_PSS:
        return _Rsa(certificate, digest, _pss(parameters, digest))
    if name != _RSA and _RSA_OF.get(name) != digest:
        raise unknown(name)
    _nothing(parameters)
    return _Rsa(certificate, digest, padding.PKCS1v15())


def _pss(parameters: Element | None, digest: str) -> padding.PSS:
    """RSA-PSS where both digests are that of the SignerInfo; the length of the salt is free (RFC 4056)."""
    salt = 20
    named = mask = ""
    for part in parameters.expect(SEQUENCE).children() if parameters is not None else []:
        if part.tag == context(0):
            named, inner = identifier(part.only())
            _nothing(inner)
        elif part.tag == context(1):
            function, inner = identifier(part.only())
            if function != _MGF1 or inner is None:
                raise UnknownAlgorithm("RSA-PSS")
            mask, inner = identifier(inner)
            _nothing(inner)
        elif part.tag == context(2):
            salt = part.only().integer()
        elif part.tag != context(3) or part.only().integer() != 1:
            raise Unreadable("parameters of RSA-PSS")
    if named != digest or mask != digest or not 0 <= salt <= 512:
        raise UnknownAlgorithm("RSA-PSS")
    return padding.PSS(padding.MGF1(_DIGESTS[mask]()), salt)


def _name(algorithm: hashes.HashAlgorithm) -> str:
    return algorithm.name.upper().replace("SHA", "SHA-")
