"""How tests give files to the command of the contract, and read its report."""

import csv
import json
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import Workbook

Table = Sequence[Sequence[object]]


def csv_bytes(rows: Table, encoding: str = "cp1251", delimiter: str = ";") -> bytes:
    """The rows as 1C writes them."""
    text = StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


@pytest.fixture
def give(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Give a file to `import_file --json`: `give("payments", rows, branch="VIN", dry_run=True)`.

    `rows` are cells, or the bytes of a file; `format` is `csv` or `xlsx`. The report gets the exit code as `exit`.
    """

    def run(
        kind: str,
        rows: Table | bytes,
        *,
        branch: str = "VIN",
        format: str = "csv",
        encoding: str = "cp1251",
        delimiter: str = ";",
        **options: Any,
    ) -> dict[str, Any]:
        path = tmp_path / f"file.{format}"
        if isinstance(rows, bytes):
            path.write_bytes(rows)
        elif format == "xlsx":
            workbook = Workbook()
            sheet = workbook.active
            assert sheet is not None
            for row in rows:
                sheet.append(list(row))
            workbook.save(path)
        else:
            path.write_bytes(csv_bytes(rows, encoding, delimiter))
        output = StringIO()
        code = 0
        try:
            call_command("import_file", kind, str(path), branch=branch, json=True, stdout=output, **options)
        except SystemExit as stop:
            code = int(stop.code or 0)
        return {**json.loads(output.getvalue()), "exit": code}

    return run
