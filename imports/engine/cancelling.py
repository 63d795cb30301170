"""Cancelling a batch: asked for at a screen, heard by the worker at its next sign of life."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from imports.engine.locks import free_batch_lock
from imports.engine.stage import clear_stage
from imports.models import BatchState, BatchStep, ImportBatch

#: States in which nothing of a batch is written yet.
MAY_CANCEL = (BatchState.RECEIVED, BatchState.PREPARING, BatchState.PREVIEWED)


def request_cancel(*, batch: ImportBatch, by: Any) -> bool:
    """Ask that no more be done with a batch; return False where it is too late: it is being written, or over.

    Whoever works on the batch ends it at its next step; where nobody does, it ends at once.

    Args:
        by: the employee who asks.
    """
    with free_batch_lock(batch.pk) as free:
        open_batches = ImportBatch.objects.filter(pk=batch.pk, state__in=MAY_CANCEL)
        if not free:
            open_batches = open_batches.exclude(step=BatchStep.WRITING)
        # Looked at first: with SQLite nothing can be written while somebody promotes.
        if not open_batches.exists():
            return False
        with transaction.atomic():
            asked = open_batches.update(cancel_requested_at=timezone.now())
            if asked:
                log(instance=batch, action="imports.cancel", user=by, data={"kind": batch.kind, "sha256": batch.sha256})
        if asked and free:
            batch.refresh_from_db()
            end_cancelled(batch)
    return bool(asked)


def end_cancelled(batch: ImportBatch) -> None:
    """End a batch `cancelled` and forget what was staged; the caller holds its lock."""
    clear_stage(batch)
    fields = {
        "state": BatchState.CANCELLED,
        "step": "",
        "finished_at": timezone.now(),
        "error_code": "",
        "error_params": {},
        **dict.fromkeys(("rows", "new", "changed", "unchanged", "rejected", "withdrawn", "documents", "warnings"), 0),
        "totals": {},
        "change_counts": {},
    }
    for name, value in fields.items():
        setattr(batch, name, value)
    batch.save(update_fields=list(fields))
