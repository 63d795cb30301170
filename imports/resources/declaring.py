"""The columns that a kind of file declares."""

from collections.abc import Callable, Sequence
from typing import Any

from import_export.fields import Field

from imports.columns import Column

Parser = Callable[..., Any]


class ImportColumn(Field):  # type: ignore[misc]
    """A column of a kind of file; an import-export field, so that resources can also export.

    Args:
        heading: as files of ours write it.
        parse: text → value, from `imports.values`; None (or '') for an empty cell, `ValueRefused` for a bad one.
        synonyms: other headings met in files.
        required: the file must have it, and no cell of it may be empty.
        numeric: `parse` takes `numeric=`, whether the cell was a number in a spreadsheet.
        units, free_text, takes_overflow: see `imports.columns.Column`.
        attribute: where export finds the value, in the form of import-export.
    """

    def __init__(
        self,
        heading: str,
        parse: Parser,
        *,
        synonyms: Sequence[str] = (),
        required: bool = False,
        numeric: bool = False,
        units: Sequence[str] = (),
        free_text: bool = False,
        takes_overflow: bool = False,
        attribute: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(attribute=attribute, column_name=heading, **options)
        self.parse = parse
        self.numeric = numeric
        self.required = required
        self.synonyms = tuple(synonyms)
        self.units = tuple(units)
        self.free_text = free_text
        self.takes_overflow = takes_overflow

    def declared(self, name: str) -> Column:
        """The column as `imports.columns` knows it."""
        return Column(
            name=name,
            heading=self.column_name,
            synonyms=self.synonyms,
            required=self.required,
            units=self.units,
            free_text=self.free_text,
            takes_overflow=self.takes_overflow,
        )
