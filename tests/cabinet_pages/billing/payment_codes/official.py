"""A reader of payment codes of its own, written from annex 2 of the rules (002) and the table of 003.

It shares nothing with the product: what it cannot take apart by the rules it refuses.
"""

import base64
import re
from dataclasses import dataclass

START = "https://bank.gov.ua/qr/"
ALPHABET = re.compile(r"[A-Za-z0-9_-]+\Z")
AMOUNT = re.compile(r"UAH(0|[1-9][0-9]{0,8})(\.[0-9]{2})?\Z")
CODECS = {"1": "utf-8", "2": "cp1251"}
# Name of each line, the largest length in characters, and whether it must be there (O), may (V) or must be empty (R).
LAYOUT_002 = (
    ("mark", 3, "O"), ("version", 3, "O"), ("encoding", 1, "O"), ("function", 3, "O"), ("bic", 11, "R"),
    ("recipient", 38, "O"), ("iban", 29, "O"), ("amount", 15, "V"), ("code", 10, "O"), ("target", 4, "R"),
    ("reference", 35, "R"), ("purpose", 140, "O"), ("display", 70, "R"),
)  # fmt: skip
LAYOUT_003 = (
    ("mark", 3, "O"), ("version", 3, "O"), ("encoding", 1, "O"), ("function", 3, "O"), ("unique", 35, "R"),
    ("recipient", 140, "O"), ("iban", 29, "O"), ("amount", 15, "V"), ("code", 10, "O"), ("category", 9, "V"),
    ("reference", 35, "V"), ("purpose", 420, "O"), ("display", 140, "V"), ("lock", 4, "V"), ("until", 12, "V"),
    ("created", 12, "V"), ("signature", 100, "R"),
)  # fmt: skip
LAYOUTS = {"002": (LAYOUT_002, 500), "003": (LAYOUT_003, 507)}


@dataclass(frozen=True)
class Read:
    """What a code says, field by field."""

    fields: dict[str, str]

    def __getattr__(self, name: str) -> str:
        return self.fields[name]


def read(address: str) -> Read:
    """Take an address apart. Raises ValueError, naming the rule that it breaks."""
    if not address.startswith(START):
        raise ValueError("start code")
    packed = address[len(START) :]
    if not ALPHABET.match(packed):
        raise ValueError("Base64URL without padding")
    content = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
    if not content.startswith(b"BCD\n"):
        raise ValueError("mark and line end")
    if b"\r" in content:
        raise ValueError("one kind of line end")
    raw = content.split(b"\n")
    layout, largest = LAYOUTS[raw[1].decode("ascii")]
    # The rules end every line; the first of their own examples leaves the end of the last, empty one out.
    if len(raw) == len(layout) + 1 and not raw[-1]:
        raw.pop()
    if len(raw) != len(layout):
        raise ValueError(f"{len(raw)} lines")
    if len(address) > largest:
        raise ValueError("bytes")
    codec = CODECS[raw[2].decode("ascii")]
    fields = {}
    for (name, length, need), value in zip(layout, raw, strict=True):
        text = value.decode(codec if name in {"recipient", "code", "purpose", "display"} else "ascii")
        if len(text) > length or (need == "O" and not text) or (need == "R" and text):
            raise ValueError(name)
        fields[name] = text
    if fields["function"] != "UCT":
        raise ValueError("function")
    if fields["amount"] and not AMOUNT.match(fields["amount"]):
        raise ValueError("amount")
    if fields["amount"].endswith(".00"):
        raise ValueError("amount as short as it can be")
    return Read(fields)
