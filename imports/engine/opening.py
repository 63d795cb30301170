"""Opening a batch's file: a local path, its format by content, its table by headings."""

import datetime
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from django.db.models.fields.files import FieldFile

from cabinet_pages.accounts.models import Branch
from cabinet_pages.articles.services import ArticleDirectory
from cabinet_pages.clock import kyiv_now
from cabinet_pages.conf import cabinet_settings
from imports.columns import SCANNED_ROWS, Table, TableRefused, marked_columns, open_table, without_cell
from imports.conf import import_settings
from imports.engine.errors import FileRefused
from imports.engine.registry import installed_formats, resource_class, resource_class_of
from imports.formats import Limits, Reading, ReadOptions, UnreadableFile, sniff
from imports.models import ImportBatch
from imports.resources.base import ImportContext, KindResource


@dataclass
class OpenBatch:
    """A batch whose file is open: the table is read once, while the context of `open_batch` lasts."""

    batch: ImportBatch
    resource: KindResource
    table: Table
    format: str
    encoding: str
    #: How much of the file has been read, in parts of a thousand; None where its format cannot tell.
    share: Callable[[], int] | None = None


@contextmanager
def open_batch(batch: ImportBatch) -> Iterator[OpenBatch]:
    """Open the file of a batch.

    Raises:
        FileRefused: nothing reads it, or its headings do not fit its kind; also while rows are taken.
    """
    resource_type = resource_class(batch.kind)
    check_stored(batch)
    options = ReadOptions(
        encoding=str(batch.options.get("encoding", "")),
        delimiter=str(batch.options.get("delimiter", "")),
        sheet=str(batch.options.get("sheet", "")),
        limits=Limits(**import_settings.LIMITS),
    )
    try:
        with local_file(batch.file) as path:
            resource = resource_type()
            with resource.table(path) as table_path:
                reading = sniff(table_path, installed_formats(), options.limits).read(table_path, options=options)
                # Told even where the headings are refused: an operator then maps them, knowing what was read.
                batch.format, batch.encoding = resource.table_format(reading.format), _encoding_name(reading.encoding)
                resource, reading = _laid_out(resource, reading)
                columns = resource.column_set().with_profile(batch.mapping)
                table = open_table(reading, columns, heading_row=str(batch.options.get("heading_row", "")))
                resource.begin(context_of(batch, table))
                yield OpenBatch(
                    batch,
                    resource,
                    table,
                    resource.table_format(reading.format),
                    _encoding_name(reading.encoding),
                    reading.share,
                )
    except (UnreadableFile, TableRefused) as refusal:
        raise FileRefused(refusal.code, **refusal.params) from refusal


def _laid_out(resource: KindResource, reading: Reading) -> tuple[KindResource, Reading]:
    """The resource that knows how the file is laid out, and the file as a table for it."""
    if not resource.layouts:
        return resource, reading
    scanned = list(islice(reading.rows, SCANNED_ROWS))
    # An error file has a column that its layout does not know.
    for added in (None, *marked_columns(scanned)):
        rows = scanned if added is None else [without_cell(row, added) for row in scanned]
        for layout in resource.layouts:
            if layout.recognises(reading, rows):
                resource = layout()
                rest = reading.rows if added is None else (without_cell(row, added) for row in reading.rows)
                return resource, resource.adapt(replace(reading, rows=chain(rows, rest)), rows)
    return resource, resource.adapt(replace(reading, rows=chain(scanned, reading.rows)), scanned)


@contextmanager
def resource_of(batch: ImportBatch) -> Iterator[KindResource]:
    """The resource of a prepared batch, to promote what is staged; a container stays open meanwhile."""
    resource = resource_class_of(batch)()
    context = _context(batch, frozenset(batch.columns), batch.as_of or batch.created_at)
    context.new_articles = dict(batch.new_articles)
    with local_file(batch.file) as path, resource.table(path):
        resource.begin(context)
        yield resource


def resource_to_undo(batch: ImportBatch) -> KindResource:
    """The resource of a promoted batch, to take it back: that needs its journal and not its file."""
    resource = resource_class_of(batch)()
    resource.begin(_context(batch, frozenset(batch.columns), batch.as_of or batch.created_at))
    return resource


def check_stored(batch: ImportBatch) -> None:
    """See that the storage still has the file of a batch.

    Raises:
        FileRefused: `file_lost`.
    """
    name = batch.file.name
    if not name or not batch.file.storage.exists(name):
        raise FileRefused("file_lost")


@contextmanager
def local_file(file: FieldFile) -> Iterator[Path]:
    """A path to the bytes of a stored file: its own, or that of a copy where the storage has no paths."""
    try:
        path = Path(file.path)
    except NotImplementedError:
        with tempfile.NamedTemporaryFile() as copy:
            with file.open("rb") as source:
                shutil.copyfileobj(source, copy)
            copy.flush()
            yield Path(copy.name)
        return
    yield path


def context_of(batch: ImportBatch, table: Table) -> ImportContext:
    """What the rows of an opened table are checked against."""
    present = frozenset(name for name in table.heading.names if name)
    return _context(batch, present, _as_of(batch, table.heading.preamble.as_of))


def _context(batch: ImportBatch, columns: frozenset[str], as_of: datetime.datetime) -> ImportContext:
    branches = Branch.objects.in_bulk()
    return ImportContext(
        kind=batch.kind,
        branch=None if batch.branch_id is None else branches[batch.branch_id],
        branches=branches,
        columns=columns,
        as_of=as_of,
        articles=ArticleDirectory(),
        batch_id=batch.pk,
        complete=(batch.complete_from, batch.complete_to) if batch.complete_from and batch.complete_to else None,
    )


def _as_of(batch: ImportBatch, told: datetime.date | None) -> datetime.datetime:
    """The moment a file speaks of: as given, else the date it tells, else that of its receipt."""
    if batch.as_of_given and batch.as_of is not None:
        return batch.as_of
    if told is not None:
        midnight = datetime.datetime.combine(told, datetime.time(), tzinfo=cabinet_settings.zone)
        return min(midnight, kyiv_now())
    return batch.created_at


def _encoding_name(encoding: str) -> str:
    return {"utf-8-sig": "utf-8-sig", "utf_8_sig": "utf-8-sig"}.get(encoding, encoding)
