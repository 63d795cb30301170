"""Background tasks of the desk and the push: a batch is prepared and promoted by the worker."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import translation
from django_tasks import task

from cabinet_pages.conf import cabinet_settings
from imports.engine import prepare, promote
from imports.models import ImportBatch


@task()
def prepare_batch(batch_id: int) -> str:
    """Prepare a batch; return its state."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(prepare(ImportBatch.objects.get(pk=batch_id)).state)


@task()
def promote_batch(batch_id: int, user_id: int | None, skip_rejected: bool) -> str:
    """Promote a batch for the user who confirmed it; return its state."""
    by: Any = None if user_id is None else get_user_model()._default_manager.get(pk=user_id)
    with translation.override(settings.LANGUAGE_CODE):
        batch = promote(ImportBatch.objects.get(pk=batch_id), by=by, skip_rejected=skip_rejected)
    return str(batch.state)


def enqueue_prepare(batch: ImportBatch) -> None:
    """Have a batch prepared by the worker; the alias is looked up now, so a host may rename its backends."""
    prepare_batch.using(backend=cabinet_settings.TASK_BACKEND, queue_name="imports").enqueue(batch.pk)


def enqueue_promote(batch: ImportBatch, *, by: Any, skip_rejected: bool) -> None:
    """Have a batch promoted by the worker."""
    promote_batch.using(backend=cabinet_settings.TASK_BACKEND, queue_name="imports").enqueue(
        batch.pk, None if by is None else by.pk, skip_rejected
    )
