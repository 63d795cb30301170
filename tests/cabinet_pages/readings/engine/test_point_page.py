"""«Попередній розрахунок» of a point shows the meter that was taken away, the losses and what they come to."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from cabinet_pages.metering.models import Meter, MeteringPoint, Register
from tests import factories
from tests.cabinet_pages.readings.test_entry import text_of
from tests.cabinet_pages.readings.world import World


@pytest.mark.parametrize(
    ("final", "shown"),
    [
        (
            "1210",
            [
                "знятий лічильник, (1 210 − 1 200) × 200 2 000 кВт·год",
                "втрати 2,5 % від 6 900 кВт·год 173 кВт·год",
                "активна, спожита (A+) 7 073 кВт·год",
            ],
        ),
        (None, ["знятий лічильник —", "Відомо ще не все", "5 023 кВт·год"]),
    ],
)
def test_a_point_explains_what_it_comes_to(client: Client, world: World, final: str | None, shown: list[str]) -> None:
    Meter.objects.filter(pk=world.register.meter_id).update(removed_on=date(2026, 1, 10))
    Register.objects.filter(pk=world.register.pk).update(final_value=final and Decimal(final))
    MeteringPoint.objects.update(losses=Decimal("2.5"), losses_unit="percent")
    register: dict[str, Any] = {"serial": "S-NEW", "multiplier": "10", "initial_value": Decimal(5)}
    world.register = factories.make_register(
        world.point.account, "ТУ-1", meter={"installed_on": date(2026, 1, 10)}, **register
    )
    client.force_login(world.owner)
    text = text_of(client.post(world.url, world.typed("495"))).replace("\u00a0", " ")
    for part in shown:
        assert part in text, text
