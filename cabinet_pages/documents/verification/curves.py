"""Elliptic curves y² + xy = x³ + Ax² + B over GF(2^m), and those that DSTU 4145-2002 recommends."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from cabinet_pages.documents.verification.binary_field import BinaryField


class Point(NamedTuple):
    """A point that is not the one at infinity, which is None."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve with the subgroup in which keys lie.

    Args:
        field: GF(2^m).
        a: A, 0 or 1.
        b: B.
        order: the prime order n of the subgroup.
        base: the recommended point of that order.
    """

    field: BinaryField
    a: int
    b: int
    order: int
    base: Point

    def has(self, point: Point) -> bool:
        """Whether a point lies on the curve."""
        x, y = point
        field = self.field
        squared = field.square(x)
        right = field.multiply(squared, x ^ self.a) ^ self.b
        return max(x, y) <= field.mask and field.square(y) ^ field.multiply(x, y) == right

    def in_subgroup(self, point: Point) -> bool:
        """Whether a point lies on the curve and has the order n."""
        return self.has(point) and self.sum_of(self.order, point, 0, point) is None

    def decompress(self, packed: int) -> Point | None:
        """The point of a packed x, the lowest bit of which tells the two points apart (DSTU 4145, 6.10).

        None where no point has it.
        """
        field = self.field
        if packed > field.mask:
            return None
        sign = packed & 1
        x = packed & ~1
        if not packed:
            return Point(0, field.root(self.b))
        if field.trace(x) != self.a:
            x |= 1
        if not x:
            return None
        z = field.half_trace(x ^ self.a ^ field.multiply(self.b, field.invert(field.square(x))))
        if z is None:
            return None
        if field.trace(z) != sign:
            z ^= 1
        return Point(x, field.multiply(x, z))

    def sum_of(self, first: int, one: Point, second: int, other: Point) -> Point | None:
        """first·one + second·other, both factors not negative (Shamir's trick, López–Dahab coordinates)."""
        both = self._plus((one.x, one.y, 1), other)
        choices = {1: one, 2: other, 3: self._affine(both)}
        x, y, z = 1, 0, 0
        for bit in range(max(first.bit_length(), second.bit_length()) - 1, -1, -1):
            x, y, z = self._twice(x, y, z)
            addend = choices.get((first >> bit & 1) | (second >> bit & 1) << 1)
            if addend is not None:
                x, y, z = self._plus((x, y, z), addend)
        return self._affine((x, y, z))

    def _affine(self, point: tuple[int, int, int]) -> Point | None:
        x, y, z = point
        if not z:
            return None
        inverse = self.field.invert(z)
        return Point(self.field.multiply(x, inverse), self.field.multiply(y, self.field.square(inverse)))

    def _twice(self, x: int, y: int, z: int) -> tuple[int, int, int]:
        if not z or not x:
            return 1, 0, 0
        multiply, square = self.field.multiply, self.field.square
        x_squared, z_squared = square(x), square(z)
        new_z = multiply(x_squared, z_squared)
        tail = multiply(self.b, square(z_squared))
        new_x = square(x_squared) ^ tail
        middle = square(y) ^ tail ^ (new_z if self.a else 0)
        return new_x, multiply(tail, new_z) ^ multiply(new_x, middle), new_z

    def _plus(self, point: tuple[int, int, int], addend: Point) -> tuple[int, int, int]:
        x, y, z = point
        if not z:
            return addend.x, addend.y, 1
        multiply, square = self.field.multiply, self.field.square
        z_squared = square(z)
        rise = y ^ multiply(addend.y, z_squared)
        run = x ^ multiply(addend.x, z)
        if not run:
            return self._twice(x, y, z) if not rise else (1, 0, 0)
        c = multiply(z, run)
        new_z = square(c)
        d = multiply(addend.x, new_z)
        new_x = square(rise) ^ multiply(c, rise ^ square(run) ^ (c if self.a else 0))
        new_y = multiply(d ^ new_x, multiply(rise, c) ^ new_z) ^ multiply(addend.x ^ addend.y, square(new_z))
        return new_x, new_y, new_z


def _curve(degree: int, terms: tuple[int, ...], a: int, b: str, order: str, x: str, y: str) -> Curve:
    return Curve(BinaryField(degree, terms), a, int(b, 16), int(order, 16), Point(int(x, 16), int(y, 16)))


#: The curves in polynomial basis of DSTU 4145-2002, annex Г, by the last number of their object identifiers.
STANDARD_CURVES: Final = (
    _curve(
        163, (7, 6, 3), 1,
        "5FF6108462A2DC8210AB403925E638A19C1455D21",
        "400000000000000000002BEC12BE2262D39BCF14D",
        "2E2F85F5DD74CE983A5C4237229DAF8A3F35823BE",
        "3826F008A8C51D7B95284D9D03FF0E00CE2CD723A",
    ),
    _curve(
        167, (6,), 1,
        "6EE3CEEB230811759F20518A0930F1A4315A827DAC",
        "3FFFFFFFFFFFFFFFFFFFFFB12EBCC7D7F29FF7701F",
        "7A1F6653786A68192803910A3D30B2A2018B21CD54",
        "5F49EB26781C0EC6B8909156D98ED435E45FD59918",
    ),
    _curve(
        173, (10, 2, 1), 0,
        "108576C80499DB2FC16EDDF6853BBB278F6B6FB437D9",
        "800000000000000000000189B4E67606E3825BB2831",
        "4D41A619BCC6EADF0448FA22FAD567A9181D37389CA",
        "10B51CC12849B234C75E6DD2028BF7FF5C1CE0D991A1",
    ),
    _curve(
        179, (4, 2, 1), 1,
        "4A6E0856526436F2F88DD07A341E32D04184572BEB710",
        "3FFFFFFFFFFFFFFFFFFFFFFB981960435FE5AB64236EF",
        "6BA06FE51464B2BD26DC57F48819BA9954667022C7D03",
        "25FBC363582DCEC065080CA8287AAFF09788A66DC3A9E",
    ),
    _curve(
        191, (9,), 1,
        "7BC86E2102902EC4D5890E8B6B4981FF27E0482750FEFC03",
        "40000000000000000000000069A779CAC1DABC6788F7474F",
        "714114B762F2FF4A7912A6D2AC58B9B5C2FCFE76DAEB7129",
        "29C41E568B77C617EFE5902F11DB96FA9613CD8D03DB08DA",
    ),
    _curve(
        233, (9, 4, 1), 1,
        "6973B15095675534C7CF7E64A21BD54EF5DD3B8A0326AA936ECE454D2C",
        "1000000000000000000000000000013E974E72F8A6922031D2603CFE0D7",
        "3FCDA526B6CDF83BA1118DF35B3C31761D3545F32728D003EEB25EFE96",
        "9CA8B57A934C54DEEDA9E54A7BBAD95E3B2E91C54D32BE0B9DF96D8D35",
    ),
    _curve(
        257, (12,), 0,
        "1CEF494720115657E18F938D7A7942394FF9425C1458C57861F9EEA6ADBE3BE10",
        "800000000000000000000000000000006759213AF182E987D3E17714907D470D",
        "2A29EF207D0E9B6C55CD260B306C7E007AC491CA1B10C62334A9E8DCD8D20FB7",
        "10686D41FF744D4449FCCF6D8EEA03102E6812C93A9D60B978B702CF156D814EF",
    ),
    _curve(
        307, (8, 4, 2), 1,
        "393C7F7D53666B5054B5E6C6D3DE94F4296C0C599E2E2E241050DF18B6090BDC90186904968BB",
        "3FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC079C2F3825DA70D390FBBA588D4604022B7B7",
        "216EE8B189D291A0224984C1E92F1D16BF75CCD825A087A239B276D3167743C52C02D6E7232AA",
        "5D9306BACD22B7FAEB09D2E049C6E2866C5D1677762A8F2F2DC9A11C7F7BE8340AB2237C7F2A0",
    ),
    _curve(
        367, (21,), 1,
        "43FC8AD242B0B7A6F3D1627AD5654447556B47BF6AA4A64B0C2AFE42CADAB8F93D92394C79A79755437B56995136",
        "40000000000000000000000000000000000000000000009C300B75A3FA824F22428FD28CE8812245EF44049B2D49",
        "324A6EDDD512F08C49A99AE0D3F961197A76413E7BE81A400CA681E09639B5FE12E59A109F78BF4A373541B3B9A1",
        "1AB597A5B4477F59E39539007C7F977D1A567B92B043A49C6B61984C3FE3481AAF454CD41BA1F051626442B3C10",
    ),
    _curve(
        431, (5, 3, 1), 1,
        "3CE10490F6A708FC26DFE8C3D27C4F94E690134D5BFF988D8D28AAEAEDE975936C66BAC536B18AE2DC312CA493117DAA469C640CAF3",
        "3FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFBA3175458009A8C0A724F02F81AA8A1FCBAF80D90C7A95110504CF",
        "1A62BA79D98133A16BBAE7ED9A8E03C32E0824D57AEF72F88986874E5AAE49C27BED49A2A95058068426C2171E99FD3B43C5947C857D",
        "70B5E1E14031C1F70BBEFE96BDDE66F451754B4CA5F48DA241F331AA396B8D1839A855C1769B1EA14BA53308B5E2723724E090E02DB9",
    ),
)  # fmt: skip
