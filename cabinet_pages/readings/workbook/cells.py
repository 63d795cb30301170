"""Rows of a sheet as they stream out of its XML, within bounds of memory and time. No Django.

Numbers come as the exact text of the file, rounded to the fifteen digits that a spreadsheet shows; a formula gives the
value that the spreadsheet program stored beside it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal, InvalidOperation
from enum import Enum
from xml.parsers.expat import XMLParserType

from cabinet_pages.readings.workbook.container import (
    ELEMENTS,
    Attributes,
    SheetPart,
    Workbook,
    WorkbookRefused,
    local,
    parse,
    parser,
)

#: Rows with anything in them, and cells of a row.
MOST_ROWS, MOST_COLUMNS = 20_000, 1_000
# The longest text of a cell, and all shared strings together.
_CHARACTERS, _STRINGS = 32_767, 16 * 1024 * 1024
_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})\Z")
# A spreadsheet keeps binary fractions and shows fifteen digits of them: 0.1 + 0.2 is 0.3 there.
_SHOWN = Context(prec=15)
# Numbers of formats that show a day or a time: the standard's own, and those of East Asian calendars.
_DAYS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_NO_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


class Kind(Enum):
    """What a cell holds; a formula has no stored value."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ERROR = "error"
    FORMULA = "formula"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty.

    Args:
        text: the text, or the number with a point.
        is_day: whether a number is shown as a day or a time.
    """

    kind: Kind
    text: str
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row with anything in it; `number` is the one that a person sees, columns are counted from 0."""

    number: int
    cells: Mapping[int, Cell]


@dataclass(frozen=True, slots=True)
class Range:
    """Merged cells, numbers of rows as a person sees them, columns counted from 0, all inclusive."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


def column_index(letters: str) -> int:
    """The number of a column, counted from 0: 0 for A."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(index: int) -> str:
    """The letters of a column that is counted from 0."""
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def place_of(reference: str) -> tuple[int, int] | None:
    """Row (as a person sees it) and column (from 0) of `B12`; None for no such place."""
    found = _PLACE.match(reference)
    return (int(found[2]), column_index(found[1])) if found else None


def row_number(told: str, *, after: int) -> int:
    """The number of a row as its attribute tells it; the next one after `after` where it tells no such number."""
    return int(told) if told.isdecimal() and len(told) < 8 else after + 1


class SheetRows:
    """The rows of a sheet, to be taken once; `merged` is known when they have been taken."""

    def __init__(self, workbook: Workbook, sheet: SheetPart, shared: "Shared") -> None:
        self._workbook, self._sheet, self._shared = workbook, sheet, shared
        self.merged: list[Range] = []
        self._ready: list[SheetRow] = []
        self._row = self._column = 0
        self._cells: dict[int, Cell] = {}
        self._attributes: Attributes = Attributes({})
        self._reading: list[str] | None = None
        self._value: list[str] = []
        self._inline: list[str] = []
        self._has_formula = self._is_inline = False
        self._elements = self._rows = 0

    def __iter__(self) -> Iterator[SheetRow]:
        made = parser()
        made.StartElementHandler, made.EndElementHandler = self._start, self._end
        made.CharacterDataHandler = self._text
        for _ in parse(made, self._workbook.pieces(self._sheet.part)):
            yield from self._ready
            self._ready.clear()

    def _start(self, name: str, given: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > ELEMENTS:
            raise WorkbookRefused("too_many_rows", limit=MOST_ROWS)
        tag = local(name)
        if tag == "c":
            attributes = self._attributes = Attributes(given)
            place = place_of(attributes.get("r", ""))
            self._column = place[1] if place else self._column + 1
            self._value, self._inline = [], []
            self._has_formula = False
        elif tag == "row":
            self._row = row_number(given.get("r", ""), after=self._row)
            self._column, self._cells = -1, {}
        elif tag == "v":
            self._reading = self._value
        elif tag == "t" and self._is_inline:
            self._reading = self._inline
        elif tag == "f":
            self._has_formula = True
        elif tag == "is":
            self._is_inline = True
        elif tag == "mergeCell":
            self._merge(Attributes(given).get("ref", ""))

    def _end(self, name: str) -> None:
        tag = local(name)
        if tag in ("v", "t"):
            self._reading = None
        elif tag == "is":
            self._is_inline = False
        elif tag == "c":
            cell = self._cell()
            if cell is not None:
                self._cells[self._column] = cell
                if len(self._cells) > MOST_COLUMNS:
                    raise WorkbookRefused("too_many_columns", limit=MOST_COLUMNS)
        elif tag == "row" and self._cells:
            self._rows += 1
            if self._rows > MOST_ROWS:
                raise WorkbookRefused("too_many_rows", limit=MOST_ROWS)
            self._ready.append(SheetRow(self._row, self._cells))
            self._cells = {}

    def _text(self, text: str) -> None:
        if self._reading is not None:
            self._reading.append(text)

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        begin, end = place_of(first), place_of(last or first)
        if begin and end:
            self.merged.append(Range(begin[0], end[0], begin[1], end[1]))

    def _cell(self) -> Cell | None:
        kind, value = self._attributes.get("t", "n"), "".join(self._value)
        if kind == "s":
            value = self._shared.string(value)
        elif kind == "inlineStr":
            value = "".join(self._inline)
        if not value.strip():
            # A stored empty text is what the formula gave.
            is_open = self._has_formula and not self._value and kind != "str"
            return Cell(Kind.FORMULA, "") if is_open else None
        if kind in ("s", "inlineStr", "str", "d"):
            return Cell(Kind.TEXT, value[:_CHARACTERS])
        if kind == "b":
            return Cell(Kind.BOOLEAN, value)
        if kind == "e":
            return Cell(Kind.ERROR, value[:40])
        try:
            number = _SHOWN.create_decimal(value.strip())
        except InvalidOperation:
            return Cell(Kind.TEXT, value[:_CHARACTERS])
        if not number.is_finite():
            return Cell(Kind.TEXT, value[:_CHARACTERS])
        return Cell(Kind.NUMBER, plain(number), self._shared.is_day(self._attributes.get("s", "")))


def plain(number: Decimal) -> str:
    """A number without an exponent and without zeros that say nothing."""
    if not number:
        return "0"
    if abs(number.adjusted()) > 30:
        return str(number)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(slots=True)
class Shared:
    """What the sheets of a workbook have in common: texts, and which styles show a number as a day."""

    strings: list[str] = field(default_factory=list)
    days: frozenset[int] = frozenset()

    def string(self, index: str) -> str:
        """A shared text; empty for none."""
        number = int(index) if index.strip().isdecimal() and len(index) < 10 else -1
        return self.strings[number] if 0 <= number < len(self.strings) else ""

    def is_day(self, style: str) -> bool:
        """Whether a style shows a number as a day or a time."""
        return style.isdecimal() and len(style) < 10 and int(style) in self.days


def shared_of(workbook: Workbook) -> Shared:
    """Read the shared texts and the styles of a workbook. Raises WorkbookRefused."""
    return Shared(_strings(workbook), _days(workbook))


def _strings(workbook: Workbook) -> list[str]:
    found: list[str] = []
    if not workbook.strings:
        return found
    pieces: list[str] = []
    state = {"reading": 0, "phonetic": 0, "length": 0}

    def start(name: str, given: dict[str, str]) -> None:
        tag = local(name)
        state["reading"] = tag == "t"
        state["phonetic"] += tag == "rPh"
        if tag == "si":
            pieces.clear()

    def end(name: str) -> None:
        tag = local(name)
        state["reading"] = False
        state["phonetic"] -= tag == "rPh"
        if tag == "si":
            found.append("".join(pieces)[:_CHARACTERS])
            state["length"] += len(found[-1])
            if state["length"] > _STRINGS or len(found) > ELEMENTS // 4:
                raise WorkbookRefused("unpacked_too_large")

    def text(value: str) -> None:
        if state["reading"] and not state["phonetic"]:
            pieces.append(value)

    made = parser()
    made.StartElementHandler, made.EndElementHandler, made.CharacterDataHandler = start, end, text
    _run(made, workbook, workbook.strings)
    return found


def _days(workbook: Workbook) -> frozenset[int]:
    if not workbook.styles:
        return frozenset()
    formats: set[str] = {str(number) for number in _DAYS}
    styles: list[str] = []
    inside: list[str] = []

    def start(name: str, given: dict[str, str]) -> None:
        tag = local(name)
        if tag == "numFmt":
            code = _NO_LETTERS.sub("", given.get("formatCode", "")).casefold()
            number = given.get("numFmtId", "")
            if any(letter in code for letter in "dyh") or re.fullmatch(r"[m./\- ]*m[m./\- ]*", code):
                formats.add(number)
            else:
                formats.discard(number)
        elif tag == "cellXfs":
            inside.append(tag)
        elif tag == "xf" and inside:
            styles.append(given.get("numFmtId", ""))

    def end(name: str) -> None:
        if local(name) == "cellXfs":
            inside.clear()

    made = parser()
    made.StartElementHandler, made.EndElementHandler = start, end
    _run(made, workbook, workbook.styles)
    return frozenset(index for index, number in enumerate(styles) if number in formats)


def _run(made: XMLParserType, workbook: Workbook, part: str) -> None:
    for _ in parse(made, workbook.pieces(part)):
        pass
