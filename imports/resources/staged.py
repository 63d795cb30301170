"""Staged rows as a query: what the JSON of their values holds, as the columns of a subject's table take it."""

from collections.abc import Mapping
from itertools import chain
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


class _Choice(Func):
    """CASE by the value of an expression, which is looked at once a row."""

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **context: Any) -> Any:
        """The first expression is the value, then the pairs follow."""
        pairs = (len(self.source_expressions) - 1) // 2
        parts, parameters = zip(*map(compiler.compile, self.source_expressions), strict=True)
        whens = " ".join(f"WHEN {parts[1 + 2 * pair]} THEN {parts[2 + 2 * pair]}" for pair in range(pairs))
        return f"CASE {parts[0]} {whens} END", tuple(chain.from_iterable(parameters))


def staged_text(name: str) -> Combinable:
    """The exact text of a value, which the file must have."""
    return _Member(F("values"), name=name, output_field=CharField())


def staged_date(name: str) -> Combinable:
    """A value that is a date; NULL for nothing."""
    return _Date(NullIf(staged_text(name), Value("")), output_field=DateField())


def staged_choice(name: str, ids: Mapping[str, int]) -> Combinable:
    """The id of what a value names; NULL for what is not there. `ids` are few, by exact text, and there is one."""
    whens = (Value(told) for pair in ids.items() for told in pair)
    return _Choice(staged_text(name), *whens, output_field=BigIntegerField())


def staged_hundredths(name: str) -> Combinable:
    """A value in UAH as kopecks; NULL for nothing. Its exact text has two decimals, so nothing is computed."""
    digits = Replace(staged_text(name), Value("."), Value(""))
    return Cast(NullIf(digits, Value("")), BigIntegerField())
