"""import-export's way in: a tablib Dataset through the engine, and its Result back."""

from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from import_export.exceptions import ImportError as RowsRefused
from import_export.results import Result, RowResult

from cabinet_pages.accounts.models import Branch
from imports.engine.running import run_import
from imports.messages import batch_error
from imports.models import ImportBatch
from imports.queries import issue_message, issues_of


def import_dataset(
    kind: str,
    dataset: Any,
    *,
    dry_run: bool,
    raise_errors: bool,
    branch: Branch | None = None,
    by: Any = None,
    skip_rejected: bool = False,
    **kwargs: Any,
) -> Result:
    """Import a Dataset; see `KindResource.import_data`."""
    batch = run_import(
        kind=kind,
        branch=branch,
        file=File(BytesIO(dataset.export("csv").encode())),
        name=f"{dataset.title or kind}.csv",
        by=by,
        dry_run=dry_run,
        skip_rejected=skip_rejected,
    )
    result = _result(batch, dataset)
    if raise_errors and (result.invalid_rows or batch.error_code):
        raise RowsRefused(ValidationError(batch_error(batch) or result.invalid_rows[0].error))
    return result


def _result(batch: ImportBatch, dataset: Any) -> Result:
    """Totals and failed rows: a RowResult for each row would not fit into memory."""
    result = Result()
    result.diff_headers = list(dataset.headers or [])
    result.total_rows = batch.rows
    result.totals[RowResult.IMPORT_TYPE_NEW] = batch.new
    result.totals[RowResult.IMPORT_TYPE_UPDATE] = batch.changed
    result.totals[RowResult.IMPORT_TYPE_SKIP] = batch.unchanged
    result.totals[RowResult.IMPORT_TYPE_INVALID] = batch.rejected
    told: dict[int, list[str]] = {}
    for issue in issues_of(batch, level="error").filter(row__isnull=False):
        told.setdefault(issue.row or 0, []).append(issue_message(batch, issue))
    for number, sentences in told.items():
        # The heading is row 1 of the file, so row 2 is the first of the dataset.
        values = dict(zip(dataset.headers, dataset[number - 2], strict=True))
        result.append_invalid_row(number, values, ValidationError(sentences))
    return result
