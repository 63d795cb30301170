"""Telling the encoding of a text file: BOM, then strict UTF-8, then the frequency of Ukrainian letters. No Django.

cp866 has no і and no ґ, cp1125 (RUSCII) has both on other bytes, KOI8-U swaps the cases of cp1251: the right
reading is the one whose letters are those of Ukrainian words, in words that do not change case in the middle.
"""

import codecs
import math
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from .base import DamagedFile

#: Encodings an operator may choose, each with the name stored in the batch.
ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16",
    "cp1251": "cp1251",
    "windows-1251": "cp1251",
    "cp866": "cp866",
    "cp1125": "cp1125",
    "koi8-u": "koi8-u",
}
# What documents declare besides, and means the same.
_DECLARED = {"x-cp1251": "cp1251", "win-1251": "cp1251", "ibm866": "cp866", "866": "cp866", "koi8-r": "koi8-u"}
_GUESSED = ("cp1251", "cp1125", "cp866", "koi8-u")
_CHUNK = 1 << 20
_SAMPLE = 1 << 18
# Letters are counted in so much of it: more would tell nothing new, and takes longer than reading the rows.
_COUNTED = 1 << 15

# Letters per thousand in Ukrainian texts, rounded; Russian ones are rare and possible, since names stay as they were.
_FREQUENCY = {
    "о": 94, "а": 83, "н": 68, "и": 62, "і": 55, "в": 57, "е": 53, "р": 45, "т": 55, "с": 40, "л": 37, "к": 36,
    "у": 35, "д": 34, "м": 31, "п": 29, "з": 23, "я": 22, "ь": 18, "б": 17, "г": 16, "ч": 14, "й": 12, "ж": 9,
    "х": 11, "ц": 8, "ю": 9, "ї": 6, "є": 5, "щ": 5, "ш": 8, "ф": 4, "ґ": 1, "ы": 1, "э": 1, "ъ": 1, "ё": 1,
}  # fmt: skip
_LOG = {letter: math.log(weight / 20) for letter, weight in _FREQUENCY.items()}
_STRANGE = -6.0
_WORD_WEIGHT = 3.0
# Words that head the columns of every exchange: a reading that has them is right.
_KNOWN_WORDS = re.compile(
    r"\b(?:особов\w+|рахун\w+|дата|сума|період|стаття|реалізац\w+|договор\w+|замовник|споживач|адреса|код|платеж\w*|"
    r"лічильник\w*|показ\w+|сальдо|разом|всього|за|та|від|енергі\w+|документ\w*|оплат\w+|нараховано|итого|сумма|счет)\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W_]+")
_USUAL = frozenset("\u00a0\u202f№«»“”„’‘–—…₴€")


def choose_encoding(path: Path, override: str = "", declared: str = "") -> str:
    """Return the encoding of a text file, as Python names it; `utf-8-sig` and `utf-16` stand for a BOM.

    The whole file is read once, in pieces: text may be ASCII for megabytes before the first Cyrillic letter.

    Args:
        path: the file.
        override: what the operator chose; it wins over the content, a BOM aside.
        declared: what the document says of itself. It is believed after a BOM and UTF-8, which bytes prove.

    Raises:
        DamagedFile: `nul_bytes`, `unknown_encoding`, `truncated` for a file of UTF-8 that ends inside of a letter, or
            `undecodable` for one that is UTF-8 but for a few bytes.
    """
    if override and override.casefold() not in ENCODINGS:
        raise DamagedFile("unknown_encoding", encoding=override)
    with path.open("rb") as file:
        beginning = file.read(4)
        if beginning.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
            raise DamagedFile("unknown_encoding", encoding="UTF-32")
        if beginning.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        is_utf8, is_cut, sample = _scan(iter(lambda: file.read(_CHUNK), b""))
    if override:
        return ENCODINGS[override.casefold()]
    if is_utf8:
        return "utf-8"
    if _is_mostly_utf8(sample):
        if is_cut:
            raise DamagedFile("truncated")
        raise DamagedFile("undecodable", encoding="utf-8", line=_undecodable_line(path))
    named = _DECLARED.get(declared.casefold()) or ENCODINGS.get(declared.casefold(), "")
    return named if named in _GUESSED else guess_encoding(sample)


def guess_encoding(sample: bytes, hint: str = "") -> str:
    """Return the one-byte Cyrillic encoding whose reading of the sample looks most like Ukrainian.

    Args:
        sample: bytes of text.
        hint: an encoding that the file names and may lie about; it weighs as much as one known word.
    """
    counted = sample[:_COUNTED]
    best = max(_GUESSED, key=lambda encoding: _likeness(counted, encoding) + (_WORD_WEIGHT if encoding == hint else 0))
    # і and ї stand on these bytes in cp1125 alone; without them the two encodings read alike but for rare letters.
    return "cp866" if best == "cp1125" and not re.search(rb"[\xf6-\xf9]", sample) else best


def _scan(pieces: Iterable[bytes]) -> tuple[bool, bool, bytes]:
    """Tell whether the pieces are UTF-8, whether they would be but for the half of a letter at their end, and gather
    a sample around the bytes that are not ASCII."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, is_cut, sample, lines = True, False, bytearray(), 0
    for piece in pieces:
        if b"\x00" in piece:
            raise DamagedFile("nul_bytes", line=lines + piece.count(b"\n", 0, piece.index(b"\x00")) + 1)
        lines += piece.count(b"\n")
        if not piece.isascii() and len(sample) < _SAMPLE:
            first = next(index for index in range(0, len(piece), 4096) if not piece[index : index + 4096].isascii())
            sample += piece[first : first + _SAMPLE]
        if is_utf8:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                is_utf8 = False
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8, is_cut = False, True
    return is_utf8, is_cut, bytes(sample)


def _is_mostly_utf8(sample: bytes) -> bool:
    # A text of one-byte Cyrillic hardly ever forms a valid pair, let alone nine out of ten.
    text = sample.decode("utf-8", errors="replace")
    foreign = sum(not char.isascii() for char in text)
    return foreign >= 10 and text.count("\ufffd") * 10 < foreign


def _undecodable_line(path: Path) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0


def _likeness(sample: bytes, encoding: str) -> float:
    text = sample.decode(encoding, errors="replace")
    score = _WORD_WEIGHT * len(_KNOWN_WORDS.findall(text))
    for char, count in Counter(text).items():
        if char.isascii() or char in _USUAL:
            continue
        score += count * _LOG.get(char.lower(), _STRANGE)
    for word in _WORDS.findall(text):
        if word.isascii():
            continue
        if not word.isalpha():
            score -= 2.0
        elif not (word.islower() or word.isupper() or word.istitle()):
            score -= 1.5
    return score
