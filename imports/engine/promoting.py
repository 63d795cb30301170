"""Promote: may a previewed batch be written, is its preview still true, and then `writing`."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from wagtail.log_actions import log

from cabinet_pages.accounts.models import Account
from imports.engine.cancelling import end_cancelled
from imports.engine.errors import Cancelled, StoredRowsMoved
from imports.engine.locks import batch_lock, promotion_lock
from imports.engine.newest import times_written
from imports.engine.preparing import prepare_locked
from imports.engine.registry import installed_stops
from imports.engine.steps import reached
from imports.engine.stops import SECOND_PERSON, open_stops, stops_of
from imports.engine.writing import COUNTS, finish_batch, write_batch
from imports.models import BatchRow, BatchState, ImportBatch

_ATTEMPTS = 5
#: Why a batch is refused that has good rows beside bad ones.
ROWS_REJECTED = "rows_rejected"
#: Why a batch is refused that has bad rows alone.
ALL_ROWS_REJECTED = "all_rows_rejected"
#: Why a batch is refused that is held up by stops.
STOPPED = "stopped"
#: Reasons that an operator may wave through later.
MAY_REOPEN = (ROWS_REJECTED, STOPPED)


def awaits_decision(batch: ImportBatch) -> bool:
    """Whether an operator may still apply the batch: it is previewed, or refused for what may be waved through."""
    return batch.state == BatchState.PREVIEWED or (batch.state == BatchState.REFUSED and batch.error_code in MAY_REOPEN)


def promote(
    batch: ImportBatch,
    *,
    by: Any = None,
    skip_rejected: bool = False,
    confirm_recount: bool = False,
    accept: Iterable[str] = (),
) -> ImportBatch:
    """Apply a previewed batch; it ends `applied`, `unchanged` or `refused`, or stays `previewed`.

    A batch in any other state is returned as it is, so a repeated click does nothing twice. Rows that others stored
    since the preview are compared again: when the numbers come out different, the batch stays `previewed` with
    `error_code` `preview_outdated`, for the operator to look at them.

    A batch that was refused for bad rows or stops may be promoted later with `skip_rejected` and `accept`.

    Args:
        by: the user who confirms; None for a command.
        skip_rejected: leave rejected rows out; otherwise a file that has any is refused, and nothing is written.
        confirm_recount: promote also when the numbers come out different, as a command does that asked nobody.
        accept: codes of stops to let pass, beside those accepted when the file was given.
    """
    reached("promoting", batch.pk)
    with batch_lock(batch.pk), promotion_lock(batch.kind, batch.branch_id):
        reached("locked", batch.pk)
        batch.refresh_from_db()
        _reopen(batch, skip_rejected)
        if batch.state == BatchState.PREVIEWED:
            _accept(batch, accept)
        for _ in range(_ATTEMPTS):
            if batch.state != BatchState.PREVIEWED:
                return batch
            if _is_stale(batch):
                if not _compare_again(batch, confirm_recount):
                    return batch
                continue
            if not _may_promote(batch, skip_rejected, by):
                return batch
            try:
                if not batch.new and not batch.changed and not batch.withdrawn:
                    finish_batch(batch, BatchState.UNCHANGED, promoted_by=by, error_code="", error_params={})
                else:
                    write_batch(batch, by=by)
            except Cancelled:
                batch.refresh_from_db()
                end_cancelled(batch)
                return batch
            except (StoredRowsMoved, IntegrityError):
                # Somebody wrote beside us: the database refused, nothing is written, and the preview is old.
                batch.refresh_from_db()
                if not _compare_again(batch, confirm_recount):
                    return batch
            else:
                return batch
    raise StoredRowsMoved(batch.pk)


def reopen(batch: ImportBatch) -> bool:
    """Let a batch wait for its promotion again that was refused, or sent back to the operator; whether it does wait."""
    with batch_lock(batch.pk):
        batch.refresh_from_db()
        if not awaits_decision(batch):
            return False
        batch.state, batch.error_code, batch.error_params, batch.finished_at = BatchState.PREVIEWED, "", {}, None
        batch.save(update_fields=["state", "error_code", "error_params", "finished_at"])
    return True


def ask_second_person(batch: ImportBatch, *, by: Any, accept: Iterable[str] = ()) -> bool:
    """Record that an employee wants a batch applied that needs two; return whether it was recorded.

    Nothing is recorded twice, nor for a batch that nobody may apply any more.

    Args:
        accept: codes of stops that the employee has seen.
    """
    with batch_lock(batch.pk):
        batch.refresh_from_db()
        if not awaits_decision(batch) or batch.approved_by_id is not None:
            return False
        _accept(batch, accept)
        batch.approved_by, batch.approved_at = by, timezone.now()
        batch.save(update_fields=["approved_by", "approved_at"])
        log(
            instance=batch,
            action="imports.approve",
            user=by,
            data={"kind": batch.kind, "accepted": batch.accepted, **{name: getattr(batch, name) for name in COUNTS}},
        )
    return True


def _reopen(batch: ImportBatch, skip_rejected: bool) -> None:
    """Take a refused batch up again; what it was refused for is looked at anew."""
    if batch.state == BatchState.REFUSED and awaits_decision(batch) and (skip_rejected or not batch.rejected):
        batch.state, batch.error_code, batch.error_params, batch.finished_at = BatchState.PREVIEWED, "", {}, None
        batch.save(update_fields=["state", "error_code", "error_params", "finished_at"])


def _accept(batch: ImportBatch, codes: Iterable[str]) -> None:
    """Let stops pass, those alone that the batch has and that may be accepted at all."""
    stops, held = installed_stops(), {issue.code for issue in stops_of(batch)}
    may_pass = {code for code, stop in stops.items() if stop.may_be_accepted} & held
    new = [code for code in dict.fromkeys(codes) if code in may_pass and code not in batch.accepted]
    if new:
        batch.accepted = [*batch.accepted, *new]
        batch.save(update_fields=["accepted"])


def _may_promote(batch: ImportBatch, skip_rejected: bool, by: Any) -> bool:
    """Refuse what must not be promoted."""
    if batch.rejected and (not skip_rejected or batch.rejected == batch.rows):
        code = ALL_ROWS_REJECTED if batch.rejected == batch.rows else ROWS_REJECTED
        finish_batch(batch, BatchState.REFUSED, error_code=code, error_params={"rejected": batch.rejected})
        return False
    held = open_stops(batch, by=by)
    if not held:
        return True
    if held == [SECOND_PERSON] and by is not None:
        # Somebody stands before the screen: the file waits there for the other one.
        batch.error_code = "second_person_needed"
        batch.save(update_fields=["error_code"])
    else:
        finish_batch(batch, BatchState.REFUSED, error_code=STOPPED, error_params={"stops": held})
    return False


def _is_stale(batch: ImportBatch) -> bool:
    if times_written(batch.kind) != batch.compared_after:
        return True
    if batch.branch_id is None:
        return False
    owners = BatchRow.objects.filter(batch=batch, owner_id__gt=0).values("owner_id")
    return Account.objects.filter(pk__in=owners).exclude(branch_id=batch.branch_id).exists()


def _compare_again(batch: ImportBatch, confirm_recount: bool) -> bool:
    """Prepare the batch anew; return whether it may go on without asking the operator again."""
    shown = [getattr(batch, name) for name in COUNTS]
    held = sorted({issue.code for issue in stops_of(batch)})
    decided = {name: getattr(batch, name) for name in ("accepted", "approved_by", "approved_at")}
    prepare_locked(batch)
    if batch.state != BatchState.PREVIEWED:
        return False
    same = [getattr(batch, name) for name in COUNTS] == shown
    if confirm_recount or (same and sorted({issue.code for issue in stops_of(batch)}) == held):
        for name, value in decided.items():
            setattr(batch, name, value)
        batch.save(update_fields=list(decided))
        return True
    # What was seen and accepted was another preview.
    batch.error_code, batch.accepted = "preview_outdated", []
    batch.save(update_fields=["error_code", "accepted"])
    return False
