"""The settings of a utility with two bank accounts."""

from typing import Any

import pytest

from cabinet_pages.articles.services import install_standard_articles
from tests import factories
from tests.imports.statements.files import OTHER_OWN, OWN

ACTIVE, DISTRIBUTION = "Активна електроенергія", "Плата за розподіл електроенергії"


@pytest.fixture
def ours(db: Any, settings: Any) -> None:
    """Two accounts of ours, one for each of two branches' customers; the branches and the articles."""
    settings.WAGTAIL_CABINET_IMPORTS = {
        "BANK_ACCOUNTS": {
            OWN: {"article": DISTRIBUTION, "purposes": [("пен[яюі]", "Пеня")]},
            OTHER_OWN: {"purposes": [("актив", ACTIVE)], "branch": "TRO"},
        }
    }
    factories.make_branch("VIN")
    factories.make_branch("TRO")
    install_standard_articles()
