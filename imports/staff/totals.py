"""The money of a batch beside that of the batch before it, and the breaks in its balances."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count

from cabinet_pages.accounts.models import Branch
from imports.engine.newest import newest_batch
from imports.models import BatchRow, ImportBatch, RowIssue
from imports.queries import issue_message
from imports.resources.continuity import BREAKS

_BREAKS_PER_PAGE = 50


@dataclass(frozen=True)
class Compared:
    """A sum beside the earlier one, UAH; None where one of the two files has none."""

    name: str
    amount: Decimal | None
    earlier: Decimal | None
    difference: Decimal


@dataclass(frozen=True)
class ShownBreak:
    """A balance that does not go on from its neighbours."""

    row: int | None
    account: str
    column: str
    message: str


def totals_context(batch: ImportBatch) -> dict[str, Any]:
    """Totals by article and, for a file of all branches, by branch, beside the file before it."""
    if not batch.totals:
        return {}
    earlier = newest_batch(batch, of_branch_alone=True)
    before = earlier.totals if earlier is not None else {}
    names = dict(Branch.objects.values_list("code", "name")) if "by_branch" in batch.totals else {}
    by_branch = _compared(batch.totals.get("by_branch", {}), before.get("by_branch", {}))
    declared = batch.declared_totals.get("amount")
    return {
        "earlier_batch": earlier,
        "article_totals": _compared(batch.totals.get("by_article", {}), before.get("by_article", {})),
        "branch_totals": [
            Compared(names.get(one.name, one.name), one.amount, one.earlier, one.difference) for one in by_branch
        ],
        "whole_total": _one("", batch.totals.get("amount"), before.get("amount")),
        "declared_total": None if declared is None else Decimal(declared),
    }


def continuity_context(batch: ImportBatch, asked: Mapping[str, str]) -> dict[str, Any]:
    """How many balances break, which accounts they are of, and a page of the breaks (`cp` of the address)."""
    breaks = RowIssue.objects.filter(batch=batch, code__in=BREAKS)
    counts = dict(breaks.order_by().values_list("code").annotate(number=Count("pk")))
    if not counts:
        return {}
    page = Paginator(breaks.order_by("row", "pk"), _BREAKS_PER_PAGE).get_page(asked.get("cp"))
    issues = list(page.object_list)
    rows = BatchRow.objects.filter(batch=batch, row__in={issue.row for issue in issues})
    accounts = dict(rows.values_list("row", "owner_label"))
    broken = BatchRow.objects.filter(batch=batch, row__in=breaks.values("row"))
    return {
        "breaks_page": page,
        "breaks": [
            ShownBreak(issue.row, accounts.get(issue.row or 0, ""), issue.column, issue_message(batch, issue))
            for issue in issues
        ],
        "breaks_within": counts.get("balance_break", 0),
        "breaks_between": sum(counts.get(code, 0) for code in BREAKS if code != "balance_break"),
        "broken_accounts": broken.order_by().values("owner_id").distinct().count(),
    }


def _compared(now: Mapping[str, str], before: Mapping[str, str]) -> list[Compared]:
    names = sorted(now.keys() | before.keys())
    return [_one(name, now.get(name), before.get(name)) for name in names]


def _one(name: str, now: str | None, before: str | None) -> Compared:
    amount = None if now is None else Decimal(now)
    earlier = None if before is None else Decimal(before)
    return Compared(name, amount, earlier, (amount or Decimal(0)) - (earlier or Decimal(0)))
