"""An account with several points of different kinds, and the sheet's two «Зберегти»."""

import json
import re
from decimal import Decimal
from typing import Any

from django.test import Client

from cabinet_pages.metering.models import ReadBy, Register
from tests import factories
from tests.cabinet_pages.readings.world import WINDOW, World

SHEET = f"{WINDOW}sheet/"
ALL = "/cabinet/legal/readings/all/sheet/"


def make_points(world: World, count: int, *, prefix: str = "ТУ-1", **register: Any) -> list[Register]:
    """Further points of the world's account, each with one register at 100."""
    account = world.point.account
    fields = {"initial_value": Decimal(100), "multiplier": "10", **register}
    return [factories.make_register(account, f"{prefix}{number:03}", **fields) for number in range(count)]


def make_remote(world: World) -> Register:
    """A point that is read by АСКОЕ."""
    return factories.make_register(
        world.point.account, "ТУ-АСКОЕ", point={"name": "Ввід АСКОЕ", "read_by": ReadBy.REMOTE}
    )


def typed(values: dict[int, str], **more: str) -> dict[str, str]:
    """What the form posts at the first «Зберегти»."""
    fields = {f"value_{register}": value for register, value in values.items()}
    return {"read_on": "2026-01-31", "step": "calculate", **fields, **more}


def carried(page: Any) -> dict[str, str]:
    """The hidden fields of a calculation that was shown."""
    context = page.context
    fields = {
        "token": str(context["token"]),
        "shown": context["calculation"].fingerprint,
        "carried": context["carried"],
    }
    fields |= {f"period_{account}": month for account, month in context["periods"]}
    return {**fields, "read_on": "2026-01-31", "step": "submit"}


def save_twice(client: Client, values: dict[int, str], *, url: str = SHEET, **answers: str) -> Any:
    """Both «Зберегти»."""
    return client.post(url, {**carried(client.post(url, typed(values))), **answers})


def good_rows(page: Any) -> dict[str, Any]:
    """The good rows that a calculation carries."""
    found: dict[str, Any] = json.loads(page.context["carried"])["good"]
    return found


def row_of(response: Any, register: int) -> str:
    """The HTML of one row of the sheet."""
    found = re.search(rf"<tr[^>]*>(?:(?!</tr>).)*id=\"value_{register}\".*?</tr>", response.content.decode(), re.S)
    assert found is not None
    return found.group()
