"""A format of exchange files: a first line that names it, then one row a line, cells between carets. No Django."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from imports.formats import Format, RawRow, Reading, ReadOptions

MARK = b"TOWNHEAT/1\n"


class CaretTable(Format):
    """What the town's old billing program writes."""

    name: ClassVar[str] = "townheat"
    # Before the table of plain text, which accepts almost anything.
    rank: ClassVar[int] = 200

    def matches(self, head: bytes, path: Path) -> bool:
        """By content, never by the file's name."""
        return head.startswith(MARK)

    def read(self, path: Path, *, options: ReadOptions) -> Reading:
        """Rows are numbered as a person sees them in the file."""
        return Reading(format=self.name, rows=_rows(path), encoding="utf-8")


def _rows(path: Path) -> Iterator[RawRow]:
    with path.open(encoding="utf-8") as lines:
        next(lines)
        for number, line in enumerate(lines, start=2):
            yield RawRow(number, tuple(line.rstrip("\n").split("^")))
