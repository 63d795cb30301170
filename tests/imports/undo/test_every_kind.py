"""An applied file of any kind is taken back to the state before it."""

from typing import Any

import pytest

from cabinet_pages.state_hash import state_hash
from imports.engine.undoing import undo
from imports.models import BatchRow, BatchSource, BatchState, ImportBatch, RowStatus
from tests.factories import make_branch
from tests.imports.contract.files import make_records, packed, rows_of
from tests.imports.resources.loading import applied, load

pytestmark = pytest.mark.django_db

KINDS = ("accounts", "metering", "balances", "invoices", "payments", "readings", "documents")
every_kind = pytest.mark.parametrize("kind", KINDS)
# A column of each kind and what a second file has in it instead.
CHANGES = {
    "accounts": ("Замовник", "ТОВ «Шість зірок»"),
    "metering": ("Ктт", "200/5"),
    "balances": ("Нараховано", "1,00"),
    "invoices": ("№ рахунку", None),
    "payments": ("Сума платежу", None),
    "readings": ("Показання", "21"),
    "documents": ("Сума", "5,00"),
}


def changed_rows(kind: str) -> list[tuple[Any, ...]]:
    """The rows of the kind with one column changed, and one row less."""
    heading, *rows = rows_of(kind)
    name, value = CHANGES[kind]
    place = heading.index(name)
    if value is None:
        return [heading, *rows[1:]]
    return [heading, *((*row[:place], value, *row[place + 1 :]) for row in rows[1:])]


@every_kind
def test_a_first_file_leaves_nothing_behind(kind: str) -> None:
    make_records(kind)
    before = state_hash()
    batch = applied(kind, packed(kind, rows_of(kind), "csv"), branch=make_branch("VIN"))
    assert state_hash() != before
    result = undo(batch)
    assert (result.state, result.restored, result.conflicts) == ("undone", 3, ())
    assert state_hash() == before
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE
    undoing = ImportBatch.objects.get(undoes=batch)
    assert (undoing.state, undoing.source, undoing.kind) == (BatchState.APPLIED, BatchSource.UNDO, kind)
    assert set(BatchRow.objects.filter(batch=undoing).values_list("status", flat=True)) == {RowStatus.REMOVED}
    # What was taken back can come again.
    again = load(kind, packed(kind, rows_of(kind), "csv"), branch=make_branch("VIN"))
    assert (again.state, again.new) == (BatchState.APPLIED, 3)


@every_kind
def test_a_later_file_leaves_what_the_first_had_brought(kind: str) -> None:
    make_records(kind)
    applied(kind, packed(kind, rows_of(kind), "csv"), branch=make_branch("VIN"))
    before = state_hash()
    batch = load(kind, packed(kind, changed_rows(kind), "csv"), branch=make_branch("VIN"))
    if batch.state == BatchState.UNCHANGED:
        assert CHANGES[kind][1] is None
        return
    assert state_hash() != before
    result = undo(batch)
    assert (result.state, result.restored, result.conflicts) == ("undone", batch.new + batch.changed, ())
    assert state_hash() == before
