"""Background tasks of imports: a batch is prepared, promoted and taken back by the worker, and looked after meanwhile.

A queue may forget a task whose worker died, so each batch that is given to the worker gets a second task that looks
again after a while; it puts the next look into the queue before it does anything else.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django_tasks import task, task_backends

from cabinet_pages.conf import cabinet_settings
from imports.conf import import_settings
from imports.engine.leases import (
    ask_to_apply,
    ask_to_undo,
    dead_batches,
    is_dead,
    promote_asked,
    renew,
    resume,
    undo_asked,
    unfinished,
)
from imports.engine.preparing import prepare
from imports.models import ImportBatch

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
def undo_batch(batch_id: int) -> str:
    """Take a batch back as was asked; return how it ended, '' where that is over already."""
    with translation.override(settings.LANGUAGE_CODE):
        result = undo_asked(ImportBatch.objects.get(pk=batch_id))
    return "" if result is None else result.state


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
    """Have a batch taken back by the worker; `is_undo_asked` tells that it waits, or is at work.

    Args:
        by: the user who confirms it. Asked once more, the worker is only reminded, if it has died.
    """
    with transaction.atomic():
        is_news = ask_to_undo(batch, by=by)
        batch.refresh_from_db()
        if is_news:
            look_later(batch)
    if is_news:
        undo_batch.using(backend=cabinet_settings.TASK_BACKEND, queue_name=_QUEUE).enqueue(batch.pk)
    else:
        enqueue_if_dead(batch)


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
