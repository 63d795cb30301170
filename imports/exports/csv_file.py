"""CSV for 1C: semicolons, cp1251, CRLF. No Django."""

import csv
from collections.abc import Iterable
from typing import IO, Final

from .layout import HEADINGS, Cells, cell_text
from .letters import encoded, known_account

ENCODING: Final = "cp1251"


class _Lines:
    """Encodes what the csv module writes."""

    def __init__(self, target: IO[bytes]) -> None:
        self.target = target

    def write(self, line: str) -> int:
        return self.target.write(encoded(line, ENCODING))


def write_csv(target: IO[bytes], rows: Iterable[Cells]) -> None:
    """Write a table with its heading; numbers with a dot, days dd.mm.yyyy."""
    writer = csv.writer(_Lines(target), delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for cells in rows:
        writer.writerow(map(cell_text, known_account(cells, ENCODING)))
