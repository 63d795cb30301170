"""What no page of ours sends: it is refused or passed over, stores nothing it should not, and never fails."""

import io
import json
import tracemalloc
import zipfile
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cabinet_pages.access.models import AccessRequest, RequestState, Role
from cabinet_pages.readings.models import Reading, ReadingDraft, ReadingState
from cabinet_pages.readings.workbook.layout import headings
from cabinet_pages.readings.workbook.table import read_table
from tests import factories
from tests.cabinet_pages.readings.sheet.world import ALL, SHEET, carried, save_twice, typed
from tests.cabinet_pages.readings.workbook.desk import download, upload
from tests.cabinet_pages.readings.world import JANUARY, LAST_DAY, WINDOW, World

SHEET_PART = "xl/worksheets/sheet1.xml"


@pytest.fixture
def owner(client: Client, world: World) -> Client:
    client.force_login(world.owner)
    return client


def good(register: object, value: object = "1300") -> str:
    return json.dumps({"good": {str(register): [value, "2026-01-31"]}, "bad": {}})


@pytest.mark.parametrize(
    "rows",
    [
        "[" * 100_000,
        good(10**30),
        good(2**63),
        good("1" * 5_000),
        good("REGISTER", "\ud800"),
        '{"good": {}, "bad": {"REGISTER": "\\ud800"}}',
        good("REGISTER", {"a": 1}),
        "NaN",
    ],
    ids=range(8),
)
def test_carried_rows_that_no_page_wrote_lead_back_to_the_sheet(owner: Client, world: World, rows: str) -> None:
    form = {"step": "submit", "token": str(uuid4()), "shown": "", "read_on": "2026-01-31"}
    form |= {f"period_{world.point.account_id}": "2026-01", "carried": rows.replace("REGISTER", str(world.register.pk))}
    assert owner.post(SHEET, form).status_code == 200
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"read_on": 5, "cells": {"REGISTER": "1"}}',
        '{"read_on": ["2026-01-31"], "cells": {"REGISTER": "1"}}',
        '{"cells": {"REGISTER": "\\ud800"}}',
        '{"cells": {"REGISTER": "1\\u0000"}, "periods": {"period_1": {}}}',
    ],
    ids=range(5),
)
def test_a_draft_that_no_script_wrote_is_refused_or_kept_as_a_text(owner: Client, world: World, body: str) -> None:
    body = body.replace("REGISTER", str(world.register.pk))
    answer = owner.post(f"{SHEET}draft/", body, content_type="application/json")
    assert answer.status_code in (200, 400)
    assert set(ReadingDraft.objects.values_list("typed", flat=True)) <= {"1"}
    assert owner.get(SHEET).status_code == 200


@pytest.mark.parametrize("field", ["reason", "reason_REGISTER"])
def test_a_reason_is_kept_without_what_a_database_refuses(owner: Client, world: World, field: str) -> None:
    register = world.register.pk
    form = carried(owner.post(SHEET, typed({register: "1200"})))
    answers = {"confirmed": "1", field.replace("REGISTER", str(register)): "цех \x00стояв"}
    assert owner.post(SHEET, {**form, **answers}).status_code == 302
    assert Reading.objects.get().remark == "цех стояв"


def test_an_account_that_a_person_may_only_look_at_does_not_stop_the_sheet_of_all(owner: Client, world: World) -> None:
    own, foreign, ended = (factories.make_account(number) for number in ("80-77", "80-78", "80-79"))
    registers = [factories.make_register(one, initial_value=Decimal(10)) for one in (own, foreign, ended)]
    factories.grant(world.owner, own)
    factories.grant(world.owner, foreign, Role.VIEWER)
    factories.grant(world.owner, ended)
    type(ended).objects.filter(pk=ended.pk).update(terminated_on=LAST_DAY)
    assert save_twice(owner, {world.register.pk: "1300", registers[0].pk: "70"}, url=ALL).status_code == 302
    assert set(Reading.objects.values_list("register", flat=True)) == {world.register.pk, registers[0].pk}
    for register in registers[1:]:
        form = {"step": "submit", "token": str(uuid4()), "shown": "", "read_on": "2026-01-31"}
        form |= {f"period_{one.pk}": "2026-01" for one in (foreign, ended)}
        form["carried"] = good(register.pk, "71")
        assert owner.post(ALL, form).status_code == 200
        assert not Reading.objects.filter(register=register).exists()


def test_a_made_up_site_is_an_absent_one(owner: Client, world: World) -> None:
    assert owner.get(f"{WINDOW}history/", {"site": "Об'єкт\x00"}).status_code == 404


# --- workbooks ------------------------------------------------------------------------------------------------------


def rewritten(content: bytes, *, sheet: Any = lambda part: part, more: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """A workbook with its sheet changed and further parts in it."""
    stream = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(content))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, sheet(part) if name == SHEET_PART else part)
        for name, part in more:
            target.writestr(name, part)
    return stream.getvalue()


def errors_of(client: Client, content: bytes) -> Any:
    """The workbook with «Помилка», after one was uploaded that has a bad row."""
    return client.get(f"{upload(client, content).redirect_chain[-1][0]}errors/")


def test_rows_whose_numbers_are_none_get_their_errors_all_the_same(owner: Client, world: World) -> None:
    book = download(owner)
    book.put(0, "казна-що")
    for number in (b"9" * 5_000, b"000000009"):
        content = rewritten(
            book.content(), sheet=lambda part, number=number: part.replace(b'<row r="8"', b'<row r="' + number + b'"')
        )
        answer = errors_of(owner, content)
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content).startswith(b"PK")


def test_a_picture_that_is_damaged_is_said_before_the_workbook_goes_back(owner: Client, world: World) -> None:
    book = download(owner)
    book.put(0, "казна-що")
    content = bytearray(rewritten(book.content(), more=(("xl/media/image1.png", bytes(range(256)) * 20),)))
    place = zipfile.ZipFile(io.BytesIO(bytes(content))).getinfo("xl/media/image1.png").header_offset
    content[place + 70] ^= 0xFF
    answer = errors_of(owner, bytes(content))
    assert answer.status_code == 422
    assert "Файл пошкоджений" in answer.content.decode()


@pytest.mark.parametrize("encoding", ["nonsense", "hex", "idna", "utf-7", "windows-1251"])
def test_a_part_is_read_as_what_it_is_whatever_encoding_it_names(owner: Client, world: World, encoding: str) -> None:
    book = download(owner)
    book.put(0, 1300)
    head = f"<?xml version='1.0' encoding='{encoding}'?>".encode()
    content = rewritten(book.content(), sheet=lambda part: head + part.split(b"?>")[-1])
    assert upload(owner, content).context["saving"] == 1


def test_merged_cells_over_millions_of_rows_cost_no_more_than_the_rows_there_are(owner: Client, world: World) -> None:
    merged = b"<mergeCells>" + b'<mergeCell ref="N9:N9999999"/>' * 3 + b"</mergeCells>"
    last = b'<row r="9999999"><c r="N9999999"><v>5</v></c></row></sheetData>' + merged
    content = rewritten(download(owner).content(), sheet=lambda part: part.replace(b"</sheetData>", last))
    tracemalloc.start()
    table = read_table(io.BytesIO(content), headings())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert table.merged == {9_999_999}
    assert peak < 20 << 20


# --- the branch -----------------------------------------------------------------------------------------------------


@pytest.fixture
def employee(client: Client, world: World) -> Client:
    client.force_login(factories.make_operator("inspector@example.com", world.point.account.branch))
    return client


def test_a_reason_of_a_rejection_is_kept_without_what_a_database_refuses(employee: Client, world: World) -> None:
    reading = Reading.objects.create(register=world.register, period=JANUARY, read_on=LAST_DAY, value=Decimal(1300))
    review = reverse("cabinet_pages_reading_modeladmin_review")
    assert employee.post(review, {"only": reading.pk, "reject": "1", "reason": "не \x00той"}).status_code == 302
    reading.refresh_from_db()
    assert (reading.state, reading.state_reason) == (ReadingState.REJECTED, "не той")


@pytest.mark.parametrize("value", ["0REQUEST:1", "REQUEST", "REQUEST:1:2", "²:1", f"{'9' * 18}:1", ":", "-1:1"])
def test_a_box_of_the_batch_that_no_page_wrote_confirms_nothing(employee: Client, world: World, value: str) -> None:
    request = AccessRequest.objects.create(
        user=factories.make_user(), branch=world.point.account.branch, account_numbers="80-431930", token=uuid4()
    )
    batch = reverse("cabinet_pages_accessrequest_modeladmin_batch")
    answer = employee.post(batch, {"request": [value.replace("REQUEST", str(request.pk))]})
    assert answer.status_code in (200, 302)
    request.refresh_from_db()
    assert request.state == RequestState.SUBMITTED
