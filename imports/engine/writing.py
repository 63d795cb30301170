"""Write: a previewed batch becomes what is stored, in one short transaction with its journal and its audit entry."""

from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from cabinet_pages.bulk import gather_statistics
from imports.conf import import_settings
from imports.engine.announcing import announce_news
from imports.engine.collector import rare_collection
from imports.engine.errors import StoredRowsMoved
from imports.engine.opening import resource_of
from imports.engine.progress import Progress
from imports.engine.stage import changed_entries, changes, new_rows
from imports.engine.steps import reached
from imports.models import BatchState, BatchStep, ImportBatch, IssueLevel, RowIssue
from imports.resources.base import KindResource

#: The counts of a batch that a preview and its promotion must share.
COUNTS = ("rows", "new", "changed", "unchanged", "rejected", "withdrawn")


def write_batch(batch: ImportBatch, *, by: Any) -> None:
    """Promote what a preview shows; the rows of the batch are its journal from then on.

    Raises:
        StoredRowsMoved: what is stored is not what the preview was compared with; nothing is written.
        IntegrityError: somebody stored a row of the same key meanwhile; nothing is written.
    """
    # Told before the transaction: nobody can cancel from here on, and everybody sees what the worker does.
    Progress(batch).begin(BatchStep.WRITING)
    with rare_collection(), resource_of(batch) as resource, transaction.atomic():
        # The first to hear of the commit, before anything is announced.
        transaction.on_commit(partial(reached, "committed", batch.pk))
        resource.context.by = by
        taken = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.PREVIEWED).update(state=BatchState.PROMOTING)
        if not taken:
            raise StoredRowsMoved(batch.pk)
        reached("promotion_begun", batch.pk)
        _verify(batch, resource)
        reached("verified", batch.pk)
        _promote(batch, resource)
        announce_news(batch, resource)
        reached("rows_written", batch.pk)
        log(
            instance=batch,
            action="imports.apply",
            user=by,
            data={
                "kind": batch.kind,
                **{name: getattr(batch, name) for name in COUNTS},
                "sha256": batch.sha256,
                "accepted": _passed(batch),
                "approved_by": batch.approved_by_id,
            },
        )
        reached("journal_written", batch.pk)
        finish_batch(batch, BatchState.APPLIED, promoted_by=by, error_code="", error_params={})
        reached("before_commit", batch.pk)
    gather_statistics(resource.tables, rows=batch.new)
    reached("finished", batch.pk)


def _promote(batch: ImportBatch, resource: KindResource) -> None:
    """Write the changes: new rows as one set where the kind can, all others one by one."""
    in_sets = resource.works_in_sets
    if in_sets and batch.new and resource.promote_new(new_rows(batch)) != batch.new:
        raise StoredRowsMoved(batch.pk)
    if not in_sets or batch.changed or batch.withdrawn:
        resource.promote(changes(batch, import_settings.CHUNK_ROWS, replacing=in_sets))


def _passed(batch: ImportBatch) -> list[str]:
    """The stops of a batch that were let pass: what was accepted beforehand and never arose is no news."""
    held = RowIssue.objects.filter(batch=batch, level=IssueLevel.STOP).values_list("code", flat=True)
    return sorted(set(held))


def _verify(batch: ImportBatch, resource: KindResource) -> None:
    """Look at what is about to be replaced: it must be what the preview showed as the values before."""
    for entries in changed_entries(batch, import_settings.CHUNK_ROWS):
        stored = resource.stored(entries)
        for entry in entries:
            found = stored.get(entry.object_key)
            before = {**entry.values, **(entry.before or {})}
            withdrawn = bool(before.pop("withdrawn", ""))
            if found is None or found.withdrawn != withdrawn:
                raise StoredRowsMoved(batch.pk)
            if any(found.values.get(name, "") != value for name, value in before.items()):
                raise StoredRowsMoved(batch.pk)


def finish_batch(batch: ImportBatch, state: BatchState, **fields: Any) -> None:
    """Set the last state of a batch."""
    fields = {"state": state, "step": "", "finished_at": timezone.now(), **fields}
    for name, value in fields.items():
        setattr(batch, name, value)
    batch.save(update_fields=list(fields))
