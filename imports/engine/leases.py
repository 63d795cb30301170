"""Whose work is unfinished, who has died, and how a batch is taken up again.

The batch's row says how far it has come, and its lock whether somebody works on it: a task queue may forget both. The
lease says only when it is worth asking for the lock, so a file that waits in a queue is left in peace for a while.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from imports.conf import import_settings
from imports.engine.cancelling import end_cancelled
from imports.engine.locks import batch_lock, free_batch_lock, is_worked_on
from imports.engine.preparing import prepare_locked, refuse_file
from imports.engine.promoting import promote
from imports.engine.stage import clear_stage
from imports.engine.undoing import UndoResult, undo
from imports.models import BatchSource, BatchState, ImportBatch

#: States in which a worker is, or will be, at work on a batch.
WORKING = (BatchState.RECEIVED, BatchState.PREPARING, BatchState.PROMOTING)
#: Why a batch is refused that ended its worker again and again.
GAVE_UP = "gave_up"
#: Why a batch stays applied whose undo ended its worker again and again.
UNDO_GAVE_UP = "undo_gave_up"
#: Why a batch is cancelled whose file was given once more.
SUPERSEDED = "superseded"
_ASKED = "asked"


_FILES = Q(state__in=WORKING) | Q(state=BatchState.PREVIEWED, auto_apply=True, error_code="")
_UNDOS = Q(state=BatchState.APPLIED, undo_asked_at__isnull=False)


def unfinished() -> "QuerySet[ImportBatch]":
    """Batches that somebody has to prepare, or to promote or take back because it was asked for."""
    return ImportBatch.objects.filter(_FILES | _UNDOS).exclude(source=BatchSource.UNDO)


def unfinished_files() -> "QuerySet[ImportBatch]":
    """Of the unfinished batches, those whose file is not decided; an undo is asked for of none of them."""
    return unfinished().filter(_FILES)


def dead_batches() -> list[ImportBatch]:
    """The unfinished batches whose lease is over and which nobody works on, the longest silent first."""
    over = timezone.now() - datetime.timedelta(seconds=import_settings.LEASE_SECONDS)
    silent = unfinished().annotate(heard_at=Coalesce("heartbeat_at", "created_at")).filter(heard_at__lte=over)
    return [batch for batch in silent.order_by("heard_at", "pk") if not is_worked_on(batch.pk)]


def is_dead(batch: ImportBatch) -> bool:
    """Whether a batch is unfinished, its lease over and nobody at work on it."""
    heard_at = batch.heartbeat_at or batch.created_at
    over = timezone.now() - datetime.timedelta(seconds=import_settings.LEASE_SECONDS)
    return heard_at <= over and unfinished().filter(pk=batch.pk).exists() and not is_worked_on(batch.pk)


def renew(batch: ImportBatch) -> bool:
    """Renew the lease of a batch that is about to be queued again; False when somebody else did it meanwhile."""
    seen = Q(heartbeat_at=batch.heartbeat_at) if batch.heartbeat_at else Q(heartbeat_at__isnull=True)
    return bool(ImportBatch.objects.filter(seen, pk=batch.pk).update(heartbeat_at=timezone.now()))


def ask_to_apply(
    batch: ImportBatch, *, by: Any = None, skip_rejected: bool = False, accept: Iterable[str] = (), seen: bool = False
) -> None:
    """Write down that a batch is to be promoted once it is prepared, so that it survives whoever was told to.

    Args:
        by: the user who wants it; None for a command, a folder or a push.
        skip_rejected, accept: as for `promote`.
        seen: somebody has looked at this preview, so another one has to be looked at again.
    """
    asked = {"by": by and by.pk, "skip_rejected": skip_rejected, "accept": list(accept), "seen": seen}
    batch.auto_apply, batch.effects = True, {**batch.effects, _ASKED: asked}
    batch.heartbeat_at = timezone.now()
    batch.save(update_fields=["auto_apply", "effects", "heartbeat_at"])


def ask_to_undo(batch: ImportBatch, *, by: Any) -> bool:
    """Write down that an applied batch is to be taken back; False where it is not applied, or was asked already.

    Args:
        by: the user who wants it.
    """
    now = timezone.now()
    # Counted anew: how often the file had ended its worker says nothing of its undo.
    return bool(
        ImportBatch.objects.filter(pk=batch.pk, state=BatchState.APPLIED, undo_asked_at__isnull=True).update(
            undo_asked_at=now, undo_asked_by=by, heartbeat_at=now, attempts=0, error_code="", error_params={}
        )
    )


def is_undo_asked(batch: ImportBatch) -> bool:
    """Whether somebody was asked to take a batch back and has not answered."""
    return batch.state == BatchState.APPLIED and batch.undo_asked_at is not None


def undo_asked(batch: ImportBatch) -> UndoResult | None:
    """Take a batch back as `ask_to_undo` wrote it down; None where nobody asks any more."""
    with batch_lock(batch.pk):
        batch.refresh_from_db()
        if not is_undo_asked(batch):
            return None
        result = undo(batch, by=batch.undo_asked_by)
        if result.state == "refused":
            _close_undo(batch, result.code, {})
    return result


def _close_undo(batch: ImportBatch, code: str, params: dict[str, Any]) -> None:
    """End the wish for an undo; the batch stays as it is, with the reason for whoever looks."""
    batch.undo_asked_at, batch.error_code, batch.error_params = None, code, params
    batch.save(update_fields=["undo_asked_at", "error_code", "error_params"])


def work_on(batch: ImportBatch) -> ImportBatch:
    """Bring a batch as far as was asked, from wherever it stands: prepared, promoted or taken back."""
    with batch_lock(batch.pk):
        batch.refresh_from_db()
        if is_undo_asked(batch):
            undo_asked(batch)
            return batch
        if batch.state == BatchState.PROMOTING:
            # Promotion is one transaction, so nothing of it is there.
            batch.state = BatchState.PREVIEWED
            batch.save(update_fields=["state"])
        if batch.state in WORKING:
            prepare_locked(batch)
        return promote_asked(batch)


def promote_asked(batch: ImportBatch) -> ImportBatch:
    """Promote a previewed batch as `ask_to_apply` wrote it down; any other is returned as it is."""
    with batch_lock(batch.pk):
        batch.refresh_from_db()
        if batch.state != BatchState.PREVIEWED or not batch.auto_apply or batch.error_code:
            return batch
        asked = batch.effects.get(_ASKED, {})
        by = asked.get("by") and get_user_model()._default_manager.filter(pk=asked["by"]).first()
        promote(
            batch,
            by=by or None,
            skip_rejected=asked.get("skip_rejected", False),
            confirm_recount=not asked.get("seen", False),
            accept=asked.get("accept", ()),
        )
        if batch.state == BatchState.PREVIEWED:
            # What comes next is a person's decision again.
            batch.auto_apply = False
            batch.save(update_fields=["auto_apply"])
    return batch


def resume(batch: ImportBatch) -> bool:
    """Take up a batch that nobody works on; return whether it was free and unfinished.

    A batch that has ended its worker too often is refused with a sentence instead, or stays applied with one.
    """
    with free_batch_lock(batch.pk) as free:
        if not free or not unfinished().filter(pk=batch.pk).exists():
            return False
        batch.refresh_from_db()
        is_undo = is_undo_asked(batch)
        if batch.cancel_requested_at is not None and not is_undo:
            end_cancelled(batch)
        elif is_undo and batch.attempts >= import_settings.RESUME_ATTEMPTS:
            _close_undo(batch, UNDO_GAVE_UP, {"attempts": batch.attempts + 1})
        elif batch.attempts >= import_settings.RESUME_ATTEMPTS:
            refuse_file(batch, GAVE_UP, {"attempts": batch.attempts + 1})
        else:
            batch.attempts += 1
            batch.heartbeat_at = timezone.now()
            batch.save(update_fields=["attempts", "heartbeat_at"])
            work_on(batch)
    return True


def close_superseded(batch: ImportBatch) -> None:
    """Cancel the dead batches of the same file from the same door: `batch` does their work."""
    twins = unfinished_files().filter(
        kind=batch.kind, branch=batch.branch, sha256=batch.sha256, source=batch.source, pk__lt=batch.pk
    )
    for twin in twins:
        with free_batch_lock(twin.pk) as free:
            if free and unfinished_files().filter(pk=twin.pk).exists():
                clear_stage(twin)
                twin.state, twin.step, twin.finished_at = BatchState.CANCELLED, "", timezone.now()
                twin.error_code, twin.error_params = SUPERSEDED, {"batch": batch.pk}
                twin.save(update_fields=["state", "step", "finished_at", "error_code", "error_params"])
