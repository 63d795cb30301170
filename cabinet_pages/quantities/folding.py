"""Folding of Ukrainian names and texts, so that spellings of one thing compare equal.

Exports of 1C and of banks mix Latin look-alikes into Cyrillic words («Марiя» with a Latin i, «Cума» with a Latin C),
use four apostrophes, six quotation marks and five dashes, and lose ґ in cp866. Every mapping here works on single
characters, without looking at the word around them: so a part of a name folds to a part of the folded name, and
a substring search over folded texts finds what a person means.
"""

import re
import unicodedata

#: Latin letters (lower case) that look like a Cyrillic letter in one of the two cases.
LATIN_TO_CYRILLIC = str.maketrans("abcehikmoptxyï", "авсенікмортхуї")

#: Cyrillic capitals that look like a Latin one: for identifiers that are Latin by their rule (EIC, IBAN, A+).
CYRILLIC_TO_LATIN = str.maketrans("АВСЕНІКМОРТХУ", "ABCEHIKMOPTXY")

APOSTROPHES = "'’ʼ`‘‛′´ʹ＇"
QUOTES = '"«»„“”‟″‹›'
DASHES = "-‐‑‒–—―−－﹣"

_EQUAL_SIGNS = str.maketrans(dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(QUOTES, '"') | dict.fromkeys(DASHES, "-"))
# What cp866 and old keyboards could not write is replaced by its neighbour there, so it is equal here.
_OLD_LETTERS = str.maketrans("ґё", "ге")
_UNSAID = str.maketrans(dict.fromkeys("'\""))
_SPACES = re.compile(r"\s+")
# Soft hyphens, zero-width spaces, joiners and byte order marks: nobody sees them.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def collapse_spaces(text: str) -> str:
    """Return the text with every run of white space (NBSP and line breaks too) as one space, none at the ends."""
    return _SPACES.sub(" ", text).strip()


def normalise_dashes(text: str) -> str:
    """Return the text with every dash and minus sign as the ASCII hyphen."""
    return text.translate(_DASHES_ONLY)


def fold_twins(text: str) -> str:
    """Return lower-case text whose Latin look-alikes are Cyrillic letters.

    It is applied to both sides of a comparison, so Latin words («EIC», «e-mail») stay equal to themselves.
    """
    return _casefold(text).translate(LATIN_TO_CYRILLIC)


def fold_name(text: str) -> str:
    """Return the form in which two spellings of one name are equal.

    Case, white space, kinds of apostrophe, quotation mark and dash, invisible characters, Latin look-alikes and
    the letters that cp866 lacks make no difference; anything else does. Folding twice changes nothing.
    """
    text = _INVISIBLE.sub("", text).translate(_EQUAL_SIGNS)
    text = _casefold(text).translate(LATIN_TO_CYRILLIC).translate(_OLD_LETTERS).translate(_EQUAL_SIGNS)
    text = unicodedata.normalize("NFC", text.replace("''", '"'))
    return collapse_spaces(text)


def fold_search(text: str) -> str:
    """Return the form of a name that is stored and searched: `fold_name` without apostrophes and quotation marks.

    A person who looks for «тов приклад» or «пятихатки» finds «ТОВ "Приклад"» and «П’ятихатки».
    """
    return collapse_spaces(fold_name(text).translate(_UNSAID))


def _casefold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded)


_DASHES_ONLY = str.maketrans(dict.fromkeys(DASHES, "-"))
