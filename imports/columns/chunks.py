"""Rows of a table column by column, a chunk at a time, for whoever checks columns instead of rows. No Django.

Most rows are plain: as wide as the heading, with something in their first cell that begins no totals row. Those need
no look of their own, and are handed over as columns. All others go the way of `RowMapper`, one by one.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import compress, islice
from operator import itemgetter

from imports.formats import RawRow

from .passed_over import begins_totals, closes_group
from .rows import MappedRow, RowMapper, Table

_number, _cells, _numeric = itemgetter(0), itemgetter(1), itemgetter(2)


class Chunk:
    """Consecutive rows of a table: `columns` has the cells of the plain ones, `odd` all others that are rows of data.

    `numeric` names the columns whose cells were numbers in a spreadsheet, in every plain row.
    """

    def __init__(self, raw: Sequence[RawRow], mapper: RowMapper) -> None:
        self.odd: list[MappedRow] = []
        self.columns: dict[str, Sequence[str]] = {}
        self.numeric: frozenset[str] = frozenset()
        self._raw = raw
        self._mapper = mapper
        met = len(mapper.totals)
        plain, odd = _part(raw, mapper)
        self._raw = plain
        self._map(odd)
        if plain:
            columns = list(zip(*map(_cells, plain), strict=False))
            self.columns = {name: columns[index] for index, name in mapper.pairs}
            self.numeric = frozenset(name for index, name in mapper.pairs if index in plain[0][2])
            if len(mapper.totals) > met and mapper.totals[met].number < plain[-1][0]:
                # The sum of the rows above it is asked for, so they are gone through one by one.
                self.take_out(range(len(plain)))

    @property
    def numbers(self) -> list[int]:
        """The numbers of the plain rows."""
        return list(map(_number, self._raw))

    def take_out(self, indices: Collection[int]) -> None:
        """Move plain rows that turn out to be odd to the others; what is no row of data is passed over."""
        if not indices:
            return
        stays = [True] * len(self._raw)
        for index in indices:
            stays[index] = False
        self._map([self._raw[index] for index in sorted(indices)])
        self._raw = list(compress(self._raw, stays))
        self.columns = {name: tuple(compress(cells, stays)) for name, cells in self.columns.items()}

    def _map(self, raw: Sequence[RawRow]) -> None:
        if raw:
            self.odd += [mapped for row in raw if (mapped := self._mapper.take(row)) is not None]
            self.odd.sort(key=_number)


def chunks(table: Table, size: int) -> Iterator[Chunk]:
    """Yield the rows of a table that has a mapper, in chunks of so many rows of the file.

    Totals rows and group rows are met by then as far as the chunk goes.
    """
    mapper = table.mapper
    if mapper is None:
        raise ValueError("the table hands over mapped rows alone")
    # What stands right below the heading is looked at row by row, down to the first row of data.
    for raw in table.below:
        mapped = mapper.take(raw)
        if mapped is not None:
            chunk = Chunk([], mapper)
            chunk.odd.append(mapped)
            yield chunk
            break
    while taken := list(islice(table.below, size)):
        yield Chunk(taken, mapper)


def _part(raw: Sequence[RawRow], mapper: RowMapper) -> tuple[Sequence[RawRow], Sequence[RawRow]]:
    """Part the plain rows from the odd ones."""
    if mapper.is_outlined or not raw:
        return [], raw
    widths = mapper.widths
    numeric = set(map(_numeric, raw))
    stays = [True] * len(raw)
    if len(numeric) > 1 or any(width not in widths for width in set(map(len, map(_cells, raw)))):
        usual = Counter(map(_numeric, raw)).most_common(1)[0][0]
        stays = [row[2] == usual and len(row[1]) in widths for row in raw]
    place, heading = mapper.repeated
    leads = [row[1][0] for row in compress(raw, stays)]
    strange = {text for text in set(leads) if _needs_look(text)}
    if heading and any(len(row[1]) > place and row[1][place].strip() == heading for row in raw):
        # The rows below a repeated heading may be those that stand below the first one.
        return [], raw
    if strange:
        stays = [stay and row[1][0] not in strange for stay, row in zip(stays, raw, strict=True)]
    if all(stays):
        return raw, []
    return list(compress(raw, stays)), [row for stay, row in zip(stays, raw, strict=True) if not stay]


def _needs_look(text: str) -> bool:
    return not text or text.isspace() or begins_totals(text) or closes_group(text)
