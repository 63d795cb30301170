"""A database with one import of each kind, and the processes that import into copies of it; made once."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.imports.kills.clones import clone, migrated_database, url_of
from tests.imports.kills.workshop import Workshop


class Base(NamedTuple):
    """The database by its name, what works on copies of it, and a folder for files."""

    name: str
    workshop: Workshop
    folder: Any


@pytest.fixture(scope="session")
def imported(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    """The database with one import of each kind."""
    folder = tmp_path_factory.mktemp("kills")
    with django_db_blocker.unblock():
        source = migrated_database()
    with clone(source, folder) as base:
        workshop = Workshop(url_of(base), folder)
        try:
            assert workshop.do("build", base).code == 0, workshop.output.read_text()
            yield Base(base, workshop, folder)
        finally:
            workshop.close()
