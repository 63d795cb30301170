"""Random files about a small world: what is applied can be taken back, and numbers are told the same everywhere."""

import random
from collections import Counter
from itertools import chain

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from cabinet_pages import state_hash as hashing
from cabinet_pages.accounts.models import Account
from cabinet_pages.billing.models import Balance, Invoice
from cabinet_pages.documents.models import SignedDocument
from cabinet_pages.metering.models import Register
from cabinet_pages.payments.models import Payment
from cabinet_pages.readings.models import Reading
from imports.engine import promote, run_import
from imports.engine.undoing import undo
from imports.messages import message
from imports.models import BatchRow, BatchState, ImportBatch, RowIssue, RowStatus
from tests.imports.undo.world import KINDS, RandomFile, World
from tests.support.scale import chance, scaled

MODELS = {
    "accounts": Account,
    "metering": Register,
    "balances": Balance,
    "invoices": Invoice,
    "payments": Payment,
    "readings": Reading,
    "documents": SignedDocument,
}
COUNTS = ("rows", "new", "changed", "unchanged", "rejected", "withdrawn", "documents")


def preview(file: RandomFile) -> ImportBatch:
    return run_import(
        kind=file.kind, branch=file.branch, file=ContentFile(file.content), name="x", dry_run=True, **file.options
    )


def stored(kind: str) -> tuple[int, int]:
    """How many objects of a kind there are, and how many of them are withdrawn."""
    model = MODELS[kind]
    withdrawn = "withdrawn" in {field.name for field in model._meta.get_fields()}
    return model._base_manager.count(), model._base_manager.filter(withdrawn=True).count() if withdrawn else 0


def told(batch: ImportBatch) -> list[str]:
    return [message(batch.kind, one.code, one.params) for one in RowIssue.objects.filter(batch=batch)]


def check_numbers(batch: ImportBatch, kind: str) -> None:
    """Promote a preview: its numbers are those of the result, of the journal and of the database."""
    shown = [getattr(batch, name) for name in COUNTS]
    objects, withdrawn = stored(kind)
    promote(batch, skip_rejected=True)
    assert [getattr(batch, name) for name in COUNTS] == shown
    assert batch.rows == batch.new + batch.changed + batch.unchanged + batch.rejected
    if batch.state != BatchState.APPLIED:
        return
    rows = BatchRow.objects.filter(batch=batch)
    assert rows.filter(status=RowStatus.NEW).count() == batch.new
    assert rows.filter(status=RowStatus.CHANGED).count() == batch.changed
    assert rows.filter(status=RowStatus.WITHDRAWN).count() == batch.withdrawn
    made = rows.filter(status=RowStatus.NEW, leads=True).count()
    revived = rows.filter(status=RowStatus.CHANGED, change="revived").count()
    assert stored(kind) == (objects + made, withdrawn + batch.withdrawn - revived)


def a_life(source: random.Random, batches: int) -> int:
    """Give random files one after another, and take back each that was applied; some of them stay. Returns how many."""
    world = World(source)
    undone = 0
    files = chain(world.first_files(), (world.file() for _ in range(batches * 10)))
    for number, file in enumerate(files):
        if source.random() < 0.3:
            world.live()
        before = contents()
        batch = preview(file)
        check_numbers(batch, file.kind)
        if batch.state != BatchState.APPLIED:
            assert contents() == before
            continue
        after = contents()
        assert after != before, (file.kind, told(batch))
        stays = number < 2 or source.random() < 0.4
        if stays:
            with transaction.atomic():
                check_undo(batch, before)
                transaction.set_rollback(True)
            assert contents() == after
        else:
            check_undo(batch, before)
        undone += 1
        if undone == batches:
            break
    return undone


def contents() -> Counter[str]:
    """Every row that the hash is made of, so that a difference can be told."""
    return Counter(
        f"{kind}: {row}" for kind, (model, fields) in hashing._KINDS.items() for row in hashing._rows(model, fields)
    )


def check_undo(batch: ImportBatch, before: Counter[str]) -> None:
    written = batch.new + batch.changed + batch.withdrawn
    result = undo(ImportBatch.objects.get(pk=batch.pk))
    assert (result.state, result.restored, result.conflicts) == ("undone", written, ()), (batch.kind, told(batch))
    now = contents()
    assert (now - before, before - now) == (Counter(), Counter())


@pytest.mark.django_db
@pytest.mark.parametrize("life", range(scaled(2, 5)))
def test_whatever_was_applied_is_taken_back_to_the_very_state_before_it(life: int) -> None:
    batches = scaled(10, 20)
    assert a_life(chance(f"undo {life}"), batches) == batches


@pytest.mark.django_db
@pytest.mark.parametrize("life", range(scaled(1, 5)))
def test_files_taken_back_one_after_another_from_the_last_lead_to_the_beginning(life: int) -> None:
    world = World(chance(f"undo backwards {life}"))
    applied: list[tuple[ImportBatch, Counter[str]]] = []
    for file in chain(world.first_files(), (world.file() for _ in range(200))):
        before = contents()
        batch = promote(preview(file), skip_rejected=True)
        if batch.state == BatchState.APPLIED:
            applied.append((batch, before))
        if len(applied) == scaled(8, 20):
            break
    assert len(applied) == scaled(8, 20)
    for batch, before in reversed(applied):
        check_undo(batch, before)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_taken_back(kind: str) -> None:
    source = chance(f"undo {kind}")
    world = World(source)
    for first in (*world.first_files(), world.file(kind)):
        promote(preview(first), skip_rejected=True)
    world.live()
    seen = 0
    for _ in range(scaled(40, 200)):
        before = contents()
        batch = preview(world.file(kind))
        check_numbers(batch, kind)
        if batch.state == BatchState.APPLIED:
            check_undo(batch, before)
            seen += 1
        if seen == scaled(3, 20):
            break
    assert seen
