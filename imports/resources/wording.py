"""Exact text → what a person would have written in the cell, for messages made after the file is read."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]+\.[0-9]+")
_MONEY = re.compile(r"-?[0-9]+\.[0-9]{2}")


def as_written(text: str, choices: Mapping[str, str] | None = None) -> str:
    """Return a value as files have it: «31.01.2026», «12,5», the first name of a choice.

    Args:
        text: exact text of a staged value.
        choices: name in files → value, for a column of choices.
    """
    if choices is not None:
        return next((name for name, value in choices.items() if value == text), text)
    if _ISO.fullmatch(text):
        return f"{date.fromisoformat(text):%d.%m.%Y}"
    if _MONEY.fullmatch(text):
        # Only sums are staged with exactly two places, and a sum keeps its kopecks.
        return text.replace(".", ",")
    if _NUMBER.fullmatch(text):
        return f"{Decimal(text).normalize():f}".replace(".", ",")
    return text
