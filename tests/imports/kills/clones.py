"""Copies of a database, so that every killed import starts from the same state."""

import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection, connections
from psycopg import sql

from tests.support.databases import administer, drop_database, postgres_url


@contextmanager
def clone(source: str, folder: Path) -> Iterator[str]:
    """Yield the name of a copy of a database of the vendor under test; it is removed afterwards.

    Args:
        source: the name of a database that nobody is connected to.
        folder: where the copy of a SQLite file may live.
    """
    name = f"clone_{secrets.token_hex(6)}"
    if connection.vendor == "sqlite":
        path = folder / name
        shutil.copy(source, path)
        try:
            yield str(path)
        finally:
            for file in folder.glob(f"{name}*"):
                shutil.rmtree(file) if file.is_dir() else file.unlink()
        return
    copy, original = sql.Identifier(name), sql.Identifier(source)
    for attempt in range(100):
        try:
            administer(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(copy, original))
        except psycopg.errors.ObjectInUse:
            # A process that has just ended is a moment longer connected.
            if attempt == 99:
                raise
            time.sleep(0.1)
        else:
            break
    try:
        yield name
    finally:
        drop_database(name)


def migrated_database() -> str:
    """The name of the tests' own migrated database, with this process's connections to it closed."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]
    return name


def url_of(name: str) -> str:
    """The URL of a database of the vendor under test by its name."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return postgres_url(name)
