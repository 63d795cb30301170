"""Identifiers of accounts, customers and metering points: one normal form each, and their check digits.

Sources of the rules: ЄДРПОУ and РНОКПП as implemented by python-stdnum (`stdnum.ua`), EIC as published by ENTSO-E
(`stdnum.eu.eic`), IBAN by ISO 13616 (`stdnum.iban`). A wrong check digit is never a reason to refuse a customer:
codes masked or mistyped decades ago are in contracts that are in force. So the checks answer yes or no,
and the caller decides.
"""

import enum
import re

from stdnum import iban
from stdnum.eu import eic
from stdnum.ua import edrpou, rntrc

from .folding import CYRILLIC_TO_LATIN, LATIN_TO_CYRILLIC, normalise_dashes

#: Longest account number that is stored.
ACCOUNT_NUMBER_LENGTH = 40

_SPACES = re.compile(r"\s+")
_PASSPORT = re.compile(r"[А-ЩЬЮЯЄІЇҐ]{2}[0-9]{6}")
_EIC = re.compile(r"[0-9A-Z-]{15}[0-9A-Z]")


class CodeKind(enum.StrEnum):
    """What a customer's code is, told by its shape alone."""

    EDRPOU = "edrpou"
    RNTRC = "rntrc"
    PASSPORT = "passport"


def normalise_account_number(text: str) -> str:
    """Return the account number as it is stored and compared: without white space, every dash an ASCII hyphen."""
    return normalise_dashes(_SPACES.sub("", text))


def normalise_customer_code(text: str) -> str:
    """Return a customer's code as it is stored and compared: no white space, capitals, passport letters Cyrillic."""
    code = _SPACES.sub("", text).upper()
    if code[:2].isalpha():
        code = code[:2].lower().translate(LATIN_TO_CYRILLIC).upper() + code[2:]
    return code


def code_kind(code: str) -> CodeKind | None:
    """Tell what a normalised customer's code is by its shape, or None when it has none of the known shapes.

    Eight digits are an ЄДРПОУ, ten a РНОКПП, nine an identity card, two Cyrillic letters and six digits a passport.
    """
    if not code.isascii():
        return CodeKind.PASSPORT if _PASSPORT.fullmatch(code) else None
    if not code.isdigit():
        return None
    return {8: CodeKind.EDRPOU, 9: CodeKind.PASSPORT, 10: CodeKind.RNTRC}.get(len(code))


def has_right_check_digit(code: str) -> bool:
    """Tell whether the check digit of an ЄДРПОУ or a РНОКПП fits; a passport has none, so it always does."""
    kind = code_kind(code)
    if kind is CodeKind.EDRPOU:
        return bool(edrpou.is_valid(code))
    if kind is CodeKind.RNTRC:
        return bool(rntrc.is_valid(code))
    return kind is CodeKind.PASSPORT


def normalise_eic(text: str) -> str:
    """Return an EIC in Latin capitals without white space: Cyrillic look-alikes and dashes are put right."""
    return normalise_dashes(_SPACES.sub("", text)).upper().translate(CYRILLIC_TO_LATIN)


def is_eic_shaped(code: str) -> bool:
    """Tell whether a normalised code has 16 characters of the EIC alphabet and does not end in a hyphen."""
    return _EIC.fullmatch(code) is not None


def has_right_eic_check(code: str) -> bool:
    """Tell whether the check character of an EIC fits."""
    return bool(eic.is_valid(code))


def normalise_iban(text: str) -> str:
    """Return an IBAN in Latin capitals without white space: Cyrillic look-alikes are put right."""
    return _SPACES.sub("", text).upper().translate(CYRILLIC_TO_LATIN)


def is_iban(code: str) -> bool:
    """Tell whether a normalised IBAN has the shape of its country and the right check digits (mod 97)."""
    return code.isascii() and bool(iban.is_valid(code))
