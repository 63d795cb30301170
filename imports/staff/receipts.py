"""Receipt of a file at the desk: once for a form, then on to the worker."""

import datetime
from typing import Any
from uuid import UUID

from django.core.files import File
from django.db import IntegrityError, transaction

from cabinet_pages.accounts.models import Branch
from imports.engine import receive
from imports.models import ImportBatch
from imports.tasks import enqueue_prepare, look_later


def receive_once(
    *,
    token: UUID,
    kind: str,
    branch: Branch | None,
    file: "File[bytes]",
    name: str,
    by: Any,
    as_of: datetime.datetime | None = None,
    profile: str = "",
    **said: Any,
) -> ImportBatch:
    """Store a file, have the worker prepare it, and return its batch; the same form again finds the same batch.

    Args:
        token: the form's idempotency token; it becomes the batch's UUID.
        kind, branch, file, name, by, as_of, profile: as for `imports.engine.receive`; the caller has checked the
            branch.
        said: what else `imports.engine.receive` takes: the period of a complete file, control totals.
    """
    earlier = ImportBatch.objects.filter(uuid=token, created_by=by).first()
    if earlier is not None:
        return earlier
    batch = receive(
        kind=kind, branch=branch, file=file, name=name, by=by, as_of=as_of, profile=profile, then=look_later, **said
    )
    try:
        with transaction.atomic():
            ImportBatch.objects.filter(pk=batch.pk).update(uuid=token)
    except IntegrityError:
        # The same click, twice at once: the other one's batch stays.
        batch.file.delete(save=False)
        batch.delete()
        return ImportBatch.objects.get(uuid=token)
    batch.uuid = token
    enqueue_prepare(batch, is_looked_after=True)
    return batch
