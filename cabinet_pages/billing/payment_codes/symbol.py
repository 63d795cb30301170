"""The symbol of a payment code, within the sizes that its version allows."""

from typing import Final

import segno

from cabinet_pages.billing.payment_codes.payload import CodeRefused, CodeVersion

#: Sizes of symbols, smallest and largest: annex 2 for 002, resolution № 97 for 003.
SIZES: Final = {CodeVersion.V002: (1, 15), CodeVersion.V003: (10, 20)}
# Readers take any of the eight masks. Weighing them against each other takes longer than all the rest of a document,
# and the text of an address in Base64 has no patterns that one mask would hide better than another.
_MASK: Final = 3


def payment_symbol(address: str, version: CodeVersion = CodeVersion.V002) -> segno.QRCode:
    """The QR code of an address, with correction M, or L where it would be too large.

    Raises:
        CodeRefused: it is too large with L too.
    """
    smallest, largest = SIZES[version]
    for level in ("m", "l"):
        symbol = segno.make_qr(address, error=level, boost_error=False, mask=_MASK)
        if int(symbol.version) < smallest:
            symbol = segno.make_qr(address, error=level, boost_error=False, mask=_MASK, version=smallest)
        if int(symbol.version) <= largest:
            return symbol
    raise CodeRefused("picture_large", limit=largest)
