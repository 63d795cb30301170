"""Texts in the one-byte encodings of 1C: a letter that an encoding lacks becomes its neighbour there. No Django."""

import unicodedata
from typing import Final

from .layout import Cell, Cells

_ACCOUNT: Final = 1
_UNKNOWN: Final = "?"
# What the letters, quotation marks and dashes of Ukrainian texts become where an encoding has them not.
_NEIGHBOURS: Final = {
    **dict.fromkeys("’ʼ‘‛′ʹ`´＇", "'"),
    **dict.fromkeys("«»„“”‟″‹›", '"'),
    **dict.fromkeys("‐‑‒–—―−－﹣", "-"),
    "…": "...", "№": "N", "₴": "грн", "€": "EUR", "×": "x", "·": ".", "°": " ", "\u00a0": " ", "\u202f": " ",
    "і": "i", "І": "I", "ґ": "г", "Ґ": "Г", "ї": "i", "Ї": "I", "є": "е", "Є": "Е",
}  # fmt: skip


def encoded(text: str, encoding: str) -> bytes:
    """Return the text in an encoding that may lack some of its letters; nothing is refused, no letter is lost unseen.

    In cp866 і becomes the Latin i, ґ the Cyrillic г and ’ the apostrophe, as people type there; what has no neighbour
    becomes a question mark.
    """
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_written(char, encoding) for char in unicodedata.normalize("NFC", text)).encode(encoding)


def known_account(cells: Cells, encoding: str) -> Cells:
    """The cells, without the account's number where the encoding cannot tell it: a wrong one would name nobody.

    The reading is found by its ReadingId all the same.
    """
    number = cells[_ACCOUNT]
    if isinstance(number, str) and _UNKNOWN.encode() in encoded(number.replace(_UNKNOWN, ""), encoding):
        return (*cells[:_ACCOUNT], "", *cells[_ACCOUNT + 1 :])
    return cells


def _written(char: str, encoding: str) -> str:
    for candidate in (char, _NEIGHBOURS.get(char, ""), _without_marks(char)):
        if candidate and _fits(candidate, encoding):
            return candidate
    return _UNKNOWN


def _without_marks(char: str) -> str:
    """A letter without its accents; '' for what is no letter."""
    base = unicodedata.normalize("NFKD", char)[:1]
    return base if base != char else ""


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def fitting(cell: Cell, encoding: str, length: int) -> bytes:
    """A text as the bytes of a field of fixed length, cut at its end."""
    return encoded(str(cell or ""), encoding)[:length].ljust(length)
