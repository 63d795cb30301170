"""The workbook as a person has it in hands: downloaded, changed with openpyxl, uploaded."""

import io
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from tests.cabinet_pages.readings.sheet.world import SHEET

WORKBOOK = f"{SHEET}workbook/"


def content_of(response: Any) -> bytes:
    """The bytes of a file that was sent."""
    return b"".join(response.streaming_content)


class Filled:
    """A workbook that is being filled in; cells are found by the headings of their columns."""

    def __init__(self, content: bytes) -> None:
        self.book = load_workbook(io.BytesIO(content))
        self.sheet: Any = self.book.worksheets[0]
        self.heading = next(row[1].row for row in self.sheet.iter_rows() if row[1].value == "Особовий рахунок")
        self.columns = {cell.value: cell.column for cell in self.sheet[self.heading] if cell.value}

    @property
    def rows(self) -> range:
        """The rows of the table."""
        return range(self.heading + 1, self.sheet.max_row + 1)

    def cell(self, row: int, heading: str) -> Any:
        """The cell of a row in a column; rows of the table are counted from 0."""
        return self.sheet.cell(self.heading + 1 + row, self.columns[heading])

    def put(self, row: int, value: Any, heading: str = "Показання") -> None:
        """Type something."""
        self.cell(row, heading).value = value

    def fill(self, value: Callable[[int], Any]) -> None:
        """Type a reading into every row."""
        for number in range(len(self.rows)):
            self.put(number, value(number))

    def content(self) -> bytes:
        """The saved file."""
        stream = io.BytesIO()
        self.book.save(stream)
        return stream.getvalue()


def download(client: Client, url: str = WORKBOOK) -> Filled:
    """The workbook to fill in."""
    response = client.get(url)
    assert response.status_code == 200, response.headers
    return Filled(content_of(response))


def upload(client: Client, content: bytes, url: str = WORKBOOK, *, name: str = "відомість.xlsx") -> Any:
    """Upload a file, and follow to its verdict or refusal."""
    return client.post(f"{url}upload/", {"file": SimpleUploadedFile(name, content)}, follow=True)


def said(response: Any) -> dict[int, tuple[str, str]]:
    """What is said on the first page of a verdict: number of the row → its state and sentences."""
    assert "rows" in response.context, response.context["refusal"]
    return {
        row["number"]: (row["state"], " ".join([*row["errors"], *row["notes"]])) for row in response.context["rows"]
    }


def save(client: Client, response: Any) -> Any:
    """«Зберегти» of a verdict."""
    return client.post(response.redirect_chain[-1][0], follow=True)
