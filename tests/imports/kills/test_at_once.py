"""Operators who import at once, each in a process of their own: as one after the other, and nobody waits for long."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction

from cabinet_pages.accounts.models import Branch
from imports.engine import prepare, receive
from imports.engine.locks import promotion_lock
from imports.engine.steps import step_reached
from imports.models import BatchState, ImportBatch
from tests.factories import make_account, make_branch
from tests.imports.kills.clones import clone, url_of
from tests.imports.kills.conftest import Base
from tests.imports.kills.files import overlapping_files, second_file
from tests.imports.kills.workshop import Outcome, Workshop
from tests.support.scale import scaled

ROUNDS = scaled(2, 20)
HOLD = 1.0


@pytest.fixture(scope="module")
def second(imported: Base, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """Another operator's processes."""
    workshop = Workshop(url_of(imported.name), tmp_path_factory.mktemp("second"))
    try:
        yield workshop
    finally:
        workshop.close()


@pytest.fixture
def paths(tmp_path: Path) -> tuple[str, str]:
    result = []
    for name, content in zip(("first.csv", "second.csv"), overlapping_files(), strict=True):
        (tmp_path / name).write_bytes(content)
        result.append(str(tmp_path / name))
    return result[0], result[1]


def at_once(*acts: Callable[[], Outcome]) -> list[dict[str, Any]]:
    """The reports of acts that begin together."""
    start = threading.Barrier(len(acts))
    reports: dict[int, Any] = {}

    def run(number: int) -> None:
        start.wait(30)
        reports[number] = acts[number]().told()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return [reports[number] for number in range(len(acts))]


@pytest.mark.django_db
def test_overlapping_files_of_two_processes_end_as_one_after_the_other(
    imported: Base, second: Workshop, paths: tuple[str, str]
) -> None:
    def give(workshop: Workshop, database: str, path: str) -> Outcome:
        return workshop.do("command", database, kind="payments", path=path)

    serial: dict[str, int] = {}
    for order in (paths, paths[::-1]):
        with clone(imported.name, imported.folder) as database:
            for path in order:
                assert give(second, database, path).told()["state"] == "applied"
            found = imported.workshop.do("survey", database).told()
            serial[found["hash"]] = found["payments"]
    assert len(serial) == 2
    for _ in range(ROUNDS):
        with clone(imported.name, imported.folder) as database:
            reports = at_once(
                lambda database=database: give(imported.workshop, database, paths[0]),  # type: ignore[misc]
                lambda database=database: give(second, database, paths[1]),  # type: ignore[misc]
            )
            found = imported.workshop.do("survey", database).told()
        assert [report["state"] for report in reports] == ["applied", "applied"]
        # 140 different rows, each once: nothing is lost and nothing is there twice.
        assert serial[found["hash"]] == found["payments"] == 140
        assert sum(report["new"] for report in reports) == 60
        assert (found["damage"], found["unfinished"]) == ("", 0)


@pytest.mark.django_db
def test_one_file_of_two_processes_takes_effect_once(imported: Base, second: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "same.csv"
    path.write_bytes(second_file("payments"))
    with clone(imported.name, imported.folder) as database:
        both = [
            lambda workshop=workshop: workshop.do("command", database, kind="payments", path=str(path))
            for workshop in (imported.workshop, second)
        ]
        reports = at_once(*both)
        found = imported.workshop.do("survey", database).told()
    assert sorted(report["state"] for report in reports) == ["applied", "unchanged"]
    assert (found["payments"], found["unfinished"]) == (120, 0)


# --- who waits for whom ---------------------------------------------------------------------------------------------


@contextmanager
def another_promotes(hold: Callable[[threading.Event], None]) -> Iterator[None]:
    """Another thread holds what a promotion holds, for as long as the block lasts or `hold` does."""
    held = threading.Event()

    def work() -> None:
        hold(held)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert held.wait(30)
    try:
        yield
    finally:
        thread.join(30)


def a_batch() -> ImportBatch:
    branch: Branch = make_account("80-1", make_branch("VIN")).branch
    return receive(kind="payments", branch=branch, file=ContentFile(overlapping_files()[0]), name="файл.csv")


@pytest.mark.django_db(transaction=True)
def test_a_file_is_prepared_while_another_of_its_kind_is_promoted() -> None:
    batch = a_batch()
    done = threading.Event()

    def hold(held: threading.Event) -> None:
        with promotion_lock("payments", batch.branch_id):
            held.set()
            assert done.wait(30)

    with another_promotes(hold):
        assert prepare(batch).state == BatchState.PREVIEWED
        done.set()


@pytest.mark.django_db(transaction=True)
def test_a_file_waits_for_a_transaction_that_writes_no_longer_than_it_lasts() -> None:
    batch = a_batch()

    def hold(held: threading.Event) -> None:
        with transaction.atomic():
            # What SQLite has one of for the whole database.
            Branch.objects.filter(code="NON").update(name="x")
            held.set()
            time.sleep(HOLD)

    started = time.monotonic()
    with another_promotes(hold):
        assert prepare(batch).state == BatchState.PREVIEWED
    waited = time.monotonic() - started
    started = time.monotonic()
    prepare(batch)
    assert waited <= HOLD + 5 * (time.monotonic() - started) + 2


@pytest.mark.django_db(transaction=True)
def test_preparing_holds_no_transaction_from_one_chunk_to_the_next(settings: Any) -> None:
    settings.WAGTAIL_CABINET_IMPORTS = {"CHUNK_ROWS": 20}
    seen: list[tuple[str, bool]] = []

    def look(name: str, **told: Any) -> None:
        seen.append((name, connection.in_atomic_block))

    batch = a_batch()
    step_reached.connect(look)
    try:
        prepare(batch)
    finally:
        step_reached.disconnect(look)
    assert [name for name, _ in seen].count("chunk_staged") > 2
    assert {is_open for _, is_open in seen} == {False}
