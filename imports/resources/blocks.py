"""Plain rows of a file as columns, for kinds that clean and compare sets of rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import repeat
from json.encoder import encode_basestring  # type: ignore[attr-defined]
from typing import NamedTuple


@dataclass
class Block:
    """Rows about which nothing is odd: each is as wide as the heading, its required cells are filled, every cell can
    be read, its account and article are known, and nothing has to be told about it.

    Args:
        numbers: of the rows in the file.
        owners: ids of the accounts, 0 for a kind without them; `labels`: what people know them by.
        texts: by column, the exact text of each cell, '' for an empty one; of the article's column the article's key.
    """

    numbers: list[int]
    owners: list[int]
    labels: list[str]
    texts: dict[str, list[str]]

    def __len__(self) -> int:
        return len(self.numbers)


class Cleaned(NamedTuple):
    """Natural keys inside the accounts, and values as JSON objects, of the rows of a block."""

    keys: list[str]
    values: list[str]


class Match(NamedTuple):
    """The row at a place of a block has a stored object; `same`: nothing of what the file tells differs from it."""

    place: int
    pk: int
    same: bool


def joined_keys(*parts: list[str]) -> list[str]:
    """Return natural keys made of columns, each as `join_key` makes one."""
    clean = [[text.replace("|", "¦") for text in part] if "|" in "".join(part) else part for part in parts]
    return list(map("|".join, zip(*clean, strict=True)))


def json_objects(columns: Mapping[str, list[str]]) -> list[str]:
    """Return JSON objects with one value of each column, as text, in the order of the columns."""
    pieces: list[Iterable[str]] = []
    for name, texts in columns.items():
        pieces += [repeat(f"{',' if pieces else '{'}{encode_basestring(name)}:"), map(encode_basestring, texts)]
    return list(map("".join, zip(*pieces, repeat("}"), strict=False)))


def exact_hundredths(value: int | None) -> str:
    """Return kopecks as exact text of UAH; '' for nothing."""
    if value is None:
        return ""
    text = f"{value:04d}" if value < 0 else f"{value:03d}"
    return f"{text[:-2]}.{text[-2:]}"
