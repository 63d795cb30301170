"""What is inside of an archive that somebody has downloaded."""

import io
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from openpyxl import load_workbook


@dataclass(frozen=True)
class Opened:
    """The files by name, and the registry by its headings."""

    files: dict[str, bytes]
    headings: list[str]
    rows: list[dict[str, Any]]
    totals: dict[str, Any]
    notes: list[str]


def opened(content: bytes) -> Opened:
    """Open a ZIP and check that its registry lists exactly its files with their bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert len(set(archive.namelist())) == len(archive.namelist())
        files = {name: archive.read(name) for name in archive.namelist()}
    book = load_workbook(io.BytesIO(files.pop("registry.xlsx")))
    table = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    headings = [str(heading) for heading in table[0]]
    rows = [dict(zip(headings, row, strict=True)) for row in table[1:]]
    totals = rows.pop() if rows and rows[-1]["SHA-256"] is None else {}
    assert {row["Файл"]: row["SHA-256"] for row in rows} == {
        name: sha256(content).hexdigest() for name, content in files.items()
    }
    assert [row["Розмір, байтів"] for row in rows] == [len(files[row["Файл"]]) for row in rows]
    notes = [str(row[0]) for row in book.worksheets[1].iter_rows(values_only=True)] if len(book.worksheets) > 1 else []
    return Opened(files, headings, rows, totals, notes)
