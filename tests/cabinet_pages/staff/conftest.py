from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.cabinet_pages.staff.world import StaffWorld, make_world


@pytest.fixture
def world(db: Any) -> StaffWorld:
    """Two branches, their operators and the central office."""
    return make_world()


@pytest.fixture
def as_user() -> Callable[[Any], Client]:
    """A browser of a person who is signed in."""

    def sign_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
