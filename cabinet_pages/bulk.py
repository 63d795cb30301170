"""Many rows in one statement, on both databases: COPY on PostgreSQL, `executemany` on SQLite.

For set-based services (promotion of imports), where a model instance per row would cost more than the row.
What writes belongs in the caller's transaction. A set that is there as columns is passed as columns, and one that
the database has already is not passed at all: `insert_columns`, `insert_from`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any

from django.db import connection, models, transaction

from cabinet_pages.quantities.fields import FixedPoint

CHUNK = 5_000
Row = Sequence[Any]
_BLOCK = 2_000
_KEYS = "cabinet_find_keys"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


class Constant(Sequence[Any]):
    """A column that has one value in every row."""

    def __init__(self, value: Any, length: int) -> None:
        self.value = value
        self.length = length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: Any) -> Any:
        return self.value

    def __iter__(self) -> Iterator[Any]:
        return repeat(self.value, self.length)


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
                with connection.cursor() as cursor:
                    cursor.executemany(_insertion(model, columns), prepared)
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


def insert_columns(model: type[models.Model], fields: Sequence[str], columns: Sequence[Sequence[Any]]) -> int:
    """Insert rows that are given as columns, in their order; return how many.

    Args:
        model: its table is written; `save()`, signals and defaults of Python are not used.
        fields: names of attributes (`account_id`), those with a default in Python included.
        columns: one for each field, all of one length, of what the database takes: text, whole numbers, flags, None.

    Raises:
        IntegrityError: a row breaks a constraint; the caller's transaction is lost.
    """
    names, _ = _columns(model, fields)
    count = len(columns[0]) if columns else 0
    if not count:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            quoted = ", ".join(map(connection.ops.quote_name, names))
            lines = map("\t".join, zip(*map(_copied, columns), strict=True))
            table = connection.ops.quote_name(model._meta.db_table)
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
                # Block by block, so that the server reads one while the next is made.
                while block := "\n".join(islice(lines, _BLOCK)):
                    copy.write(block + "\n")
        else:
            cursor.executemany(_insertion(model, names), list(zip(*columns, strict=True)))
    return count


def insert_from(model: type[models.Model], fields: Sequence[str], rows: "models.QuerySet[Any, Any]") -> int:
    """Insert the rows of a query, in its order, without their leaving the database; return how many.

    Args:
        model: its table is written; `save()`, signals and defaults of Python are not used.
        fields: names of attributes (`account_id`), those with a default in Python included.
        rows: `values_list()` of as many values, each of the type of its column.

    Raises:
        IntegrityError: a row breaks a constraint; the caller's transaction is lost.
    """
    columns, _ = _columns(model, fields)
    names = ", ".join(map(connection.ops.quote_name, columns))
    query, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names}) {query}", parameters)
        return int(cursor.rowcount)


def find_rows(
    model: type[models.Model], by: Mapping[str, Sequence[Any] | int], fields: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """Find rows by many keys at once.

    Args:
        model: whose table is searched, by an index that the names of `by` begin.
        by: name of an attribute → its value in each key, as the database has it; dates as ISO text, no text with a
            line break. A number stands for all keys.
        fields: names of attributes.

    Yields:
        the position of the key, from 0, and the fields as the database has them.
    """
    columns = {name: column for name, column in by.items() if not isinstance(column, int)}
    if not len(next(iter(columns.values()))):
        return
    names, _ = _columns(model, [*by, *fields])
    quote = connection.ops.quote_name
    places = dict(zip(by, names, strict=False))
    wanted = ", ".join(f"found.{quote(name)}" for name in names[len(by) :])
    conditions = " AND ".join(
        f"found.{quote(places[name])} = {f'keys.{quote(name)}' if name in columns else int(by[name])}"  # type: ignore[arg-type]
        for name in by
    )
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"string_to_array(%s, E'\\n')::{_array_type(model, name)}[]" for name in columns)
            keys = ", ".join(map(quote, columns))
            # Looked up key by key: the planner would rather read the whole table for every few thousand of them.
            cursor.execute(
                f"SELECT keys.place - 1, {wanted} FROM unnest({arrays}) WITH ORDINALITY AS keys ({keys}, place) "  # noqa: S608
                f"CROSS JOIN LATERAL (SELECT * FROM {table} AS found WHERE {conditions} OFFSET 0) AS found",
                ["\n".join(map(str, column)) for column in columns.values()],
            )
        else:
            _keys_into_temporary_table(cursor, columns)
            # A cross join keeps this order: the few keys first, each by the index.
            cursor.execute(
                f"SELECT keys.place - 1, {wanted} FROM {_KEYS} AS keys CROSS JOIN {table} AS found WHERE {conditions}"  # noqa: S608
            )
        yield from cursor.fetchall()


def any_among(rows: "models.QuerySet[Any, Any]", name: str, ids: Iterable[int]) -> bool:
    """Whether a query finds a row whose attribute is one of many ids, which go to the database as one parameter."""
    numbers = ",".join(map(str, ids))
    if connection.vendor == "postgresql":
        array = models.Func(models.Value(numbers), template="string_to_array(%(expressions)s, ',')::bigint[]")
        among = models.Func(models.F(name), array, arg_joiner=" = ANY(", template="%(expressions)s)")
    else:
        array = models.Func(models.Value(f"[{numbers}]"), template="(SELECT value FROM json_each(%(expressions)s))")
        among = models.Func(models.F(name), array, arg_joiner=" IN ", template="%(expressions)s")
    return rows.filter(models.ExpressionWrapper(among, models.BooleanField())).exists()


def gather_statistics(tables: Iterable[type[models.Model]], *, rows: int) -> None:
    """Tell PostgreSQL's planner of tables that have just been filled, as autovacuum would about a minute later.

    Until then it takes a table that was empty for one of a few rows, and joins such tables row by row: a page over
    500 points takes minutes. Only what autovacuum would look at is looked at, and nobody is waited for.

    Args:
        tables: whose tables were filled.
        rows: how many rows each of them got, about.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in tables:
            # A table never looked at has -1 rows here; 50 and a tenth are autovacuum's own defaults.
            cursor.execute(
                "SELECT %s > 50 + greatest(reltuples, 0) / 10 FROM pg_class WHERE oid = %s::regclass",
                [rows, connection.ops.quote_name(model._meta.db_table)],
            )
            if cursor.fetchone()[0]:
                cursor.execute(f"ANALYZE (SKIP_LOCKED) {connection.ops.quote_name(model._meta.db_table)}")


def _keys_into_temporary_table(cursor: Any, columns: Mapping[str, Sequence[Any]]) -> None:
    names = list(map(connection.ops.quote_name, columns))
    cursor.execute(f"DROP TABLE IF EXISTS {_KEYS}")
    cursor.execute(f"CREATE TEMP TABLE {_KEYS} (place integer PRIMARY KEY, {', '.join(names)})")
    marks = ", ".join(["%s"] * len(names))
    cursor.executemany(
        f"INSERT INTO {_KEYS} ({', '.join(names)}) VALUES ({marks})",  # noqa: S608
        list(zip(*columns.values(), strict=True)),
    )


def _array_type(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    # An index on varchar is searched by text.
    return "text" if isinstance(field, models.CharField) else str(field.db_type(connection))


def _insertion(model: type[models.Model], columns: Sequence[str]) -> str:
    names = ", ".join(map(connection.ops.quote_name, columns))
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608


def _copied(column: Sequence[Any]) -> Iterable[str]:
    """The values of a column as COPY reads them."""
    first = column[0]
    if isinstance(first, str) and not isinstance(column, Constant):
        try:
            lines = "\n".join(column)
        except TypeError:
            return map(_copied_value, column)
        is_plain = "\\" not in lines and "\t" not in lines and "\r" not in lines
        return column if is_plain and lines.count("\n") == len(column) - 1 else map(_copied_value, column)
    if isinstance(column, Constant):
        return repeat(_copied_value(first), len(column))
    return map(str if set(map(type, column)) == {int} else _copied_value, column)


def _copied_value(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).translate(_ESCAPES) if isinstance(value, str) else str(value)


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
    statement = f"COPY {connection.ops.quote_name(table)} ({names}) FROM STDIN"
    # Django turns the errors of statements into its own, and knows nothing of this one.
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
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
