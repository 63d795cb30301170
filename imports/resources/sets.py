"""Kinds whose plain rows are cleaned, compared, promoted and taken back as sets."""

from collections.abc import Iterable, Iterator
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

    Such a kind may be taken back in sets as well, with `undoes_in_sets` and the last two methods. What does not stand
    as the batch wrote it, and what was not new, is judged object by object.
    """

    #: Whether `clean()`, `match()` and `promote_new()` are there.
    works_in_sets: ClassVar[bool] = False
    #: Whether `as_written()` and `remove_all()` are there.
    undoes_in_sets: ClassVar[bool] = False

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

    def as_written(self, rows: "QuerySet[BatchRow]") -> "QuerySet[BatchRow]":
        """Annotate new rows of a journal with `stored_id`: the id of the object where `stored()` is what the batch
        wrote and `built_upon()` says nothing; NULL for every other row, and wherever there is a doubt.
        """
        raise NotImplementedError

    def remove_all(self, ids: Iterator[int]) -> None:
        """Delete objects that an undone batch had made, by their ids; as `remove()`."""
        raise NotImplementedError
