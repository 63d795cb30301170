"""The first rows of a batch's file, as they are read with given options: what an operator maps headings by."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from imports.columns import SCANNED_ROWS, added_column, without_cell
from imports.conf import import_settings
from imports.engine.errors import FileRefused
from imports.engine.opening import check_stored, local_file
from imports.engine.registry import installed_formats, resource_class
from imports.formats import Limits, RawRow, ReadOptions, UnreadableFile, sniff
from imports.formats.workbook import sheet_names
from imports.models import ImportBatch

#: Rows beyond these are not counted.
COUNTED_ROWS = 5_000


@dataclass(frozen=True)
class Sample:
    """How a file begins.

    `rows` are its first `SCANNED_ROWS` rows, without the column «Помилка» of an error file; `count` is how many rows
    it has, counted up to `COUNTED_ROWS`. `encoding` and `delimiter` are those of a text, `sheet` and `sheets` those
    of a workbook; each is empty elsewhere.
    """

    format: str
    encoding: str
    delimiter: str
    sheet: str
    sheets: tuple[str, ...]
    rows: tuple[RawRow, ...]
    count: int

    @property
    def is_text(self) -> bool:
        """Whether the file has an encoding to choose."""
        return bool(self.encoding)


def take_sample(batch: ImportBatch, options: Mapping[str, str]) -> Sample:
    """Read the beginning of a batch's file.

    Args:
        batch: the batch.
        options: as `ImportBatch.options`.

    Raises:
        FileRefused: the file cannot be read so.
    """
    check_stored(batch)
    limits = Limits(**import_settings.LIMITS)
    read_options = ReadOptions(
        encoding=options.get("encoding", ""),
        delimiter=options.get("delimiter", ""),
        sheet=options.get("sheet", ""),
        limits=limits,
    )
    resource = resource_class(batch.kind)()
    try:
        with local_file(batch.file) as path, resource.table(path) as table:
            found = sniff(table, installed_formats(), limits)
            reading = found.read(table, options=read_options)
            scanned = list(islice(reading.rows, SCANNED_ROWS))
            count = len(scanned) + sum(1 for _ in islice(reading.rows, COUNTED_ROWS - SCANNED_ROWS))
            sheets = sheet_names(table) if reading.sheet else ()
    except UnreadableFile as refusal:
        raise FileRefused(refusal.code, **refusal.params) from refusal
    columns = resource.column_set().with_profile(batch.mapping)
    added = added_column(scanned, columns, options.get("heading_row", ""))
    if added is not None:
        scanned = [without_cell(row, added) for row in scanned]
    return Sample(reading.format, reading.encoding, reading.delimiter, reading.sheet, sheets, tuple(scanned), count)
