"""Prepare: a received batch → a previewed one. Read, validate, stage, compare; nothing of the cabinet is written."""

from typing import Any

from django.db.models import Max
from django.utils import timezone

from imports.engine.checking import Tally, check_rows
from imports.engine.collector import rare_collection
from imports.engine.comparing import Comparison, compare
from imports.engine.errors import FileRefused
from imports.engine.locks import batch_lock
from imports.engine.opening import open_batch
from imports.engine.progress import Progress
from imports.engine.stage import clear_stage, record_issues, storable, storable_param
from imports.formats import UnreadableFile
from imports.models import BatchState, BatchStep, ImportBatch, IssueLevel, RowIssue, RowStatus
from imports.resources.base import Issue

#: States in which a batch may be prepared, again too: its worker may have died.
OPEN_STATES = (BatchState.RECEIVED, BatchState.PREPARING, BatchState.PREVIEWED)


def prepare(batch: ImportBatch) -> ImportBatch:
    """Read a batch's file and say what it would do; it ends `previewed`, or `refused` when nothing can be read.

    Preparing again forgets the earlier preview. A batch that is past its preview is returned as it is.
    """
    with batch_lock(batch.pk):
        batch.refresh_from_db()
        if batch.state in OPEN_STATES:
            prepare_locked(batch)
    return batch


def prepare_locked(batch: ImportBatch) -> None:
    """Prepare a batch whose lock the caller holds."""
    clear_stage(batch)
    _set(batch, state=BatchState.PREPARING, progress=0, rows=0, error_code="", error_params={})
    # Asked before anything is compared: whoever promotes later has to look again.
    compared_after = newest_applied(batch.kind)
    try:
        with rare_collection(), open_batch(batch) as opened:
            heading = opened.table.heading
            headings = {name: text for name, text in zip(heading.names, heading.texts, strict=True) if name}
            _set(
                batch,
                format=opened.format,
                encoding=opened.encoding,
                headings=[storable(text) for text in heading.texts if text],
                columns=sorted(headings),
                unknown_columns=[storable(text) for text in heading.unknown],
                as_of=opened.resource.context.as_of,
            )
            record_issues(
                batch,
                (
                    Issue(heading.number, text, "", IssueLevel.WARNING, "unknown_column", {"column": text})
                    for text in heading.unknown
                ),
                {},
            )
            progress = Progress(batch)
            progress.begin(BatchStep.READING)
            tally = check_rows(opened, progress)
            if not tally.rows:
                raise FileRefused("no_rows")
            _set(batch, rows=tally.rows)
            progress.begin(BatchStep.COMPARING)
            comparison = compare(batch, opened.resource, headings, progress)
            _set(batch, **_counts(opened.resource, tally, comparison))
    except (FileRefused, UnreadableFile) as refusal:
        refuse_file(batch, refusal.code, dict(refusal.params))
        return
    _set(
        batch,
        state=BatchState.PREVIEWED,
        step="",
        previewed_at=timezone.now(),
        compared_after=compared_after,
        new_articles=opened.resource.context.new_articles,
        warnings=RowIssue.objects.filter(batch=batch, level=IssueLevel.WARNING).count(),
    )


def refuse_file(batch: ImportBatch, code: str, params: dict[str, object]) -> None:
    """Refuse a file that cannot be read: no rows, one issue without a row."""
    clear_stage(batch)
    record_issues(batch, [Issue(None, "", "", IssueLevel.ERROR, code, params)], {})
    _set(
        batch,
        state=BatchState.REFUSED,
        step="",
        rows=0,
        new=0,
        changed=0,
        unchanged=0,
        rejected=0,
        documents=0,
        warnings=0,
        totals={},
        change_counts={},
        error_code=code,
        error_params=_plain(params),
        finished_at=timezone.now(),
    )


def newest_applied(kind: str) -> int:
    """The id of the newest applied batch of a kind, of whatever branch; 0 when there is none."""
    newest = ImportBatch.objects.filter(kind=kind, state=BatchState.APPLIED).aggregate(newest=Max("pk"))["newest"]
    return int(newest or 0)


def _counts(resource: Any, tally: Tally, comparison: Comparison) -> dict[str, Any]:
    totals: dict[str, Any] = {}
    if resource.has_money:
        totals = {
            "amount": f"{tally.amount:f}",
            "by_article": {name: f"{amount:f}" for name, amount in sorted(tally.by_article.items())},
        }
    return {
        "new": comparison.statuses[RowStatus.NEW],
        "changed": comparison.statuses[RowStatus.CHANGED],
        "unchanged": comparison.statuses[RowStatus.UNCHANGED],
        "rejected": tally.rejected + comparison.newly_rejected,
        "documents": comparison.objects if resource.counts_documents else 0,
        "change_counts": dict(comparison.changes),
        "totals": totals,
    }


def _set(batch: ImportBatch, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(batch, name, value)
    batch.save(update_fields=list(fields))


def _plain(params: dict[str, object]) -> dict[str, object]:
    return {name: storable_param(value) for name, value in params.items()}
