"""The columns of an exported reading, in the order of the file. No Django.

The last five are billing's to fill in: they are empty here, and a file that comes back with them empty says nothing.
"""

import datetime
import unicodedata
from decimal import Decimal
from enum import Enum
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from cabinet_pages.quantities.folding import collapse_spaces
from cabinet_pages.quantities.formulas import FORMULA_STARTS

Cell = str | int | Decimal | datetime.date | None
Cells = tuple[Cell, ...]


class Kind(Enum):
    """What the cells of a column are."""

    TEXT = "C"
    NUMBER = "N"
    DATE = "D"


class Column(NamedTuple):
    """A column of the file.

    Args:
        heading: in CSV, XLSX and XML.
        field: of a DBF, at most ten capitals.
        length: of that field, in characters; of a number with its mark.
        decimals: of that field.
    """

    heading: str
    field: str
    kind: Kind
    length: int
    decimals: int = 0


# Numbers are as wide as the widest that the cabinet stores: 64 bits of the smallest unit, so nothing is ever cut.
_ENERGY = (Kind.NUMBER, 20, 3)
_RATIO = (Kind.NUMBER, 20, 4)
_DAY = (Kind.DATE, 8)

COLUMNS: Final = (
    Column("Batch", "BATCH", Kind.NUMBER, 10),
    Column("OsobRah", "OSOBRAH", Kind.TEXT, 40),
    Column("EDRPOU", "EDRPOU", Kind.TEXT, 20),
    Column("PointCode", "POINTCODE", Kind.TEXT, 60),
    Column("EIC", "EIC", Kind.TEXT, 16),
    Column("MeterNo", "METERNO", Kind.TEXT, 60),
    Column("MeterType", "METERTYPE", Kind.TEXT, 80),
    Column("Energy", "ENERGY", Kind.TEXT, 2),
    Column("Zone", "ZONE", Kind.NUMBER, 1),
    Column("Period", "PERIOD", Kind.TEXT, 6),
    Column("PrevDate", "PREVDATE", *_DAY),
    Column("PrevValue", "PREVVALUE", *_ENERGY),
    Column("ReadDate", "READDATE", *_DAY),
    Column("Value", "VALUE", *_ENERGY),
    Column("Diff", "DIFF", *_ENERGY),
    Column("Koef", "KOEF", *_RATIO),
    Column("Kwh", "KWH", *_ENERGY),
    Column("Submitted", "SUBMITTED", Kind.TEXT, 19),
    Column("User", "USER", Kind.TEXT, 200),
    Column("ReadingId", "READINGID", Kind.TEXT, 36),
    Column("Status", "STATUS", Kind.TEXT, 20),
    Column("Причина", "REASON", Kind.TEXT, 254),
    Column("Рахунок №", "INVOICE", Kind.TEXT, 60),
    Column("Показання прийняте", "ACCVALUE", *_ENERGY),
    Column("Обсяг прийнятий", "ACCKWH", *_ENERGY),
)
HEADINGS: Final = tuple(column.heading for column in COLUMNS)
#: The columns that billing fills in.
VERDICT: Final = HEADINGS[-5:]

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANKS = " \u00a0'"


class Exported(Protocol):
    """A reading, see `cabinet_pages.readings.exporting.ExportedReading`."""

    @property
    def batch(self) -> int: ...
    @property
    def account(self) -> str: ...
    @property
    def customer_code(self) -> str: ...
    @property
    def point(self) -> str: ...
    @property
    def eic(self) -> str: ...
    @property
    def serial(self) -> str: ...
    @property
    def meter_type(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def zone(self) -> int: ...
    @property
    def period(self) -> datetime.date: ...
    @property
    def previous_on(self) -> datetime.date | None: ...
    @property
    def previous_value(self) -> Decimal | None: ...
    @property
    def read_on(self) -> datetime.date: ...
    @property
    def value(self) -> Decimal: ...
    @property
    def difference(self) -> Decimal | None: ...
    @property
    def multiplier(self) -> Decimal | None: ...
    @property
    def volume(self) -> Decimal | None: ...
    @property
    def submitted_at(self) -> datetime.datetime | None: ...
    @property
    def sender(self) -> str: ...
    @property
    def reading_id(self) -> UUID: ...


def cells_of(reading: Exported) -> Cells:
    """The cells of a reading, in the order of `COLUMNS`."""
    sent = reading.submitted_at
    return (
        reading.batch,
        plain(reading.account),
        plain(reading.customer_code),
        plain(reading.point),
        plain(reading.eic),
        plain(reading.serial),
        plain(reading.meter_type),
        reading.channel,
        reading.zone,
        f"{reading.period:%Y%m}",
        reading.previous_on,
        reading.previous_value,
        reading.read_on,
        reading.value,
        reading.difference,
        reading.multiplier,
        reading.volume,
        "" if sent is None else f"{sent:%d.%m.%Y %H:%M:%S}",
        harmless(reading.sender),
        str(reading.reading_id),
        "",
        "",
        "",
        None,
        None,
    )


def plain(text: str) -> str:
    """The text on one line, without signs that nobody sees: a row must come back whole."""
    if not text.isprintable():
        text = "".join(
            " " if char.isspace() else "" if unicodedata.category(char) in _HIDDEN else char for char in text
        )
    return collapse_spaces(text)


def harmless(text: str) -> str:
    """A text that a customer chose, without what a spreadsheet would take for the beginning of a formula.

    Machines read the file, so no apostrophe is put before it, as people's files have it.
    """
    return plain(text).lstrip("".join(FORMULA_STARTS) + _BLANKS)


def exact_text(value: int | Decimal) -> str:
    """A number as programs read it: a dot for the mark, no thousands, no zeros without a meaning."""
    if isinstance(value, int):
        return str(value)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day_text(day: datetime.date) -> str:
    """A day as 1C writes it."""
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


def cell_text(cell: Cell) -> str:
    """A cell of any kind as text."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    return day_text(cell) if isinstance(cell, datetime.date) else exact_text(cell)
