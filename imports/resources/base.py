"""The contract of a kind of file: `KindResource`, one subclass per kind, registered with `register_import_kind`.

A kind declares its columns, and answers four questions; the engine does the rest, in chunks and without a query
per row. The way of a row:

1. *read*: the engine finds the file's columns by their headings; cells become values by each column's parser.
2. `prepare(rows)`: whatever needs the database for a chunk of rows. The base resolves «Особовий рахунок», applies
   the branch rule and resolves «Стаття реалізації».
3. `key(row)` and `values(row)`: the natural key inside the account, and the values of the columns that the file has,
   as exact text. Rows are then staged.
4. *compare*, in the order of (account, key, row): rows of one key meet; `equal_keys` says what that means.
   `stored(entries)` loads the stored objects of a chunk in the form of `values()`, `judge(entry, stored)` decides.
5. `promote(changes)`, in one transaction: calls the service of the subject in `cabinet_pages`, which writes sets of
   rows. The engine itself writes the journal and the audit entry, and flips the batch.

A kind whose rows stand alone may do 2 to 5 for sets of plain rows: see `imports.resources.sets`.

Messages: `reject()` and `warn()` take a code and params; a kind's own codes stand in its `messages`.
"""

import datetime
import enum
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from django.db.models import F, Model, QuerySet
from import_export.resources import Resource
from import_export.results import Result

from cabinet_pages.notifications.services import drop_mails
from imports.columns import ColumnSet
from imports.formats import RawRow, Reading
from imports.models import BatchRow, RowStatus
from imports.resources.blocks import Block, Cleaned, Match
from imports.resources.declaring import ImportColumn
from imports.resources.referring import Referring
from imports.resources.rows import (
    AccountRef,
    Change,
    Entry,
    ImportContext,
    InForce,
    Issue,
    ObjectKey,
    Row,
    Stored,
    Values,
    exact,
    is_zero,
    join_key,
)
from imports.resources.sets import Sets
from imports.values import ValueRefused

__all__ = [
    "AccountRef",
    "Block",
    "Change",
    "Cleaned",
    "Entry",
    "EqualKeys",
    "ImportColumn",
    "ImportContext",
    "InForce",
    "Issue",
    "KindResource",
    "Match",
    "ObjectKey",
    "Row",
    "Stored",
    "Values",
    "exact",
    "join_key",
]


class EqualKeys(enum.Enum):
    """What rows of one key inside one file are."""

    #: A mistake: all but the first are rejected, with the number of the first.
    REJECT = "reject"
    #: Different objects that look alike; their ordinal counts them in file order.
    COUNT = "count"
    #: Parts of one object, as the lines of an invoice: one bad part rejects all; `merge()` makes the object.
    GROUP = "group"


class KindResource(Referring, Sets, Resource):  # type: ignore[misc]
    """One kind of file. Columns are class attributes (`ImportColumn`); an instance serves one batch."""

    #: What the command line calls it.
    kind: ClassVar[str]
    #: What screens call it; a lazy translation.
    title: ClassVar[Any] = ""
    #: Columns that must be readable for a row to have a key.
    key_columns: ClassVar[tuple[str, ...]] = ()
    #: Columns that belong to the key and may be empty, but not unreadable.
    optional_key_columns: ClassVar[tuple[str, ...]] = ()
    #: Groups of columns of which the file must have one each.
    any_of: ClassVar[tuple[tuple[str, ...], ...]] = ()
    equal_keys: ClassVar[EqualKeys] = EqualKeys.REJECT
    #: The column with the account's number; '' for a kind that has none (accounts themselves).
    account_column: ClassVar[str] = "account"
    branch_column: ClassVar[str] = "branch"
    #: The column with the article; its cell becomes an `ArticleRef`, an unknown one is added at promotion.
    article_column: ClassVar[str] = ""
    #: Whether the report has totals: `amount()` is then asked of every readable row.
    has_money: ClassVar[bool] = False
    #: Whether each object counts as a document in the report.
    counts_documents: ClassVar[bool] = False
    #: Whether objects have a date, so that a file can be complete for a period: `in_force()` then answers.
    is_dated: ClassVar[bool] = False
    #: The column with that date.
    date_column: ClassVar[str] = ""
    #: The value that holds the money of an object, where there is any.
    amount_value: ClassVar[str] = "amount"
    #: Other resources that read files of this kind which are laid out differently, as bank statements for payments.
    layouts: ClassVar[tuple[type["KindResource"], ...]] = ()
    #: For a resource of another layout: columns by which a batch that it has read is told from the others.
    layout_columns: ClassVar[frozenset[str]] = frozenset()
    #: Models whose tables a promotion fills: PostgreSQL's planner is told of them before the next page asks.
    tables: ClassVar[tuple[type[Model], ...]] = ()
    #: Codes of this kind's own issues → lazy sentence with %(name)s params.
    messages: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._context: ImportContext | None = None

    @property
    def context(self) -> ImportContext:
        """The batch at work. Raises RuntimeError outside of an import, as in an export."""
        if self._context is None:
            raise RuntimeError("this resource serves no batch")
        return self._context

    def begin(self, context: ImportContext) -> None:
        """Take the batch to serve; called once, before rows are prepared or promoted."""
        self._context = context

    @classmethod
    def column_set(cls) -> ColumnSet:
        """The columns as `imports.columns` knows them."""
        return ColumnSet(tuple(column.declared(name) for name, column in cls.fields.items()), any_of=cls.any_of)

    def import_data(self, dataset: Any, dry_run: bool = False, raise_errors: bool = False, **kwargs: Any) -> Result:
        """Import a tablib Dataset whose headers are headings, through the whole engine.

        Args:
            dataset: the table.
            dry_run: stop at the preview.
            raise_errors: raise import-export's ImportError when rows are rejected.
            kwargs: `branch` (None for all), `by`, `skip_rejected` as for `imports.engine.run_import`.

        Returns:
            import-export's Result, with totals and failed rows only.
        """
        # The engine stands on the resources, so they can only reach for it when they are called.
        from imports.engine.datasets import import_dataset

        return import_dataset(self.kind, dataset, dry_run=dry_run, raise_errors=raise_errors, **kwargs)

    # --- the file -------------------------------------------------------------------------------------------------

    def table(self, path: Path) -> AbstractContextManager[Path]:
        """Where the table is: the file itself, or what a container (ZIP) holds, for as long as it is open.

        Raises:
            UnreadableFile: it is no such container.
        """
        return nullcontext(path)

    def table_format(self, name: str) -> str:
        """The format as the report names it; `name` is that of the table."""
        return name

    @classmethod
    def recognises(cls, reading: Reading, scanned: Sequence[RawRow]) -> bool:
        """Tell whether a file is laid out for this resource; asked of `layouts` before headings are looked for.

        Args:
            reading: what the file turned out to be; its rows are not to be taken.
            scanned: its first rows.

        Raises:
            UnreadableFile: it is recognised as something that must not be read here.
        """
        return False

    def adapt(self, reading: Reading, scanned: Sequence[RawRow]) -> Reading:
        """The file as a table with this resource's headings; `reading.rows` begin with the scanned ones."""
        return reading

    def refusal(self) -> tuple[str, Mapping[str, object]] | None:
        """Why the whole file is refused though it can be read, as code and params; asked when its rows are compared."""
        return None

    # --- rows -----------------------------------------------------------------------------------------------------

    def prepare(self, rows: Sequence[Row]) -> None:
        """Resolve what a chunk of rows refers to; rows that refer to nothing are rejected."""
        self.resolve_branches(rows)
        if self.account_column:
            self.resolve_accounts(rows)
        if self.article_column:
            self.resolve_articles(rows)

    def unusable(self, rows: Sequence[Row]) -> None:
        """Look at rows that are cut or shifted, already rejected; their `texts` may be of other columns."""

    def leftovers(self) -> Sequence[Row]:
        """Rejected rows that no row of the table stands for, asked for once at the end; they count among the rows."""
        return ()

    def key(self, row: Row) -> str:
        """The natural key inside the account: text in which dates are ISO, so that equal means the same object."""
        raise NotImplementedError

    def label(self, row: Row) -> str:
        """What people know the row's object by in lists: the account's number."""
        return row.account.number if row.account else ""

    def values(self, row: Row) -> Values:
        """The values of the columns that the file has, as exact text, the key's columns included. It may reject."""
        return {name: exact(value) for name, value in row.cells.items() if name not in self._no_values}

    def amount(self, row: Row) -> Decimal | None:
        """The money that a row adds to the totals, UAH; None where it cannot be read."""
        value = row.cells.get("amount")
        return value if isinstance(value, Decimal) else None

    def day(self, row: Row) -> datetime.date | None:
        """The Kyiv date by which a row belongs to the period of a complete file; None where nobody can tell."""
        value = row.cells.get(self.date_column)
        return value if isinstance(value, datetime.date) else None

    def declared_totals(self) -> Mapping[str, object]:
        """What the file says of itself beside its rows, once they are read: `amount` (UAH, Decimal) and `rows`."""
        return {}

    def total_told(self, texts: Mapping[str, str]) -> Decimal | None:
        """The money that a totals row tells, by the names of columns; None where it tells none. See `amount`."""
        column = self.fields.get(self.amount_value)
        text = texts.get(self.amount_value, "")
        if column is None or not text.strip():
            return None
        try:
            value = column.parse(text)
        except ValueRefused:
            return None
        return value if isinstance(value, Decimal) else None

    # --- comparison -----------------------------------------------------------------------------------------------

    def family(self, key: str) -> str:
        """The beginning of a key whose rows must meet in one chunk; the whole key, unless a kind says otherwise."""
        return key

    def check_family(self, entries: Sequence[Entry]) -> None:
        """Look at the entries of one account and family together, before they are compared; it may reject."""

    def merge(self, entries: Sequence[Entry]) -> Values:
        """Make one object of the rows of a group, in file order; called with `EqualKeys.GROUP` only."""
        raise NotImplementedError

    def stored(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, Stored]:
        """The stored objects that the entries name, a constant number of queries for all of them."""
        raise NotImplementedError

    def judge(self, entry: Entry, stored: Stored | None) -> None:
        """Set `entry.status`, `before`, `change` and `object_id`; new, changed or unchanged by plain comparison.

        A changed entry leaves with all values of the object: the file's, and the stored ones that the file lacks.
        """
        if stored is None:
            return
        entry.object_id = stored.pk
        before = {
            name: stored.values.get(name, "")
            for name, value in entry.values.items()
            if stored.values.get(name, "") != value
        }
        if stored.withdrawn:
            before["withdrawn"] = "1"
            entry.values["withdrawn"] = ""
            entry.change = "revived"
        if before:
            entry.status = RowStatus.CHANGED
            entry.before = before
            # What the file lacks stays as it is stored, so a change is promoted whole.
            entry.values = {**stored.values, **entry.values}
        else:
            entry.status = RowStatus.UNCHANGED

    def becomes_zero(self, entry: Entry) -> bool | None:
        """Whether a stored sum that is not zero becomes zero; None where there is no such sum.

        Asked of compared entries that have something stored, where `has_money`.
        """
        now = entry.values.get(self.amount_value, "")
        was = str((entry.before or {}).get(self.amount_value, now))
        return None if is_zero(was) else is_zero(now)

    # --- promotion ------------------------------------------------------------------------------------------------

    def promote(self, changes: Iterator[Change]) -> None:
        """Write new and changed objects through the subject's service, inside the engine's transaction.

        Args:
            changes: in file order; taken once, chunk by chunk.

        Raises:
            IntegrityError: somebody stored the same key meanwhile; the engine compares again.
        """
        raise NotImplementedError

    # --- announcing -----------------------------------------------------------------------------------------------
    #: The code of the `AccountEvent` that new objects are; '' for a kind that announces nothing.
    event: ClassVar[str] = ""
    #: The values that `news()` needs.
    news_values: ClassVar[tuple[str, ...]] = ()

    def news_rows(self, rows: "QuerySet[BatchRow]", accounts: "QuerySet[Any, Any]") -> "QuerySet[BatchRow]":
        """Those of the new rows that concern some accounts, given as a query, with the account's id as `news_account`.

        The day of a row is the value of `date_column`.
        """
        return rows.filter(owner_id__in=accounts).annotate(news_account=F("owner_id"))

    def news(self, values: Mapping[str, str | None]) -> Mapping[str, Any] | None:
        """What is told of a new object, from its `news_values` (None for what the file has no column for); None for
        one that is no news.
        """
        return values

    # --- withdrawing and taking back ------------------------------------------------------------------------------
    # A value named `withdrawn` ('1' or '') travels with a change's other values; promotion writes it as it stands.

    def in_force(self, first: datetime.date, last: datetime.date) -> Iterator[InForce]:
        """The stored objects of the context's branch (of all branches where there is none) that are dated between two
        Kyiv dates and not withdrawn, streamed; what a complete file lacks of them is withdrawn.

        Called only where `is_dated`.
        """
        raise NotImplementedError

    def defaults(self, entry: Entry) -> Mapping[str, str | None]:
        """What promotion stores in a new object for values that its row lacks; '' for those that are not named here,
        None for those that nobody can tell.
        """
        return {}

    def built_upon(self, entries: Sequence[Entry]) -> Mapping[ObjectKey, str]:
        """Of the objects that a batch to undo has written, those that must stay, because others stand on what was
        written: key → code of the reason.

        Args:
            entries: rows of the batch's journal with the `object_id` of what is stored; their status tells whether
                the object was made (new), changed or withdrawn.
        """
        return {}

    def remove(self, changes: Iterator[Change]) -> None:
        """Delete objects that an undone batch had made, through the subject's service, inside a transaction.

        Args:
            changes: `values` and `before` are those of the batch's row, `pk` the object.
        """
        raise NotImplementedError

    def restore(self, changes: Iterator[Change]) -> None:
        """Give objects the values that an undone batch had changed; a withdrawn one is in force again.

        Args:
            changes: `values` are the earlier values, `before` those of the undone batch where they differ.
        """
        self.promote(changes)

    def retract(self) -> None:
        """Take back what promotion did beside the rows; called once, after `remove` and `restore`.

        Here: mails about the batch's rows that still wait are dropped.
        """
        drop_mails(event_prefix=f"import:{self.context.batch_id}:")
