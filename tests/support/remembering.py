"""What a test begins with, made once by the code under test and then put back as rows.

The cabinet's pages and groups take a tenth of a second to make and are the beginning of a thousand tests.
"""

from collections.abc import Callable, Hashable
from typing import Any

from django.db import connection, transaction

Table = dict[Any, Any]


class Remembered:
    """Rows that a function wrote, put back where the database stands as it stood before the function.

    Args:
        build: writes them.
        standing: tells the states of the database apart in which the function would write something else.
    """

    def __init__(self, build: Callable[[], None], standing: Callable[[], Hashable]) -> None:
        self._build = build
        self._standing = standing
        self._kept: tuple[Hashable, dict[str, Table]] | None = None

    def restore(self) -> None:
        """Write the rows, by the function itself where they are not known yet or would be others."""
        standing = self._standing()
        if self._kept is None:
            before = _dump()
            self._build()
            written = {name: _difference(before[name], rows) for name, rows in _dump().items()}
            self._kept = standing, {name: rows for name, rows in written.items() if rows}
        elif self._kept[0] == standing:
            with transaction.atomic():
                for name, rows in self._kept[1].items():
                    _insert(name, rows)
        else:
            self._build()


def _dump() -> dict[str, Table]:
    """The rows of all tables by their keys: as tuples on SQLite, as their text on PostgreSQL."""
    found: dict[str, Table] = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.django_table_names(only_existing=True, include_views=False):
            key = connection.introspection.get_primary_key_column(cursor, name)
            if key is None:
                continue
            table = connection.ops.quote_name(name)
            value = "whole.*" if connection.vendor == "sqlite" else "whole::text"
            cursor.execute(f"SELECT whole.{connection.ops.quote_name(key)}, {value} FROM {table} AS whole")  # noqa: S608
            found[name] = {row[0]: row[1:] for row in cursor.fetchall()}
    return found


def _difference(before: Table, after: Table) -> Table:
    return {key: row for key, row in after.items() if before.get(key) != row}


def _insert(name: str, rows: Table) -> None:
    quote, table = connection.ops.quote_name, connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * len(next(iter(rows.values()))))
            cursor.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", list(rows.values()))  # noqa: S608
            return
        key = connection.introspection.get_primary_key_column(cursor, name)
        columns = [quote(column.name) for column in connection.introspection.get_table_description(cursor, name)]
        excluded = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns)
        cursor.execute(
            f"INSERT INTO {table} SELECT (told::{table}).* FROM unnest(%s::text[]) AS told "  # noqa: S608
            f"ON CONFLICT ({quote(str(key))}) DO UPDATE SET {excluded}",
            [[row[0] for row in rows.values()]],
        )
