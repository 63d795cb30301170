"""The examples of docs/exchange-formats.md are what they are said to be, and its table of limits tells the defaults."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from imports.formats import BUILT_IN, Limits

from .test_text import opened

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "exchange-formats.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```\w+ (\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_is_read_as_the_format_it_stands_for(tmp_path, name, example):
    path = tmp_path / "example"
    path.write_text(example, encoding="cp1251" if "windows-1251" in example or "=Windows" in example else "utf-8")
    reading = opened(path)
    assert reading.format == name
    assert any("80-100001" in cell for row in reading.rows for cell in row.cells)


def test_every_format_and_every_limit_is_named():
    assert {f"`{one.name}`" for one in BUILT_IN} <= set(re.findall(r"`\w+`", TEXT))
    told = dict(re.findall(r"^\| `(\w+)` \| ([\d, MGiB]+) \|", TEXT, re.MULTILINE))
    units = {"MiB": 2**20, "GiB": 2**30, "": 1}
    for one in fields(Limits):
        if one.name == "zip_ratio_from_bytes":
            continue
        number, _, unit = told[one.name].partition(" ")
        assert int(number.replace(",", "")) * units[unit] == one.default, one.name
