"""The write of a workbook: its good rows become drafts."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from cabinet_pages.access.queries import Scope
from cabinet_pages.readings.models import ReadingSource
from cabinet_pages.readings.sheet.services import save_draft
from cabinet_pages.readings.workbook.table import Table
from cabinet_pages.readings.workbook.verdicts import WorkbookVerdict, judge


def save_workbook(*, user: Any, scopes: Sequence[Scope], table: Table) -> tuple[int, WorkbookVerdict]:
    """Keep the good rows of a workbook as drafts of the sheet; the same workbook again changes nothing.

    The rows are judged anew, so what changed since they were shown counts. Drafts are not readings: the person
    confirms them on the sheet.

    Args:
        user: the person.
        scopes: of the accounts of the sheet.
        table: of the workbook.

    Returns:
        how many drafts are new or other than before, and the verdict they were saved by.

    Raises:
        WorkbookRefused: as `judge`; nothing was saved.
    """
    with transaction.atomic():
        verdict = judge(table, user=user, scopes=scopes)
        saved = save_draft(user=user, scopes=verdict.sheet.scopes, cells=verdict.cells, source=ReadingSource.WORKBOOK)
    return saved, verdict
