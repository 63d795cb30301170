"""Columns that name what a row belongs to; the same words in every kind of file."""

from dataclasses import replace

from imports.columns import Column
from imports.resources.base import ImportColumn
from imports.values import clean_text, parse_account_number

ACCOUNT_SYNONYMS = (
    "Лицьовий рахунок",
    "О/р",
    "Номер особового рахунку",
    "№ особового рахунку",
    "Лицевой счет",
    "Лиц.",
    "OsobRah",
)


class AccountColumn(ImportColumn):
    """«Особовий рахунок»: group rows of an outlined report may tell it in place of a column."""

    def declared(self, name: str) -> Column:
        """The column as `imports.columns` knows it."""
        return replace(super().declared(name), outline=True)


def names_account(attribute: str, *, required: bool = True) -> ImportColumn:
    """«Особовий рахунок».

    Args:
        attribute: where an export of the kind finds the number.
        required: see `ImportColumn`.
    """
    return AccountColumn(
        "Особовий рахунок",
        parse_account_number,
        synonyms=ACCOUNT_SYNONYMS,
        required=required,
        numeric=True,
        attribute=attribute,
    )


def names_branch(attribute: str, *synonyms: str) -> ImportColumn:
    """«Структурна одиниця»: the code of the branch.

    Args:
        attribute: where an export of the kind finds the code.
        synonyms: further headings of this kind alone.
    """
    return ImportColumn("Структурна одиниця", clean_text, synonyms=synonyms, attribute=attribute)
