"""Finding the heading of a table among its first rows. No Django."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from imports.formats import RawRow

from .declared import ColumnSet, fold_heading, heading_keys
from .outline import begins_with_group
from .preamble import Preamble, read_preamble

#: How many rows may stand above the heading.
SCANNED_ROWS = 30
#: Said instead of a row by an operator whose file has no heading: its columns are mapped by their places.
NO_HEADING = "none"
# One known word may stand in any preamble.
_LEAST_KNOWN = 2


class TableRefused(Exception):
    """A table whose heading does not fit the kind of file.

    Args:
        code: `heading_not_found`, `duplicate_headings` or `missing_headings`.
        params: `headings`: those that stand twice, or lack, as they are written; `found`: all headings of the file.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Mapping[str, object] = params


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a table.

    `first` and `last` are its positions among the scanned rows (a heading may take two), `number` the number of its
    first row in the file. For each position of the table, `texts` is the heading as the file has it, and `names`
    the name of the column or an empty string. `unknown` are headings without a column, `absent` names without one.
    `rows` are the heading's own rows as they stand in the file, for printed pages repeat them. `outline` is the name of
    a column that the file lacks and its group rows tell; it is the last of `names` then, beyond the width of the rows.
    """

    first: int
    last: int
    number: int
    texts: tuple[str, ...]
    names: tuple[str, ...]
    unknown: tuple[str, ...]
    absent: tuple[str, ...]
    preamble: Preamble
    rows: tuple[tuple[str, ...], ...] = ()
    outline: str = ""

    @property
    def width(self) -> int:
        """How many fields a row has."""
        return len(self.texts) - bool(self.outline)


class Candidate(NamedTuple):
    """A row, or two, that may be the heading: how many columns it names, its positions (-1: none), and its texts."""

    score: int
    first: int
    last: int
    texts: tuple[str, ...]


def find_heading(rows: Sequence[RawRow], columns: ColumnSet, *, heading_row: str = "") -> Heading:
    """Return the row, or the pair of rows read together, with the most known headings.

    Args:
        rows: the first rows of the table; `SCANNED_ROWS` of them are looked at.
        columns: the columns of the kind of file.
        heading_row: what an operator decided: the number of the (first) row of the heading, or `NO_HEADING`.

    Raises:
        TableRefused: no row has two known headings (or the only one there is), a column stands twice,
            or required ones lack.
    """
    rows = rows[:SCANNED_ROWS]
    score, first, last, texts = likely_heading(rows, columns, heading_row=heading_row)
    # Whoever names the row knows it, be it by one word.
    if heading_row != NO_HEADING and score < (1 if heading_row else min(_LEAST_KNOWN, len(columns.columns))):
        raise TableRefused("heading_not_found", headings=tuple(column.heading for column in columns.columns))
    keys = heading_keys(texts)
    found = tuple(columns.find(text, key) for text, key in zip(texts, keys, strict=True))
    names = tuple(column.name if column else "" for column in found)
    texts = tuple(text or (key if name else "") for text, key, name in zip(texts, keys, names, strict=True))
    outline = _outline(rows[last + 1 :], names, columns)
    _check(texts, (*names, outline), columns)
    return Heading(
        first=first,
        last=last,
        number=rows[first].number if first >= 0 else 0,
        texts=(*texts, columns[outline].heading) if outline else texts,
        names=(*names, outline) if outline else names,
        unknown=tuple(
            text
            for text, key, name in zip(texts, keys, names, strict=True)
            if text and not name and not columns.passes_over(text, key)
        ),
        absent=tuple(column.name for column in columns.columns if column.name not in (*names, outline)),
        preamble=read_preamble(rows[: max(first, 0)]),
        rows=tuple(told for row in rows[max(first, 0) : last + 1] if (told := trimmed(row.cells))),
        outline=outline,
    )


def likely_heading(rows: Sequence[RawRow], columns: ColumnSet, *, heading_row: str = "") -> Candidate:
    """Return the row, or the pair of rows read together, that is most likely the heading, known or not.

    Args:
        rows, columns, heading_row: as for `find_heading`.
    """
    rows = rows[:SCANNED_ROWS]
    if heading_row == NO_HEADING:
        return Candidate(0, -1, -1, ("",) * max((len(trimmed(row.cells)) for row in rows), default=0))
    best: Candidate | None = None
    wordiest, most_words = Candidate(0, -1, -1, ()), 0
    for index, row in enumerate(rows):
        if heading_row and str(row.number) != heading_row:
            continue
        single = trimmed(row.cells)
        words = sum(any(char.isalpha() for char in text) for text in single)
        if words > most_words or heading_row:
            wordiest, most_words = Candidate(0, index, index, single), words
        score = _score(single, columns)
        if best is None or score > best.score:
            best = Candidate(score, index, index, single)
        if index + 1 < len(rows):
            joined = _joined(row.cells, rows[index + 1].cells, columns)
            joined_score = _score(joined, columns)
            # A pair must be better than each of its rows, or a heading would swallow the row below it.
            below = _score(trimmed(rows[index + 1].cells), columns)
            if joined_score > max(best.score, score, below):
                best = Candidate(joined_score, index, index + 1, joined)
    return best if best and best.score else wordiest


def _outline(below: Sequence[RawRow], names: Sequence[str], columns: ColumnSet) -> str:
    """The column that group rows tell, where it is all that the file lacks; '' where there is none."""
    mapped = [index for index, name in enumerate(names) if name]
    missing = [column for column in columns.columns if column.required and column.name not in names]
    if len(missing) != 1 or not missing[0].outline or not mapped:
        return ""
    return missing[0].name if begins_with_group(below, missing[0], mapped[0]) else ""


def _check(texts: Sequence[str], names: Sequence[str], columns: ColumnSet) -> None:
    told = tuple(text for text in texts if text)
    twice = tuple(text for text, name in zip(texts, names, strict=False) if name and names.count(name) > 1)
    if twice:
        raise TableRefused("duplicate_headings", headings=twice, found=told)
    missing = [column.heading for column in columns.columns if column.required and column.name not in names]
    missing += [
        " / ".join(columns[name].heading for name in group)
        for group in columns.any_of
        if not any(name in names for name in group)
    ]
    if missing:
        raise TableRefused("missing_headings", headings=tuple(missing), found=told)


def _score(texts: Sequence[str], columns: ColumnSet) -> int:
    pairs = zip(texts, heading_keys(texts), strict=True)
    return len({column.name for text, key in pairs if (column := columns.find(text, key))})


def trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the cells without white space around them and without the empty ones at the end."""
    texts = [cell.strip() if fold_heading(cell) else "" for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _joined(above: Sequence[str], below: Sequence[str], columns: ColumnSet) -> tuple[str, ...]:
    """Return two rows as one: a merged cell above stands for the columns to its right until the next one."""
    texts: list[str] = []
    group = ""
    for index in range(max(len(above), len(below))):
        top = above[index].strip() if index < len(above) else ""
        bottom = below[index].strip() if index < len(below) else ""
        group = top or group
        if not bottom:
            texts.append(top)
        elif columns.find(f"{group} {bottom}") or not (columns.find(bottom) or columns.find(top)):
            texts.append(f"{group} {bottom}".strip())
        else:
            texts.append(bottom if columns.find(bottom) else top)
    return trimmed(texts)
