"""The payments of a filter as CSV and XLSX: the same rows, exact, and nothing that a spreadsheet would run."""

import csv
import io
import tracemalloc
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from cabinet_pages.payments import files
from cabinet_pages.payments.models import Payment
from tests import factories
from tests.support.scale import scaled
from tests.support.windows import client_of, visit

pytestmark = pytest.mark.django_db

WINDOW = "payments/80-431930/"
FILE = f"/cabinet/legal/{WINDOW}file"
PERIOD = {"from_date": "2020-01-01", "to_date": "2020-02-20"}
DAY = date(2020, 1, 8)


def csv_rows(response: Any) -> list[list[str]]:
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def xlsx_rows(response: Any) -> list[tuple[Any, ...]]:
    sheet = load_workbook(io.BytesIO(response.getvalue())).active
    assert sheet is not None
    return list(sheet.iter_rows())


def test_both_files_have_exactly_the_payments_of_the_filter_in_the_order_of_the_window(
    account: Any, owner: Any
) -> None:
    for number in range(60):
        factories.make_payment(account, DAY, f"{number}.07", factories.make_article("Пеня" if number % 2 else "Інше"))
    penalty = factories.make_article("Пеня")
    query = {**PERIOD, "article": str(penalty.pk), "from_amount": "5,07"}
    client = client_of(owner)
    window = visit(client, WINDOW, **query)
    expected = [f"{number}.07" for number in range(5, 60, 2)]
    assert [row[1] for row in window.cells()] == [amount.replace(".", ",") for amount in expected]
    rows = csv_rows(client.get(f"{FILE}/csv/", query))
    assert rows[0][:3] == ["Дата платежу", "Сума платежу", "Стаття реалізації"]
    assert [row[:4] for row in rows[1:]] == [
        ["08.01.2020", amount.replace(".", ","), "Пеня", "80-431930"] for amount in expected
    ]
    cells = xlsx_rows(client.get(f"{FILE}/xlsx/", query))
    assert [Decimal(str(row[1].value)) for row in cells[1:]] == [Decimal(amount) for amount in expected]
    assert {row[1].data_type for row in cells[1:]} == {"n"}
    assert {row[0].value.date() for row in cells[1:]} == {DAY}


def test_a_large_sum_keeps_its_last_kopeck_in_both_files(account: Any, owner: Any) -> None:
    factories.make_payment(account, DAY, "12345678901.23")
    client = client_of(owner)
    assert csv_rows(client.get(f"{FILE}/csv/", PERIOD))[1][1] == "12345678901,23"
    assert str(xlsx_rows(client.get(f"{FILE}/xlsx/", PERIOD))[1][1].value) == "12345678901.23"


@pytest.mark.parametrize("hostile", ["=HYPERLINK(1)", "+380", "-1+1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_of_a_payer_becomes_a_formula(account: Any, owner: Any, hostile: str) -> None:
    factories.make_payment(account, DAY, "-5.00", payer=hostile, purpose=hostile, order_number=hostile, kind="refund")
    client = client_of(owner)
    row = csv_rows(client.get(f"{FILE}/csv/", PERIOD))[1]
    assert [text[0] for text in row[-3:]] == ["'"] * 3
    # A number is a number, with its minus.
    assert row[1] == "-5,00"
    assert row[4] == "повернення"
    for cell in xlsx_rows(client.get(f"{FILE}/xlsx/", PERIOD))[1][-3:]:
        assert cell.data_type == "s"
        assert str(cell.value).startswith("'")


def test_a_file_has_a_name_with_the_account_and_the_days_and_nobody_keeps_it(account: Any, owner: Any) -> None:
    response = client_of(owner).get(f"{FILE}/xlsx/", PERIOD)
    assert "80-431930-2020-01-01-2020-02-20.xlsx" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    assert len(xlsx_rows(response)) == 1
    assert client_of(owner).get(f"{FILE}/pdf/", PERIOD).status_code == 404


def test_a_file_takes_the_memory_of_a_few_rows_however_many_there_are(
    account: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK", 100)
    few, many = scaled(500, 20_000), scaled(2_000, 200_000)
    article, client = factories.make_article(), client_of(owner)
    peaks = []
    written = 0
    for count in (few, many):
        Payment.objects.bulk_create(
            (
                Payment(account=account, document=f"d{n}", paid_on=DAY, article=article, amount=Decimal("0.10"))
                for n in range(written, count)
            ),
            batch_size=500,
        )
        written = count
        response = client.get(f"{FILE}/csv/", PERIOD)
        assert response.streaming
        tracemalloc.start()
        assert sum(chunk.count(b"\n") for chunk in response.streaming_content) == count + 1  # type: ignore[attr-defined]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.3
