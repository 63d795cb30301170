"""Reading a batch's file in another way: headings mapped by hand, another encoding, sheet or row of the heading."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from imports.engine.locks import batch_lock
from imports.engine.sources import check_reading
from imports.models import BatchState, ImportBatch

#: States in which nothing of a batch has had an effect yet. A refused batch never has one.
REMAPPABLE = (BatchState.RECEIVED, BatchState.PREVIEWED, BatchState.REFUSED)


def may_remap(batch: ImportBatch) -> bool:
    """Whether a batch's file may be read in another way: it has a file, and nothing of it is applied."""
    return batch.state in REMAPPABLE and batch.undoes_id is None and bool(batch.file)


def remap(
    batch: ImportBatch, *, mapping: Mapping[str, str], options: Mapping[str, str], by: Any, profile: str | None = None
) -> ImportBatch:
    """Make a batch `received` again, to be prepared with another reading of its file; the caller has that done.

    What somebody has accepted or asked for was said of another reading, so it is forgotten. A batch that is past its
    preview is returned as it is.

    Args:
        batch: the batch; it is refreshed.
        mapping: heading (see `imports.columns.heading_keys`) → name of a column, '' to pass over it.
        options: `encoding`, `delimiter`, `sheet`, `heading_row`; what is empty is left to the content.
        by: the user.
        profile: the source it comes from; None leaves it.

    Raises:
        FileRefused: see `imports.engine.sources.check_reading`.
    """
    reading = check_reading(batch.kind, mapping, options)
    with batch_lock(batch.pk), transaction.atomic():
        batch.refresh_from_db()
        if not may_remap(batch):
            return batch
        batch.mapping, batch.options = reading.mapping, reading.options
        if profile is not None:
            batch.profile = profile
        batch.state = BatchState.RECEIVED
        batch.error_code, batch.error_params = "", {}
        batch.accepted, batch.approved_by, batch.approved_at = [], None, None
        batch.previewed_at = batch.finished_at = None
        batch.save()
        data = {"mapping": reading.mapping, "options": reading.options, "profile": batch.profile}
        log(instance=batch, action="imports.remap", user=by, data=data)
    return batch
