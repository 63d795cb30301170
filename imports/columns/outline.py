"""Group rows of outlined reports: «80-431930» or «Дільниця № 1» above the rows that belong to it. No Django.

1C writes a hierarchy as rows, not as a column. A group row is never a row of data: it either tells the column that
the file lacks (the account), or it is passed over and counted. What is not beyond doubt belongs to no group, so that
no sum ever reaches the account of the group above.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cabinet_pages.quantities.folding import collapse_spaces, normalise_dashes
from imports.formats import RawRow
from imports.values import ValueRefused, parse_date, parse_period

from .declared import Column, ColumnSet, fold_heading
from .passed_over import is_machine, is_ordinal

if TYPE_CHECKING:
    from .headings import Heading
    from .rows import MappedRow

#: How many of the group rows are told by their numbers.
TOLD_ROWS = 20
_WORD_OF_NUMBER = r"[0-9A-Za-zА-Яа-яІіЇїЄєҐґ][0-9A-Za-zА-Яа-яІіЇїЄєҐґ/\-]*"
_NUMBER = re.compile(rf"(?P<number>{_WORD_OF_NUMBER})(?P<rest>[\s,;:(«\"'].*)?")
_DASHED = re.compile(r"[0-9]+[-/][0-9]+[0-9A-Za-zА-Яа-яІіЇїЄєҐґ/\-]*")
_DIGITS = re.compile(r"[0-9]{5,}")
# A month written like a number of an account: in doubt it is none.
_MONTH = re.compile(r"(?:0?[1-9]|1[0-2])[-/](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[-/](?:0?[1-9]|1[0-2])")
_WORD = re.compile(r"[^\W\d_]{2,}")
# The foot of a printed page breaks a group without ending it.
_PAGE = re.compile(r"(?:стор|сторінка|лист|аркуш|страница|page)(?:[\s.№]*[0-9]+.*)?", re.IGNORECASE)


@dataclass
class GroupRows:
    """The group rows of a table that is being read: how many there were, and the numbers of the first of each sort.

    `used` told the column that the file lacks; `passed` told nothing that is needed.
    """

    used: int = 0
    passed: int = 0
    used_rows: list[int] = field(default_factory=list)
    passed_rows: list[int] = field(default_factory=list)

    def use(self, row: RawRow) -> None:
        """Count a row that told its group's value."""
        self.used += 1
        if len(self.used_rows) < TOLD_ROWS:
            self.used_rows.append(row.number)

    def pass_over(self, row: RawRow) -> None:
        """Count a row that told nothing."""
        self.passed += 1
        if len(self.passed_rows) < TOLD_ROWS:
            self.passed_rows.append(row.number)


class Outline:
    """Tells group rows from rows of data, in file order.

    Args:
        heading: the table's heading; its `outline` names the column that group rows tell, if any.
        columns: the columns of the kind of file.
        groups: counts the group rows.
    """

    def __init__(self, heading: "Heading", columns: ColumnSet, groups: GroupRows) -> None:
        self.groups = groups
        self.current = ""
        self.name = heading.outline
        self.column = columns[self.name] if self.name else None
        self.names = heading.names
        mapped = [index for index, name in enumerate(heading.names) if name and name != self.name]
        self.first = mapped[0] if mapped else 0
        self.required = tuple(
            name
            for index, name in enumerate(heading.names)
            if name and name != self.name and columns[name].required and (self.name or index != self.first)
        )
        #: A row whose cell of this column is filled is no group row; '' where every row has to be looked at.
        self.probe = "" if self.name or not self.required else self.required[-1]
        self.columns = columns

    def takes(self, row: RawRow, mapped: "MappedRow") -> bool:
        """Tell whether a row is a group row; it is counted then, and belongs to nobody."""
        filled = [index for index, cell in enumerate(row.cells) if cell and not cell.isspace()]
        if self.column is not None:
            return self._ends_or_begins(row, mapped, filled)
        if len(filled) > 1 or filled[0] > self.first or not self.required:
            return False
        text = row.cells[filled[0]]
        name = self.names[filled[0]] if filled[0] < len(self.names) else ""
        if name and (not self.columns[name].outline or group_value(text, self.columns[name])):
            # A row of data that lacks the rest; it is rejected with its number.
            return False
        if not _WORD.search(text):
            return False
        self.groups.pass_over(row)
        return True

    def fill(self, mapped: "MappedRow") -> "MappedRow":
        """Give a row the value of its group, '' where no group row beyond doubt stands above it."""
        mapped.values[self.name] = self.current
        return mapped

    def _ends_or_begins(self, row: RawRow, mapped: "MappedRow", filled: Sequence[int]) -> bool:
        lead = filled[0]
        text = row.cells[lead]
        value = group_value(text, self.column) if self.column and lead <= self.first else ""
        is_complete = not mapped.problem and all(mapped.values[name].strip() for name in self.required)
        if is_complete:
            is_mapped = lead < len(self.names) and bool(self.names[lead])
            if value and len(filled) > 1 and (is_mapped or not value.isdigit()):
                # It reads like a group row with subtotals and like a row of data; neither is taken for granted.
                self.current = ""
            if len(filled) > 1:
                return False
        if value:
            self.current = value
            self.groups.use(row)
            return True
        if len(filled) > 1 or not _WORD.search(text):
            self.current = ""
            return False
        if not _is_harmless(text):
            self.current = ""
        self.groups.pass_over(row)
        return True


def group_value(text: str, column: Column) -> str:
    """Return the number that a group row's cell tells, '' when it does not beyond doubt.

    «80-431930», «Особовий рахунок: 80-431930», «о/р № 431930 ТОВ "Приклад"» tell one; «Січень 2026» does not.
    """
    told = normalise_dashes(collapse_spaces(text))
    named = _after_heading(told, column)
    match = _NUMBER.fullmatch(told if named is None else named)
    if match is None:
        return ""
    number = match["number"]
    if named is not None:
        return number if any(char.isdigit() for char in number) else ""
    if _MONTH.fullmatch(number) or _is_date_or_period(number):
        return ""
    if _DASHED.fullmatch(number):
        return number
    return number if _DIGITS.fullmatch(number) and not match["rest"] else ""


def begins_with_group(rows: Sequence[RawRow], column: Column, last: int) -> bool:
    """Tell whether the first row below a heading is a group row that tells a column; `last` is the last known one."""
    for row in rows:
        filled = [index for index, cell in enumerate(row.cells) if cell and not cell.isspace()]
        if not filled or is_ordinal(row.cells) or is_machine(row.cells):
            continue
        if filled[0] > last:
            return False
        return len(filled) == 1 and bool(group_value(row.cells[filled[0]], column))
    return False


def _after_heading(text: str, column: Column) -> str | None:
    """Return what stands behind a heading of the column at the beginning of a text; None when none stands there."""
    words = text.replace(":", " ").replace("№", " ").split()
    for heading in sorted((column.heading, *column.synonyms), key=len, reverse=True):
        wanted = fold_heading(heading)
        count = len(wanted.split())
        if count < len(words) and fold_heading(" ".join(words[:count])) == wanted:
            return " ".join(words[count:])
    return None


def _is_harmless(text: str) -> bool:
    told = collapse_spaces(text)
    return _is_date_or_period(told) or _PAGE.fullmatch(told) is not None


def _is_date_or_period(text: str) -> bool:
    for parse in (parse_period, parse_date):
        try:
            if parse(text) is not None:
                return True
        except ValueRefused:
            continue
    return False
