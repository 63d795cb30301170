"""The world of the readings window, on its settlement day."""

from collections.abc import Iterator

import pytest
import time_machine

from tests import factories
from tests.cabinet_pages.readings.world import NOW, World, make_world


@pytest.fixture
def settlement_day() -> Iterator[time_machine.Traveller]:
    """The clock stands at 10:00 on 31.01.2026 in Kyiv; a test may move it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None, settlement_day: time_machine.Traveller) -> World:
    """An account with its people, and the site's pages."""
    factories.make_site()
    return make_world()
