"""The desk of readings on the settlement day: VIN with its operator, its customer and a neighbour branch."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests import factories
from tests.cabinet_pages.readings.world import NOW, World, make_world

DESK = "/admin/cabinet_pages/reading"


@dataclass
class Desk:
    """The customer's world and the people of the branches.

    Attributes:
        client: a browser of VIN's operator.
        foreign: a browser of TRO's operator.
    """

    world: World
    operator: Any
    central: Any
    client: Client
    foreign: Client

    def as_user(self, user: Any) -> Client:
        """A browser of a person who is signed in."""
        client = Client()
        client.force_login(user)
        return client


@pytest.fixture
def settlement_day() -> Iterator[time_machine.Traveller]:
    """The clock stands at 10:00 on 31.01.2026 in Kyiv; a test may move it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(db: None, settlement_day: time_machine.Traveller) -> Desk:
    """The desk of VIN."""
    factories.make_site()
    world = make_world(point={"area": "Замостянська дільниця"})
    operator = factories.make_operator("operator.vin@example.com", factories.make_branch("VIN"))
    stranger = factories.make_operator("operator.tro@example.com", factories.make_branch("TRO"))
    clients = [Client(), Client()]
    clients[0].force_login(operator)
    clients[1].force_login(stranger)
    return Desk(world, operator, factories.make_operator("central@example.com", None), clients[0], clients[1])
