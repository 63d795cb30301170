"""Compare: staged rows against stored ones, in the order of (account, key), so that each is loaded once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from imports.conf import import_settings
from imports.engine.progress import Progress
from imports.engine.stage import by_family, by_key, families, record_issues, store_compared, walk_equal_keys
from imports.models import ImportBatch, RowStatus
from imports.resources.base import Entry, EqualKeys, KindResource


@dataclass
class Comparison:
    """What comparison counts: rows by status, rows rejected only now, objects, changes with a name."""

    statuses: Counter[str] = field(default_factory=Counter)
    newly_rejected: int = 0
    objects: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    #: Stored sums that are not zero, and those of them that become zero.
    figures: int = 0
    zeroed: int = 0
    #: Of rows compared as they were read: whether two of them may share their key.
    shares_keys: bool = False


def compare(
    batch: ImportBatch,
    resource: KindResource,
    headings: dict[str, str],
    progress: Progress,
    settled: Comparison | None = None,
) -> Comparison:
    """Compare every staged row of a batch and write down what it would do; `progress` hears of each page.

    Args:
        settled: what was found about rows that were compared as they were read; they are left alone, unless they
            turn out to share their key.
    """
    result = Comparison() if settled is None else settled
    if settled is not None and settled.shares_keys:
        _take_back_equal_keys(batch, resource, settled)
    done = result.objects
    if done:
        progress.advance(done, done * 1000 // batch.rows)
    for page in families(batch, resource, import_settings.CHUNK_ROWS):
        before = sum(entry.rejected for entry in page)
        _settle(page, resource)
        leading = [entry for entry in page if entry.leads and not entry.rejected]
        if leading:
            stored = resource.stored(leading)
            for entry in leading:
                resource.judge(entry, stored.get(entry.object_key))
            if resource.has_money:
                _weigh(leading, resource, result)
        if resource.equal_keys is EqualKeys.GROUP:
            _follow_leaders(page)
        store_compared(page)
        record_issues(batch, (issue for entry in page for issue in entry.issues), headings)
        result.newly_rejected += sum(entry.rejected for entry in page) - before
        for entry in page:
            if not entry.rejected:
                result.statuses[str(entry.status)] += 1
                if entry.leads:
                    result.objects += 1
                    if entry.change:
                        result.changes[entry.change] += 1
        done += len(page)
        progress.advance(done, done * 1000 // batch.rows)
    return result


def _take_back_equal_keys(batch: ImportBatch, resource: KindResource, settled: Comparison) -> None:
    for (status, zero), count in walk_equal_keys(batch, resource.amount_value).items():
        settled.statuses[status] -= count
        settled.objects -= count
        if status == RowStatus.UNCHANGED and resource.has_money and not zero:
            settled.figures -= count


def _settle(page: Sequence[Entry], resource: KindResource) -> None:
    """Say what rows of one key are to each other, and let the kind look at each family."""
    for family in by_family(page, resource):
        for group in by_key(family):
            if len(group) > 1 or resource.equal_keys is EqualKeys.GROUP:
                _settle_group(group, resource)
        resource.check_family(family)


def _settle_group(group: list[Entry], resource: KindResource) -> None:
    first = group[0]
    if resource.equal_keys is EqualKeys.COUNT:
        for ordinal, entry in enumerate(group[1:], start=2):
            entry.ordinal = ordinal
            entry.touched = True
    elif resource.equal_keys is EqualKeys.REJECT:
        good = [entry for entry in group if not entry.rejected]
        column = resource.account_column or resource.key_columns[0]
        column = column if column in resource.context.columns else ""
        for entry in good[1:]:
            entry.reject("duplicate_row", column, entry.owner_label if column else "", first=good[0].row)
    else:
        bad = next((entry for entry in group if entry.rejected), None)
        if bad is not None:
            for entry in group:
                if not entry.rejected:
                    entry.reject("rejected_with_row", row=bad.row)
            return
        first.values = resource.merge(group)
        first.touched = True
        for entry in group[1:]:
            entry.leads = False
            entry.values = {}
            entry.touched = True


def _weigh(entries: Sequence[Entry], resource: KindResource, result: Comparison) -> None:
    """Count the stored sums that become zero."""
    for entry in entries:
        zeroed = None if entry.rejected or entry.object_id is None else resource.becomes_zero(entry)
        if zeroed is not None:
            result.figures += 1
            result.zeroed += zeroed


def _follow_leaders(page: Sequence[Entry]) -> None:
    """The parts of an object are new, changed, unchanged or rejected with it."""
    for group in by_key(page):
        leader = group[0]
        for entry in group[1:]:
            if leader.rejected and not entry.rejected:
                entry.reject("rejected_with_row", row=leader.row)
            elif not entry.rejected:
                entry.status = leader.status
