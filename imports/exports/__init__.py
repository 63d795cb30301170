"""Files of readings for billing: one layout in CSV, XLSX, DBF and XML, each read back by our own import as it is."""

from collections.abc import Iterable
from pathlib import PurePath
from typing import IO

from cabinet_pages.readings.exporting import ExportedReading, ReadingsWriter, exported_readings
from cabinet_pages.readings.models import ReadingExport
from imports.exports.csv_file import write_csv
from imports.exports.dbf_file import write_dbf
from imports.exports.layout import Cells, cells_of
from imports.exports.xlsx_file import write_xlsx
from imports.exports.xml_file import write_xml

#: Format → what screens call it; the first is what 1C asks for most.
FORMATS: dict[str, str] = {"csv": "CSV", "xlsx": "XLSX", "dbf": "DBF", "xml": "XML"}
_WRITERS = {"csv": write_csv, "xlsx": write_xlsx, "dbf": write_dbf, "xml": write_xml}
_UNSAFE = str.maketrans(dict.fromkeys('/\\:*?"<>|\0', "_"))


def writer_of(file_format: str) -> ReadingsWriter:
    """What writes readings in a format. Raises KeyError for an unknown one."""
    write = _WRITERS[file_format]

    def write_readings(target: IO[bytes], rows: Iterable[ExportedReading]) -> None:
        write(target, _all_cells(rows))

    return write_readings


def write_again(export: ReadingExport, file_format: str, target: IO[bytes]) -> None:
    """Write the readings of a batch in another format than that of its stored file; nothing is stored.

    Names and numbers of accounts, points and meters are those of today.
    """
    writer_of(file_format)(target, exported_readings(export))


def file_name(export: ReadingExport, file_format: str = "") -> str:
    """What the file of a batch is called: branch, period, number."""
    suffix = file_format or PurePath(export.file.name or "").suffix.lstrip(".") or export.format
    branch = export.branch.code.translate(_UNSAFE)
    return f"readings-{branch}-{export.period:%Y%m}-{export.number:04d}.{suffix}"


def _all_cells(rows: Iterable[ExportedReading]) -> Iterable[Cells]:
    return map(cells_of, rows)
