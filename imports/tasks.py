"""Background tasks of imports: a batch is prepared and promoted by the worker, and looked after until it is over.

A queue may forget a task whose worker died, so each batch that is given to the worker gets a second task that looks
again after a while; it puts the next look into the queue before it does anything else.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone, translation
from django_tasks import task, task_backends

from cabinet_pages.conf import cabinet_settings
from imports.conf import import_settings
from imports.engine.leases import (
    ask_to_apply,
    dead_batches,
    is_dead,
    promote_asked,
    renew,
    resume,
    unfinished,
)
from imports.engine.preparing import prepare
from imports.engine.undoing import undo
from imports.models import BatchState, ImportBatch

_QUEUE = "imports"


@task()
def prepare_batch(batch_id: int) -> str:
    """Prepare a batch, and promote it where that was asked for; return its state."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(promote_asked(prepare(ImportBatch.objects.get(pk=batch_id))).state)


@task()
def promote_batch(batch_id: int) -> str:
    """Promote a batch as was asked; return its state."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(promote_asked(ImportBatch.objects.get(pk=batch_id)).state)


@task()
def resume_batch(batch_id: int) -> bool:
    """Take up a batch whose worker died; return whether there was anything to take up."""
    with translation.override(settings.LANGUAGE_CODE):
        return resume(ImportBatch.objects.get(pk=batch_id))


@task()
def undo_batch(batch_id: int, user_id: int | None) -> str:
    """Take a batch back for the user who confirmed it; return how it ended."""
    by: Any = None if user_id is None else get_user_model()._default_manager.get(pk=user_id)
    batch = ImportBatch.objects.get(pk=batch_id)
    with translation.override(settings.LANGUAGE_CODE):
        result = undo(batch, by=by)
    _note_undo(batch, asked=False)
    return result.state


@task()
def look_after_batch(batch_id: int) -> str:
    """Take up a batch if its worker died; look again later while it is unfinished. Return what was found."""
    batch = unfinished().filter(pk=batch_id).first()
    if batch is None:
        return "over"
    # Before any work: if the file ends this process too, somebody still comes back to it.
    look_later(batch)
    if not is_dead(batch):
        return "alive"
    with translation.override(settings.LANGUAGE_CODE):
        return "resumed" if resume(batch) else "alive"


def enqueue_prepare(batch: ImportBatch, *, is_looked_after: bool = False) -> None:
    """Have a batch prepared by the worker; the alias is looked up now, so a host may rename its backends.

    Args:
        is_looked_after: it was received with `then=look_later`, so that even this call may be lost.
    """
    if not is_looked_after:
        look_later(batch)
    prepare_batch.using(backend=cabinet_settings.TASK_BACKEND, queue_name=_QUEUE).enqueue(batch.pk)


def enqueue_promote(batch: ImportBatch, *, by: Any, skip_rejected: bool, accept: Iterable[str] = ()) -> None:
    """Have a batch promoted by the worker.

    Args:
        by: the user who has seen the preview and confirms it.
        skip_rejected: leave rejected rows out.
        accept: codes of stops to let pass.
    """
    ask_to_apply(batch, by=by, skip_rejected=skip_rejected, accept=accept, seen=True)
    look_later(batch)
    promote_batch.using(backend=cabinet_settings.TASK_BACKEND, queue_name=_QUEUE).enqueue(batch.pk)


def enqueue_undo(batch: ImportBatch, *, by: Any) -> None:
    """Have a batch taken back by the worker; `is_undo_asked` tells that it waits, or is at work."""
    _note_undo(batch, asked=True)
    undo_batch.using(backend=cabinet_settings.TASK_BACKEND, queue_name=_QUEUE).enqueue(batch.pk, by and by.pk)


def is_undo_asked(batch: ImportBatch) -> bool:
    """Whether the worker was asked to take a batch back and has not answered."""
    return batch.state == BatchState.APPLIED and bool(batch.effects.get("undo_asked"))


def _note_undo(batch: ImportBatch, *, asked: bool) -> None:
    batch.refresh_from_db(fields=["effects"])
    batch.effects = {**batch.effects, "undo_asked": asked}
    batch.save(update_fields=["effects"])


def enqueue_dead() -> list[ImportBatch]:
    """Have the worker take up every batch whose worker died; return them. Safe to call often."""
    taken = []
    for batch in dead_batches():
        if renew(batch):
            resume_batch.using(backend=cabinet_settings.TASK_BACKEND, queue_name=_QUEUE).enqueue(batch.pk)
            taken.append(batch)
    return taken


def enqueue_if_dead(batch: ImportBatch) -> None:
    """Have the worker take up one batch if its worker died, as somebody who watches it notices."""
    if is_dead(batch) and renew(batch):
        resume_batch.using(backend=cabinet_settings.TASK_BACKEND, queue_name=_QUEUE).enqueue(batch.pk)


def look_later(batch: ImportBatch) -> None:
    """Have somebody look after a batch when its lease is over; a backend that cannot wait is not asked to.

    There `manage.py resume_imports` from a timer, the watched folder and the page of the batch do it.
    """
    alias = cabinet_settings.TASK_BACKEND
    if task_backends[alias].supports_defer:
        # Half a lease after its end, so that a batch is silent for less than two leases.
        moment = timezone.now() + datetime.timedelta(seconds=import_settings.LEASE_SECONDS * 1.5)
        look_after_batch.using(backend=alias, queue_name=_QUEUE, run_after=moment).enqueue(batch.pk)
