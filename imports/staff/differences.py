"""What a staged row would change, in the words of its file: headings, names and days instead of stored forms."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.articles.models import Article
from cabinet_pages.payments.models import MatchedBy
from imports.engine import UnknownKind
from imports.engine.registry import resource_class_of
from imports.models import BatchRow, ImportBatch, RowStatus
from imports.resources.wording import as_written
from imports.values import parse_period

#: A document's place is taken by the amount where the file names none; nobody reads that.
_NO_DOCUMENT = re.compile(r"=-?\d+")

#: Classes of changes that deserve a look of their own, by the code that the engine counts.
CHANGE_NAMES: dict[str, Any] = {
    "owner": gettext_lazy("change of customer"),
    "moved": gettext_lazy("moved to another branch"),
    "revived": gettext_lazy("restored"),
    "renamed": gettext_lazy("renamed"),
    "outgoing": gettext_lazy("outgoing"),
    "foreign_currency": gettext_lazy("foreign currency"),
    "own_transfer": gettext_lazy("transfer between our accounts"),
    "queued": gettext_lazy("to the queue"),
}


#: Values that only undo needs.
HIDDEN_VALUES = frozenset({"customer_key", "decided_at"})

#: Values that a kind takes from somewhere else than a column of its own.
DERIVED_NAMES: dict[str, Any] = {
    "withdrawn": gettext_lazy("Withdrawn"),
    "lines": gettext_lazy("Lines"),
    "net": gettext_lazy("Sum without VAT"),
    "vat": gettext_lazy("VAT"),
    "gross": gettext_lazy("Sum with VAT"),
    "file_name": gettext_lazy("File name"),
    "sha256": gettext_lazy("SHA-256 of the file"),
    "size": gettext_lazy("Size, bytes"),
    "signature_name": gettext_lazy("Name of the signature file"),
    "signature_sha256": gettext_lazy("SHA-256 of the signature"),
    "account": gettext_lazy("Account"),
    "article": gettext_lazy("Article"),
    "branch": gettext_lazy("Branch"),
    "matched_by": gettext_lazy("Found by"),
    "dismissed": gettext_lazy("Not our payment"),
}


def change_name(code: str) -> str:
    """The name of a class of changes; the code itself for one that nobody named."""
    return str(CHANGE_NAMES.get(code, code))


@dataclass(frozen=True)
class Value:
    """One value of a row.

    Attributes:
        heading: the column, as the kind's description names it.
        before: what is stored; None for a new object.
        after: what the file says.
    """

    heading: str
    before: str | None
    after: str


@dataclass(frozen=True)
class Difference:
    """One row: where it stands in the file, whose it is and what it says."""

    row: int
    account: str
    status: str
    status_name: str
    change: str
    values: Sequence[Value]


class Wording:
    """Turns stored forms of one batch's values into words; asks the database once for a page of rows."""

    def __init__(self, batch: ImportBatch, rows: Iterable[BatchRow]) -> None:
        self.batch = batch
        self.rows = list(rows)
        try:
            resource = resource_class_of(batch)
        except UnknownKind:
            # The plug-in that brought the kind is gone; its batches are still read.
            self.columns: dict[str, Any] = {}
            self.article_column = ""
        else:
            self.columns = dict(resource.fields)
            self.article_column = resource.article_column
        self.places = {name: place for place, name in enumerate(self.columns)}
        self.articles = self._article_names()

    def _article_names(self) -> dict[str, str]:
        if not self.article_column:
            return {}
        keys = {
            values.get(self.article_column)
            for row in self.rows
            for values in (row.values, row.before or {})
            if values.get(self.article_column)
        }
        keys |= {
            line.get("article")
            for row in self.rows
            for values in (row.values, row.before or {})
            for line in values.get("lines") or []
        }
        return {**self.batch.new_articles, **dict(Article.objects.filter(key__in=keys).values_list("key", "name"))}

    def differences(self) -> list[Difference]:
        """The rows in the order given."""
        return [
            Difference(
                row=row.row,
                account=row.owner_label,
                status=row.status,
                status_name=str(RowStatus(row.status).label),
                change=change_name(row.change) if row.change else "",
                values=self._values(row),
            )
            for row in self.rows
        ]

    def _values(self, row: BatchRow) -> list[Value]:
        if row.status == RowStatus.CHANGED:
            return [
                Value(self.heading(name), self.text(name, old), self.text(name, row.values.get(name, "")))
                for name, old in self.in_order(row.before or {})
                if name not in HIDDEN_VALUES
            ]
        return [
            Value(self.heading(name), None, text)
            for name, value in self.in_order(row.values)
            if (text := self.text(name, value)) != "—"
        ]

    def in_order(self, values: dict[str, Any]) -> list[tuple[str, Any]]:
        """The values in the order of the kind's columns: a database keeps another one."""
        return sorted(values.items(), key=lambda pair: self.places.get(pair[0], len(self.places)))

    def heading(self, name: str) -> str:
        """The heading of a column, or the name of a value that has no column."""
        column = self.columns.get(name)
        return str(column.column_name if column is not None else DERIVED_NAMES.get(name, name))

    def text(self, name: str, value: Any) -> str:
        """A stored form in words; a dash for nothing."""
        if value in (None, "", []) or (isinstance(value, str) and _NO_DOCUMENT.fullmatch(value)):
            return "—"
        if isinstance(value, list):
            return "; ".join(self._line(item) if isinstance(item, dict) else str(item) for item in value)
        if not isinstance(value, str):
            return str(value)
        if name == "matched_by":
            return str(MatchedBy(value).label)
        if name in ("withdrawn", "dismissed"):
            return _("Yes") if value == "1" else _("No")
        if name == self.article_column:
            return self.articles.get(value, value)
        parse = getattr(self.columns.get(name), "parse", None)
        if parse is parse_period:
            return f"{value[5:7]}.{value[:4]}"
        choices = getattr(parse, "keywords", {}).get("choices")
        return as_written(value, choices if isinstance(choices, dict) else None)

    def _line(self, line: dict[str, Any]) -> str:
        """A line of an invoice: what for, how much of it, and its sum."""
        article = self.articles.get(line.get("article", ""), line.get("article", ""))
        quantity = " ".join(as_written(line[part]) for part in ("quantity", "unit") if line.get(part))
        return ", ".join(part for part in (article, quantity, as_written(line.get("gross", ""))) if part)
