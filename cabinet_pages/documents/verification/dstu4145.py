"""DSTU 4145-2002, the Ukrainian signature on elliptic curves over GF(2^m): keys of certificates, and the check.

Of the two bases of the standard only the polynomial one is computed; certificates with the optimal normal basis are
answered as of an unknown algorithm.
"""

from dataclasses import dataclass
from typing import Final

from cabinet_pages.documents.verification.curves import STANDARD_CURVES, Curve, Point
from cabinet_pages.documents.verification.der import INTEGER, OCTET_STRING, OID, SEQUENCE, Element, context, read
from cabinet_pages.documents.verification.gost34311 import DEFAULT_SBOX
from cabinet_pages.documents.verification.verdicts import UnknownAlgorithm, Unreadable

#: Of keys and signatures: polynomial basis, GOST 34.311, everything little-endian.
DSTU4145_WITH_GOST34311: Final = "1.2.804.2.1.1.1.1.3.1.1"
GOST34311_DIGEST: Final = "1.2.804.2.1.1.1.1.2.1"
_NAMED: Final = f"{DSTU4145_WITH_GOST34311}.2."


@dataclass(frozen=True, slots=True)
class DstuKey:
    """A public key.

    Args:
        curve: one of the standard's.
        base: the point that signatures of this key start from.
        point: Q.
        sbox: the table of substitutions of the digest, 64 bytes.
    """

    curve: Curve
    base: Point
    point: Point
    sbox: bytes

    @property
    def name(self) -> str:
        """The customary name of the algorithm."""
        return f"ДСТУ 4145-2002 (m={self.curve.field.degree}) + ГОСТ 34.311-95"


def dstu_key(parameters: Element, key: bytes) -> DstuKey:
    """A key out of the parameters of its algorithm and the bits of a SubjectPublicKeyInfo.

    Raises:
        Unreadable: it is no point of order n.
        UnknownAlgorithm: the curve is none of the standard's, or is in normal basis.
    """
    parts = parameters.expect(SEQUENCE).children()
    if not 1 <= len(parts) <= 2:
        raise Unreadable("parameters of a key")
    sbox = parts[1].octets() if len(parts) == 2 else DEFAULT_SBOX
    if len(sbox) != len(DEFAULT_SBOX):
        raise Unreadable("a table of substitutions")
    curve, base = _named(parts[0]) if parts[0].tag == OID else _explicit(parts[0])
    point = curve.decompress(int.from_bytes(read(key).octets(), "little"))
    if point is None or not curve.in_subgroup(point):
        raise Unreadable("a public key that is no point of the curve")
    return DstuKey(curve, base, point, sbox)


def is_signed(key: DstuKey, digest: bytes, signature: bytes) -> bool:
    """Whether r ‖ s, little-endian halves, is a signature of a digest by the key (DSTU 4145, 13)."""
    curve = key.curve
    if not signature or len(signature) % 2 or len(signature) > 256:
        return False
    half = len(signature) // 2
    r, s = int.from_bytes(signature[:half], "little"), int.from_bytes(signature[half:], "little")
    if not 0 < r < curve.order or not 0 < s < curve.order:
        return False
    hashed = int.from_bytes(digest, "little") & curve.field.mask or 1
    point = curve.sum_of(s, key.base, r, key.point)
    if point is None:
        return False
    product = curve.field.multiply(hashed, point.x)
    return product & ((1 << curve.order.bit_length() - 1) - 1) == r


def _named(name: Element) -> tuple[Curve, Point]:
    oid = name.oid()
    number = oid.removeprefix(_NAMED)
    if number not in map(str, range(len(STANDARD_CURVES))):
        raise UnknownAlgorithm(oid)
    curve = STANDARD_CURVES[int(number)]
    return curve, curve.base


def _explicit(parameters: Element) -> tuple[Curve, Point]:
    """Written out parameters: they must be those of a standard curve, for any others may be a trap."""
    parts = parameters.expect(SEQUENCE).children()
    if parts and parts[0].tag == context(0):
        # The version of the parameters, by default 0.
        if parts[0].only().integer():
            raise UnknownAlgorithm("ДСТУ 4145-2002")
        parts = parts[1:]
    if [part.tag for part in parts] != [SEQUENCE, INTEGER, OCTET_STRING, INTEGER, OCTET_STRING]:
        raise UnknownAlgorithm("ДСТУ 4145-2002")
    degree, terms = _field(parts[0])
    a, order = parts[1].integer(), parts[3].integer()
    b = int.from_bytes(parts[2].octets(), "little")
    for curve in STANDARD_CURVES:
        if (curve.field.degree, curve.field.terms, curve.a, curve.b, curve.order) == (degree, terms, a, b, order):
            base = curve.decompress(int.from_bytes(parts[4].octets(), "little"))
            if base is None or (base != curve.base and not curve.in_subgroup(base)):
                raise Unreadable("a base point that is not on the curve")
            return curve, base
    raise UnknownAlgorithm(f"ДСТУ 4145-2002 (m={degree})")


def _field(parameters: Element) -> tuple[int, tuple[int, ...]]:
    parts = parameters.children()
    if len(parts) != 2:
        raise UnknownAlgorithm("ДСТУ 4145-2002")
    degree = parts[0].integer()
    if parts[1].tag == INTEGER:
        return degree, (parts[1].integer(),)
    terms = [part.integer() for part in parts[1].expect(SEQUENCE).children()]
    return degree, tuple(sorted(terms, reverse=True))
