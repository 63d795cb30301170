"""Text → clean text, flags and named choices. No Django."""

import re
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

from cabinet_pages.quantities.folding import collapse_spaces, fold_name
from cabinet_pages.quantities.formulas import unescape_formula

from .refusal import ValueRefused

Chosen = TypeVar("Chosen")

_NOTHING = frozenset({"", "-"})
# Left by copying from web pages and by editors; nobody sees them.
_DROPPED = re.compile("[\u00ad\u200b\u2060\ufeff]")
_PLAIN = re.compile(r"[\x20-\x7e\u0410-\u044f\u0404\u0406\u0407\u0454\u0456\u0457\u0490\u0491\u2116\u2019«»]*")
# Controls that are no white space, though some count as such for a regular expression.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co"})

_YES = ("так", "да", "істина", "правда", "истина", "true", "yes", "1", "+")
_NO = ("ні", "нет", "хибність", "неправда", "ложь", "false", "no", "0")
_FLAGS = {fold_name(word): True for word in _YES} | {fold_name(word): False for word in _NO}


def clean_text(text: str, max_length: int | None = None) -> str:
    """Return text in NFC with single spaces, as the file has it otherwise; an empty string for a blank cell.

    Args:
        text: what the cell holds; line breaks and NBSP become spaces, and the apostrophe goes that keeps a spreadsheet
            from taking a text for a formula.
        max_length: the longest result, in characters.

    Raises:
        ValueRefused: `control_character` (those that turn or hide text among them), `too_long`.
    """
    if not _PLAIN.fullmatch(text):
        text = unicodedata.normalize("NFC", _DROPPED.sub("", text))
    if text.startswith("'"):
        text = unescape_formula(text)
    clean = collapse_spaces(text)
    if _CONTROLS.search(text) or (not clean.isprintable() and _has_refused(clean)):
        raise ValueRefused("control_character", re.sub(r"[^\w\s]", "?", clean))
    if max_length is not None and len(clean) > max_length:
        raise ValueRefused("too_long", clean, limit=max_length, length=len(clean))
    return clean


def parse_flag(text: str) -> bool | None:
    """Return yes or no («так», «ні», the words of 1C in both languages, 1 and 0), or None for an empty cell or a dash.

    Raises:
        ValueRefused: `not_a_flag`.
    """
    word = fold_name(text)
    if word in _NOTHING:
        return None
    if word not in _FLAGS:
        raise ValueRefused("not_a_flag", text)
    return _FLAGS[word]


def parse_choice(text: str, choices: Mapping[str, Chosen]) -> Chosen | None:
    """Return what one of the named choices stands for, in any case and spelling, or None for an empty cell or a dash.

    Args:
        text: the cell.
        choices: the name as it is written in files → the value.

    Raises:
        ValueRefused: `not_a_choice`, with the names.
    """
    word = fold_name(text)
    if word in _NOTHING:
        return None
    for name, chosen in choices.items():
        if fold_name(name) == word:
            return chosen
    raise ValueRefused("not_a_choice", text, choices=tuple(choices))


def _has_refused(text: str) -> bool:
    return any(unicodedata.category(char) in _REFUSED_CATEGORIES for char in text)
