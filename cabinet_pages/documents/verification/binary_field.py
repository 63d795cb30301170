"""Arithmetic of GF(2^m) in polynomial basis: elements are integers whose bits are the coefficients.

Only public values are ever computed with, so nothing here runs in constant time.
"""


class BinaryField:
    """The polynomials over GF(2) modulo one of degree m.

    Args:
        degree: m, odd.
        terms: the exponents between m and 0 of the modulus, greatest first: one or three.
    """

    def __init__(self, degree: int, terms: tuple[int, ...]) -> None:
        self.degree = degree
        self.terms = terms
        self.modulus = 1 << degree | 1
        for term in terms:
            self.modulus |= 1 << term
        self.mask = (1 << degree) - 1

    def reduce(self, value: int) -> int:
        """The remainder of a product."""
        degree, mask, terms = self.degree, self.mask, self.terms
        while high := value >> degree:
            value = value & mask ^ high
            for term in terms:
                value ^= high << term
        return value

    def multiply(self, first: int, second: int) -> int:
        """The product."""
        twice, fourfold, eightfold = second << 1, second << 2, second << 3
        table = [0, second, twice, twice ^ second, fourfold, fourfold ^ second, fourfold ^ twice]
        table.append(table[6] ^ second)
        table += [eightfold ^ entry for entry in table]
        product = 0
        for digit in f"{first:x}":
            product = product << 4 ^ table[int(digit, 16)]
        return self.reduce(product)

    def square(self, value: int) -> int:
        """The square: a zero comes between every two coefficients."""
        return self.reduce(int(f"{value:b}", 4))

    def invert(self, value: int) -> int:
        """The inverse, by Euclid's algorithm. Raises ZeroDivisionError."""
        if not value:
            raise ZeroDivisionError("zero has no inverse")
        u, v, g, h = value, self.modulus, 1, 0
        while u != 1:
            shift = u.bit_length() - v.bit_length()
            if shift < 0:
                u, v, g, h, shift = v, u, h, g, -shift
            u ^= v << shift
            g ^= h << shift
        return self.reduce(g)

    def trace(self, value: int) -> int:
        """The sum of all conjugates: 0 or 1."""
        result = value
        for _ in range(self.degree - 1):
            result = self.square(result) ^ value
        return result

    def root(self, value: int) -> int:
        """The square root."""
        for _ in range(self.degree - 1):
            value = self.square(value)
        return value

    def half_trace(self, value: int) -> int | None:
        """A z with z² + z = value; None where there is none."""
        result = value
        for _ in range((self.degree - 1) // 2):
            result = self.square(self.square(result)) ^ value
        return result if self.square(result) ^ result == value else None
