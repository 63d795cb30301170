"""The contract of a file format: bytes of a file → numbered rows of text. No Django.

A format is chosen by content, never by extension. It turns every cell into text at its own border, remembers which
cells were numeric (leading zeros may be lost there), numbers rows as a person sees them in the file, and refuses
what it cannot read with an `UnreadableFile` whose code the edge turns into a sentence.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import ClassVar, NamedTuple

#: How many bytes of the beginning of a file `Format.matches` is given.
HEAD_BYTES = 65_536


class UnreadableFile(Exception):
    """A file that cannot be read, as a whole.

    Args:
        code: what is wrong; the codes are listed with the subclasses.
        params: figures and names for the sentence made at the edge.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params: Mapping[str, object] = params


class UnsupportedContent(UnreadableFile):
    """The content is not a table that can be read here.

    Codes: `empty`, `unknown_content`, and for content that is recognised `mxl`, `pdf`, `image`, `xml`, `xml_v8exch`,
    `xml_enterprise_data`, `xml_conversion`, `xml_v8_values`, `xml_medoc`, `web_archive`, `rtf`, `archive`, `document`:
    the sentence says how to save the file instead. Formats add `dbf_version`, `dbf_field_type` (with `field`, `type`),
    `commerceml_without_payments`, `commerceml_currency` (with `currency`, `row`).
    """


class DamagedFile(UnreadableFile):
    """The content is of a known format and cannot be read.

    Codes: `encrypted`, `truncated`, `damaged`, `nul_bytes`, `undecodable` (with `encoding` and `line`),
    `unknown_encoding`, `doctype`, `no_rows`, `no_such_sheet`, `no_table`, `dbf_record_count` (with `told`, `found`),
    `cabinet_xml_version`, `cabinet_xml_field`, `cabinet_xml_fields` (with `row`).
    """


class LimitExceeded(UnreadableFile):
    """The file is larger than a limit; `limit` is in the params.

    Codes: `too_large`, `unpacked_too_large`, `too_many_members`, `too_many_rows`, `too_many_columns`,
    `too_many_cells`, `too_many_elements`, `cell_too_long` (with `row`), `workbook_too_large` (in MB).
    """


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be, checked before it is opened (size, zip directory) and while it is read."""

    file_bytes: int = 256 * 1024 * 1024
    unpacked_bytes: int = 1024 * 1024 * 1024
    # A member of a workbook shrinks 10 to 50 times; deflate cannot exceed 1032.
    zip_ratio: int = 300
    # The ratio means nothing for members smaller than this.
    zip_ratio_from_bytes: int = 10 * 1024 * 1024
    members: int = 5_000
    rows: int = 2_000_000
    columns: int = 500
    # A workbook is held in memory as a rectangle, empty cells included.
    sheet_cells: int = 12_000_000
    cell_chars: int = 32_767
    # A workbook is opened in a process of its own: the memory and the seconds that it may take there.
    workbook_bytes: int = 280 * 1024 * 1024
    workbook_seconds: int = 60


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What an operator or a saved profile decides about a file; an empty string leaves it to the content."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    limits: Limits = field(default_factory=Limits)


class RawRow(NamedTuple):
    """One row of a file.

    `number` is the row of the sheet or the (first) physical line of the text file, counted from 1; in a file of records
    it is the record, and their heading is 0. `numeric` holds the positions of the cells that were numbers in a
    spreadsheet.
    """

    number: int
    cells: tuple[str, ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """An opened file: what it turned out to be, and its rows, to be read once.

    `encoding` and `delimiter` are of text files, `sheet` of workbooks; each is empty elsewhere. Reading the rows
    may raise `UnreadableFile` as well.

    `layout` names the table that a format makes by itself, whatever the headings: `statement`. `facts` is what
    the file tells beside its rows, as totals it declares; it is complete when the rows have been taken.

    `share` tells at any time how much of the file has been read, in parts of a thousand; None where nobody can tell.
    """

    format: str
    rows: Iterator[RawRow]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    layout: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    share: Callable[[], int] | None = None


@dataclass
class Position:
    """How far a reader has come: `reached` of `size`, in bytes or records."""

    size: int
    reached: int = 0

    def share(self) -> int:
        """What has been read, in parts of a thousand."""
        return min(self.reached * 1000 // self.size, 1000) if self.size else 1000


class Format(ABC):
    """One file format. Instances are stateless and shared."""

    #: Short name, stored with the batch: `csv`, `xlsx`.
    name: ClassVar[str]
    #: Formats are asked in the order of their rank; those that accept almost anything come last.
    rank: ClassVar[int] = 100

    @abstractmethod
    def matches(self, head: bytes, path: Path) -> bool:
        """Tell by content whether this format reads the file.

        Args:
            head: the first `HEAD_BYTES` bytes of the file, never empty.
            path: the file, for containers whose directory is elsewhere. Its name means nothing.
        """

    @abstractmethod
    def read(self, path: Path, *, options: ReadOptions) -> Reading:
        """Open the file.

        Raises:
            UnreadableFile: what cannot be read, here or while the rows are taken.
        """


# The generated constructor of a NamedTuple runs in Python; over a million rows that is longer than reading them.
_as_row: Callable[[tuple[int, tuple[str, ...], frozenset[int]]], RawRow] = partial(tuple.__new__, RawRow)


def raw_rows(parts: Iterable[tuple[int, tuple[str, ...], frozenset[int]]]) -> Iterator[RawRow]:
    """Return rows made of their parts (number, cells, positions of numbers), at the speed of a built-in."""
    return map(_as_row, parts)


def check_row(row: RawRow, limits: Limits) -> RawRow:
    """Return the row.

    Raises:
        LimitExceeded: it has too many cells, or a cell is too long.
    """
    if len(row.cells) > limits.columns:
        raise LimitExceeded("too_many_columns", limit=limits.columns, row=row.number)
    if max(map(len, row.cells), default=0) > limits.cell_chars:
        raise LimitExceeded("cell_too_long", limit=limits.cell_chars, row=row.number)
    return row
