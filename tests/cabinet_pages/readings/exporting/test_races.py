"""Exports at once, an export beside a correction, and an export that is killed: threads and processes in earnest."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import IO, Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.storage import FileSystemStorage
from django.db import IntegrityError, connection, connections, transaction

from cabinet_pages.accounts.models import Branch
from cabinet_pages.readings.exporting import ExportedReading, export_readings, exported_readings
from cabinet_pages.readings.models import Reading, ReadingExport, ReadingState
from cabinet_pages.readings.services import SubmissionRefused
from tests.cabinet_pages.readings.world import JANUARY, NOW, make_world
from tests.factories import make_account, make_register, make_site
from tests.support.scale import scaled

pytestmark = pytest.mark.django_db(transaction=True)
Export = Callable[[], ReadingExport | None]


def at_once(*acts: Callable[[], object]) -> None:
    start = threading.Barrier(len(acts))
    failures: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(30)
            act()
        except BaseException as error:
            failures.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []


def written(target: IO[bytes], rows: Iterable[ExportedReading]) -> None:
    for row in rows:
        target.write(f"{row.reading_id}\n".encode())


def exporting(branch: int, write: Any = written) -> Export:
    def act() -> ReadingExport | None:
        return export_readings(branch=Branch.objects.get(pk=branch), period=JANUARY, file_format="csv", write=write)

    return act


def many_readings(count: int) -> int:
    account = make_account("80-1")
    registers = [make_register(account, f"ТУ-{number}") for number in range(count)]
    Reading.objects.bulk_create(
        Reading(register=one, period=JANUARY, read_on=date(2026, 1, 31), value=Decimal(5)) for one in registers
    )
    return account.branch_id


def test_exports_at_once_put_every_reading_into_one_batch() -> None:
    branch = many_readings(30)
    for _ in range(scaled(3, 20)):
        made: list[ReadingExport] = []

        def act(made: list[ReadingExport] = made) -> None:
            export = exporting(branch)()
            if export is not None:
                made.append(export)

        at_once(*[act] * 6)
        told = Counter(line for export in made for line in export.file.read().decode().split())
        assert set(told.values()) == {1}
        assert len(told) == 30
        numbers = sorted(ReadingExport.objects.values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert sum(one.rows for one in made) == 30
        Reading.objects.update(state=ReadingState.SUBMITTED, export=None)


def test_a_correction_beside_an_export_is_exported_or_corrected_and_never_both() -> None:
    make_site()
    outcomes: Counter[str] = Counter()
    with time_machine.travel(NOW, tick=False):
        world = make_world()
        branch = world.point.account.branch_id
        world.submit("1234.5")
        for round_ in range(scaled(6, 40)):
            first = Reading.objects.get(is_current=True)
            told: list[str] = []

            def correct(value: str = str(1300 + round_), told: list[str] = told) -> None:
                try:
                    world.submit(value, confirmed=True, reason="перевірено", token=uuid4())
                    told.append("corrected")
                except SubmissionRefused as refusal:
                    assert refusal.code == "already_passed"  # noqa: PT017
                    told.append("refused")

            at_once(exporting(branch), correct)
            first.refresh_from_db()
            current = Reading.objects.get(is_current=True)
            assert told
            if told == ["corrected"]:
                assert (first.is_current, first.export, first.state) == (False, None, ReadingState.SUBMITTED)
                # The newer version went out, or waits for the next batch; the older one never goes.
                assert current.version == first.version + 1
            else:
                assert (current.pk, current.state) == (first.pk, ReadingState.EXPORTED)
                assert first.export is not None
            outcomes[told[0]] += 1
            Reading.objects.update(state=ReadingState.SUBMITTED, export=None)
    assert sum(outcomes.values()) == scaled(6, 40)


def test_a_reading_that_was_corrected_while_the_export_waited_for_it_is_not_exported() -> None:
    """PostgreSQL looks at a row again when it gets it, and never at the conditions of a subquery."""
    branch = many_readings(2)
    older, other = Reading.objects.order_by("pk")
    holding = threading.Event()

    def correct() -> None:
        with transaction.atomic():
            Reading.objects.filter(pk=older.pk).update(is_current=False)
            holding.set()
            # The export comes to this row, and has to wait for it.
            time.sleep(0.7)

    def export() -> None:
        holding.wait(30)
        exporting(branch)()

    at_once(correct, export)
    older.refresh_from_db()
    other.refresh_from_db()
    assert (older.state, older.export) == (ReadingState.SUBMITTED, None)
    assert other.state == ReadingState.EXPORTED


def let_go() -> None:
    """Close every connection, those of a pool too: a process that is forked must not speak through ours."""
    connections.close_all()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]


def killed_after(save: Callable[..., str]) -> Any:
    def and_die(*args: Any, **kwargs: Any) -> str:
        name = save(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        return name

    return and_die


def test_an_export_killed_between_its_file_and_its_commit_leaves_nothing_half_done() -> None:
    branch = many_readings(5)
    for _ in range(2):
        let_go()
        child = os.fork()
        if not child:
            FileSystemStorage.save = killed_after(FileSystemStorage.save)  # type: ignore[method-assign]
            try:
                exporting(branch)()
            finally:
                os._exit(70)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status)
        assert os.WTERMSIG(status) == signal.SIGKILL
        assert not ReadingExport.objects.exists()
        assert not Reading.objects.exclude(state=ReadingState.SUBMITTED).exists()
    made = exporting(branch)()
    assert made is not None
    assert (made.number, made.rows) == (1, 5)
    assert len(made.file.read().split()) == 5


def test_exports_in_processes_of_their_own_share_no_reading() -> None:
    branch = many_readings(40)
    let_go()
    children = []
    for _ in range(4):
        child = os.fork()
        if not child:
            code = 70
            try:
                exporting(branch)()
                code = 0
            finally:
                connections.close_all()
                os._exit(code)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 4
    exports = list(ReadingExport.objects.order_by("number"))
    assert [one.number for one in exports] == list(range(1, len(exports) + 1))
    told = [str(row.reading_id) for one in exports for row in exported_readings(one)]
    kept = [line for one in exports for line in one.file.read().decode().split()]
    assert sorted(told) == sorted(kept)
    assert len(set(kept)) == len(kept) == 40


def test_a_number_is_taken_once_whatever_happens() -> None:
    branch = Branch.objects.get(pk=many_readings(1))
    ReadingExport.objects.create(branch=branch, number=1, period=JANUARY, format="csv")
    with pytest.raises(IntegrityError):
        ReadingExport.objects.create(branch=branch, number=1, period=JANUARY, format="csv")
