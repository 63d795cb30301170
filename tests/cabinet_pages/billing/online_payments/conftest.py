"""The world of online payments."""

import pytest

from tests import factories
from tests.cabinet_pages.billing.online_payments.world import World, make_world


@pytest.fixture
def world(db: None) -> World:
    """One invoice of 1 200,00 to one IBAN."""
    return make_world()


@pytest.fixture
def cabinet(world: World) -> World:
    """The same with the pages of the cabinet."""
    factories.make_site()
    return world
