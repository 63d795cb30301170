"""Many rows taken away in few statements, and who still refers to them.

For set-based services that take an import back. `QuerySet.delete()` would load every row and tell everybody about each.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.db import connection, models, transaction

from cabinet_pages.bulk import CHUNK

_Model = TypeVar("_Model", bound=models.Model)


def referrers(
    model: type[models.Model], ids: Iterable[int], *, passing_over: Collection[str] = ()
) -> dict[int, type[models.Model]]:
    """Return the rows that others refer to, each with the first model that does; a constant number of queries a chunk.

    Models of plug-ins count too. A reference that would be emptied with its row (`SET_NULL`) holds nobody.

    Args:
        model: whose rows are asked about.
        ids: of the rows.
        passing_over: names of models (`invoiceline`) that go with the row.
    """
    found: dict[int, type[models.Model]] = {}
    for chunk in _chunks(ids):
        for relation in _relations(model):
            other = relation.related_model
            if relation.on_delete is models.SET_NULL or other._meta.model_name in passing_over:
                continue
            name = relation.field.name
            held = other._base_manager.filter(**{f"{name}__in": chunk}).order_by()
            for pk in held.values_list(relation.field.attname, flat=True).distinct():
                found.setdefault(pk, other)
    return found


def unreferred(rows: "models.QuerySet[_Model]") -> "models.QuerySet[_Model]":
    """Of rows, those that nobody refers to, in the sense of `referrers`; as a query."""
    for relation in _relations(rows.model):
        if relation.on_delete is not models.SET_NULL:
            held = relation.related_model._base_manager.filter(**{relation.field.name: models.OuterRef("pk")})
            rows = rows.filter(~models.Exists(held.order_by()))
    return rows


def delete_rows(model: type[models.Model], ids: Iterable[int]) -> int:
    """Delete rows by id, and empty the references that end with them; return how many were deleted.

    Nothing goes with a row: the caller deletes its parts first. Signals are not sent.

    Raises:
        IntegrityError: somebody refers to a row, at the latest when the transaction ends.
    """
    count = 0
    table, column = map(
        connection.ops.quote_name, (model._meta.db_table, str(model._meta.pk and model._meta.pk.column))
    )
    emptied = [
        relation
        for relation in _relations(model)
        if relation.on_delete is models.SET_NULL
        and relation.related_model._base_manager.filter(**{f"{relation.field.name}__isnull": False}).exists()
    ]
    # A savepoint would keep every page that loses a row, in the memory of SQLite.
    with transaction.atomic(savepoint=False):
        for chunk in _chunks(ids):
            for relation in emptied:
                name = relation.field.name
                relation.related_model._base_manager.filter(**{f"{name}__in": chunk}).update(**{name: None})
            # Ids of our own, written out: thousands of parameters take longer than the statement.
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {table} WHERE {column} IN ({','.join(map(str, chunk))})")  # noqa: S608
                count += cursor.rowcount
    return count


def _relations(model: type[models.Model]) -> "list[models.ManyToOneRel]":
    """Foreign keys to the model; hidden ones, such as those of a many-to-many's own table, included."""
    return [
        field
        for field in model._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ManyToOneRel) and field.related_model is not None
    ]


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
