"""Spreadsheets through python-calamine: XLSX, XLSB, ODS and XLS. No Django.

calamine reads what 1C really writes, a part named `xl/SharedStrings.xml` among it. It holds the whole sheet, so
workbooks have bounds of their own; and it gives every number as a float, which becomes text here and nowhere later.
"""

import datetime
import math
from abc import abstractmethod
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from .base import DamagedFile, Format, LimitExceeded, Limits, RawRow, Reading, ReadOptions, check_row
from .containers import check_container, check_repeated_cells, check_size, uses_1904_dates
from .signatures import OLE2, ole_kind, recognise, zip_kind

type_of_cell = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta

YES, NO = "так", "ні"
# What float arithmetic leaves behind is smaller than this; a seventh decimal is nobody's price.
_RESIDUE = Decimal("0.000001")
# Beyond fifteen digits a spreadsheet has already lost some, so the text stays in a form that every parser refuses.
_EXACT_BELOW = 10**15


class Workbook(Format):
    """What the spreadsheet formats have in common: the first sheet that has anything in it, or the one asked for."""

    rank: ClassVar[int] = 50

    @abstractmethod
    def check(self, path: Path, limits: Limits) -> None:
        """Measure the container before it is opened.

        Raises:
            UnreadableFile: it is damaged or larger than the limits.
        """

    def read(self, path: Path, *, options: ReadOptions) -> Reading:
        """Open the workbook; see `Format.read`."""
        limits = options.limits
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise LimitExceeded("too_large", limit=limits.file_bytes, size=size)
        self.check(path, limits)
        try:
            workbook = CalamineWorkbook.from_path(path)
            sheet = _choose_sheet(workbook, options.sheet)
        except PasswordError as error:
            raise DamagedFile("encrypted") from error
        except (CalamineError, OSError, ValueError) as error:
            raise DamagedFile("damaged") from error
        if sheet is None:
            raise DamagedFile("no_such_sheet" if options.sheet else "no_rows", sheet=options.sheet)
        if sheet.end is not None:
            check_size(sheet.end[0] + 1, sheet.end[1] + 1, limits)
        rows = _rows(sheet, limits, numbers_count=self.has_exact_numbers(path))
        return Reading(format=self.name, rows=rows, sheet=sheet.name)

    def has_exact_numbers(self, path: Path) -> bool:
        """Tell whether a bare number may be read as a day of the 1900 calendar."""
        return True


class _Zipped(Workbook):
    def matches(self, head: bytes, path: Path) -> bool:
        """Accept a zip whose directory is that of this kind of workbook."""
        return recognise(head) == "zip" and zip_kind(path) == self.name

    def check(self, path: Path, limits: Limits) -> None:
        """Unpack every part once to nowhere; see `check_container`."""
        check_container(path, limits)


class Xlsx(_Zipped):
    """Excel 2007 and newer (XLSX, XLSM: macros are not looked at)."""

    name: ClassVar[str] = "xlsx"

    def has_exact_numbers(self, path: Path) -> bool:
        """A workbook that counts days from 1904 has no numeric cells for us: its bare day numbers would be wrong."""
        return not uses_1904_dates(path)


class Xlsb(_Zipped):
    """Excel's binary workbook."""

    name: ClassVar[str] = "xlsb"


class Ods(_Zipped):
    """OpenDocument spreadsheet."""

    name: ClassVar[str] = "ods"

    def check(self, path: Path, limits: Limits) -> None:
        """Unpack every part once to nowhere, and follow the repeated cells."""
        super().check(path, limits)
        check_repeated_cells(path, limits)


class Xls(Workbook):
    """Excel 97 to 2003, in an OLE2 container."""

    name: ClassVar[str] = "xls"

    def matches(self, head: bytes, path: Path) -> bool:
        """Accept an OLE2 container with a workbook stream in it."""
        return head.startswith(OLE2) and ole_kind(path) == self.name

    def check(self, path: Path, limits: Limits) -> None:
        """Nothing is packed in this container: the size of the file is the bound."""


def cell_text(value: type_of_cell) -> str:
    """Return the text of a spreadsheet cell: numbers in their shortest form, dates as `dd.mm.yyyy`, flags as words."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, datetime.datetime):
        value = _nearest_second(value)
        return f"{value:%d.%m.}{value.year:04} {value:%H:%M:%S}"
    if isinstance(value, datetime.date):
        return f"{value:%d.%m.}{value.year:04}"
    if isinstance(value, datetime.time):
        return f"{value:%H:%M:%S}"
    seconds = round(value.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _float_text(value: float) -> str:
    if not math.isfinite(value):
        return ""
    if abs(value) >= _EXACT_BELOW:
        return f"{Decimal(repr(value)):E}"
    if value.is_integer():
        return str(int(value))
    text = f"{Decimal(repr(value)).quantize(_RESIDUE):f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _nearest_second(value: datetime.datetime) -> datetime.datetime:
    # A day is a float in a spreadsheet, so a second may come out a microsecond early.
    late = datetime.timedelta(seconds=1) if value.microsecond >= 500_000 and value.year < 9999 else datetime.timedelta()
    return value.replace(microsecond=0) + late


def _choose_sheet(workbook: CalamineWorkbook, name: str) -> CalamineSheet | None:
    for sheet_name in workbook.sheet_names:
        if name and sheet_name != name:
            continue
        sheet = workbook.get_sheet_by_name(sheet_name)
        if name or sheet.height:
            return sheet
    return None


def _rows(sheet: CalamineSheet, limits: Limits, *, numbers_count: bool) -> Iterator[RawRow]:
    text: Callable[[type_of_cell], str] = cell_text
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = tuple(value if isinstance(value, str) else text(value) for value in values)
        numeric = (
            frozenset(
                index
                for index, value in enumerate(values)
                if isinstance(value, (float, int)) and not isinstance(value, bool)
            )
            if numbers_count
            else frozenset()
        )
        yield check_row(RawRow(number, cells, numeric), limits)
