"""An undo that was asked for is carried out, whoever dies on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from cabinet_pages.accounts.models import Branch
from cabinet_pages.payments.models import Payment
from imports.engine.leases import ask_to_undo, dead_batches, is_undo_asked, resume, unfinished, unfinished_files
from imports.engine.steps import step_reached
from imports.messages import batch_error
from imports.models import BatchState, ImportBatch
from imports.tasks import enqueue_dead, enqueue_undo, look_after_batch, undo_batch
from tests import factories as make
from tests.imports.resources.loading import applied, csv_file, load

HEADING = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")


def content(amount: str = "1,00") -> bytes:
    return csv_file([HEADING, *(("80-1", f"ПД-{number}", "03.01.2026", "Пеня", amount) for number in range(3))])


@pytest.fixture
def branch(db: None) -> Branch:
    return make.make_account("80-1", make.make_branch("VIN")).branch


@pytest.fixture
def batch(branch: Branch) -> ImportBatch:
    return applied("payments", content(), branch=branch)


def silent(batch: ImportBatch) -> ImportBatch:
    """The batch as a dead worker leaves it."""
    ImportBatch.objects.filter(pk=batch.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    batch.refresh_from_db()
    return batch


@contextmanager
def ending_at(step: str) -> Iterator[None]:
    """Whoever reaches a step ends there."""

    def end(name: str, **told: Any) -> None:
        if name == step:
            raise MemoryError

    step_reached.connect(end)
    try:
        yield
    finally:
        step_reached.disconnect(end)


def test_an_undo_survives_the_worker_and_the_queue_that_lost_it(batch: ImportBatch) -> None:
    user = make.make_operator("operator@example.com", batch.branch)
    assert ask_to_undo(batch, by=user)
    # Asked again, nothing is news.
    assert not ask_to_undo(batch, by=None)
    batch.refresh_from_db()
    assert is_undo_asked(batch)
    assert dead_batches() == []
    assert enqueue_dead() == []
    silent(batch)
    assert enqueue_dead() == [batch]
    batch.refresh_from_db()
    assert (batch.state, batch.undo_asked_at) == (BatchState.UNDONE, None)
    assert batch.undone_by.promoted_by == user
    assert Payment.objects.count() == 0
    # The task that the queue had after all finds nothing to do.
    assert undo_batch.call(batch.pk) == ""
    assert ImportBatch.objects.filter(undoes=batch).count() == 1


def test_the_second_task_takes_a_dead_undo_up(batch: ImportBatch, settings: Any) -> None:
    settings.TASKS = {
        **settings.TASKS,
        "jobs": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "imports", "mail"]},
    }
    enqueue_undo(batch, by=None)
    tasks = DBTaskResult.objects.filter(queue_name="imports")
    assert tasks.filter(task_path="imports.tasks.undo_batch").update(status="RUNNING") == 1
    assert tasks.filter(task_path="imports.tasks.look_after_batch").count() == 1
    # A repeated click makes no second task while the worker may be alive.
    enqueue_undo(batch, by=None)
    assert tasks.count() == 2
    assert look_after_batch.call(batch.pk) == "alive"
    silent(batch)
    assert look_after_batch.call(batch.pk) == "resumed"
    assert look_after_batch.call(batch.pk) == "over"
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE


def test_an_undo_may_be_finished_by_a_timer_without_a_worker(batch: ImportBatch) -> None:
    ask_to_undo(batch, by=None)
    silent(batch)
    told = StringIO()
    call_command("resume_imports", here=True, stdout=told)
    batch.refresh_from_db()
    assert (batch.state, str(batch.pk) in told.getvalue()) == (BatchState.UNDONE, True)


def test_an_undo_that_ends_its_worker_again_and_again_is_given_up_with_a_sentence(
    batch: ImportBatch, settings: Any
) -> None:
    settings.WAGTAIL_CABINET_IMPORTS = {"RESUME_ATTEMPTS": 2}
    # The file itself had been taken up before it was applied: that counts for nothing here.
    ImportBatch.objects.update(attempts=2)
    ask_to_undo(batch, by=None)
    with ending_at("undo_removed"):
        for _ in range(2):
            with pytest.raises(MemoryError):
                resume(silent(batch))
        assert resume(silent(batch))
    batch.refresh_from_db()
    assert (batch.state, batch.undo_asked_at, batch.error_code) == (BatchState.APPLIED, None, "undo_gave_up")
    assert "3 рази" in batch_error(batch)
    assert dead_batches() == []
    assert Payment.objects.count() == 3
    # Asked anew, it begins anew, and the reason is gone.
    enqueue_undo(batch, by=None)
    batch.refresh_from_db()
    assert (batch.state, batch.error_code) == (BatchState.UNDONE, "")


def test_an_undo_that_can_restore_nothing_ends_the_wish_with_the_reason(branch: Branch, batch: ImportBatch) -> None:
    applied("payments", content("2,00"), branch=branch)
    enqueue_undo(batch, by=None)
    batch.refresh_from_db()
    assert (batch.state, batch.undo_asked_at, batch.error_code) == (BatchState.APPLIED, None, "nothing_restored")
    assert dead_batches() == []


def test_the_same_file_again_leaves_an_undo_that_is_asked_for_alone(branch: Branch, batch: ImportBatch) -> None:
    ImportBatch.objects.update(source="command")
    ask_to_undo(batch, by=None)
    assert unfinished().get() == batch
    assert not unfinished_files().exists()
    again = load("payments", content(), branch=branch, source="command")
    batch.refresh_from_db()
    assert (batch.state, again.state) == (BatchState.APPLIED, BatchState.UNCHANGED)
    assert is_undo_asked(batch)
