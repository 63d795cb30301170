"""The arithmetic of КЕП against the worked examples of its standards, and against another arithmetic."""

import pytest

from cabinet_pages.documents.verification.binary_field import BinaryField
from cabinet_pages.documents.verification.curves import STANDARD_CURVES, Curve, Point
from cabinet_pages.documents.verification.dstu4145 import DstuKey, is_signed
from cabinet_pages.documents.verification.gost34311 import DEFAULT_SBOX, gost34311
from tests.support import kep
from tests.support.scale import chance, scaled

EXAMPLES = kep.packed(kep.OF_THE_EXAMPLES)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        # Annex A of the standard, as RFC 5831 repeats it.
        (b"This is message, length=32 bytes", "b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa"),
        (
            b"Suppose the original message has length = 50 bytes",
            "471aba57a60a770d3a76130635c1fbea4ef14de51f78b4ae57dd893b62f55208",
        ),
    ],
)
def test_the_digest_gives_the_examples_of_the_standard(message: bytes, expected: str) -> None:
    assert gost34311(message, EXAMPLES).hex() == expected


def test_the_digest_agrees_with_a_plain_one_at_every_length_and_in_pieces() -> None:
    source = chance("gost34311")
    for length in (0, 1, 31, 32, 33, 64, 65, source.randrange(70, 200)):
        message = source.randbytes(length)
        assert gost34311(message) == kep.digest(message)
        cut = source.randrange(length + 1)
        assert gost34311((message[:cut], message[cut:]), EXAMPLES) == kep.digest(message, kep.OF_THE_EXAMPLES)


def test_the_usual_table_is_the_ukrainian_one_and_another_size_is_refused() -> None:
    assert kep.packed(kep.UKRAINIAN) == DEFAULT_SBOX
    with pytest.raises(ValueError, match="64 bytes"):
        gost34311(b"", DEFAULT_SBOX[:32])


def test_the_signature_of_the_worked_example_is_right_and_no_other() -> None:
    """DSTU 4145-2002, annex Б: m = 163 with its own base point."""
    curve = STANDARD_CURVES[0]
    base = Point(0x72D867F93A93AC27DF9FF01AFFE74885C8C540420, 0x0224A9C3947852B97C5599D5F4AB81122ADC3FD9B)
    point = Point(0x057DE7FDE023FF929CB6AC785CE4B79CF64ABDC2DA, 0x3E85444324BCF06AD85ABF6AD7B5F34770532B9AA)
    private = 0x183F60FDF7951FF47D67193F8D073790C1C9B5A3E
    r, s = 0x274EA2C0CAA014A0D80A424F59ADE7A93068D08A7, 0x2100D86957331832B8E8C230F5BD6A332B3615ACA
    hashed = bytes.fromhex("09C9C44277910C9AAEE486883A2EB95B7180166DDF73532EEB76EDAEF52247FF")[::-1]
    # Q = −dP.
    negative = curve.sum_of(private, base, 0, base)
    assert negative == Point(point.x, point.x ^ point.y)
    key = DstuKey(curve, base, point, DEFAULT_SBOX)
    assert is_signed(key, hashed, r.to_bytes(32, "little") + s.to_bytes(32, "little"))
    for other_r, other_s in ((r ^ 1, s), (r, s ^ 1), (0, s), (r, 0), (r, s + curve.order), (r + curve.order, s)):
        assert not is_signed(key, hashed, other_r.to_bytes(32, "little") + other_s.to_bytes(32, "little"))
    assert not is_signed(key, hashed[::-1], r.to_bytes(32, "little") + s.to_bytes(32, "little"))
    assert not is_signed(key, hashed, b"")
    assert not is_signed(key, hashed, b"\x01" * 31)


@pytest.mark.parametrize("curve", STANDARD_CURVES, ids=lambda curve: f"m={curve.field.degree}")
def test_the_parameters_of_every_curve_hang_together(curve: Curve) -> None:
    assert all(pow(base, curve.order - 1, curve.order) == 1 for base in (2, 3, 5, 7, 11)), "n is no prime"
    assert curve.in_subgroup(curve.base)
    # By Hasse only a multiple of the true order fits between these bounds, so n is the order and no divisor of it.
    size = 1 << curve.field.degree
    cofactor = round(size / curve.order)
    assert cofactor == (2 if curve.a else 4)
    assert (size + 1 - cofactor * curve.order) ** 2 <= 4 * size
    packed = curve.base.x & ~1 | curve.field.trace(curve.field.multiply(curve.base.y, curve.field.invert(curve.base.x)))
    assert curve.decompress(packed) == curve.base
    opposite = curve.decompress(packed ^ 1)
    assert opposite == Point(curve.base.x, curve.base.x ^ curve.base.y)


def test_points_add_as_they_do_in_plain_coordinates() -> None:
    source = chance("points")
    for group, curve in ((kep.M163, STANDARD_CURVES[0]), (kep.M257, STANDARD_CURVES[6])):
        for _ in range(scaled(1, 10)):
            one, other = source.randrange(group.n), source.randrange(group.n)
            second = kep_point(group.multiple(other, group.base))
            expected = group.add(group.multiple(one, group.base), group.multiple(one, second))
            assert curve.sum_of(one, curve.base, one, second) == expected
        for small in range(4):
            for more in range(4):
                expected = group.multiple(small + more, group.base)
                assert curve.sum_of(small, curve.base, more, curve.base) == expected
        opposite = Point(curve.base.x, curve.base.x ^ curve.base.y)
        assert curve.sum_of(5, curve.base, 5, opposite) is None
        assert curve.sum_of(5, curve.base, 4, opposite) == curve.base


def kep_point(point: tuple[int, int] | None) -> Point:
    assert point is not None
    return Point(*point)


def test_a_point_off_the_curve_and_a_foreign_subgroup_are_no_key() -> None:
    curve = STANDARD_CURVES[6]
    assert not curve.has(Point(curve.base.x, curve.base.y ^ 1))
    assert not curve.has(Point(curve.base.x | 1 << 257, curve.base.y))
    # The point of order two, which decompression knows as zero.
    of_two = curve.decompress(0)
    assert of_two is not None
    assert curve.has(of_two)
    assert not curve.in_subgroup(of_two)
    assert curve.decompress(1 << 257) is None


def test_the_field_keeps_its_laws() -> None:
    source = chance("field")
    for curve in STANDARD_CURVES:
        field: BinaryField = curve.field
        one, other, third = (source.randrange(1, field.mask) for _ in range(3))
        assert field.multiply(one, other) == field.multiply(other, one)
        assert field.multiply(one, field.multiply(other, third)) == field.multiply(field.multiply(one, other), third)
        assert field.multiply(one, other ^ third) == field.multiply(one, other) ^ field.multiply(one, third)
        assert field.square(one) == field.multiply(one, one)
        assert field.multiply(one, field.invert(one)) == 1
        assert field.square(field.root(one)) == one
    with pytest.raises(ZeroDivisionError):
        STANDARD_CURVES[0].field.invert(0)
