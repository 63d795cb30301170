"""Many rows in one statement, on both databases: COPY on PostgreSQL, `executemany` on SQLite.

For set-based services (promotion of imports), where a model instance per row would cost more than the row.
Both functions belong in the caller's transaction.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

from cabinet_pages.quantities.fields import FixedPoint

CHUNK = 5_000
Row = Sequence[Any]

# What these fields hold is what the database takes; the others are asked to prepare each value.
_PLAIN = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
    models.ForeignKey,
    models.AutoField,
)


def insert_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert rows in their order; return how many.

    Args:
        model: its table is written; `save()`, signals and defaults of Python are not used.
        fields: names of attributes (`account_id`), those with a default in Python included.
        rows: one value per field, of the types that the fields give.

    Raises:
        IntegrityError: a row breaks a constraint; the caller's transaction is lost.
    """
    columns, converters = _columns(model, fields)
    count = 0
    with transaction.atomic():
        for chunk in _chunks(rows):
            prepared = _prepared(chunk, converters)
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    _copy(cursor, model._meta.db_table, columns, prepared)
            else:
                names = ", ".join(map(connection.ops.quote_name, columns))
                marks = ", ".join(["%s"] * len(columns))
                table = connection.ops.quote_name(model._meta.db_table)
                with connection.cursor() as cursor:
                    cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", prepared)  # noqa: S608
            count += len(chunk)
    return count


def update_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Row]) -> int:
    """Set the fields of rows that are named by their id; return how many rows were given.

    Args:
        model: its table is written; `save()` and signals are not used.
        fields: names of attributes, without the id.
        rows: the id and one value per field.
    """
    columns, converters = _columns(model, ["id", *fields])
    quoted = [connection.ops.quote_name(column) for column in columns]
    table = connection.ops.quote_name(model._meta.db_table)
    count = 0
    with transaction.atomic():
        for chunk in _chunks(rows):
            prepared = _prepared(chunk, converters)
            with connection.cursor() as cursor:
                if connection.vendor == "postgresql":
                    _update_from_copy(cursor, table, columns, quoted, prepared)
                else:
                    settings = ", ".join(f"{name} = %s" for name in quoted[1:])
                    cursor.executemany(
                        f"UPDATE {table} SET {settings} WHERE {quoted[0]} = %s",  # noqa: S608
                        [(*row[1:], row[0]) for row in prepared],
                    )
            count += len(chunk)
    return count


def _columns(model: type[models.Model], fields: Sequence[str]) -> tuple[list[str], list[Callable[[Any], Any] | None]]:
    columns: list[str] = []
    converters: list[Callable[[Any], Any] | None] = []
    for name in fields:
        field = model._meta.get_field(name)
        if not isinstance(field, models.Field) or field.column is None:
            raise TypeError(f"{model.__name__}.{name} is not a column")
        columns.append(field.column)
        converters.append(None if isinstance(field, _PLAIN) else _converter(field))
    return columns, converters


def _converter(field: "models.Field[Any, Any]") -> Callable[[Any], Any]:
    if isinstance(field, models.JSONField):
        # The caller gives JSON as text, which is what both databases take.
        return lambda value: value
    if isinstance(field, FixedPoint):
        return field.get_prep_value
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return connection.ops.adapt_datefield_value
    return lambda value: field.get_db_prep_save(value, connection)


def _prepared(chunk: list[Row], converters: Sequence[Callable[[Any], Any] | None]) -> list[tuple[Any, ...]]:
    columns = zip(*chunk, strict=True)
    return list(
        zip(
            *(
                column if convert is None else [None if value is None else convert(value) for value in column]
                for column, convert in zip(columns, converters, strict=True)
            ),
            strict=True,
        )
    )


def _chunks(rows: Iterable[Row]) -> Iterable[list[Row]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _copy(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    names = ", ".join(map(connection.ops.quote_name, columns))
    with cursor.copy(f"COPY {connection.ops.quote_name(table)} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _update_from_copy(
    cursor: Any, table: str, columns: Sequence[str], quoted: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    stage = "cabinet_update_stage"
    names = ", ".join(quoted)
    cursor.execute(f"CREATE TEMP TABLE {stage} ON COMMIT DROP AS SELECT {names} FROM {table} WHERE false")  # noqa: S608
    _copy(cursor, stage, columns, rows)
    settings = ", ".join(f"{name} = {stage}.{name}" for name in quoted[1:])
    cursor.execute(f"UPDATE {table} SET {settings} FROM {stage} WHERE {table}.{quoted[0]} = {stage}.{quoted[0]}")  # noqa: S608
    cursor.execute(f"DROP TABLE {stage}")
