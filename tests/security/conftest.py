from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests import factories as make
from tests.cabinet_pages.staff.world import StaffWorld, make_world


@pytest.fixture
def world(db: Any) -> StaffWorld:
    """The cabinet's pages, two branches with a record of every kind, their operators and the central office."""
    make.make_site()
    return make_world()


@pytest.fixture
def as_user() -> Callable[[Any], Client]:
    """A browser of a person who is signed in."""

    def sign_in(user: Any) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
