"""The address that a payment code holds: fields, limits and refusals of the formats 002 and 003."""

import enum
import re
import unicodedata
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cabinet_pages.quantities.money import round_money

HOST: Final = "https://bank.gov.ua/qr/"
LARGEST_AMOUNT: Final = Decimal("999999999.99")
_IBAN = re.compile(r"UA[0-9]{27}")
_CODE = re.compile(r"[0-9A-ZА-ЯІЇЄҐ]{1,10}")
_REFERENCE = re.compile(r"[!-~]{1,35}")
_SPACES = re.compile(r"\s+")
# What people type for signs that Windows-1251 has in one form only.
_TWINS = str.maketrans({"\u02bc": "’", "\u2011": "-", "\u2010": "-", "\u2212": "-", "\u00ad": ""})
# SUPP/SUPP is a payment to a supplier of goods or services; with FFFF no field of a 003 code may be edited.
_CATEGORY: Final = "SUPP/SUPP"
_LOCKED: Final = "FFFF"


class CodeVersion(enum.StrEnum):
    """Version of the format; every bank's program reads 002."""

    V002 = "002"
    V003 = "003"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one version allows: lengths in characters, the address in bytes."""

    recipient: int
    purpose: int
    address: int


LIMITS: Final = {
    # The table of 002 has 70 characters for the recipient, its text (item 9) no more than 38.
    CodeVersion.V002: Limits(recipient=38, purpose=140, address=500),
    CodeVersion.V003: Limits(recipient=140, purpose=420, address=507),
}


class CodeRefused(ValueError):
    """A payment that no code can be made for.

    Args:
        code: `recipient_missing`, `recipient_long`, `iban`, `amount`, `recipient_code`, `purpose_missing`,
            `purpose_long`, `address_long`, `picture_large`.
        params: the value refused, or the limit that it passes.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """A payment to make.

    Args:
        recipient: the name of the payee.
        recipient_code: ЄДРПОУ or РНОКПП.
        iban: of the payee, without spaces.
        amount: UAH, more than nothing.
        purpose: what the payee will read.
        reference: the number of the invoice; only 003 has a place for it.
    """

    recipient: str
    recipient_code: str
    iban: str
    amount: Decimal
    purpose: str
    reference: str = ""


def one_line(text: str) -> str:
    """A value without the line breaks that would end its field, and with one form for signs that look alike."""
    visible = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in text)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", visible).translate(_TWINS)).strip()


def recipient_name(full: str, short: str, version: CodeVersion = CodeVersion.V002) -> str:
    """The payee's name as a code takes it: the full one, else the short one, else as much as there is room for."""
    room = LIMITS[version].recipient
    names = [name for name in (one_line(full), one_line(short)) if name]
    for name in names:
        if len(name) <= room:
            return name
    return names[-1][:room].rstrip() if names else ""


def amount_field(amount: Decimal) -> str:
    """An amount as the codes write it, as short as it can be: «UAH3», «UAH576.45». Raises CodeRefused."""
    rounded = round_money(amount)
    if rounded != amount or not 0 < amount <= LARGEST_AMOUNT:
        raise CodeRefused("amount", amount=amount, largest=LARGEST_AMOUNT)
    text = f"{rounded:f}"
    return f"UAH{text.removesuffix('.00')}"


def payment_address(order: PaymentOrder, version: CodeVersion = CodeVersion.V002) -> str:
    """The address that the QR code of a payment holds.

    Values are written in Windows-1251, which is shorter, and in UTF-8 where one has a letter that Windows-1251 lacks.

    Args:
        order: the payment.
        version: 002, or 003.

    Raises:
        CodeRefused: a value is missing, malformed or too long, or all of them are.
    """
    limits = LIMITS[version]
    recipient, purpose = one_line(order.recipient), one_line(order.purpose)
    if not recipient:
        raise CodeRefused("recipient_missing")
    if len(recipient) > limits.recipient:
        raise CodeRefused("recipient_long", limit=limits.recipient)
    if not _IBAN.fullmatch(order.iban):
        raise CodeRefused("iban", iban=order.iban)
    if not _CODE.fullmatch(order.recipient_code):
        raise CodeRefused("recipient_code", recipient_code=order.recipient_code)
    if not purpose:
        raise CodeRefused("purpose_missing")
    if len(purpose) > limits.purpose:
        raise CodeRefused("purpose_long", limit=limits.purpose)
    amount = amount_field(order.amount)
    codec, mark = _encoding(recipient + order.recipient_code + purpose)
    fields = ["BCD", version.value, mark, "UCT", "", recipient, order.iban, amount, order.recipient_code]
    if version is CodeVersion.V002:
        fields += ["", "", purpose, ""]
    else:
        # The table gives references the letters of ISO 646 alone, and a number of an invoice may have others.
        reference = order.reference if _REFERENCE.fullmatch(order.reference) else ""
        fields += [_CATEGORY, reference, purpose, "", _LOCKED, "", "", ""]
    # As in table 3.2 of annex 2, the last field has no line end; tables 4.2 and 5.2 of the same annex give it one.
    packed = urlsafe_b64encode("\n".join(fields).encode(codec)).rstrip(b"=").decode("ascii")
    address = f"{HOST}{packed}"
    if len(address) > limits.address:
        raise CodeRefused("address_long", limit=limits.address)
    return address


def _encoding(text: str) -> tuple[str, str]:
    try:
        text.encode("cp1251")
    except UnicodeEncodeError:
        return "utf-8", "1"
    return "cp1251", "2"
