"""docs/1c-export.md tells the columns as they are, and its example is a file that our own import reads."""

import re
from pathlib import Path

from imports.exports.layout import COLUMNS, HEADINGS, Kind
from tests.imports.exports.world import read_back

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "1c-export.md"


def test_the_table_of_columns_is_that_of_the_layout() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| `([A-Z]+)` \| (\S+) \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    kinds = {Kind.DATE: "D"}
    told = [
        (
            one.heading,
            one.field,
            kinds.get(one.kind) or f"{one.kind.value}({one.length}{f',{one.decimals}' if one.decimals else ''})",
        )
        for one in COLUMNS
    ]
    assert rows == told


def test_the_example_is_such_a_file(tmp_path: Path) -> None:
    found = re.search(r"```text\n(Batch;.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    heading, row = read_back(found[1].encode("cp1251"), tmp_path / "example")
    assert tuple(heading) == HEADINGS
    assert len(row) == len(HEADINGS)
