"""A receipt of 500 rows: page, PDF, check."""

import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from tests.cabinet_pages.readings.receipts.sheets import send_sheet
from tests.cabinet_pages.readings.world import WINDOW, World


@pytest.fixture
def owner(client: Client, world: World) -> Client:
    client.force_login(world.owner)
    return client


def test_the_pdf_has_all_five_hundred_rows_well_within_the_time_of_the_renderer(owner: Client, world: World) -> None:
    submission = send_sheet(world.scope.account, world.owner)
    response = owner.get(f"{WINDOW}receipts/{submission.uuid}/pdf/")
    assert response.status_code == 200
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages]
    text = "".join("".join(pages).split())
    assert [number for number in range(500) if f"ТО-{number:04d}" not in text] == []
    for number, page in enumerate(pages, start=1):
        assert f"Сторінка {number}" in " ".join(page.split())


def test_the_page_takes_as_many_queries_for_five_hundred_rows_as_for_one(owner: Client, world: World) -> None:
    submission = send_sheet(world.scope.account, world.owner)
    address = f"{WINDOW}receipts/{submission.uuid}/"
    owner.get(address)
    with CaptureQueriesContext(connection) as queries:
        page = owner.get(f"{address}?page=10").content.decode()
    assert len(queries) <= 15
    assert "ТО-0499" in page
    with CaptureQueriesContext(connection) as queries:
        assert "Чинна" in owner.get(f"/readings/check/{submission.uuid}/").content.decode()
    assert len(queries) <= 15
