"""What a stranger types cannot stop a branch's list from being exported, nor act in a spreadsheet."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from tests.cabinet_pages.staff.world import StaffWorld, body_of


@pytest.mark.parametrize("text", ["а\x0bб", '=HYPERLINK("http://evil.example")', "\t=1+1", "＝1+1", "-1+1|cmd"])
def test_hostile_texts_of_people_are_exported_as_texts(
    text: str, world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    world.vin.request.position = text
    world.vin.request.save()
    person = world.vin.person.cabinet_person
    person.first_name = text
    person.save()
    client = as_user(world.vin.operator)
    url = reverse("cabinet_pages_accessrequest_modeladmin_index")
    book = load_workbook(io.BytesIO(body_of(client.get(url, {"export": "xlsx"}))))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(str(cell.value).replace("'", "", 1).startswith(text.replace("\x0b", "")) for cell in cells)
    csv = body_of(client.get(url, {"export": "csv"})).decode()
    assert f";{text}" not in csv or text.startswith("а")
