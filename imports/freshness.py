"""Of what day the imported data are: the moment that the last promoted file of each kind speaks of."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Max, Q

from cabinet_pages.clock import kyiv_date
from imports.models import BatchSource, BatchState, ImportBatch


def imported_as_of(branches: Collection[int], kinds: Collection[str]) -> dict[tuple[int, str], date]:
    """The Kyiv day of the data of branches, by branch and kind of import; one query.

    Args:
        branches: primary keys; a file of all branches counts for each of them.
        kinds: names of kinds of import.

    Returns:
        nothing for a kind that a branch has never sent; a file that was taken back does not count.
    """
    applied = ImportBatch.objects.filter(
        Q(branch__in=branches) | Q(branch__isnull=True), state=BatchState.APPLIED, kind__in=kinds
    ).exclude(source=BatchSource.UNDO)
    newest = applied.order_by().values("kind", "branch").annotate(newest=Max("finished_at")).values_list("newest")
    found: dict[tuple[int, str], date] = {}
    finished: dict[tuple[int, str], datetime] = {}
    for kind, of_branch, as_of, at in applied.filter(finished_at__in=newest).values_list(
        "kind", "branch_id", "as_of", "finished_at"
    ):
        if at is None:
            continue
        for branch in branches if of_branch is None else (of_branch,):
            if at >= finished.get((branch, kind), at):
                finished[branch, kind] = at
                found[branch, kind] = kyiv_date(as_of or at)
    return found
