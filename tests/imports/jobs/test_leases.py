"""Whoever looks finds the batches of dead workers and takes them up; nobody touches those of living ones."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO, StringIO
from threading import Event, Thread
from typing import Any

import pytest
from django.core.files import File
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.models import ModelLogEntry

from cabinet_pages.accounts.models import Branch
from cabinet_pages.payments.models import Payment
from imports.engine import prepare, receive, run_import
from imports.engine.cancelling import request_cancel
from imports.engine.leases import ask_to_apply, dead_batches, resume, work_on
from imports.engine.locks import batch_lock, is_worked_on
from imports.engine.steps import step_reached
from imports.messages import batch_error
from imports.models import BatchRow, BatchSource, BatchState, ImportBatch
from imports.tasks import enqueue_dead, enqueue_prepare, enqueue_promote, look_after_batch
from tests import factories as make
from tests.imports.resources.loading import csv_file

HEADING = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")
CONTENT = csv_file([HEADING, *(("80-1", f"ПД-{number}", "03.01.2026", "Пеня", "1,00") for number in range(30))])


@pytest.fixture
def branch(db: None) -> Branch:
    return make.make_account("80-1", make.make_branch("VIN")).branch


def given(branch: Branch, **options: Any) -> ImportBatch:
    return receive(kind="payments", branch=branch, file=File(BytesIO(CONTENT)), name="файл.csv", **options)


def silent(batch: ImportBatch, **fields: Any) -> ImportBatch:
    """The batch as a dead worker leaves it: unfinished and silent for long."""
    ImportBatch.objects.filter(pk=batch.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=5), **fields)
    batch.refresh_from_db()
    return batch


@contextmanager
def somebody_at_work(batch: ImportBatch) -> Iterator[None]:
    """Another thread, with a connection of its own, holds the batch."""
    held, done = Event(), Event()

    def work() -> None:
        with batch_lock(batch.pk):
            held.set()
            done.wait(30)
        connection.close()

    thread = Thread(target=work)
    thread.start()
    assert held.wait(30)
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_batch_is_dead_only_when_silent_and_held_by_nobody() -> None:
    branch = make.make_account("80-1", make.make_branch("VIN")).branch
    batch = given(branch)
    assert dead_batches() == []
    silent(batch, state=BatchState.PREPARING)
    with somebody_at_work(batch):
        assert is_worked_on(batch.pk)
        assert dead_batches() == []
        assert not resume(batch)
        batch.refresh_from_db()
        assert batch.attempts == 0
    assert not is_worked_on(batch.pk)
    assert dead_batches() == [batch]


@pytest.mark.parametrize("state", [BatchState.RECEIVED, BatchState.PREPARING, BatchState.PROMOTING])
def test_a_dead_workers_batch_is_taken_up_from_wherever_it_stood(branch: Branch, state: BatchState) -> None:
    batch = silent(prepare(given(branch)) if state == BatchState.PROMOTING else given(branch), state=state)
    assert enqueue_dead() == [batch]
    batch.refresh_from_db()
    assert (batch.state, batch.attempts, batch.new) == (BatchState.PREVIEWED, 1, 30)
    assert Payment.objects.count() == 0
    assert enqueue_dead() == []


def test_what_was_to_be_applied_is_applied_after_all_and_as_was_asked(branch: Branch) -> None:
    user = make.make_operator("operator@example.com", branch)
    batch = prepare(given(branch))
    ask_to_apply(batch, by=user, seen=True)
    assert resume(silent(batch))
    batch.refresh_from_db()
    assert (batch.state, batch.promoted_by) == (BatchState.APPLIED, user)
    assert Payment.objects.count() == 30


def test_a_preview_that_waits_for_a_person_is_left_to_the_person(branch: Branch) -> None:
    batch = silent(prepare(given(branch)))
    assert dead_batches() == []
    assert not resume(batch)
    # Nor one that somebody wanted applied, but which came out otherwise.
    ask_to_apply(batch, seen=True)
    ImportBatch.objects.update(compared_after=7, new=3)
    batch.refresh_from_db()
    work_on(batch)
    assert (batch.state, batch.error_code, batch.auto_apply) == (BatchState.PREVIEWED, "preview_outdated", False)
    assert dead_batches() == []


def test_a_file_that_ends_its_worker_again_and_again_is_given_up_with_a_sentence(branch: Branch, settings: Any) -> None:
    settings.WAGTAIL_CABINET_IMPORTS = {"RESUME_ATTEMPTS": 2}
    batch = given(branch)

    def fail(name: str, **told: Any) -> None:
        if name == "opened":
            raise MemoryError

    step_reached.connect(fail)
    try:
        for _ in range(2):
            with pytest.raises(MemoryError):
                resume(silent(batch))
        assert resume(silent(batch))
    finally:
        step_reached.disconnect(fail)
    batch.refresh_from_db()
    assert (batch.state, batch.error_code) == (BatchState.REFUSED, "gave_up")
    assert "3 рази" in batch_error(batch)
    assert dead_batches() == []


def test_a_confirmation_survives_the_worker_that_was_to_carry_it_out(branch: Branch, settings: Any) -> None:
    settings.TASKS = {
        **settings.TASKS,
        "jobs": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "imports", "mail"]},
    }
    user = make.make_operator("operator@example.com", branch)
    batch = prepare(given(branch))
    enqueue_promote(batch, by=user, skip_rejected=False)
    # The worker took the task and died with it.
    tasks = DBTaskResult.objects.filter(queue_name="imports")
    tasks.filter(task_path="imports.tasks.promote_batch").update(status="RUNNING")
    look = tasks.get(task_path="imports.tasks.look_after_batch")
    assert look.run_after < timezone.now() + timedelta(seconds=60)
    assert look_after_batch.call(batch.pk) == "alive"
    silent(batch)
    assert look_after_batch.call(batch.pk) == "resumed"
    batch.refresh_from_db()
    assert (batch.state, batch.promoted_by) == (BatchState.APPLIED, user)
    assert look_after_batch.call(batch.pk) == "over"
    # Each look put the next one into the queue before it did anything.
    assert tasks.filter(task_path="imports.tasks.look_after_batch").count() == 3


def test_resuming_may_be_done_by_a_timer_without_a_worker(branch: Branch) -> None:
    batch = silent(given(branch), state=BatchState.PREPARING)
    told = StringIO()
    call_command("resume_imports", here=True, stdout=told)
    batch.refresh_from_db()
    assert batch.state == BatchState.PREVIEWED
    assert str(batch.pk) in told.getvalue()


def test_the_same_command_again_closes_what_the_dead_one_left(branch: Branch) -> None:
    dead = given(branch, source=BatchSource.COMMAND.value)
    prepare(dead)
    ask_to_apply(dead)
    preview = prepare(given(branch, source=BatchSource.COMMAND.value))
    desk = given(branch)
    batch = run_import(kind="payments", branch=branch, file=File(BytesIO(CONTENT)), name="файл.csv")
    for one in (dead, preview, desk):
        one.refresh_from_db()
    assert (batch.state, batch.new) == (BatchState.APPLIED, 30)
    assert (dead.state, dead.error_code) == (BatchState.CANCELLED, "superseded")
    assert str(batch.pk) in batch_error(dead)
    assert not BatchRow.objects.filter(batch=dead).exists()
    # A dry run waits for a person, and the desk's file has a worker.
    assert (preview.state, desk.state) == (BatchState.PREVIEWED, BatchState.RECEIVED)


# --- cancelling -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["opened", "chunk_staged", "page_compared", "compared"])
def test_a_worker_hears_a_cancellation_at_its_next_step(branch: Branch, settings: Any, moment: str) -> None:
    settings.WAGTAIL_CABINET_IMPORTS = {"CHUNK_ROWS": 10}
    user = make.make_operator("operator@example.com", branch)
    batch = given(branch)

    def cancel(name: str, **told: Any) -> None:
        # As another process does it while this one holds the batch.
        if name == moment:
            ImportBatch.objects.filter(pk=batch.pk).update(cancel_requested_at=timezone.now())

    step_reached.connect(cancel)
    try:
        enqueue_prepare(batch)
    finally:
        step_reached.disconnect(cancel)
    batch.refresh_from_db()
    assert (batch.state, batch.step, batch.rows) == (BatchState.CANCELLED, "", 0)
    assert not BatchRow.objects.exists()
    assert not request_cancel(batch=batch, by=user)


def test_what_nobody_works_on_is_cancelled_at_once_and_audited(branch: Branch) -> None:
    user = make.make_operator("operator@example.com", branch)
    batch = prepare(given(branch))
    assert request_cancel(batch=batch, by=user)
    batch.refresh_from_db()
    assert (batch.state, batch.new) == (BatchState.CANCELLED, 0)
    assert not BatchRow.objects.exists()
    assert ModelLogEntry.objects.filter(action="imports.cancel", user=user).count() == 1
    assert work_on(batch).state == BatchState.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_is_being_written_cannot_be_cancelled() -> None:
    branch = make.make_account("80-1", make.make_branch("VIN")).branch
    batch = prepare(given(branch))
    ImportBatch.objects.update(step="writing")
    with somebody_at_work(batch):
        assert not request_cancel(batch=batch, by=None)
        ImportBatch.objects.update(step="comparing")
        assert request_cancel(batch=batch, by=None)
    batch.refresh_from_db()
    # The worker that held it would have heard it; this one did not live to.
    assert (batch.state, batch.cancel_requested_at is None) == (BatchState.PREVIEWED, False)
    ask_to_apply(batch)
    assert work_on(batch).state == BatchState.CANCELLED
    assert Payment.objects.count() == 0


def test_a_command_whose_file_is_stopped_at_the_desk_ends_as_a_refused_one(branch: Branch, tmp_path: Any) -> None:
    path = tmp_path / "файл.csv"
    path.write_bytes(CONTENT)

    def cancel(name: str, batch_id: int, **told: Any) -> None:
        if name == "staged":
            ImportBatch.objects.filter(pk=batch_id).update(cancel_requested_at=timezone.now())

    told = StringIO()
    step_reached.connect(cancel)
    try:
        with pytest.raises(SystemExit) as stop:
            call_command("import_file", "payments", str(path), branch="VIN", json=True, stdout=told)
    finally:
        step_reached.disconnect(cancel)
    assert stop.value.code == 1
    assert (json.loads(told.getvalue())["state"], ImportBatch.objects.get().state) == ("refused", "cancelled")
    assert Payment.objects.count() == 0
