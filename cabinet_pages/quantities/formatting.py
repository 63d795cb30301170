"""Exact numbers → text in the reader's language, without Django.

Ukrainian groups thousands with a no-break space and marks decimals with a comma; English uses a comma and a dot.
A negative number carries the true minus sign (U+2212), which is as wide as a digit and is read aloud as «мінус».
"""

from decimal import Decimal

from cabinet_pages.quantities.money import round_money

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
HRYVNIA = "₴"
ABSENT = "—"


def _group(digits: str, separator: str) -> str:
    """Separate a run of digits into threes, counted from the right."""
    head = len(digits) % 3
    groups = [digits[:head]] if head else []
    groups += [digits[start : start + 3] for start in range(head, len(digits), 3)]
    return separator.join(groups)


def format_number(value: Decimal, *, language: str, places: int | None = None) -> str:
    """Write a number with grouped thousands.

    Args:
        value: an exact number; it is never rounded, so give it rounded.
        language: the code of the reader's language; English separators for `en` and its variants, Ukrainian otherwise.
        places: the least number of decimals to show; None drops the trailing zeros.
    """
    english = language.split("-")[0] == "en"
    thousands, mark = (",", ".") if english else (NO_BREAK_SPACE, ",")
    sign = MINUS if value < 0 else ""
    whole, _, fraction = f"{abs(value):f}".partition(".")
    fraction = fraction.rstrip("0").ljust(places or 0, "0")
    return sign + _group(whole, thousands) + (mark + fraction if fraction else "")


def format_money(value: Decimal | None, *, language: str, currency: bool = True) -> str:
    """Write UAH with two decimals: «1 234,56 ₴»; a dash for no amount.

    Args:
        value: hryvnias; more than two decimals are rounded half-up.
        language: the code of the reader's language.
        currency: whether the sign of the hryvnia follows.
    """
    if value is None:
        return ABSENT
    text = format_number(round_money(value), language=language, places=2)
    return f"{text}{NO_BREAK_SPACE}{HRYVNIA}" if currency else text


def format_energy(value: Decimal | None, *, language: str) -> str:
    """Write kWh or a meter's reading with the decimals it has and no trailing zeros; a dash for no value."""
    return ABSENT if value is None else format_number(value, language=language)


def format_signed(value: Decimal | None, *, language: str, places: int | None = None) -> str:
    """Write a difference with its sign, «+12,5» or «−3»; zero has none, and a dash stands for no value."""
    if value is None:
        return ABSENT
    return ("+" if value > 0 else "") + format_number(value, language=language, places=places)


def format_ratio(value: Decimal | None, *, language: str) -> str:
    """Write a multiplier or a transformer ratio without trailing zeros; a dash for no value."""
    return ABSENT if value is None else format_number(value, language=language)


def format_price(value: Decimal | None, *, language: str) -> str:
    """Write a price in UAH per kWh with at least two decimals and as many more as it has; a dash for no price."""
    return ABSENT if value is None else format_number(value, language=language, places=2)
