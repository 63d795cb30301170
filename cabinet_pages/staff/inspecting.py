"""The page of one record: its fields, and the rows that belong to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.db.models import Model
from django.utils.text import capfirst
from wagtail_modeladmin.views import InspectView

from cabinet_pages.staff.display import field_at, shown, value_at


@dataclass(frozen=True)
class Cell:
    """One value of a related row.

    Attributes:
        text: the value as it is read.
        is_numeric: whether it stands at the right edge.
        url: where it leads.
    """

    text: str
    is_numeric: bool = False
    url: str = ""


@dataclass(frozen=True)
class RelatedTable:
    """Rows that belong to a record.

    Attributes:
        title: the heading.
        headings: the names of the columns.
        rows: the cells.
        empty: what is said where there are no rows.
        more: a link to the whole list, and its words, where only the first rows are here.
    """

    title: Any
    headings: Sequence[Any]
    rows: Sequence[Sequence[Cell]]
    empty: Any
    more: Sequence[tuple[str, Any]] = field(default_factory=tuple)

    @property
    def columns(self) -> list[tuple[Any, bool]]:
        """The names of the columns, and whether a column stands at the right edge, as its first cell does."""
        numeric = [cell.is_numeric for cell in self.rows[0]] if self.rows else [False] * len(self.headings)
        return list(zip(self.headings, numeric, strict=True))

    @property
    def named_rows(self) -> list[list[tuple[Any, Cell]]]:
        """The rows, each cell with the name of its column, which a card on a phone needs."""
        return [list(zip(self.headings, row, strict=True)) for row in self.rows]


def cells(obj: Model, paths: Sequence[str]) -> list[Cell]:
    """The cells of a row by paths of attributes."""
    result = []
    for path in paths:
        model_field = field_at(type(obj), path)
        numeric = model_field is not None and hasattr(model_field, "scale")
        result.append(Cell(shown(value_at(obj, path), model_field), numeric))
    return result


def related_table(
    title: Any, columns: Sequence[tuple[str, Any]], rows: Any, empty: Any, more: Sequence[tuple[str, Any]] = ()
) -> RelatedTable:
    """A table of related rows.

    Args:
        title: the heading.
        columns: pairs of an attribute path and its heading.
        rows: objects, with what the paths need already loaded.
        empty: what is said where there are no rows.
        more: links below the table: address and words.
    """
    paths = [path for path, _heading in columns]
    return RelatedTable(
        title, [heading for _path, heading in columns], [cells(row, paths) for row in rows], empty, more
    )


class RecordInspectView(InspectView):  # type: ignore[misc]
    """A record as a list of named values and the tables of its related rows.

    The screen (model_admin) may define `inspect_tables(instance, request)` and `inspect_links(instance, request)`.
    """

    def get_page_title(self) -> str:
        return capfirst(self.verbose_name)

    def get_meta_title(self) -> str:
        return f"{capfirst(self.verbose_name)}: {self.instance}"

    def get_field_label(self, field_name: str, field: Any = None) -> str:
        return capfirst(str(label_for_field(field_name, model=self.model, model_admin=self.model_admin)))

    def get_field_display_value(self, field_name: str, field: Any = None) -> str:
        computed = getattr(self.model_admin, field_name, None)
        if callable(computed):
            return str(computed(self.instance))
        return shown(value_at(self.instance, field_name), field_at(self.model, field_name))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tables = getattr(self.model_admin, "inspect_tables", None)
        links = getattr(self.model_admin, "inspect_links", None)
        context = {
            "tables": tables(self.instance, self.request) if tables else [],
            "links": links(self.instance, self.request) if links else [],
            "history_url": (
                self.url_helper.get_action_url("history", self.pk_quoted)
                if self.model_admin.history_view_enabled
                else ""
            ),
        }
        result: dict[str, Any] = super().get_context_data(**context, **kwargs)
        return result
