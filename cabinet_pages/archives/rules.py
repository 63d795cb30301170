"""Names of files inside an archive: safe on every system, unique, and as people would write them. No Django."""

import unicodedata
from collections.abc import Sequence

from cabinet_pages.quantities.formulas import FORMULA_STARTS

# What no file system of a customer takes in a name.
_FORBIDDEN = frozenset('\\/:*?"<>|')
# What a name does not begin with.
_NOT_FIRST = ". " + "".join(FORMULA_STARTS)
# Categories of invisible characters: controls, direction marks, halves of pairs, private and unassigned ones.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Names that Windows keeps for devices, whatever follows the first dot.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{kind}{digit}" for kind in ("com", "lpt") for digit in "123456789")}
)
#: Bytes of a name in UTF-8, so that it fits below a folder everywhere: a Cyrillic letter takes two.
STEM_BYTES = 180
SUFFIX_BYTES = 16


def safe_name(text: str, *, limit: int = STEM_BYTES) -> str:
    """A text as a file name without folders, devices and invisible characters; «-» stands for what cannot stand there.

    Args:
        text: a number, a kind or a file name from outside, of any length and content.
        limit: bytes of the name in UTF-8.
    """
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(
        "-" if char in _FORBIDDEN else " " if char.isspace() else "" if unicodedata.category(char) in _HIDDEN else char
        for char in composed
    )
    # Leading dots hide a file or climb out of the folder, a dash begins an option, and the others a formula where names
    # are listed in a table. Windows drops dots and spaces at the end.
    name = " ".join(kept.split()).lstrip(_NOT_FIRST).rstrip(". ")
    name = name.encode()[:limit].decode(errors="ignore").rstrip(". ")
    if name.partition(".")[0].strip().casefold() in _DEVICES:
        name = f"_{name}"
    return name or "_"


def safe_suffix(file_name: str) -> str:
    """The extension of a file name from outside, with its dot; '' where it has none that is short and plain."""
    stem, dot, extension = file_name.rpartition(".")
    plain = extension.isascii() and extension.isalnum() and len(extension) <= SUFFIX_BYTES
    return f".{extension.lower()}" if stem and dot and plain else ""


class Names:
    """Gives every file of an archive a name that no other has, on systems that do not tell capitals too.

    Args:
        taken: names that are given already.
    """

    def __init__(self, taken: Sequence[str] = ()) -> None:
        self._taken = {name.casefold() for name in taken}

    def take(self, stem: str, suffixes: Sequence[str]) -> list[str]:
        """Names of files that belong together: one stem, made safe, with each of the suffixes.

        Args:
            stem: of any content; equal ones get « (2)», « (3)» ….
            suffixes: safe already, different from one another.
        """
        safe = safe_name(stem)
        number = 1
        while True:
            numbered = safe if number == 1 else f"{safe} ({number})"
            names = [f"{numbered}{suffix}" for suffix in suffixes]
            folded = {name.casefold() for name in names}
            if not folded & self._taken:
                self._taken |= folded
                return names
            number += 1
