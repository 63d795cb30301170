"""Pure rules of access: requests, scans, activation codes; no Django.

A violation is a pair (code, parameters); the sentence in the reader's language is made at the edge.
"""

import re
import secrets
from collections.abc import Mapping
from datetime import date

from cabinet_pages.quantities.identifiers import normalise_account_number

Violation = tuple[str, Mapping[str, object]]

#: Ten digits and twenty-six letters without the four that are mistaken for each other: 0 and O, 1 and I.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 12
CODE_GROUP = 4

# Cyrillic letters that a person sees as a Latin one, or as a digit, and types on a Ukrainian keyboard.
_CODE_TWINS = str.maketrans("АВСЕНКМРТХУЅЈԚԜЗ", "ABCEHKMPTXYSJQW3")
_CODE_SEPARATORS = re.compile(r"[\s\-\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff.,;·•_]+")
_NUMBER_SEPARATORS = re.compile(r"[\n\r,;]+")

#: How many accounts one request may name.
MAX_ACCOUNT_NUMBERS = 200

_SCAN_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
)


def new_code() -> str:
    """Return a fresh activation code: 12 characters of a 32-letter alphabet, 60 bits from the system's generator."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def show_code(code: str) -> str:
    """Return a code as people read it: XXXX-XXXX-XXXX."""
    return "-".join(code[start : start + CODE_GROUP] for start in range(0, len(code), CODE_GROUP))


def fold_code(text: str) -> str | None:
    """Return the code that a person means, or None when no code has this form.

    Case, spaces, dashes and Cyrillic look-alikes make no difference.
    """
    code = _CODE_SEPARATORS.sub("", text).upper().translate(_CODE_TWINS)
    if len(code) != CODE_LENGTH or any(letter not in CODE_ALPHABET for letter in code):
        return None
    return code


def split_account_numbers(text: str) -> list[str]:
    """Return the account numbers that a person typed, in normal form and order, each once.

    They are separated by line breaks, commas or semicolons; spaces inside a number mean nothing, unless every
    part between spaces has a digit: then the spaces separate numbers too.
    """
    numbers: list[str] = []
    for part in _NUMBER_SEPARATORS.split(text):
        words = part.split()
        separate = len(words) > 1 and all(len(word) > 2 and any(sign.isdigit() for sign in word) for word in words)
        for word in words if separate else ["".join(words)]:
            number = normalise_account_number(word)
            if number and number not in numbers:
                numbers.append(number)
    return numbers


def scan_kind(head: bytes) -> str | None:
    """Tell by the first bytes whether a file is a PDF, JPEG or PNG; its name and declared type are not asked."""
    return next((kind for signature, kind in _SCAN_SIGNATURES if head.startswith(signature)), None)


def check_request(
    *,
    account_numbers: list[str],
    contract_number: str,
    by_attorney: bool,
    attorney_number: str,
    valid_until: date | None,
    today: date,
) -> list[tuple[str, Violation]]:
    """Return what is wrong with a request, each with the field it belongs to.

    Args:
        by_attorney: the person acts under a power of attorney (довіреність), not as the head.
        valid_until: the last day of the power of attorney (Kyiv date).
        today: the present Kyiv date.
    """
    found: list[tuple[str, Violation]] = []
    if not account_numbers and not contract_number:
        found.append(("account_numbers", ("account_or_contract", {})))
    if len(account_numbers) > MAX_ACCOUNT_NUMBERS:
        found.append(("account_numbers", ("too_many_accounts", {"limit": MAX_ACCOUNT_NUMBERS})))
    if by_attorney and not attorney_number:
        found.append(("attorney_number", ("attorney_number", {})))
    if by_attorney and valid_until is None:
        found.append(("valid_until", ("attorney_date", {})))
    if by_attorney and valid_until is not None and valid_until < today:
        found.append(("valid_until", ("attorney_ended", {})))
    return found
