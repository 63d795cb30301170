"""XLS and XLSB, built byte by byte: read as any workbook, and refused where they lie, are cut short or are damaged."""

import contextlib

import pytest

from imports.formats import Limits, RawRow, UnreadableFile
from tests.imports.hostile.workbooks import (
    xls,
    xls_number,
    xls_shared,
    xlsb,
    xlsb_number,
    xlsb_row,
    xlsb_shared,
    xlsb_sheet,
    xlsb_text,
)
from tests.support.scale import chance, scaled

from .test_text import opened, refusal, rows

TEXTS = ("Особовий рахунок", "Сума", "80-1")


def binary_xls():
    cells = xls_shared(0, 0, 0) + xls_shared(0, 1, 1) + xls_shared(1, 0, 2) + xls_number(1, 1, 1234.5)
    return xls(cells, rows=2, columns=2, strings=TEXTS)


def binary_xlsb():
    heading = xlsb_row(0, xlsb_shared(0, 0) + xlsb_shared(1, 1))
    return xlsb(xlsb_sheet(heading + xlsb_row(1, xlsb_text(0, "80-1") + xlsb_number(1, 1234.5))), strings=TEXTS)


BOOKS = {"xls": binary_xls, "xlsb": binary_xlsb}


def saved(tmp_path, content):
    path = tmp_path / "oplata.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", BOOKS)
def test_texts_and_numbers_are_read(tmp_path, name):
    reading = opened(saved(tmp_path, BOOKS[name]()))
    assert (reading.format, reading.sheet) == (name, "Аркуш")
    assert list(reading.rows) == [
        RawRow(1, ("Особовий рахунок", "Сума")),
        RawRow(2, ("80-1", "1234.5"), frozenset({1})),
    ]


def test_a_dimension_that_lies_takes_no_memory(tmp_path):
    wide = xlsb(xlsb_sheet(xlsb_row(0, xlsb_text(0, "x")), last_row=1_048_575, last_column=16_383))
    assert [row.cells for row in rows(saved(tmp_path, wide))] == [("x",)]
    tall = xls(xls_shared(0, 0, 0), rows=65_536, columns=256, strings=("x",))
    # What an XLS claims is reserved before it is read, so the process that does it comes to its end.
    assert refusal(saved(tmp_path, tall)).code == "workbook_too_large"


@pytest.mark.parametrize(
    "content",
    [
        xlsb(xlsb_sheet(xlsb_row(0, xlsb_text(0, "x")) + xlsb_row(1_048_575, xlsb_text(16_383, "y")))),
        xls(xls_shared(0, 0, 0) + xls_shared(65_535, 255, 0), rows=65_536, columns=256, strings=("x",)),
    ],
    ids=["xlsb", "xls"],
)
def test_a_far_cell_is_refused_and_this_process_goes_on(tmp_path, content):
    refused = refusal(saved(tmp_path, content))
    assert refused.code in {"workbook_too_large", "too_many_rows", "too_many_columns", "too_many_cells"}


@pytest.mark.parametrize("name", BOOKS)
def test_limits_hold(tmp_path, name):
    path = saved(tmp_path, BOOKS[name]())
    assert len(rows(path, limits=Limits(rows=2, columns=2, sheet_cells=4))) == 2
    for limits, code in (
        (Limits(rows=1), "too_many_rows"),
        (Limits(columns=1), "too_many_columns"),
        (Limits(sheet_cells=3), "too_many_cells"),
        (Limits(cell_chars=15), "cell_too_long"),
        (Limits(file_bytes=100), "too_large"),
    ):
        assert refusal(path, limits=limits).code == code


@pytest.mark.parametrize("name", BOOKS)
def test_damaged_and_cut_bytes_raise_nothing_but_a_refusal(tmp_path, name):
    whole, source = BOOKS[name](), chance(f"binary {name}")
    for _ in range(scaled(25, 2_000)):
        damaged = bytearray(whole)
        for _ in range(source.randint(1, 6)):
            damaged[source.randrange(len(damaged))] = source.randrange(256)
        for content in (bytes(damaged), whole[: source.randrange(len(whole))]):
            with contextlib.suppress(UnreadableFile):
                rows(saved(tmp_path, content))
