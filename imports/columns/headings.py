"""Finding the heading of a table among its first rows. No Django."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imports.formats import RawRow

from .declared import ColumnSet, fold_heading
from .preamble import Preamble, read_preamble

#: How many rows may stand above the heading.
SCANNED_ROWS = 30
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
    """

    first: int
    last: int
    number: int
    texts: tuple[str, ...]
    names: tuple[str, ...]
    unknown: tuple[str, ...]
    absent: tuple[str, ...]
    preamble: Preamble

    @property
    def width(self) -> int:
        """How many fields a row has."""
        return len(self.texts)


def find_heading(rows: Sequence[RawRow], columns: ColumnSet) -> Heading:
    """Return the row, or the pair of rows read together, with the most known headings.

    Args:
        rows: the first rows of the table; `SCANNED_ROWS` of them are looked at.
        columns: the columns of the kind of file.

    Raises:
        TableRefused: no row has two known headings (or the only one there is), a column stands twice,
            or required ones lack.
    """
    rows = rows[:SCANNED_ROWS]
    best: tuple[int, int, int, tuple[str, ...]] | None = None
    for index, row in enumerate(rows):
        single = _trimmed(row.cells)
        score = _score(single, columns)
        if best is None or score > best[0]:
            best = (score, index, index, single)
        if index + 1 < len(rows):
            joined = _joined(row.cells, rows[index + 1].cells, columns)
            joined_score = _score(joined, columns)
            # A pair must be better than each of its rows, or a heading would swallow the row below it.
            below = _score(_trimmed(rows[index + 1].cells), columns)
            if joined_score > max(best[0], score, below):
                best = (joined_score, index, index + 1, joined)
    if best is None or best[0] < min(_LEAST_KNOWN, len(columns.columns)):
        raise TableRefused("heading_not_found", headings=tuple(column.heading for column in columns.columns))
    _, first, last, texts = best
    found = tuple(columns.find(text) if text else None for text in texts)
    names = tuple(column.name if column else "" for column in found)
    _check(texts, names, columns)
    return Heading(
        first=first,
        last=last,
        number=rows[first].number,
        texts=texts,
        names=names,
        unknown=tuple(
            text for text, name in zip(texts, names, strict=True) if text and not name and not columns.passes_over(text)
        ),
        absent=tuple(column.name for column in columns.columns if column.name not in names),
        preamble=read_preamble(rows[:first]),
    )


def _check(texts: Sequence[str], names: Sequence[str], columns: ColumnSet) -> None:
    told = tuple(text for text in texts if text)
    twice = tuple(text for text, name in zip(texts, names, strict=True) if name and names.count(name) > 1)
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
    return len({column.name for text in texts if text and (column := columns.find(text))})


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
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
    return _trimmed(texts)
