"""Prepare: a received batch → a previewed one. Read, validate, stage, compare; nothing of the cabinet is written."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone

from imports.columns import GroupRows
from imports.engine.cancelling import end_cancelled
from imports.engine.checking import Tally, check_rows
from imports.engine.collector import rare_collection
from imports.engine.comparing import Comparison, compare
from imports.engine.completing import check_completeness, withdraw_absent
from imports.engine.errors import Cancelled, FileRefused
from imports.engine.facts import Completion, Declared, Preview
from imports.engine.locks import batch_lock
from imports.engine.newest import latest_export, newest_batch, superseded_twin, times_written
from imports.engine.opening import open_batch
from imports.engine.progress import Progress
from imports.engine.stage import clear_stage, record_issues, storable, storable_param
from imports.engine.steps import reached
from imports.engine.stops import foreign_rows, stop_issues
from imports.formats import UnreadableFile
from imports.models import BatchState, BatchStep, ImportBatch, IssueLevel, RowIssue, RowStatus
from imports.resources.base import Issue, KindResource

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
    # Whoever wanted it applied has seen another preview.
    unseen = {"approved_by": None, "approved_at": None}
    _set(batch, state=BatchState.PREPARING, progress=0, rows=0, error_code="", error_params={}, **unseen)
    reached("preparing", batch.pk)
    # Asked before anything is compared: whoever promotes later has to look again.
    compared_after = times_written(batch.kind)
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
            reached("opened", batch.pk)
            check_completeness(opened.resource)
            progress = Progress(batch)
            progress.begin(BatchStep.READING)
            tally = check_rows(opened, progress)
            record_issues(batch, group_issues(opened.table.groups), headings)
            if not tally.rows:
                raise FileRefused("no_rows")
            _set(batch, rows=tally.rows)
            reached("staged", batch.pk)
            progress.begin(BatchStep.COMPARING)
            comparison = compare(batch, opened.resource, headings, progress, tally.settled)
            completion = withdraw_absent(batch, opened.resource)
            declared = tally.told.declared(opened.resource, tally.amount)
            _set(batch, **_counts(opened.resource, tally, comparison, completion, declared))
            if refusal := opened.resource.refusal():
                _refuse_read_file(batch, *refusal)
                return
            _look_for_stops(batch, opened.resource, tally, comparison, completion, declared)
            reached("compared", batch.pk)
            progress.advance(batch.rows)
    except Cancelled:
        end_cancelled(batch)
        return
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
    reached("previewed", batch.pk)


def group_issues(groups: GroupRows) -> Iterator[Issue]:
    """What is to be told of group rows: a column was taken from them, or they were passed over."""
    told = (
        ("group_rows_used", groups.used, groups.used_rows),
        ("group_rows_passed", groups.passed, groups.passed_rows),
    )
    for code, count, rows in told:
        if count:
            params = {"count": count, "rows": [*rows, "…"] if count > len(rows) else rows}
            yield Issue(rows[0], "", "", IssueLevel.WARNING, code, params)


def _refuse_read_file(batch: ImportBatch, code: str, params: Mapping[str, object]) -> None:
    """Refuse a file that could be read: its rows, counts and totals stay, to be looked at."""
    record_issues(batch, [Issue(None, "", "", IssueLevel.ERROR, code, params)], {})
    _set(
        batch,
        state=BatchState.REFUSED,
        step="",
        previewed_at=timezone.now(),
        finished_at=timezone.now(),
        error_code=code,
        error_params=_plain(dict(params)),
    )


def refuse_file(batch: ImportBatch, code: str, params: dict[str, object]) -> None:
    """Refuse a file that cannot be read: no rows, one issue without a row."""
    clear_stage(batch)
    record_issues(batch, [Issue(None, "", "", IssueLevel.ERROR, code, params)], {})
    _set(
        batch,
        state=BatchState.REFUSED,
        step="",
        format=batch.format,
        encoding=batch.encoding,
        rows=0,
        new=0,
        changed=0,
        unchanged=0,
        rejected=0,
        withdrawn=0,
        documents=0,
        warnings=0,
        totals={},
        declared_totals={},
        change_counts={},
        error_code=code,
        error_params=_plain(params),
        finished_at=timezone.now(),
    )


def _look_for_stops(
    batch: ImportBatch,
    resource: KindResource,
    tally: Tally,
    comparison: Comparison,
    completion: Completion,
    declared: Declared,
) -> None:
    preview = Preview(
        batch=batch,
        resource=resource,
        newest=newest_batch(batch),
        twin=superseded_twin(batch),
        latest=latest_export(batch),
        amount=tally.amount,
        statuses=comparison.statuses,
        changes=comparison.changes,
        figures=comparison.figures,
        zeroed=comparison.zeroed,
        foreign=foreign_rows(batch) if tally.rejected else 0,
        completion=completion,
        declared=declared,
    )
    record_issues(batch, stop_issues(preview), {})


def _counts(
    resource: KindResource, tally: Tally, comparison: Comparison, completion: Completion, declared: Declared
) -> dict[str, Any]:
    totals: dict[str, Any] = {}
    if resource.has_money:
        totals = {
            "amount": f"{tally.amount:f}",
            "by_article": {name: f"{amount:f}" for name, amount in sorted(tally.by_article.items())},
        }
        if resource.context.branch is None:
            codes = {resource.context.branches[pk].code: amount for pk, amount in tally.by_branch.items()}
            totals["by_branch"] = {code: f"{amount:f}" for code, amount in sorted(codes.items())}
    return {
        "new": comparison.statuses[RowStatus.NEW],
        "changed": comparison.statuses[RowStatus.CHANGED],
        "unchanged": comparison.statuses[RowStatus.UNCHANGED],
        "rejected": tally.rejected + comparison.newly_rejected,
        "withdrawn": completion.withdrawn,
        "declared_totals": _declared(declared),
        "documents": comparison.objects if resource.counts_documents else 0,
        "change_counts": dict(comparison.changes),
        "totals": totals,
    }


def _declared(declared: Declared) -> dict[str, Any]:
    told = {
        "amount": None if declared.amount is None else f"{declared.amount:f}",
        "rows": declared.rows,
        "row": declared.row or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _set(batch: ImportBatch, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(batch, name, value)
    batch.save(update_fields=list(fields))


def _plain(params: dict[str, object]) -> dict[str, object]:
    return {name: storable_param(value) for name, value in params.items()}
