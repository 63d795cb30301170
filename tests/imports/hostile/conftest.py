"""The door and the probe of the hostile files, each one process for the whole run."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.imports.hostile.door import Door
from tests.imports.hostile.probe import Probe

# Formats know no database, and the worker of these tests has a SQLite of its own: once is enough.
ONCE = {"test_corpus.py", "test_encodings.py"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to the worker on SQLite what does not depend on the database."""
    if os.environ.get("TEST_DATABASE") != "postgresql":
        return
    here = Path(__file__).parent
    twice = [item for item in items if item.path.parent == here and item.path.name in ONCE]
    config.hook.pytest_deselected(items=twice)
    items[:] = [item for item in items if item not in twice]


@pytest.fixture(scope="session")
def probe() -> Iterator[Probe]:
    """Reads files with the formats alone, guards lifted."""
    running = Probe()
    yield running
    running.close()


@pytest.fixture(scope="session")
def door(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """The worker, on a copy of the empty test database; for tests marked `django_db` only."""
    if connection.vendor != "sqlite":
        pytest.skip("The worker has a SQLite of its own, copied from that of the tests.")
    path = tmp_path_factory.mktemp("door") / "worker.sqlite3"
    with django_db_blocker.unblock(), closing(sqlite3.connect(path)) as copy:
        connection.ensure_connection()
        connection.connection.backup(copy)
    running = Door(path)
    yield running
    running.close()
