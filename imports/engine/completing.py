"""Complete files: what is in force in the period of a file, and absent from it, is withdrawn with it."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from imports.conf import import_settings
from imports.engine.errors import FileRefused
from imports.engine.facts import Completion
from imports.engine.stage import StagedTuple, record_issues, stage_rows, to_json
from imports.models import BatchRow, ImportBatch, IssueLevel, RowStatus
from imports.resources.base import InForce, Issue, KindResource, Row

_WITHDRAWN, _REJECTED = RowStatus.WITHDRAWN.value, RowStatus.REJECTED.value
_MARK = {"withdrawn": ""}


def check_completeness(resource: KindResource) -> None:
    """Look whether what reads the file knows days at all: a bank statement comes as a kind that does.

    Raises:
        FileRefused: `complete_undated`.
    """
    if resource.context.complete is not None and not resource.is_dated:
        raise FileRefused("complete_undated", kind=str(resource.title or resource.kind))


def reject_outside(resource: KindResource, rows: Sequence[Row]) -> None:
    """Reject the rows of a complete file that are dated outside of its period: one of the two must be wrong."""
    span = resource.context.complete
    if span is None:
        return
    first, last = span
    for row in rows:
        day = resource.day(row)
        if day is not None and not first <= day <= last:
            row.reject("outside_period", resource.date_column, first=_told(first), last=_told(last))


def spare(resource: KindResource, row: Row) -> None:
    """Note a rejected row of a complete file that has no key: what it may be about is not withdrawn.

    Where its account is known, that is the account; where it is not, everything. An account that was read and is
    not there, or belongs to another branch, names nothing that could be withdrawn.
    """
    context = resource.context
    if context.complete is None:
        return
    if row.account is not None:
        context.spared.add(row.account.pk)
    elif not (resource.account_column and row.cells.get(resource.account_column)):
        context.spares_all = True


def withdraw_absent(batch: ImportBatch, resource: KindResource) -> Completion:
    """Stage the withdrawal of what a complete file lacks, as rows −1, −2 and so on; return what was found.

    Called when the rows of the file are compared. What a rejected row names stays, and so does the rest of its
    family, such as the month of a balance.
    """
    context, result = resource.context, Completion()
    if context.complete is None:
        return result
    if context.spares_all:
        record_issues(batch, [Issue(None, "", "", IssueLevel.WARNING, "nothing_withdrawn", {})], {})
        return result
    rejected = _rejected_families(batch, resource)
    # Owners come in order, so that those of the last chunk alone may come again.
    owners: dict[int, bool] = {}
    for chunk in _chunks(resource.in_force(*context.complete), import_settings.CHUNK_ROWS):
        named, of_file = _named(batch, chunk)
        staged: list[StagedTuple] = []
        for one in chunk:
            result.in_force += 1
            owners[one.owner_id] = owners.get(one.owner_id, False) or one.owner_id in of_file
            if (
                (one.owner_id, one.key, one.ordinal) in named
                or one.stored.pk in named
                or one.owner_id in context.spared
                or (one.owner_id, resource.family(one.key)) in rejected
            ):
                continue
            result.withdrawn += 1
            staged.append(_staged(batch, one, -result.withdrawn))
        stage_rows(staged)
    result.accounts = len(owners)
    result.accounts_gone = sum(not stays for stays in owners.values())
    if context.spared:
        spared = {"number": len(context.spared)}
        record_issues(batch, [Issue(None, "", "", IssueLevel.WARNING, "accounts_spared", spared)], {})
    return result


def _rejected_families(batch: ImportBatch, resource: KindResource) -> set[tuple[int, str]]:
    rows = BatchRow.objects.filter(batch=batch, status=_REJECTED).values_list("owner_id", "key").order_by()
    return {(owner, resource.family(key)) for owner, key in rows.iterator()}


def _named(batch: ImportBatch, chunk: Sequence[InForce]) -> tuple[set[object], set[int]]:
    """Of a chunk of stored objects: the keys and ids that the file names, and the accounts that it has rows of."""
    keys = {(one.owner_id, one.key, one.ordinal): one.stored.pk for one in chunk}
    ids = set(keys.values())
    # The rows of a complete file are all in the order of keys, by whose index they are found.
    rows = BatchRow.objects.filter(
        batch=batch, in_key_order=True, owner_id__in={one.owner_id for one in chunk}
    ).exclude(status=_WITHDRAWN)
    named: set[object] = set()
    of_file: set[int] = set()
    for owner, key, ordinal, object_id in (
        rows.order_by().values_list("owner_id", "key", "ordinal", "object_id").iterator()
    ):
        of_file.add(owner)
        if (owner, key, ordinal) in keys:
            named.add((owner, key, ordinal))
        # A row may name its object in another way than by its key, as a verdict does by its ReadingId.
        if object_id in ids:
            named.add(object_id)
    return named, of_file


def _staged(batch: ImportBatch, one: InForce, row: int) -> StagedTuple:
    values = to_json({**one.stored.values, "withdrawn": "1"})
    return (
        batch.pk, row, one.owner_id, one.owner_label, one.key, one.ordinal, True, _WITHDRAWN, "", one.stored.pk, values,
        to_json(_MARK),
    )  # fmt: skip


def _chunks(objects: Iterable[InForce], size: int) -> Iterator[list[InForce]]:
    iterator = iter(objects)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _told(day: datetime.date) -> str:
    return f"{day:%d.%m.%Y}"
