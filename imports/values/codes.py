"""Text → identifiers: account numbers, customers' codes, IBAN, EIC, channels, zones, phones. No Django.

Check digits that do not fit are warnings here: codes mistyped long ago stand in contracts that are in force.
The normal forms are those of `cabinet_pages.quantities.identifiers`, so a form and a file agree.
"""

import re
from dataclasses import dataclass

import phonenumbers

from cabinet_pages.quantities.folding import CYRILLIC_TO_LATIN, normalise_dashes
from cabinet_pages.quantities.identifiers import (
    ACCOUNT_NUMBER_LENGTH,
    CodeKind,
    code_kind,
    has_right_check_digit,
    has_right_eic_check,
    is_eic_shaped,
    is_iban,
    normalise_account_number,
    normalise_customer_code,
    normalise_eic,
    normalise_iban,
)

from .refusal import ValueRefused
from .words import clean_text

_NOTHING = frozenset({"", "-"})
# What a spreadsheet makes of a long number: its last digits are lost, so no text can be made of it again.
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eEеЕ]\+[0-9]+")
_CHANNEL = re.compile(r"([AR])([+-])")
_ZONES = {"0": 0, "1": 1, "2": 2, "3": 3}
_EDRPOU_LENGTH, _RNTRC_LENGTH = 8, 10
# Fewer digits than this left of an ЄДРПОУ are rather some other number.
_LEAST_LEFT = 4


@dataclass(frozen=True, slots=True)
class CustomerCode:
    """A customer's code in its normal form.

    `warning` is empty, or `check_digit` (it does not fit), `zeros` (a placeholder), `leading_zero` (nine digits of a
    numeric cell that may be a РНОКПП without its zero). `padded` tells that leading zeros were put back.
    """

    code: str
    kind: CodeKind
    warning: str = ""
    padded: bool = False


@dataclass(frozen=True, slots=True)
class Eic:
    """An EIC in its normal form; `warning` is empty or `check_digit`."""

    code: str
    warning: str = ""


def parse_account_number(text: str, *, numeric: bool = False) -> str | None:
    """Return an account number without spaces and with ASCII hyphens, or None for an empty cell or a dash.

    Args:
        text: the number; it is text, whatever it looks like.
        numeric: the cell was a number in a spreadsheet: then «80.5» is not what was typed there.

    Raises:
        ValueRefused: `too_long` (over 40 characters), `control_character`, `scientific` («8,04E+15»),
            `not_an_account_number` (a numeric cell with decimals or a sign).
    """
    number = normalise_account_number(clean_text(text))
    if number in _NOTHING:
        return None
    if len(number) > ACCOUNT_NUMBER_LENGTH:
        raise ValueRefused("too_long", text, limit=ACCOUNT_NUMBER_LENGTH, length=len(number))
    if _SCIENTIFIC.fullmatch(number):
        raise ValueRefused("scientific", text)
    if numeric and not number.isdigit():
        raise ValueRefused("not_an_account_number", text)
    return number


def parse_customer_code(text: str, *, numeric: bool = False) -> CustomerCode | None:
    """Return an ЄДРПОУ, a РНОКПП or a passport number, or None for an empty cell or a dash.

    Leading zeros are put back only where a spreadsheet has dropped them (a numeric cell) and the check digit of an
    ЄДРПОУ then fits. Nine digits stay an identity card: a РНОКПП that begins with a zero belongs to someone
    born before June 1927.

    Raises:
        ValueRefused: `not_a_code`, `control_character`.
    """
    code = normalise_dashes(normalise_customer_code(clean_text(text)))
    if code in _NOTHING:
        return None
    if numeric and code.isascii() and code.isdigit() and _LEAST_LEFT <= len(code) < _EDRPOU_LENGTH:
        padded = code.zfill(_EDRPOU_LENGTH)
        if has_right_check_digit(padded):
            return CustomerCode(padded, CodeKind.EDRPOU, padded=True)
    kind = code_kind(code)
    if kind is None:
        raise ValueRefused("not_a_code", text)
    return CustomerCode(code, kind, _code_warning(code, numeric))


def parse_iban(text: str) -> str | None:
    """Return an IBAN in capitals without spaces, or None for an empty cell or a dash.

    Raises:
        ValueRefused: `not_an_iban`: its shape or its check digits are wrong. Money goes there, so it is no warning.
    """
    code = normalise_iban(clean_text(text))
    if code in _NOTHING:
        return None
    if not is_iban(code):
        raise ValueRefused("not_an_iban", text)
    return code


def parse_eic(text: str) -> Eic | None:
    """Return an EIC in Latin capitals, or None for an empty cell or a dash.

    Raises:
        ValueRefused: `not_an_eic`: not 16 characters of its alphabet. A wrong check character is a warning.
    """
    code = normalise_eic(clean_text(text))
    if code in _NOTHING:
        return None
    if not is_eic_shaped(code):
        raise ValueRefused("not_an_eic", text)
    return Eic(code, "" if has_right_eic_check(code) else "check_digit")


def parse_channel(text: str) -> str | None:
    """Return `A+`, `A-`, `R+` or `R-` in ASCII, or None for an empty cell.

    «Р+» with a Cyrillic Р is refused: it may stand for R (реактивна) or for P (активна).

    Raises:
        ValueRefused: `not_a_channel`.
    """
    channel = re.sub(r"\s", "", normalise_dashes(clean_text(text))).upper().translate(CYRILLIC_TO_LATIN)
    if channel in _NOTHING:
        return None
    if not _CHANNEL.fullmatch(channel):
        raise ValueRefused("not_a_channel", text)
    return channel


def parse_zone(text: str) -> int | None:
    """Return the number of a time zone: 0 all day, 1 to 3 its zones; None for an empty cell.

    Raises:
        ValueRefused: `not_a_zone`.
    """
    zone = clean_text(text)
    if zone in _NOTHING:
        return None
    if zone not in _ZONES:
        raise ValueRefused("not_a_zone", text)
    return _ZONES[zone]


def parse_phone(text: str) -> str | None:
    """Return a phone number as `+380XXXXXXXXX` (or of another country), or None for an empty cell or a dash.

    Raises:
        ValueRefused: `not_a_phone`, for several numbers in one cell too.
    """
    told = clean_text(text)
    if told in _NOTHING:
        return None
    try:
        number = phonenumbers.parse(told, "UA")
    except phonenumbers.NumberParseException as error:
        raise ValueRefused("not_a_phone", text) from error
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise ValueRefused("not_a_phone", text)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _code_warning(code: str, numeric: bool) -> str:
    if not code.strip("0"):
        return "zeros"
    if not has_right_check_digit(code):
        return "check_digit"
    if numeric and len(code) == _RNTRC_LENGTH - 1 and has_right_check_digit(code.zfill(_RNTRC_LENGTH)):
        return "leading_zero"
    return ""
