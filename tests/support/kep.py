"""A signer of its own for tests: ДСТУ 4145-2002 with ГОСТ 34.311-95, certificates and CMS files.

It shares nothing with the verifier of the cabinet: the arithmetic is the plainest that the standards allow, so that a
mistake of one is not made by the other.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

# --- ГОСТ 34.311-95, byte by byte -----------------------------------------------------------------------------------

Sbox = tuple[list[int], ...]


def substitutions(*rows: str) -> Sbox:
    """A table of eight rows of sixteen hexadecimal digits, the first for the lowest four bits."""
    return tuple([int(digit, 16) for digit in row] for row in rows)


#: Table № 1 of the Ukrainian instruction.
UKRAINIAN = substitutions(
    "A9D6EB45F13C7082", "80C4967B231F5EAD", "F658EBA4C037291D", "38D96BF025CA4E17",
    "F8E9720DC615B43A", "28975F0BC1DEA364", "38B564EA2C179FD0", "123E6DB8FAC57904",
)  # fmt: skip
#: The table with which annex A of the standard is worked out.
OF_THE_EXAMPLES = substitutions(
    "4A92D80E6B1C7F53", "EB4C6DFA23810759", "581DA342EFC7609B", "7DA1089FE46CB253",
    "6C715FD84A9E03B2", "4BA0721D36859CFE", "DB413F590AE7682C", "1FD057A4923E6B8C",
)  # fmt: skip


def packed(sbox: Sbox) -> bytes:
    """The table as the parameters of a key carry it: two numbers to a byte."""
    return bytes(row[at] << 4 | row[at + 1] for row in sbox for at in range(0, 16, 2))


def digest(message: bytes, sbox: Sbox = UKRAINIAN) -> bytes:
    """ГОСТ 34.311-95 with the starting vector of zeros."""
    state, total = bytes(32), 0
    for start in range(0, len(message), 32):
        block = message[start : start + 32].ljust(32, b"\0")
        state = _step(state, block, sbox)
        total = (total + int.from_bytes(block, "little")) % 2**256
    state = _step(state, (8 * len(message)).to_bytes(32, "little"), sbox)
    return _step(state, total.to_bytes(32, "little"), sbox)


def _xor(first: bytes, second: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(first, second, strict=True))


def _step(state: bytes, block: bytes, sbox: Sbox) -> bytes:
    constants = {3: "ff00ffff000000ffff0000ff00ffff0000ff00ff00ff00ffff00ff00ff00ff00"}
    u, v = state, block
    result = b""
    for number in range(1, 5):
        if number > 1:
            u = _a(u)
            if number in constants:
                u = _xor(u, bytes.fromhex(constants[number])[::-1])
            v = _a(_a(v))
        w = _xor(u, v)
        key = bytes(w[8 * (at % 4) + at // 4] for at in range(32))
        result += _encrypt(state[8 * (number - 1) : 8 * number], key, sbox)
    for _ in range(12):
        result = _psi(result)
    result = _psi(_xor(result, block))
    result = _xor(result, state)
    for _ in range(61):
        result = _psi(result)
    return result


def _a(value: bytes) -> bytes:
    return value[8:] + _xor(value[:8], value[8:16])


def _psi(value: bytes) -> bytes:
    top = value[:2]
    for word in (1, 2, 3, 12, 15):
        top = _xor(top, value[2 * word : 2 * word + 2])
    return value[2:] + top


def _encrypt(block: bytes, key: bytes, sbox: Sbox) -> bytes:
    words = [int.from_bytes(key[at : at + 4], "little") for at in range(0, 32, 4)]
    first, second = int.from_bytes(block[:4], "little"), int.from_bytes(block[4:], "little")
    for word in words * 3 + words[::-1]:
        added = (first + word) % 2**32
        mapped = sum(sbox[row][added >> 4 * row & 15] << 4 * row for row in range(8))
        rotated = (mapped << 11 | mapped >> 21) % 2**32
        first, second = second ^ rotated, first
    return second.to_bytes(4, "little") + first.to_bytes(4, "little")


# --- the curve ------------------------------------------------------------------------------------------------------

Affine = tuple[int, int] | None


@dataclass(frozen=True)
class Group:
    """y² + xy = x³ + ax² + b over GF(2^m) modulo x^m + … + 1."""

    m: int
    terms: tuple[int, ...]
    a: int
    b: int
    n: int
    base: tuple[int, int]
    number: int

    def times(self, one: int, other: int) -> int:
        """The product, bit by bit."""
        modulus = 1 << self.m | 1 | sum(1 << term for term in self.terms)
        result = 0
        while other:
            if other & 1:
                result ^= one
            one <<= 1
            if one >> self.m:
                one ^= modulus
            other >>= 1
        return result

    def inverse(self, value: int) -> int:
        """The inverse: division with remainder, as one learns it at school."""
        old, new = 1 << self.m | 1 | sum(1 << term for term in self.terms), value
        before, after = 0, 1
        while new > 1:
            while old.bit_length() >= new.bit_length():
                shift = old.bit_length() - new.bit_length()
                old ^= new << shift
                before ^= after << shift
            old, new, before, after = new, old, after, before
        return after

    def add(self, one: Affine, other: Affine) -> Affine:
        """The sum of two points in plain coordinates."""
        if one is None or other is None:
            return one or other
        (x1, y1), (x2, y2) = one, other
        if x1 == x2:
            if y1 ^ y2 == x1:
                return None
            slope = x1 ^ self.times(y1, self.inverse(x1))
            x = self.times(slope, slope) ^ slope ^ self.a
            return x, self.times(x1, x1) ^ self.times(slope ^ 1, x)
        slope = self.times(y1 ^ y2, self.inverse(x1 ^ x2))
        x = self.times(slope, slope) ^ slope ^ x1 ^ x2 ^ self.a
        return x, self.times(slope, x1 ^ x) ^ x ^ y1

    def multiple(self, factor: int, point: Affine) -> Affine:
        """factor · point."""
        result: Affine = None
        while factor:
            if factor & 1:
                result = self.add(result, point)
            point = self.add(point, point)
            factor >>= 1
        return result

    def trace(self, value: int) -> int:
        """The sum of the conjugates."""
        result, power = value, value
        for _ in range(self.m - 1):
            power = self.times(power, power)
            result ^= power
        return result

    def compressed(self, point: tuple[int, int]) -> bytes:
        """x, the lowest bit of which is the trace of y / x; little-endian."""
        x, y = point
        sign = self.trace(self.times(y, self.inverse(x)))
        return (x & ~1 | sign).to_bytes((self.m + 7) // 8, "little")


M163 = Group(
    163, (7, 6, 3), 1, 0x5FF6108462A2DC8210AB403925E638A19C1455D21, 0x400000000000000000002BEC12BE2262D39BCF14D,
    (0x2E2F85F5DD74CE983A5C4237229DAF8A3F35823BE, 0x3826F008A8C51D7B95284D9D03FF0E00CE2CD723A), 0,
)  # fmt: skip
M257 = Group(
    257, (12,), 0, 0x1CEF494720115657E18F938D7A7942394FF9425C1458C57861F9EEA6ADBE3BE10,
    0x800000000000000000000000000000006759213AF182E987D3E17714907D470D,
    (
        0x2A29EF207D0E9B6C55CD260B306C7E007AC491CA1B10C62334A9E8DCD8D20FB7,
        0x10686D41FF744D4449FCCF6D8EEA03102E6812C93A9D60B978B702CF156D814EF,
    ), 6,
)  # fmt: skip

# --- DER ------------------------------------------------------------------------------------------------------------


def tlv(tag: int, *parts: bytes) -> bytes:
    """An element: tag, length, value."""
    value = b"".join(parts)
    if len(value) < 128:
        return bytes([tag, len(value)]) + value
    length = len(value).to_bytes((len(value).bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(length)]) + length + value


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE."""
    return tlv(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    """SET OF, sorted as DER wants it."""
    return tlv(0x31, *sorted(parts))


def number(value: int) -> bytes:
    """INTEGER."""
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    out = b""
    for arc in (40 * first + second, *rest):
        digits = [arc & 127]
        while arc := arc >> 7:
            digits.append(arc & 127 | 128)
        out += bytes(reversed(digits))
    return tlv(6, out)


def name(**parts: str) -> bytes:
    """A distinguished name: cn, o, organization identifier."""
    kinds = {"cn": "2.5.4.3", "o": "2.5.4.10", "serial": "2.5.4.5", "org_id": "2.5.4.97"}
    return sequence(*(set_of(sequence(oid(kinds[kind]), tlv(12, text.encode()))) for kind, text in parts.items()))


# --- keys, certificates, CMS ----------------------------------------------------------------------------------------

DSTU = "1.2.804.2.1.1.1.1.3.1.1"
GOST = "1.2.804.2.1.1.1.1.2.1"
DATA = "1.2.840.113549.1.7.1"
MOMENT = datetime(2026, 10, 31, 12, 30, tzinfo=UTC)


@dataclass
class KepSigner:
    """A person or a company with a key and a certificate that nobody vouches for.

    Args:
        common_name: the name in the certificate.
        edrpou, rnokpp: the codes in it; '' leaves one out.
        group: the curve.
        sbox: the table of the digest; named in the parameters where it is not the usual one.
        explicit: whether the parameters of the curve are written out instead of named.
        seed: makes another key.
    """

    common_name: str = "Тестовий Підписувач"
    edrpou: str = "00131512"
    rnokpp: str = ""
    group: Group = M257
    sbox: Sbox = UKRAINIAN
    explicit: bool = False
    seed: int = 1

    def __post_init__(self) -> None:
        self.chance = random.Random(f"kep:{self.seed}:{self.group.m}")
        self.d = self.chance.randrange(1, self.group.n)
        x, y = self.group.multiple(self.d, self.group.base) or (0, 0)
        self.q = (x, x ^ y)
        self.issuer = name(cn="Тестовий надавач", o="Тест")
        self.serial = 0x5A0000 + self.seed
        self.certificate = self._certificate()

    def sign_digest(self, hashed: bytes) -> bytes:
        """r ‖ s of a digest, little-endian."""
        group = self.group
        half = (group.n.bit_length() + 7) // 8
        h = int.from_bytes(hashed, "little") % 2**group.m or 1
        while True:
            e = self.chance.randrange(1, group.n)
            point = group.multiple(e, group.base)
            r = group.times(h, point[0]) % 2 ** (group.n.bit_length() - 1) if point else 0
            s = (e + self.d * r) % group.n
            if r and s:
                return r.to_bytes(half, "little") + s.to_bytes(half, "little")

    def cms(
        self,
        content: bytes,
        *,
        attached: bool = False,
        attributes: bool = True,
        names_certificate: bool = True,
        others: Sequence["KepSigner"] = (),
        digest_oid: str = GOST,
        signature_oid: str = DSTU,
    ) -> bytes:
        """A CAdES-BES file.

        Args:
            content: what is signed.
            attached: whether it lies inside.
            attributes: with signed attributes, or over the content alone.
            names_certificate: whether the attribute signing-certificate-v2 is among them.
            others: who signs besides.
            digest_oid, signature_oid: what the file says of its algorithms.
        """
        signers = (self, *others)
        infos = [s._info(content, attributes, names_certificate, digest_oid, signature_oid) for s in signers]
        inner = [tlv(0xA0, tlv(4, content))] if attached else []
        return sequence(
            oid("1.2.840.113549.1.7.2"),
            tlv(
                0xA0,
                sequence(
                    number(1),
                    set_of(sequence(oid(digest_oid))),
                    sequence(oid(DATA), *inner),
                    tlv(0xA0, *sorted(s.certificate for s in signers)),
                    set_of(*infos),
                ),
            ),
        )

    def _info(
        self, content: bytes, attributes: bool, names_certificate: bool, digest_oid: str, signature_oid: str
    ) -> bytes:
        signed = b""
        covered = content
        if attributes:
            parts = [
                sequence(oid("1.2.840.113549.1.9.3"), set_of(oid(DATA))),
                sequence(oid("1.2.840.113549.1.9.5"), set_of(tlv(0x17, f"{MOMENT:%y%m%d%H%M%S}Z".encode()))),
                sequence(oid("1.2.840.113549.1.9.4"), set_of(tlv(4, digest(content, self.sbox)))),
            ]
            if names_certificate:
                named = sequence(sequence(oid(GOST)), tlv(4, digest(self.certificate, self.sbox)))
                parts.append(sequence(oid("1.2.840.113549.1.9.16.2.47"), set_of(sequence(sequence(named)))))
            covered = set_of(*parts)
            signed = b"\xa0" + covered[1:]
        return sequence(
            number(1),
            sequence(self.issuer, number(self.serial)),
            sequence(oid(digest_oid)),
            signed,
            sequence(oid(signature_oid)),
            tlv(4, self.sign_digest(digest(covered, self.sbox))),
        )

    def _parameters(self) -> bytes:
        group = self.group
        curve = oid(f"{DSTU}.2.{group.number}")
        if self.explicit:
            size = (group.m + 7) // 8
            terms = number(group.terms[0]) if len(group.terms) == 1 else sequence(*map(number, sorted(group.terms)))
            curve = sequence(
                sequence(number(group.m), terms),
                number(group.a),
                tlv(4, group.b.to_bytes(size, "little")),
                number(group.n),
                tlv(4, group.compressed(group.base)),
            )
        return sequence(curve, *([] if self.sbox is UKRAINIAN else [tlv(4, packed(self.sbox))]))

    def _certificate(self) -> bytes:
        codes = [("2.1", self.edrpou), ("1.1", self.rnokpp)]
        listed = [
            sequence(oid(f"1.2.804.2.1.1.1.11.1.4.{kind}"), set_of(tlv(0x13, code.encode())))
            for kind, code in codes
            if code
        ]
        extension = sequence(oid("2.5.29.9"), tlv(4, sequence(*listed)))
        algorithm = sequence(oid(DSTU))
        body = sequence(
            tlv(0xA0, number(2)),
            number(self.serial),
            algorithm,
            self.issuer,
            sequence(tlv(0x17, b"260101000000Z"), tlv(0x17, b"280101000000Z")),
            name(cn=self.common_name, o="ТОВ «Приклад»"),
            sequence(sequence(oid(DSTU), self._parameters()), tlv(3, b"\0", tlv(4, self.group.compressed(self.q)))),
            tlv(0xA3, sequence(extension)),
        )
        signature = self.sign_digest(digest(body))
        return sequence(body, algorithm, tlv(3, b"\0", tlv(4, signature)))
