"""Control totals: what a file says of the sum of its rows, in its totals rows or beside the table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cabinet_pages.quantities.money import ZERO
from imports.columns import MappedRow, fold_heading
from imports.engine.facts import Declared
from imports.resources.base import KindResource, Row

_WORDS = ("Разом", "Всього", "Усього", "Итого", "Всего", "Підсумок")
_TOTAL = re.compile(rf"(?:{'|'.join(map(fold_heading, _WORDS))})(?P<rest>.*)", re.DOTALL)
# Words behind «Разом» that name no part of the file.
_WHOLE = frozenset(map(fold_heading, ("з ПДВ", "с НДС", "грн", "UAH", "сума", "до сплати", "за період", "по файлу")))


@dataclass(frozen=True, slots=True)
class _Told:
    """A totals row.

    Args:
        amount: what it tells, UAH.
        is_whole: its words name no part of the file.
        is_part: it is the sum of the rows since the beginning or since an earlier totals row.
        at: how many rows with money stood above it.
    """

    row: int
    amount: Decimal
    is_whole: bool
    is_part: bool
    at: int


@dataclass
class TotalsRows:
    """Meets the totals rows of a file beside its rows, and tells at the end which one, if any, is of the whole file.

    «Разом по статті» of a group is the sum of the rows above it, back to some earlier totals row; it says nothing of
    the whole file, and neither does a block of them at the end, where the groups lie scattered.
    """

    _met: int = 0
    _told: list[_Told] = field(default_factory=list)
    # Sums of all rows above each totals row, the beginning of the file first.
    _marks: list[Decimal] = field(default_factory=lambda: [ZERO])
    _rows: int = 0

    def meet(self, resource: KindResource, totals: Sequence[MappedRow], rows: Sequence[Row], amount: Decimal) -> None:
        """Take a chunk of rows into account, before their money is counted.

        Args:
            totals: all totals rows met so far, in file order; some may stand below the chunk.
            rows: the chunk.
            amount: the money of all rows above the chunk, UAH.
        """
        if not resource.has_money:
            return
        if self._met == len(totals):
            self._rows += len(rows)
            return
        running = amount
        for row in rows:
            while self._met < len(totals) and totals[self._met].number < row.number:
                self._take(resource, totals[self._met], running)
            money = resource.amount(row)
            running += ZERO if money is None else money
            self._rows += 1

    def pass_by(
        self, resource: KindResource, totals: Sequence[MappedRow], first: int, rows: int, amount: Decimal
    ) -> None:
        """Take rows into account among which no totals row stands; see `meet`.

        Args:
            first: the number of the first of the rows.
            rows: how many.
        """
        if not rows:
            return
        while resource.has_money and self._met < len(totals) and totals[self._met].number < first:
            self._take(resource, totals[self._met], amount)
        self._rows += rows

    def finish(self, resource: KindResource, totals: Sequence[MappedRow], amount: Decimal) -> None:
        """Take the totals rows below the last row into account; `amount` is the money of all rows, UAH."""
        while resource.has_money and self._met < len(totals):
            self._take(resource, totals[self._met], amount)

    def declared(self, resource: KindResource, amount: Decimal) -> Declared:
        """What the file says of its whole, beside the table or in a totals row."""
        told = resource.declared_totals()
        declared, rows = told.get("amount"), told.get("rows")
        if isinstance(declared, Decimal) or isinstance(rows, int):
            return Declared(
                declared if isinstance(declared, Decimal) else None, rows if isinstance(rows, int) else None
            )
        whole = self._whole(amount)
        return Declared() if whole is None else Declared(whole.amount, None, whole.row)

    def _whole(self, amount: Decimal) -> _Told | None:
        """The totals row of the whole file; None where that is not beyond doubt."""
        if not self._told:
            return None
        fitting = next((one for one in reversed(self._told) if one.amount == amount), None)
        if fitting is not None:
            return fitting
        *others, last = self._told
        # Rows stand below it, or it is the total of a part: nothing is said of the whole.
        if last.at != self._rows or last.is_part or not last.is_whole:
            return None
        # Among several that are called alike it is that of the last part, unless that one stands right above.
        return last if not any(one.is_whole for one in others) or others[-1].at == last.at else None

    def _take(self, resource: KindResource, total: MappedRow, running: Decimal) -> None:
        self._met += 1
        rest = _rest(total.label)
        amount = None if rest is None or total.problem == "too_many_fields" else resource.total_told(total.values)
        if rest is None or amount is None:
            return
        is_part = any(amount == running - mark for mark in self._marks[1:])
        self._told.append(_Told(total.number, amount, not rest or rest in _WHOLE, is_part, self._rows))
        self._marks.append(running)


def _rest(label: str) -> str | None:
    """What stands behind the word of a totals row; None for a row of another kind, as «Сальдо на кінець»."""
    match = _TOTAL.match(fold_heading(label))
    return match["rest"].strip(" -:,.") if match else None
