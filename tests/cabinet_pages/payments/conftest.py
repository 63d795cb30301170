"""What the tests of the payments window start from."""

from typing import Any

import pytest

from tests import factories


@pytest.fixture
def account() -> Any:
    factories.make_site()
    return factories.make_account("80-431930")


@pytest.fixture
def owner(account: Any) -> Any:
    user = factories.make_user()
    factories.grant(user, account)
    return user
