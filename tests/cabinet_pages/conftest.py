"""What most tests of the cabinet start from: a site, an account, and somebody whose account it is."""

from typing import Any

import pytest

from tests import factories


@pytest.fixture
def account(db: None) -> Any:
    """The account that the windows of the tests are about; the cabinet has its pages."""
    factories.make_site()
    return factories.make_account("80-431930")


@pytest.fixture
def owner(account: Any) -> Any:
    """A person who owns the account."""
    user = factories.make_user()
    factories.grant(user, account)
    return user
