"""The geometry of a picture of monthly volumes: exact numbers → shapes of an SVG. Pure, no Django.

Twelve slots stand side by side; each has a column of the year before (left) and one of this year (right), stacked by
zone from the base line up. Heights are proportional to volumes, the scale begins at zero and ends at a round number.
A month that is not known is a mark, never a column of no height.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal, localcontext

_EXACT = Context(prec=60)
# Shapes stand on a grid of hundredths of a pixel.
GRID = Decimal("0.01")
# The most steps of the scale, and the round numbers a step may be.
MOST_STEPS = 5
ROUND_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
# From ten thousand on, the scale counts in thousands, then millions, then milliards.
POWERS = (0, 3, 6, 9)
LONGEST_LABEL = Decimal(10_000)
# The width of a character against the height of its letters, with some air: digits and lower-case letters.
CHARACTER = Decimal("0.62")


class Year(enum.StrEnum):
    """Which of the two columns of a slot."""

    BEFORE = "before"
    NOW = "now"


class MarkKind(enum.StrEnum):
    """What stands on the base line where there is no column."""

    MISSING = "missing"
    ZERO = "zero"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Column:
    """One month of one year.

    Args:
        parts: (zone, volume) from the base line up; no volume is negative.
        label: what the picture says when a pointer rests on it.
        missing: nothing is known of the month; `parts` is empty then.
        below: the volume is below zero and cannot be drawn; `parts` is empty then.
    """

    parts: tuple[tuple[int, Decimal], ...] = ()
    label: str = ""
    missing: bool = False
    below: bool = False

    def __post_init__(self) -> None:
        if any(volume < 0 for _zone, volume in self.parts):
            raise ValueError("A column has no parts below zero")

    @property
    def total(self) -> Decimal:
        """The height of the column in the unit of its parts."""
        with localcontext(_EXACT):
            return sum((volume for _zone, volume in self.parts), Decimal(0))


@dataclass(frozen=True, slots=True)
class Slot:
    """A month with its columns; None is a month that the reader's right does not reach, of which nothing is drawn."""

    label: str
    before: Column | None
    now: Column | None


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of a picture in CSS pixels, and of its letters."""

    width: int
    height: int
    letters: int

    @property
    def top(self) -> Decimal:
        """Room above the scale: the unit stands there."""
        return Decimal(self.letters * 2)

    @property
    def bottom(self) -> Decimal:
        """Room below the base line: the months stand there."""
        return Decimal(self.letters * 2)


WIDE = Frame(width=760, height=320, letters=13)
NARROW = Frame(width=328, height=260, letters=11)


@dataclass(frozen=True, slots=True)
class Scale:
    """Round ticks from zero to the top; labels are in units of ten to `power`."""

    ticks: tuple[Decimal, ...]
    power: int

    @property
    def top(self) -> Decimal:
        """The volume at the upper edge; one where there is nothing above zero to draw."""
        return self.ticks[-1] or Decimal(1)

    def in_unit(self, tick: Decimal) -> Decimal:
        """The number that stands beside a tick."""
        return tick.scaleb(-self.power, _EXACT)


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a column."""

    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal
    zone: int
    year: Year
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands on the base line instead of a column; `x` is its middle, `y` the base line."""

    kind: MarkKind
    x: Decimal
    y: Decimal
    size: Decimal
    year: Year
    label: str

    @property
    def left(self) -> Decimal:
        """The left edge."""
        return self.x - self.size / 2

    @property
    def right(self) -> Decimal:
        """The right edge."""
        return self.x + self.size / 2

    @property
    def upper(self) -> Decimal:
        """The upper edge: it stands on the base line, with a little air."""
        return self.y - self.size - 3

    @property
    def lower(self) -> Decimal:
        """The lower edge."""
        return self.y - 3


@dataclass(frozen=True, slots=True)
class Line:
    """A horizontal line of the scale; the base line is the axis."""

    x1: Decimal
    x2: Decimal
    y: Decimal
    is_axis: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A label; `anchor` as in SVG, `y` is the line the letters stand on."""

    x: Decimal
    y: Decimal
    anchor: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn picture."""

    frame: Frame
    scale: Scale
    lines: tuple[Line, ...]
    boxes: tuple[Box, ...]
    marks: tuple[Mark, ...]
    texts: tuple[Text, ...]


def scale_for(largest: Decimal) -> Scale:
    """The scale whose top is the least round number not below the largest volume.

    Args:
        largest: kWh (kVAr·h), not negative.
    """
    if largest <= 0:
        return Scale((Decimal(0),), 0)
    with localcontext(_EXACT):
        rough = largest / MOST_STEPS
        unit = Decimal(1).scaleb(rough.adjusted())
        step = next(one * unit for one in ROUND_STEPS if one * unit >= rough)
        count = int((largest / step).to_integral_value(ROUND_CEILING))
        ticks = tuple(index * step for index in range(count + 1))
        power = next((one for one in POWERS if ticks[-1].scaleb(-one) < LONGEST_LABEL), POWERS[-1])
        return Scale(ticks, power)


def scale_of(slots: Sequence[Slot]) -> Scale:
    """The scale that holds every column of the slots."""
    columns = [column for slot in slots for column in (slot.before, slot.now) if column is not None]
    return scale_for(max((column.total for column in columns), default=Decimal(0)))


def draw(slots: Sequence[Slot], frame: Frame, *, tick_labels: Sequence[str], unit: str) -> Chart:
    """Draw the slots into a frame.

    Args:
        slots: the months from left to right, at least one.
        frame: the size of the picture.
        tick_labels: the labels of the ticks of `scale_of(slots)`, in its unit, written for the reader.
        unit: the name of that unit.
    """
    with localcontext(_EXACT):
        scale = scale_of(slots)
        letters = Decimal(frame.letters)
        widest = max(len(label) for label in tick_labels)
        left = _snapped((widest * CHARACTER + 1) * letters)
        right, base = Decimal(frame.width - 2), Decimal(frame.height) - frame.bottom
        plot = base - frame.top
        lines, texts = [], [Text(Decimal(0), letters, "start", unit, "unit")]
        for tick, label in zip(scale.ticks, tick_labels, strict=True):
            y = base - _snapped(tick * plot / scale.top)
            lines.append(Line(left, right, y, is_axis=tick == 0))
            texts.append(Text(_snapped(left - letters / 2), _snapped(y + letters / 3), "end", label, "tick"))
        boxes: list[Box] = []
        marks: list[Mark] = []
        slot_width = (right - left) / len(slots)
        width = _snapped(slot_width * Decimal("0.38"))
        gap = _snapped(slot_width * Decimal("0.04"))
        for index, slot in enumerate(slots):
            middle = _snapped(left + slot_width * index + slot_width / 2)
            texts.append(Text(middle, base + letters + 5, "middle", slot.label, "month"))
            for column, x, year in (
                (slot.before, middle - gap - width, Year.BEFORE),
                (slot.now, middle + gap, Year.NOW),
            ):
                if column is None:
                    continue
                kind = _mark_kind(column)
                if kind is not None:
                    size = min(width, Decimal(8))
                    marks.append(Mark(kind, _snapped(x + width / 2), base, size, year, column.label))
                boxes.extend(_stacked(column, x, base, width, plot / scale.top, year))
        return Chart(frame, scale, tuple(lines), tuple(boxes), tuple(marks), tuple(texts))


def _mark_kind(column: Column) -> MarkKind | None:
    if column.missing:
        return MarkKind.MISSING
    if column.below:
        return MarkKind.BELOW
    return None if column.total else MarkKind.ZERO


def _stacked(column: Column, x: Decimal, base: Decimal, width: Decimal, rate: Decimal, year: Year) -> list[Box]:
    """The parts of a column: their edges are snapped, not their heights, so they meet and reach the exact total."""
    boxes = []
    reached, edge = Decimal(0), Decimal(0)
    for zone, volume in column.parts:
        reached += volume
        upper = _snapped(reached * rate)
        if upper > edge:
            boxes.append(Box(x, base - upper, width, upper - edge, zone, year, column.label))
        edge = upper
    return boxes


def _snapped(length: Decimal) -> Decimal:
    return length.quantize(GRID, rounding=ROUND_HALF_UP)
