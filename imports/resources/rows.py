"""What a resource works with: rows of a file, entries of the stage, changes to promote."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, cast

from cabinet_pages.accounts.models import Branch
from cabinet_pages.articles.services import ArticleDirectory
from imports.models import IssueLevel, RowStatus

#: Values of an object, as exact text ('' is nothing); a list holds the parts of an object of several rows.
Values = dict[str, Any]
#: Account's id (0 without one), natural key inside the account, ordinal among equal keys.
ObjectKey = tuple[int, str, int]
# An enumeration answers slowly for its value, and a file has a million rows.
_REJECTED = RowStatus.REJECTED.value


def exact(value: object) -> str:
    """Return a parsed or stored value as exact text: '' for nothing, `12.50`, `2026-01-31`, `1` and '' for flags."""
    if value is None or value is False:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if value is True:
        return "1"
    if isinstance(value, int):
        return str(value)
    raise TypeError(f"{value!r} has no exact text")


def join_key(*parts: str) -> str:
    """Return the parts of a natural key as one text."""
    joined = "|".join(parts)
    if joined.count("|") == len(parts) - 1:
        return joined
    return "|".join(part.replace("|", "¦") for part in parts)


def exact_date(text: str) -> datetime.date | None:
    """Return the date of its exact text."""
    return datetime.date.fromisoformat(text) if text else None


def exact_moment(text: str | None, now: datetime.datetime) -> datetime.datetime | None:
    """Return the moment of its exact text; None, which nobody could tell beforehand, is now."""
    if text is None:
        return now
    return datetime.datetime.fromisoformat(text) if text else None


def exact_decimal(text: str) -> Decimal | None:
    """Return the number of its exact text."""
    return Decimal(text) if text else None


def is_zero(text: str) -> bool:
    """Whether an exact text of a number is zero, or nothing."""
    return not text.strip("-0.")


class Issue(NamedTuple):
    """Something to tell about a row; `column` is the name of a column, or a heading as the file has it."""

    row: int | None
    column: str
    value: str
    level: IssueLevel
    code: str
    params: Mapping[str, object]


class AccountRef(NamedTuple):
    """An account as rows refer to it."""

    pk: int
    number: str
    branch_id: int


@dataclass(slots=True)
class Row:
    """One row of the file while it is checked.

    `cells` has the parsed value of each column of the file: None for an empty cell, no key for a column that
    the file lacks and for a cell that could not be read. `texts` has what the cells hold.
    """

    number: int
    texts: dict[str, str]
    cells: dict[str, Any]
    account: AccountRef | None = None
    branch: Branch | None = None
    issues: list[Issue] = field(default_factory=list)
    rejected: bool = False

    def reject(self, code: str, column: str = "", **params: object) -> None:
        """Reject the row; `code` and `params` make the sentence, `column` is the name of the column to blame."""
        self.rejected = True
        self.issues.append(Issue(self.number, column, self.texts.get(column, ""), IssueLevel.ERROR, code, params))

    def warn(self, code: str, column: str = "", **params: object) -> None:
        """Tell something about the row that does not keep it out."""
        self.issues.append(Issue(self.number, column, self.texts.get(column, ""), IssueLevel.WARNING, code, params))


class Entry:
    """A staged row while it is compared; `values` and `before` are as in `imports.models.BatchRow`."""

    __slots__ = (
        "_before", "_values", "change", "issues", "key", "leads", "object_id", "ordinal", "owner_id", "owner_label",
        "pk", "row", "status", "touched",
    )  # fmt: skip

    def __init__(
        self,
        pk: int,
        row: int,
        owner_id: int,
        owner_label: str,
        key: str,
        ordinal: int,
        leads: bool,
        status: str,
        change: str,
        object_id: int | None,
        values: "str | Values",
        before: "str | Values | None",
    ) -> None:
        self.pk = pk
        self.row = row
        self.owner_id = owner_id
        self.owner_label = owner_label
        self.key = key
        self.ordinal = ordinal
        self.leads = leads
        #: One of `RowStatus`, as text.
        self.status = status
        self.change = change
        self.object_id = object_id
        # JSON as the database gives it: a new row is promoted without anybody looking into it here.
        self._values = values
        self._before = before
        #: Whether more than the status was set, so that the whole row must be written back.
        self.touched = False
        self.issues: list[Issue] = []

    @property
    def values(self) -> Values:
        """The object's values, as exact text."""
        if isinstance(self._values, str):
            self._values = json.loads(self._values)
        return cast(Values, self._values)

    @values.setter
    def values(self, values: Values) -> None:
        self._values = values

    @property
    def before(self) -> Values | None:
        """The stored values that differ; None for an object that is new or the same."""
        if isinstance(self._before, str):
            self._before = json.loads(self._before)
        return cast(Values | None, self._before)

    @before.setter
    def before(self, before: Values | None) -> None:
        self._before = before

    @property
    def object_key(self) -> ObjectKey:
        """What names the stored object."""
        return (self.owner_id, self.key, self.ordinal)

    @property
    def rejected(self) -> bool:
        """Whether the row is kept out."""
        return self.status == _REJECTED

    def reject(self, code: str, column: str = "", value: str = "", **params: object) -> None:
        """Reject the row after all; see `Row.reject`."""
        self.status = _REJECTED
        self.touched = True
        self.issues.append(Issue(self.row, column, value, IssueLevel.ERROR, code, params))

    def warn(self, code: str, column: str = "", value: str = "", **params: object) -> None:
        """Tell something about the row that does not keep it out."""
        self.issues.append(Issue(self.row, column, value, IssueLevel.WARNING, code, params))


class Stored(NamedTuple):
    """A stored object: its id, its values in the same form as those of an entry, whether it is withdrawn."""

    pk: int
    values: Values
    withdrawn: bool = False


class InForce(NamedTuple):
    """A stored object that is not withdrawn: whose it is, its natural key, its id and values."""

    owner_id: int
    owner_label: str
    key: str
    ordinal: int
    stored: Stored


class Change(NamedTuple):
    """A new or changed object to promote.

    `pk` is None for a new one. `values` has the columns that the file has; what is absent keeps what `stored` says.
    """

    row: int
    pk: int | None
    owner_id: int
    key: str
    ordinal: int
    change: str
    values: Values
    before: Values | None


@dataclass
class ImportContext:
    """What one batch's rows are checked against.

    Args:
        kind: the kind of file.
        branch: the branch whose file it is; None for all branches (central office).
        branches: every branch by its id.
        columns: the names of the columns that the file has.
        as_of: the moment that the file speaks of.
        articles: the dictionary of articles.
        by_id: the user who works; None for a command.
        folder: where a container's other files can be reached (kind `documents`); None for plain tables.
    """

    kind: str
    branch: Branch | None
    branches: Mapping[int, Branch]
    columns: frozenset[str]
    as_of: datetime.datetime
    articles: ArticleDirectory
    by: Any = None
    batch_id: int = 0
    new_articles: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, AccountRef | None] = field(default_factory=dict)
    #: The first and the last Kyiv day for which the file is complete; None for a file that only adds and changes.
    complete: tuple[datetime.date, datetime.date] | None = None
    #: Accounts of which a complete file withdraws nothing, because a row of theirs could not be read.
    spared: set[int] = field(default_factory=set)
    spares_all: bool = False

    def withdraws(self, account_id: int, day: datetime.date) -> bool:
        """Whether the file takes what it lacks of an account's day out of force."""
        if self.complete is None or self.spares_all or account_id in self.spared:
            return False
        return self.complete[0] <= day <= self.complete[1]
