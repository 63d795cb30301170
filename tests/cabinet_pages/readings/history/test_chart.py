"""The geometry of a picture, for volumes of any size."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabinet_pages.readings.history.chart import (
    CHARACTER,
    GRID,
    NARROW,
    WIDE,
    Chart,
    Column,
    Frame,
    MarkKind,
    Slot,
    Year,
    draw,
    scale_for,
    scale_of,
)
from tests.support.scale import scaled

# From a watt-hour to a petawatt-hour.
volumes = st.integers(0, 10**15).map(lambda number: Decimal(number).scaleb(-3)) | st.integers(0, 12).flatmap(
    lambda power: st.integers(1, 999).map(lambda number: Decimal(number).scaleb(power - 3))
)
columns = st.one_of(
    st.none(),
    st.just(Column(missing=True, label="немає")),
    st.just(Column(below=True, label="менше")),
    st.lists(st.tuples(st.integers(0, 3), volumes), min_size=1, max_size=3, unique_by=lambda part: part[0]).map(
        lambda parts: Column(tuple(sorted(parts)), "є")
    ),
)
pictures = st.lists(st.builds(Slot, st.just("січ"), columns, columns), min_size=12, max_size=12)
frames = st.sampled_from((WIDE, NARROW))
many = settings(max_examples=scaled(150, 3000), deadline=None)


def drawn(slots: list[Slot], frame: Frame) -> Chart:
    scale = scale_of(slots)
    labels = [f"{scale.in_unit(tick):f}".rstrip("0").rstrip(".") or "0" for tick in scale.ticks]
    return draw(slots, frame, tick_labels=labels, unit="тис. кВАр·год")


def base_of(chart: Chart) -> Decimal:
    return next(line.y for line in chart.lines if line.is_axis)


@many
@given(pictures, frames)
def test_heights_are_proportional_and_parts_reach_exactly_their_sum(slots: list[Slot], frame: Frame) -> None:
    chart = drawn(slots, frame)
    base = base_of(chart)
    plot = base - min(line.y for line in chart.lines) if len(chart.lines) > 1 else base - frame.top
    left = {(box.x, box.year): [] for box in chart.boxes}
    for box in chart.boxes:
        left[box.x, box.year].append(box)
    stacks = iter(left.values())
    for slot in slots:
        for column in (slot.before, slot.now):
            exact = column.total * plot / chart.scale.top if column else Decimal(0)
            if column is None or exact.quantize(GRID) == 0:
                continue
            stack = next(stacks)
            assert abs(sum(box.height for box in stack) - exact) <= GRID
            # Each part stands on the one below it, the first on the base line.
            lower = base
            for box in stack:
                assert box.y + box.height == lower
                lower = box.y
            for box in stack:
                part = dict(column.parts)[box.zone]
                assert abs(box.height - part * plot / chart.scale.top) <= 2 * GRID


@many
@given(pictures, frames)
def test_no_shape_is_outside_of_the_picture_and_none_is_below_zero(slots: list[Slot], frame: Frame) -> None:
    chart = drawn(slots, frame)
    base, plot_left = base_of(chart), chart.lines[0].x1
    for box in chart.boxes:
        assert box.height > 0
        assert plot_left <= box.x < box.x + box.width <= frame.width
        assert frame.top <= box.y < box.y + box.height <= base
    for mark in chart.marks:
        assert plot_left <= mark.left < mark.right <= frame.width
        assert 0 <= mark.upper < mark.lower < base
    for line in chart.lines:
        assert 0 <= line.x1 < line.x2 <= frame.width
        assert 0 <= line.y <= frame.height
    for text in chart.texts:
        width = len(text.text) * frame.letters * CHARACTER
        start = {"start": text.x, "end": text.x - width, "middle": text.x - width / 2}[text.anchor]
        assert 0 <= start < start + width <= frame.width
        assert frame.letters <= text.y + 1
        assert text.y <= frame.height


@many
@given(pictures, frames)
def test_columns_of_two_years_and_of_two_months_never_touch(slots: list[Slot], frame: Frame) -> None:
    chart = drawn(slots, frame)
    spans = sorted({(box.x, box.x + box.width) for box in chart.boxes})
    for (_start, end), (start, _end) in itertools.pairwise(spans):
        assert end < start


@many
@given(pictures, frames)
def test_every_month_is_a_column_or_a_mark_and_what_is_not_the_readers_is_neither(
    slots: list[Slot], frame: Frame
) -> None:
    chart = drawn(slots, frame)
    kinds = [mark.kind for mark in chart.marks]
    shown = [column for slot in slots for column in (slot.before, slot.now) if column is not None]
    assert kinds.count(MarkKind.MISSING) == sum(column.missing for column in shown)
    assert kinds.count(MarkKind.BELOW) == sum(column.below for column in shown)
    assert kinds.count(MarkKind.ZERO) == sum(
        not (column.missing or column.below) and not column.total for column in shown
    )
    assert all(box.label == "є" for box in chart.boxes)
    assert [text.text for text in chart.texts if text.kind == "month"] == ["січ"] * 12


@many
@given(volumes)
def test_the_scale_is_round_begins_at_zero_and_just_holds_the_largest(largest: Decimal) -> None:
    scale = scale_for(largest)
    assert scale.ticks[0] == 0
    if not largest:
        assert (scale.ticks, scale.top) == ((0,), 1)
        return
    steps = {later - earlier for earlier, later in zip(scale.ticks, scale.ticks[1:], strict=False)}
    assert len(steps) == 1
    step = steps.pop()
    assert step.normalize().as_tuple().digits in ((1,), (2,), (5,))
    assert scale.ticks[-2] < largest <= scale.top
    assert 3 <= len(scale.ticks) <= 6
    # At most six characters stand beside a tick, so that the columns keep their room.
    assert all(len(f"{scale.in_unit(tick).normalize():f}") <= 6 for tick in scale.ticks)


@many
@given(pictures, frames, st.integers(1, 9))
def test_the_same_picture_in_another_unit_has_the_same_columns(slots: list[Slot], frame: Frame, power: int) -> None:
    def times(column: Column | None) -> Column | None:
        if column is None or not column.parts:
            return column
        return Column(tuple((zone, volume.scaleb(power)) for zone, volume in column.parts), column.label)

    larger = [Slot(slot.label, times(slot.before), times(slot.now)) for slot in slots]
    first, second = drawn(slots, frame), drawn(larger, frame)
    assert [box.height for box in first.boxes] == [box.height for box in second.boxes]


def test_a_part_below_zero_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="below zero"):
        Column(((0, Decimal("-0.001")),))


def test_last_year_stands_left_of_this_year() -> None:
    whole = Column(((0, Decimal(5)),), "є")
    chart = drawn([Slot("січ", whole, whole)], WIDE)
    before, now = chart.boxes
    assert (before.year, now.year) == (Year.BEFORE, Year.NOW)
    assert before.x + before.width < now.x
    assert before.height == now.height
