"""Text → exact numbers: strict, independent of any active language. No Django.

A number is accepted only when it can be read in one way. Spaces (NBSP, narrow and thin ones) and apostrophes group
thousands, in groups of three; a comma or a dot marks the decimals, or groups thousands when the other one marks
the decimals or when it stands twice. One separator with three digits behind it («1,234») is refused
where thousandths do not exist. Digits are ASCII digits.
"""

import re
from decimal import Decimal

from .refusal import ValueRefused

MONEY_DECIMALS = 2
ENERGY_DECIMALS = 3
RATIO_DECIMALS = 4
PRICE_DECIMALS = 6
#: Every value fits a signed 64-bit integer of its smallest unit.
DIGITS = 18

_LONGEST = 64
_PLACES = tuple(Decimal(1).scaleb(-decimals) for decimals in range(PRICE_DECIMALS + 1))
_NOTHING = frozenset({"", "-", "—", "–", "−"})
_SIMPLE = re.compile(r"-?[0-9]{1,11}(?:[.,][0-9]{1,2})?")
_GAP = "[ \u00a0\u202f\u2009\u2007'’ʼ]"
_SIGNED = re.compile(r"(?P<open>\()?\s*(?P<sign>[+\-−–])?\s*(?P<body>[0-9.,].*?)\s*(?P<minus>[-−–])?\s*(?P<close>\))?")
_PLAIN = re.compile(r"(?P<whole>[0-9]*)(?:(?P<mark>[.,])(?P<decimals>[0-9]+))?")
_SPACED = re.compile(
    rf"(?P<whole>[1-9][0-9]{{0,2}}(?P<gap>{_GAP})[0-9]{{3}}(?:(?P=gap)[0-9]{{3}})*)(?:(?P<mark>[.,])(?P<decimals>[0-9]+))?"
)
_MARKED = re.compile(
    r"(?P<whole>[1-9][0-9]{0,2}(?P<gap>[.,])[0-9]{3}(?:(?P=gap)[0-9]{3})*)(?P<mark>(?!(?P=gap))[.,])(?P<decimals>[0-9]+)"
)
_MILLIONS = re.compile(r"(?P<whole>[1-9][0-9]{0,2}(?P<gap>[.,])[0-9]{3}(?:(?P=gap)[0-9]{3})+)(?P<mark>)(?P<decimals>)")


def parse_money(text: str) -> Decimal | None:
    """Return an amount in UAH with two decimals, or None for an empty cell or a dash.

    Raises:
        ValueRefused: `not_a_number`, `ambiguous_number`, `too_many_decimals`, `too_many_digits`.
    """
    return parse_decimal(text, MONEY_DECIMALS)


def parse_energy(text: str) -> Decimal | None:
    """Return kWh or kvarh, or a reading of a register, with three decimals; see `parse_money`."""
    return parse_decimal(text, ENERGY_DECIMALS)


def parse_ratio(text: str) -> Decimal | None:
    """Return a transformer ratio or a multiplier with four decimals; see `parse_money`."""
    return parse_decimal(text, RATIO_DECIMALS)


def parse_price(text: str) -> Decimal | None:
    """Return a tariff with six decimals, in its own unit; see `parse_money`."""
    return parse_decimal(text, PRICE_DECIMALS)


def parse_integer(text: str) -> int | None:
    """Return a whole number («12», «12,0», «1 234»), or None for an empty cell or a dash.

    Raises:
        ValueRefused: as `parse_money`; `not_whole` for a number with decimals.
    """
    try:
        number = parse_decimal(text, 0)
    except ValueRefused as refusal:
        if refusal.code == "too_many_decimals":
            raise ValueRefused("not_whole", text.strip()) from refusal
        raise
    return None if number is None else int(number)


def parse_decimal(text: str, decimals: int) -> Decimal | None:
    """Return the number with exactly so many decimals (0 to 6), or None for an empty cell or a dash.

    Zeros behind the allowed decimals are allowed («12,5000» is 12.50); minus zero is zero.

    Raises:
        ValueRefused: see `parse_money`.
    """
    if _SIMPLE.fullmatch(text):
        number = Decimal(text.replace(",", "."))
        if decimals >= MONEY_DECIMALS:
            return _with_decimals(number, decimals)
    text = text.strip()
    if text in _NOTHING:
        return None
    if len(text) > _LONGEST:
        raise ValueRefused("not_a_number", text)
    negative, body = _without_sign(text)
    whole, fraction = _split(text, body, decimals)
    kept = fraction.rstrip("0")
    if len(kept) > decimals:
        raise ValueRefused("too_many_decimals", text, decimals=decimals)
    if len(whole) > DIGITS - decimals:
        raise ValueRefused("too_many_digits", text, digits=DIGITS)
    number = Decimal(f"{'-' if negative else ''}{whole or '0'}.{kept or '0'}")
    return _with_decimals(number, decimals)


def _with_decimals(number: Decimal, decimals: int) -> Decimal:
    exact = number.quantize(_PLACES[decimals])
    return exact if exact else abs(exact)


def _without_sign(text: str) -> tuple[bool, str]:
    """Return whether a number is negative, and the rest: a minus before or behind it, or parentheses, never two."""
    match = _SIGNED.fullmatch(text)
    if match is None:
        raise ValueRefused("not_a_number", text)
    in_parentheses = match["open"] is not None
    if in_parentheses != (match["close"] is not None):
        raise ValueRefused("not_a_number", text)
    signs = [sign for sign in (match["sign"], match["minus"]) if sign]
    if len(signs) + in_parentheses > 1:
        raise ValueRefused("not_a_number", text)
    return in_parentheses or (bool(signs) and signs[0] != "+"), match["body"]


def _split(text: str, body: str, decimals: int) -> tuple[str, str]:
    """Return the digits before and behind the decimal mark, without grouping and without leading zeros."""
    for shape in (_PLAIN, _SPACED, _MARKED, _MILLIONS):
        match = shape.fullmatch(body)
        if match is not None:
            break
    else:
        raise ValueRefused("not_a_number", text)
    whole, fraction = match["whole"], match["decimals"] or ""
    if not whole and not fraction:
        raise ValueRefused("not_a_number", text)
    if shape is _PLAIN and len(fraction) == 3 and decimals < 3 and len(whole) <= 3 and not whole.startswith("0"):
        raise ValueRefused("ambiguous_number", text)
    return re.sub(r"[^0-9]", "", whole).lstrip("0"), fraction
