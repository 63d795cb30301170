"""The town and the county of `tests/projects`, each on a database of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import scratch_database
from tests.support.hosts import Host

# What does not depend on the database, or is proved on PostgreSQL by the town already, runs with SQLite alone.
ONCE = {"test_swapped_host.py", "test_wheel_host.py", "test_documentation.py"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the costly hosts to the worker on SQLite."""
    if os.environ.get("TEST_DATABASE") != "postgresql":
        return
    here = Path(__file__).parent
    twice = [item for item in items if item.path.parent == here and item.path.name in ONCE]
    config.hook.pytest_deselected(items=twice)
    items[:] = [item for item in items if item not in twice]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A host with Django's own user, English, UTC and a base template of its own."""
    folder = tmp_path_factory.mktemp("town")
    with scratch_database(folder) as url:
        yield Host("plain", "town.settings", url, folder / "data")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The same host with a base page of its own."""
    folder = tmp_path_factory.mktemp("county")
    with scratch_database(folder) as url:
        yield Host("swapped", "county.settings", url, folder / "data")
