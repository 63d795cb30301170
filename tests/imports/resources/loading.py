"""Files as 1C writes them, and their way through the engine, for the tests of kinds."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile
from openpyxl import Workbook

from cabinet_pages.accounts.models import Branch
from imports.engine import run_import
from imports.messages import message
from imports.models import BatchState, ImportBatch, IssueLevel, RowIssue

Rows = Sequence[Sequence[Any]]


def csv_file(rows: Rows, *, encoding: str = "cp1251", delimiter: str = ";") -> bytes:
    """A CSV of rows, the heading first."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_file(rows: Rows) -> bytes:
    """An XLSX of rows, the heading first."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zip_file(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of named bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def load(kind: str, content: bytes, *, branch: Branch | None = None, **options: Any) -> ImportBatch:
    """Bytes through the whole engine, for a branch or (None) for all of them."""
    return run_import(kind=kind, branch=branch, file=ContentFile(content), name="файл", **options)


def applied(kind: str, content: bytes, *, branch: Branch | None = None, **options: Any) -> ImportBatch:
    """As `load`, for a file that must be applied."""
    batch = load(kind, content, branch=branch, **options)
    assert batch.state == BatchState.APPLIED, issues(batch)
    return batch


def counts(batch: ImportBatch) -> tuple[int, int, int, int, int]:
    """Rows, new, changed, unchanged, rejected."""
    return batch.rows, batch.new, batch.changed, batch.unchanged, batch.rejected


def issues(batch: ImportBatch, level: IssueLevel | None = None) -> list[tuple[int | None, str, str, str]]:
    """Row, column, value and sentence of each issue, of a level or of all."""
    found = RowIssue.objects.filter(batch=batch)
    if level is not None:
        found = found.filter(level=level)
    return [(one.row, one.column, one.value, message(batch.kind, one.code, one.params)) for one in found]
