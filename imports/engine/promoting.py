"""Promote: may a previewed batch be written, is its preview still true, and then `writing`."""

from typing import Any

from django.db import IntegrityError

from cabinet_pages.accounts.models import Account
from imports.engine.errors import StoredRowsMoved
from imports.engine.locks import batch_lock, promotion_lock
from imports.engine.preparing import newest_applied, prepare_locked
from imports.engine.writing import COUNTS, finish_batch, write_batch
from imports.models import BatchRow, BatchState, ImportBatch

_ATTEMPTS = 5
#: Why a batch is refused that has good rows beside bad ones.
ROWS_REJECTED = "rows_rejected"
#: Why a batch is refused that has bad rows alone.
ALL_ROWS_REJECTED = "all_rows_rejected"


def promote(
    batch: ImportBatch, *, by: Any = None, skip_rejected: bool = False, confirm_recount: bool = False
) -> ImportBatch:
    """Apply a previewed batch; it ends `applied`, `unchanged` or `refused`, or stays `previewed`.

    A batch in any other state is returned as it is, so a repeated click does nothing twice. Rows that others stored
    since the preview are compared again: when the numbers come out different, the batch stays `previewed` with
    `error_code` `preview_outdated`, for the operator to look at them.

    A batch that was refused for its bad rows alone may be promoted later with `skip_rejected`.

    Args:
        by: the user who confirms; None for a command.
        skip_rejected: leave rejected rows out; otherwise a file that has any is refused, and nothing is written.
        confirm_recount: promote also when the numbers come out different, as a command does that asked nobody.
    """
    with batch_lock(batch.pk), promotion_lock(batch.kind, batch.branch_id):
        batch.refresh_from_db()
        for _ in range(_ATTEMPTS):
            if not _is_open(batch, skip_rejected) or not _may_promote(batch, skip_rejected):
                return batch
            if _is_stale(batch) and not _compare_again(batch, confirm_recount):
                return batch
            try:
                if not batch.new and not batch.changed and not batch.withdrawn:
                    finish_batch(batch, BatchState.UNCHANGED, promoted_by=by, error_code="", error_params={})
                else:
                    write_batch(batch, by=by)
            except (StoredRowsMoved, IntegrityError):
                # Somebody wrote beside us: the database refused, nothing is written, and the preview is old.
                batch.refresh_from_db()
                if not _compare_again(batch, confirm_recount):
                    return batch
            else:
                return batch
    raise StoredRowsMoved(batch.pk)


def _is_open(batch: ImportBatch, skip_rejected: bool) -> bool:
    """Whether a batch waits for a decision; one refused for its bad rows alone can still be applied without them."""
    if batch.state == BatchState.REFUSED and batch.error_code == ROWS_REJECTED and skip_rejected:
        batch.state, batch.error_code, batch.error_params, batch.finished_at = BatchState.PREVIEWED, "", {}, None
        batch.save(update_fields=["state", "error_code", "error_params", "finished_at"])
    return batch.state == BatchState.PREVIEWED


def _may_promote(batch: ImportBatch, skip_rejected: bool) -> bool:
    """Refuse what must not be promoted; settle what changes nothing."""
    if batch.rejected and (not skip_rejected or batch.rejected == batch.rows):
        code = ALL_ROWS_REJECTED if batch.rejected == batch.rows else ROWS_REJECTED
        finish_batch(batch, BatchState.REFUSED, error_code=code, error_params={"rejected": batch.rejected})
        return False
    return True


def _is_stale(batch: ImportBatch) -> bool:
    if newest_applied(batch.kind) != batch.compared_after:
        return True
    if batch.branch_id is None:
        return False
    owners = BatchRow.objects.filter(batch=batch, owner_id__gt=0).values("owner_id")
    return Account.objects.filter(pk__in=owners).exclude(branch_id=batch.branch_id).exists()


def _compare_again(batch: ImportBatch, confirm_recount: bool) -> bool:
    """Prepare the batch anew; return whether it may go on without asking the operator again."""
    shown = [getattr(batch, name) for name in COUNTS]
    prepare_locked(batch)
    if batch.state != BatchState.PREVIEWED:
        return False
    if confirm_recount or [getattr(batch, name) for name in COUNTS] == shown:
        return True
    batch.error_code = "preview_outdated"
    batch.save(update_fields=["error_code"])
    return False
