"""A run of cells read at once is read as cell by cell, or not at all."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.values import ValueRefused, clean_text, hundredths, parse_date, parse_money, runs, whole_parser

MONEY = st.one_of(
    st.text(alphabet="0123456789,.- \u00a0+()\n", max_size=9),
    st.from_regex(r"-?[0-9]{1,12}[.,][0-9]{2}", fullmatch=True),
    st.sampled_from(["0,00", "-0,00", "-0.01"]),
)
TEXTS = st.text(alphabet='аЇґ№«"\\|x1 \u00a0\n\t\r\u200b\u0301–-', max_size=9)


def one_by_one(parse, texts):
    read = []
    for text in texts:
        try:
            value = parse(text)
        except ValueRefused:
            return None
        read.append("" if value is None else f"{value:f}" if parse is parse_money else value)
    return read


@given(st.lists(MONEY, min_size=1, max_size=5))
def test_sums(texts):
    found = whole_parser(parse_money)(texts)
    assert found is None or found == one_by_one(parse_money, texts)
    if found is not None:
        assert hundredths(found) == [int(parse_money(text).scaleb(2)) for text in texts]


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_texts(texts):
    parse = partial(clean_text, max_length=6)
    found = whole_parser(parse)(texts)
    assert found is None or found == one_by_one(parse, texts)


@pytest.mark.parametrize(
    ("parse", "texts"),
    [
        (parse_money, ["10,00", "-0,50", "0.00", "12345678901,99"]),
        (clean_text, ["ПД-1", "", "ТОВ «Приклад» № 5", 'a"b\\c']),
        (partial(clean_text, max_length=4), ["ПД-1", ""]),
    ],
)
def test_plain_runs_are_read_at_once(parse, texts):
    assert whole_parser(parse)(texts) == one_by_one(parse, texts)


def test_other_parsers_read_no_runs():
    assert whole_parser(parse_date) is None
    assert whole_parser(partial(parse_money)) is None


def test_runs_are_the_column():
    column = [str(number) for number in range(1203)]
    assert [text for run in runs(column) for text in run] == column
