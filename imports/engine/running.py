"""A whole import in this process, as the command and the watched folder run it."""

import datetime
from typing import Any

from django.core.files import File
from django.utils import timezone

from cabinet_pages.accounts.models import Branch
from imports.engine.preparing import prepare
from imports.engine.promoting import promote
from imports.engine.receiving import receive
from imports.models import BatchState, ImportBatch

_COPIED = (
    "format", "encoding", "headings", "columns", "unknown_columns", "rows", "rejected", "documents", "totals", "as_of",
)  # fmt: skip


def run_import(
    *,
    kind: str,
    branch: Branch | None,
    file: "File[bytes]",
    name: str,
    by: Any = None,
    dry_run: bool = False,
    skip_rejected: bool = False,
    profile: str = "",
    as_of: datetime.datetime | None = None,
) -> ImportBatch:
    """Receive, prepare and, without `dry_run`, promote; return the batch in its last state.

    Args are those of `receive` and `promote`. A dry run ends `previewed`, or `refused` where nothing can be read.
    """
    batch = receive(kind=kind, branch=branch, file=file, name=name, by=by, as_of=as_of, profile=profile)
    if not dry_run and settle_known(batch):
        return batch
    prepare(batch)
    if not dry_run:
        promote(batch, by=by, skip_rejected=skip_rejected, confirm_recount=True)
    return batch


def settle_known(batch: ImportBatch) -> bool:
    """End a batch `unchanged` when its bytes are those of the newest applied one of its branch and kind.

    Only when that one had no rejected rows, which might be good by now, and when no other batch of the kind could
    have touched its rows since.
    """
    newest = ImportBatch.objects.filter(kind=batch.kind, state=BatchState.APPLIED).order_by("-pk")
    if batch.branch_id is not None:
        newest = newest.filter(branch_id=batch.branch_id) | newest.filter(branch_id__isnull=True)
    known = newest.first()
    if (
        known is None
        or known.sha256 != batch.sha256
        or known.branch_id != batch.branch_id
        or known.rejected
        or (batch.as_of_given and batch.as_of != known.as_of)
        or known.mapping != batch.mapping
        or known.options != batch.options
    ):
        return False
    for name in _COPIED:
        setattr(batch, name, getattr(known, name))
    batch.unchanged = known.rows - known.rejected
    batch.state = BatchState.UNCHANGED
    batch.previewed_at = batch.finished_at = timezone.now()
    batch.save()
    return True
