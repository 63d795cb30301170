"""The order in which a person lists names: «Магазин № 2» before «Магазин № 10», Ukrainian letters in their places."""

import re

_NUMBERS = re.compile(r"(\d{1,18})")
# These stand elsewhere in Unicode than in the alphabet: ґ after г, є after е, і and ї after и.
_LETTERS = str.maketrans({"ґ": "г\uffff", "є": "е\uffff", "і": "и\uffff", "ї": "и\uffff\uffff"})


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts texts as a person does, whatever the database: numbers by value, letters by the alphabet."""
    parts = _NUMBERS.split(text.casefold().translate(_LETTERS))
    return tuple((0, int(part), "") if index % 2 else (1, 0, part) for index, part in enumerate(parts) if part)
