"""Reads of batches: lists and pages for the desk, and the report of the contract."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, Q, QuerySet

from cabinet_pages.access.queries import branches_for, works_for_all_branches
from imports.conf import import_settings
from imports.engine.undoing import UndoResult
from imports.messages import message
from imports.models import BatchRow, BatchState, ImportBatch, ImportProfile, IssueLevel, RowIssue, RowStatus

# The contract's four states, and `undone`, as its answer to an undo says. A file that somebody stopped has changed
# nothing, as a refused one.
_REPORTED_STATES = {
    **{state: state for state in (BatchState.APPLIED, BatchState.REFUSED, BatchState.UNCHANGED, BatchState.UNDONE)},
    BatchState.CANCELLED: BatchState.REFUSED,
}


def batches_for(user: Any) -> "QuerySet[ImportBatch]":
    """The batches that an employee may see: those of their branches; files of all branches for the central office."""
    batches = ImportBatch.objects.select_related("branch", "created_by", "promoted_by")
    allowed = Q(branch__in=branches_for(user))
    if works_for_all_branches(user):
        allowed |= Q(branch__isnull=True)
    return batches.filter(allowed)


def sources_for(user: Any) -> "QuerySet[ImportProfile]":
    """The sources by whose names an employee may give files: those of their branches and the central office's."""
    return ImportProfile.objects.filter(Q(branch__in=branches_for(user)) | Q(branch__isnull=True)).order_by("name")


def differences_of(batch: ImportBatch, *, status: str = "", change: str = "", search: str = "") -> "QuerySet[BatchRow]":
    """The rows of a batch that would change, or did change, something, in file order; for paging by the database.

    Args:
        status: one of `RowStatus`; all but unchanged ones when empty.
        change: only changes of this name, such as `owner`.
        search: only rows of accounts whose number begins so.
    """
    rows = BatchRow.objects.filter(batch=batch, leads=True).order_by("row")
    rows = rows.filter(status=status) if status else rows.exclude(status=RowStatus.UNCHANGED)
    if change:
        rows = rows.filter(change=change)
    if search:
        rows = rows.filter(owner_label__startswith=search)
    return rows


def issues_of(batch: ImportBatch, *, level: str = "") -> "QuerySet[RowIssue]":
    """What is to be said about a batch and its rows, the file first, then by row; for paging by the database."""
    issues = RowIssue.objects.filter(batch=batch)
    if level:
        issues = issues.filter(level=level)
    return issues.order_by(F("row").asc(nulls_first=True), "pk")


def issue_message(batch: ImportBatch, issue: RowIssue) -> str:
    """The sentence of an issue in the active language."""
    return message(batch.kind, issue.code, issue.params)


def last_undo(batch: ImportBatch) -> ImportBatch | None:
    """The batch that has taken a batch back; None while there is none."""
    return ImportBatch.objects.filter(undoes=batch).first()


def undo_report(batch: ImportBatch, result: UndoResult) -> Mapping[str, Any]:
    """How an undo ended, as the contract's JSON has it; sentences are in the active language.

    Args:
        batch: the one that was, or was not, taken back.
    """
    told: dict[str, Any] = {
        "state": result.state,
        "restored": result.restored,
        "conflicts": [
            {
                "row": one.row,
                "account": one.account,
                "key": one.key,
                "code": one.code,
                "message": message(batch.kind, one.code, {"account": one.account}),
            }
            for one in result.conflicts
        ],
        "conflicts_total": result.conflicts_total,
        "batch": None if result.batch is None else result.batch.pk,
    }
    if result.code:
        told |= {"code": result.code, "message": message(batch.kind, result.code, {})}
    return told


def report(batch: ImportBatch) -> Mapping[str, Any]:
    """The batch as the contract's JSON has it; sentences are in the active language."""
    limit = import_settings.REPORTED_ISSUES
    # By the index, however many there are; the two kinds are asked for one after the other.
    issues = issues_of(batch).order_by("row", "pk")
    # What holds the file up comes first, then what else is to be said of it, then the rows in their order.
    file_wide = sorted(issues.filter(row__isnull=True)[:limit], key=lambda issue: issue.level != IssueLevel.STOP)
    errors = list(issues.filter(row__isnull=False).exclude(level=IssueLevel.WARNING)[: limit - len(file_wide)])
    room = limit - len(file_wide) - len(errors)
    warnings = list(issues.filter(row__isnull=False, level=IssueLevel.WARNING)[:room])
    told = file_wide + sorted(errors + warnings, key=lambda issue: (issue.row or 0, issue.pk))
    return {
        "batch": batch.pk,
        "state": str(_REPORTED_STATES.get(BatchState(batch.state), BatchState.PREVIEWED)),
        "kind": batch.kind,
        "format": batch.format,
        "encoding": batch.encoding,
        "rows": batch.rows,
        "new": batch.new,
        "changed": batch.changed,
        "unchanged": batch.unchanged,
        "rejected": batch.rejected,
        "withdrawn": batch.withdrawn,
        "documents": batch.documents,
        "totals": batch.totals,
        "issues": [
            {
                "row": issue.row,
                "column": issue.column,
                "value": issue.value,
                "level": issue.level,
                "code": issue.code,
                "message": issue_message(batch, issue),
            }
            for issue in told
        ],
        "issues_total": issues.count(),
    }
