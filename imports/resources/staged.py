"""Staged rows as a query: what the JSON of their values holds, as the columns of a subject's table take it."""

from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, F, Func, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, NullIf, Replace


class _Member(Func):
    """A member of a JSON object as text, in the words that both databases share."""

    template = "(%(expressions)s ->> '%(name)s')"
    arity = 1


class _Date(Func):
    """A Kyiv date of its ISO text, which is how SQLite keeps one."""

    template = "(%(expressions)s)::date"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s", **context)


def staged_text(name: str, *, of: type[F] = F) -> Combinable:
    """The exact text of a value, which the file must have; `of` is OuterRef inside of a subquery."""
    return _Member(of("values"), name=name, output_field=CharField())


def staged_date(name: str) -> Combinable:
    """A value that is a date; NULL for nothing."""
    return _Date(NullIf(staged_text(name), Value("")), output_field=DateField())


def staged_hundredths(name: str) -> Combinable:
    """A value in UAH as kopecks; NULL for nothing. Its exact text has two decimals, so nothing is computed."""
    digits = Replace(staged_text(name), Value("."), Value(""))
    return Cast(NullIf(digits, Value("")), BigIntegerField())
