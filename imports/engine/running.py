"""A whole import in this process, as the command and the watched folder run it."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.files import File
from django.utils import timezone

from cabinet_pages.accounts.models import Branch
from imports.engine.leases import ask_to_apply, close_superseded
from imports.engine.locks import batch_lock
from imports.engine.newest import newest_batch, taken_back_since
from imports.engine.options import Span
from imports.engine.preparing import prepare
from imports.engine.promoting import promote
from imports.engine.receiving import receive
from imports.models import BatchSource, BatchState, ImportBatch

_COPIED = (
    "format", "encoding", "headings", "columns", "unknown_columns", "rows", "rejected", "documents", "totals", "as_of",
    "declared_totals",
)  # fmt: skip
_SAME = ("branch_id", "mapping", "options", "complete_from", "complete_to")


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
    complete: Span | None = None,
    expect_rows: int | None = None,
    expect_amount: Decimal | None = None,
    accept: Iterable[str] = (),
    initial_load: bool = False,
    source: str = BatchSource.COMMAND.value,
) -> ImportBatch:
    """Receive, prepare and, without `dry_run`, promote; return the batch in its last state.

    Args are those of `receive` and `promote`. A dry run ends `previewed`, or `refused` where nothing can be read.
    """
    batch = receive(
        kind=kind,
        branch=branch,
        file=file,
        name=name,
        by=by,
        as_of=as_of,
        profile=profile,
        complete=complete,
        expect_rows=expect_rows,
        expect_amount=expect_amount,
        accept=accept,
        initial_load=initial_load,
        source=source,
    )
    # Held to the end, so that nobody who looks for dead batches takes this one up between two steps.
    with batch_lock(batch.pk):
        close_superseded(batch)
        if dry_run:
            return prepare(batch)
        ask_to_apply(batch, by=by, skip_rejected=skip_rejected)
        if settle_known(batch):
            return batch
        prepare(batch)
        return promote(batch, by=by, skip_rejected=skip_rejected, confirm_recount=True)


def settle_known(batch: ImportBatch) -> bool:
    """End a batch `unchanged` when its bytes are those of the newest promoted one of its branch and kind.

    Only when that one had no rejected rows, which might be good by now, when no other batch of the kind could have
    touched its rows since, and when the same is said of both files.
    """
    known = newest_batch(batch)
    if (
        known is None
        or known.sha256 != batch.sha256
        or known.rejected
        or any(getattr(known, name) != getattr(batch, name) for name in _SAME)
        or (batch.as_of_given and batch.as_of != known.as_of)
        or (batch.expect_rows is not None and batch.expect_rows != known.rows)
        or (batch.expect_amount is not None and batch.expect_amount != Decimal(known.totals.get("amount", "0")))
        or taken_back_since(known)
    ):
        return False
    for name in _COPIED:
        setattr(batch, name, getattr(known, name))
    batch.unchanged = known.rows - known.rejected
    batch.state = BatchState.UNCHANGED
    batch.previewed_at = batch.finished_at = timezone.now()
    batch.save()
    return True
