"""Databases beside the test database, for what runs in processes of its own: commands, servers, races."""

import os
import secrets
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connection
from psycopg import sql

# Longer than a server takes to copy or to drop a database on a machine that is busy.
PATIENCE_SECONDS = 60
# So many are read past in no time.
DEAD_ROWS = 300


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
    administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield postgres_url(name)
    finally:
        drop_database(name)


def leave_vacuum_to_the_tests() -> None:
    """Have PostgreSQL's autovacuum leave the tables of the test database alone; `vacuum` does its work between tests.

    What a test has written is in a transaction that ends with it. Autovacuum, which comes by at any moment, counts such
    rows for none and tells the planner so, who then joins full tables row by row: the same test takes two seconds or
    two minutes.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                """
                DO $$ DECLARE name regclass; BEGIN
                    FOR name IN SELECT relid FROM pg_stat_user_tables LOOP
                        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', name);
                    END LOOP;
                END $$
                """
            )


def vacuum() -> None:
    """Clear the tables of the test database of what rolled-back tests have left; no test may be running."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT relid::regclass FROM pg_stat_user_tables WHERE n_dead_tup > %s", [DEAD_ROWS])
            tables = ", ".join(name for (name,) in cursor.fetchall())
            if tables:
                cursor.execute(f"VACUUM {tables}")


def postgres_url(name: str) -> str:
    """The URL of a database of the PostgreSQL server of this run by its name."""
    return urlunsplit(urlsplit(_server())._replace(path=f"/{name}"))


def administer(statement: sql.Composed) -> None:
    """Execute a statement that no transaction may hold, such as `CREATE DATABASE`, on the server of this run.

    Raises:
        QueryCanceled: it took longer than any such statement takes.
    """
    patience = f"-c statement_timeout={PATIENCE_SECONDS}s"
    with psycopg.connect(_server(), autocommit=True, connect_timeout=PATIENCE_SECONDS, options=patience) as connected:
        connected.execute(statement)


def drop_database(name: str) -> None:
    """Remove a database of the server, whoever is connected to it.

    `DROP DATABASE` waits until every process of the server has answered it, whatever that one is busy with. One that
    never does shall not hold the whole run: the database then goes with the server.
    """
    try:
        administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    except psycopg.errors.QueryCanceled:
        warnings.warn(f"PostgreSQL did not drop {name} in {PATIENCE_SECONDS} seconds.", stacklevel=2)


def gather_statistics() -> None:
    """Do what PostgreSQL's autovacuum does within a minute, but never for the rows of an open transaction.

    Without statistics the planner takes full tables for empty ones and joins them row by row with each other.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _server() -> str:
    return os.environ.get("POSTGRES_URL") or os.environ["DATABASE_URL"]
