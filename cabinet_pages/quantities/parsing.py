"""Typed text → exact numbers, independent of any active language. No Django."""

import re
from decimal import Decimal

# Ordinary, non-breaking, narrow non-breaking and thin spaces, and the apostrophes people use between thousands.
_GROUPING = re.compile("[ \u00a0\u202f\u2009'’ʼ]")
_PLAIN = re.compile(r"[+\-−]?[0-9]{1,18}(?:[.,][0-9]{1,18})?\Z")


class AmountRefused(ValueError):
    """A text that is not an exact number.

    Args:
        code: `invalid`, `scale` (too many decimals) or `range` (over 18 digits).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_decimal(text: str, *, scale: int) -> Decimal:
    """Read a number that a person typed: spaces group thousands, a comma or a dot marks decimals.

    Args:
        text: what was typed, ASCII digits only.
        scale: the largest number of decimal places.

    Returns:
        the exact value, with as many places as were typed.

    Raises:
        AmountRefused: for anything that is not plainly one number.
    """
    compact = _GROUPING.sub("", text.strip())
    if not _PLAIN.match(compact):
        raise AmountRefused("range" if compact.lstrip("+-−").isdigit() and compact.isascii() else "invalid")
    number = Decimal(compact.replace(",", ".").replace("−", "-"))
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > scale:
        raise AmountRefused("scale")
    return number
