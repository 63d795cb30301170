"""Spreadsheets through python-calamine: XLSX, XLSB, ODS and XLS. No Django.

calamine reads what 1C really writes, a part named `xl/SharedStrings.xml` among it. It holds the whole sheet, so
workbooks have bounds of their own and are opened in a process of their own, see `workbook_process`; and it gives every
number as a float, which becomes text in that process and nowhere later.
"""

from abc import abstractmethod
from collections.abc import Iterator
from functools import partial
from itertools import count, repeat
from pathlib import Path
from typing import ClassVar

from .base import Format, LimitExceeded, Limits, RawRow, Reading, ReadOptions, UnreadableFile, check_row, raw_rows
from .containers import check_container, check_repeated_cells, check_size, uses_1904_dates
from .signatures import OLE2, ole_kind, recognise, zip_kind
from .workbook_process import OpenSheet, open_sheet, read_sheet_names

_NONE: frozenset[int] = frozenset()


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
        sheet = open_sheet(path, options.sheet, limits, partial(self.check, path, limits))
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
        """Nothing is packed in this container: the bounds of the process that opens it are the only ones."""


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of a workbook's sheets in their order; none for what is no workbook of calamine's."""
    try:
        return read_sheet_names(path, Limits())
    except UnreadableFile:
        return ()


def _rows(sheet: OpenSheet, limits: Limits, *, numbers_count: bool) -> Iterator[RawRow]:
    number = 1
    for batch in sheet.batches():
        if batch.width > limits.columns or batch.longest > limits.cell_chars:
            for index, cells in enumerate(batch.texts):
                check_row(RawRow(number + index, cells), limits)
        numeric = batch.numeric if numbers_count else repeat(_NONE)
        yield from raw_rows(zip(count(number), batch.texts, numeric, strict=False))
        number += len(batch.texts)
