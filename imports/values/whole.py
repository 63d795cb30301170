"""Whole columns of text → exact text at once, where nothing about the cells is odd. No Django.

A column of documents or sums hardly repeats, so no cache helps it, and a call for each of a million cells takes longer
than anything else done to them. Each function here looks at a run of cells through one text made of all of them: when
that is beyond doubt plain, so is every cell. A run that is not plain is left to the parser, cell by cell.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from .numbers import parse_money
from .words import clean_text

#: Cells looked at together: an odd one sends no more than its run the long way.
RUN = 500
#: Reads a run of cells; None when one of them needs a look of its own.
WholeParser = Callable[[Sequence[str]], list[str] | None]

# One cell a line. The characters are those that `clean_text` leaves as they are.
_PLAIN_LINES = re.compile(r"[\n\x20-\x7e\u0410-\u044f\u0404\u0406\u0407\u0454\u0456\u0457\u0490\u0491\u2116\u2019«»]*")
_MONEY_LINES = re.compile(r"(?:(?!-0[.,]00\n)-?(?:0|[1-9][0-9]{0,10})[.,][0-9]{2}\n)*")


def whole_parser(parse: Callable[..., Any]) -> WholeParser | None:
    """Return what reads a run of cells as the parser of a column reads one; None where nothing does."""
    if parse is parse_money:
        return _money
    if parse is clean_text:
        return partial(_clean, None)
    if isinstance(parse, partial) and parse.func is clean_text and not parse.args:
        limit = parse.keywords.get("max_length")
        return partial(_clean, limit) if set(parse.keywords) <= {"max_length"} else None
    return None


def runs(texts: Sequence[str]) -> Iterable[Sequence[str]]:
    """Cut a column into runs."""
    return (texts[first : first + RUN] for first in range(0, len(texts), RUN))


def hundredths(amounts: Sequence[str]) -> list[int]:
    """Return exact sums, each with two decimals, as kopecks."""
    return list(map(int, "\n".join(amounts).replace(".", "").split("\n"))) if amounts else []


def _clean(limit: int | None, texts: Sequence[str]) -> list[str] | None:
    if limit is not None and max(map(len, texts), default=0) > limit:
        return None
    lines = "\n".join(texts)
    if (
        lines.count("\n") != len(texts) - 1
        or not _PLAIN_LINES.fullmatch(lines)
        or "  " in lines
        or " \n" in lines
        or "\n " in lines
        or "\n'" in lines
        or lines[:1] in {" ", "'"}
        or lines[-1:] == " "
    ):
        return None
    return list(texts)


def _money(texts: Sequence[str]) -> list[str] | None:
    lines = "\n".join((*texts, ""))
    if lines.count("\n") != len(texts) or not _MONEY_LINES.fullmatch(lines):
        return None
    return lines.replace(",", ".").split("\n")[:-1]
