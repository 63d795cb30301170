"""Databases beside the test database, for what runs in processes of its own: commands, servers, races."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connection
from psycopg import sql


@contextmanager
def scratch_database(folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database of the vendor under test, removed afterwards.

    Args:
        folder: where a SQLite file may live.
    """
    name = f"scratch_{secrets.token_hex(6)}"
    if connection.vendor == "sqlite":
        path = folder / f"{name}.sqlite3"
        try:
            yield f"sqlite:///{path}"
        finally:
            for file in folder.glob(f"{name}.sqlite3*"):
                # Beside the database stands the folder of its imports' locks.
                shutil.rmtree(file) if file.is_dir() else file.unlink()
        return
    server = os.environ.get("POSTGRES_URL") or os.environ["DATABASE_URL"]
    _execute(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        _execute(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def gather_statistics() -> None:
    """Do what PostgreSQL's autovacuum does within a minute, but never for the rows of an open transaction.

    Without statistics the planner takes full tables for empty ones and joins them row by row with each other.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _execute(server: str, statement: sql.Composed) -> None:
    with psycopg.connect(server, autocommit=True) as administrator:
        administrator.execute(statement)
