"""Telling the delimiter of a text table by its heading line and the rows below it. No Django.

`csv.Sniffer` takes decimal commas for delimiters; here a delimiter is what splits a line of words (the heading)
into as many fields as the lines below it have.
"""

import re
from collections import Counter
from collections.abc import Sequence

DELIMITERS = (";", "\t", "|", ",")
_LETTER = re.compile(r"[^\W\d_]|№")
_SCANNED_FOR_HEADING = 30
# Commas stand in addresses and decimals of any file, so they delimit only when nothing else does.
_LAST_RESORT = ","


def choose_delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter of a text table.

    Args:
        lines: the first lines of the file, preamble and heading included, without line breaks.

    Returns:
        the delimiter; `;` for a table of one column.
    """
    told = [line for line in lines if line.strip()]
    support = {delimiter: _support(told, delimiter) for delimiter in DELIMITERS}
    plain = [delimiter for delimiter in DELIMITERS if delimiter != _LAST_RESORT]
    likely = [delimiter for delimiter in plain if support[delimiter][0] >= 0.6]
    # A file without a heading: its first row of data is no line of words.
    likely = likely or [delimiter for delimiter in plain if _is_even(told, delimiter)]
    candidates = likely or [delimiter for delimiter in DELIMITERS if support[delimiter][0] >= 0.5]
    if candidates:
        return max(candidates, key=lambda delimiter: support[delimiter][0] * support[delimiter][1])
    return _most_regular(told)


def split_plain(line: str, delimiter: str) -> list[str]:
    """Split a line at the delimiters outside of quotation marks; the marks stay."""
    if '"' not in line:
        return line.split(delimiter)
    fields, inside = [""], False
    for piece in re.split(f'("|{re.escape(delimiter)})', line):
        if piece == '"':
            inside = not inside
        if piece == delimiter and not inside:
            fields.append("")
        else:
            fields[-1] += piece
    return fields


def _support(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """Return the share of lines that fit the best heading line of a delimiter, and how many fields that has."""
    counts = [len(split_plain(line, delimiter)) for line in lines]
    best = (0.0, 0)
    for index, line in enumerate(lines[:_SCANNED_FOR_HEADING]):
        fields = [field.strip(' "') for field in split_plain(line, delimiter)]
        while fields and not fields[-1]:
            fields.pop()
        if len(fields) < 2 or not all(_LETTER.search(field) for field in fields if field):
            continue
        below = counts[index + 1 :]
        share = sum(count >= len(fields) for count in below) / len(below) if below else 1.0
        best = max(best, (share, len(fields)), key=lambda one: one[0] * one[1])
    return best


def _is_even(lines: Sequence[str], delimiter: str) -> bool:
    """Tell whether a delimiter splits every line into the same number of fields, two or more lines into three."""
    counts = {len(split_plain(line, delimiter)) for line in lines}
    return len(lines) > 1 and len(counts) == 1 and counts.pop() > 2


def _most_regular(lines: Sequence[str]) -> str:
    """Return the delimiter that splits most lines into the same number of fields: for a file without a heading."""
    best, chosen = 0.0, ";"
    for delimiter in DELIMITERS:
        counted = Counter(count for line in lines if (count := len(split_plain(line, delimiter))) > 1)
        if not counted:
            continue
        fields, times = counted.most_common(1)[0]
        value = times / len(lines) * (fields if delimiter != _LAST_RESORT else 1.5)
        if value > best:
            best, chosen = value, delimiter
    return chosen
