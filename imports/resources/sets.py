"""Kinds whose plain rows are cleaned, compared and promoted as sets."""

from collections.abc import Iterable
from typing import ClassVar

from django.db.models import QuerySet

from imports.models import BatchRow
from imports.resources.blocks import Block, Cleaned, Match


class Sets:
    """The part of a kind that works in sets, which takes a tenth of the time of single rows; see `KindResource`.

    For kinds whose rows stand alone. One says so with `works_in_sets` and has the three methods below, beside all
    others: whatever is odd about a row sends it, and its equals, the way of single rows. Such a kind leaves
    `prepare()`, `label()`, `amount()` and `day()` as they are, reads the sums of `has_money` with `parse_money`, and
    looks at no family.
    """

    #: Whether `clean()`, `match()` and `promote_new()` are there.
    works_in_sets: ClassVar[bool] = False

    def clean(self, block: Block) -> Cleaned:
        """`key()` and `values()` of plain rows. In the block '' is nothing; what it stands for may be set there."""
        raise NotImplementedError

    def match(self, block: Block) -> Iterable[Match]:
        """The stored objects of cleaned rows, ordinal 1, by their natural keys: a constant number of queries."""
        raise NotImplementedError

    def promote_new(self, rows: "QuerySet[BatchRow]") -> int:
        """Write new objects through the subject's service, as `promote()`, without their leaving the database.

        Args:
            rows: the staged rows, in file order; their `values` are looked into with `imports.resources.staged`.

        Returns:
            how many were written: each of the rows.

        Raises:
            IntegrityError: as `promote()`.
        """
        raise NotImplementedError
