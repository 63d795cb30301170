"""Readings on their way to billing and back, for the tests of the files."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from cabinet_pages.accounts.models import Account
from cabinet_pages.readings.exporting import export_readings
from cabinet_pages.readings.models import Reading, ReadingExport, ReadingSubmission
from imports.exports import writer_of
from imports.formats import BUILT_IN as FORMATS
from imports.formats import Limits, ReadOptions, sniff
from tests.factories import make_account, make_register, make_user

JANUARY = date(2026, 1, 1)
ALL_FORMATS = ("csv", "xlsx", "dbf", "xml")
VERDICTS = {
    "csv": ("Status", "Причина", "Рахунок №", "Показання прийняте", "Обсяг прийнятий"),
    "dbf": ("STATUS", "REASON", "INVOICE", "ACCVALUE", "ACCKWH"),
}


def sent(account: Account, point: str = "ТУ-1", value: str = "1234.5", **fields: Any) -> Reading:
    """A reading of January that waits, with everything that a file tells of one."""
    register = fields.pop("register", None) or make_register(
        account, point, **fields.pop("made", {"meter": {"meter_type": "НІК 2303 АП3"}})
    )
    submission = fields.pop("submission", None) or submission_of(account)
    given: dict[str, Any] = {
        "period": JANUARY,
        "read_on": date(2026, 1, 31),
        "previous_value": Decimal(1200),
        "previous_on": date(2025, 12, 31),
        "multiplier": Decimal(200),
        "volume": Decimal(6900),
        "submission": submission,
        **fields,
    }
    return Reading.objects.create(register=register, value=Decimal(value), **given)


def submission_of(account: Account, sender: str = "Олена Ґалаґан") -> ReadingSubmission:
    """A sending of January by a person of a name."""
    return ReadingSubmission.objects.create(
        account=account,
        user=make_user(),
        sender=sender,
        period=JANUARY,
        submitted_at=datetime(2026, 1, 31, 16, 5, 7, tzinfo=UTC),
    )


def exported(account: Account, file_format: str = "csv") -> ReadingExport:
    """The next batch of the account's branch."""
    made = export_readings(branch=account.branch, period=JANUARY, file_format=file_format, write=writer_of(file_format))
    assert made is not None
    return made


def content_of(export: ReadingExport) -> bytes:
    """The stored bytes of a batch."""
    with export.file.open("rb") as file:
        return bytes(file.read())


def read_back(content: bytes, path: Path) -> list[list[str]]:
    """The cells of a file as the import reads them, heading first."""
    path.write_bytes(content)
    found = sniff(path, FORMATS, Limits())
    return [list(row.cells) for row in found.read(path, options=ReadOptions(limits=Limits())).rows]


def answered(content: bytes, file_format: str, verdicts: Sequence[dict[str, str]]) -> bytes:
    """The exported file with billing's columns filled in, row by row, by the program of that format."""
    fill = {"csv": _answered_csv, "xlsx": _answered_xlsx, "dbf": _answered_dbf, "xml": _answered_xml}[file_format]
    return fill(content, verdicts)


def _answered_csv(content: bytes, verdicts: Sequence[dict[str, str]]) -> bytes:
    heading, *rows = list(csv.reader(io.StringIO(content.decode("cp1251"), newline=""), delimiter=";"))
    for row, verdict in zip(rows, verdicts, strict=True):
        for name, text in verdict.items():
            row[heading.index(name)] = text
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([heading, *rows])
    return text.getvalue().encode("cp1251")


def _answered_xlsx(content: bytes, verdicts: Sequence[dict[str, str]]) -> bytes:
    book = load_workbook(io.BytesIO(content))
    sheet = book.active
    assert sheet is not None
    heading = [cell.value for cell in sheet[1]]
    for number, verdict in enumerate(verdicts, start=2):
        for name, text in verdict.items():
            sheet.cell(number, heading.index(name) + 1).value = text
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _answered_dbf(content: bytes, verdicts: Sequence[dict[str, str]]) -> bytes:
    start, length = int.from_bytes(content[8:10], "little"), int.from_bytes(content[10:12], "little")
    places: dict[str, tuple[int, int]] = {}
    at = 1
    for field in range(32, start - 1, 32):
        name = content[field : field + 11].rstrip(b"\0").decode("ascii")
        places[name] = (at, content[field + 16])
        at += content[field + 16]
    names = dict(zip(VERDICTS["csv"], VERDICTS["dbf"], strict=True))
    changed = bytearray(content)
    for number, verdict in enumerate(verdicts):
        for name, text in verdict.items():
            place, size = places[names[name]]
            written = text.replace("і", "i").encode("cp866")
            written = written.rjust(size) if name in VERDICTS["csv"][3:] else written.ljust(size)
            first = start + number * length + place
            changed[first : first + size] = written
    return bytes(changed)


def _answered_xml(content: bytes, verdicts: Sequence[dict[str, str]]) -> bytes:
    head, *rows = content.decode().split("  <row>")
    answered = [_filled(row, verdict.items()) for row, verdict in zip(rows, verdicts, strict=True)]
    return "  <row>".join([head, *answered]).encode()


def _filled(row: str, verdict: Iterable[tuple[str, str]]) -> str:
    for name, text in verdict:
        row = row.replace(f'<field name="{name}"/>', f'<field name="{name}">{text}</field>')
    return row


def account_of(number: str = "80-431930", **fields: Any) -> Account:
    """An account of VIN."""
    return make_account(number, **fields)
