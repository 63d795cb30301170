"""`kill -9` at every named step and at random moments: nothing is half done, and the same again finishes it.

`TRUST_KILLS=1000 make trust` asks for more random kills of each kind of file and each way of working.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from imports.engine.steps import STEPS
from tests.imports.kills.clones import clone
from tests.imports.kills.conftest import Base
from tests.imports.kills.files import BRANCH, KINDS, second_file
from tests.imports.kills.workshop import Workshop
from tests.support.scale import TRUST, chance, scaled

pytestmark = pytest.mark.django_db
KILLS = int(os.environ.get("TRUST_KILLS") or scaled(2, 50))
#: Steps at which a batch of every kind is killed in the short form; payments are killed at each.
DECISIVE = ("chunk_staged", "previewed", "rows_written", "before_commit", "committed")
BY_COMMAND = [(kind, step) for kind in KINDS for step in STEPS if TRUST or kind == "payments" or step in DECISIVE]
BY_WORKER = [
    (kind, step)
    for kind in KINDS
    for step in STEPS[3:]
    if TRUST or (kind == "payments" and step in (*DECISIVE, "preparing", "locked", "finished"))
]
#: Of the JSON report, what names the batch alone, and what a run says otherwise when an earlier one had finished.
OWN = {"batch"}
OTHERWISE = {"state", "new", "changed", "unchanged"}


class World:
    """A database with one import of each kind, copies of it, and what an undisturbed second import makes of them."""

    def __init__(self, workshop: Workshop, base: str, folder: Path) -> None:
        self.workshop = workshop
        self.base = base
        self.folder = folder
        self.paths = {kind: folder / f"{kind}.csv" for kind in KINDS}
        self.before: dict[str, Any] = {}
        self.after: dict[tuple[str, str], dict[str, Any]] = {}
        self.reports: dict[str, dict[str, Any]] = {}
        self.seconds: dict[tuple[str, str], float] = {}
        self.steps: dict[str, dict[str, int]] = {}
        for kind, path in self.paths.items():
            path.write_bytes(second_file(kind))

    def run_undisturbed(self) -> None:
        """Import every second file once in a copy of its own, by command and by worker."""
        with clone(self.base, self.folder) as database:
            self.before = self.survey(database)
        for kind in KINDS:
            with clone(self.base, self.folder) as database:
                steps = self.folder / "steps"
                outcome = self.command(database, kind, steps=str(steps))
                self.reports[kind] = outcome.told()
                assert self.reports[kind]["state"] == "applied"
                self.seconds["command", kind] = outcome.seconds
                self.steps[kind] = json.loads(steps.read_text())
                self.after["command", kind] = self.survey(database)
            with clone(self.base, self.folder) as database:
                self.give(database, kind)
                outcome = self.work(database)
                assert outcome.code == 0, outcome.output
                self.seconds["worker", kind] = outcome.seconds
                self.after["worker", kind] = self.survey(database)

    def command(self, database: str, kind: str, **order: Any) -> Any:
        return self.workshop.do("command", database, kind=kind, path=str(self.paths[kind]), **order)

    def give(self, database: str, kind: str) -> None:
        assert self.workshop.do("give", database, kind=kind, path=str(self.paths[kind])).code == 0

    def work(self, database: str, **order: Any) -> Any:
        return self.workshop.do("work", database, **order)

    def survey(self, database: str) -> dict[str, Any]:
        found: dict[str, Any] = self.workshop.do("survey", database).told()
        return found

    def look_at_the_damage(self, database: str, way: str, kind: str) -> dict[str, Any]:
        """What is stored is what was stored before, or what an undisturbed run stores."""
        found = self.survey(database)
        assert found["damage"] == ""
        legal = {self.before["hash"], self.after[way, kind]["hash"]}
        assert found["hash"] in legal
        return found

    def compare_with_undisturbed(self, database: str, way: str, kind: str) -> None:
        """Everything is as after an undisturbed run, and nothing is left over."""
        found, expected = self.survey(database), self.after[way, kind]
        for name in ("hash", "payments", "mails", "journal", "applied"):
            assert found[name] == expected[name], name
        assert (found["damage"], found["unfinished"], found["stray"]) == ("", 0, 0)

    def kill_command(self, kind: str, **order: Any) -> bool:
        """Kill the command and give it again; return whether it was killed at all."""
        with clone(self.base, self.folder) as database:
            outcome = self.command(database, kind, **order)
            if outcome.was_killed:
                found = self.look_at_the_damage(database, "command", kind)
                report, expected = self.command(database, kind).told(), self.reports[kind]
                differing = {name for name in expected if report[name] != expected[name]} - OWN
                was_done = found["hash"] == self.after["command", kind]["hash"]
                assert differing == (OTHERWISE if was_done else set())
                assert report["state"] == ("unchanged" if was_done else "applied")
            self.compare_with_undisturbed(database, "command", kind)
            return bool(outcome.was_killed)

    def kill_worker(self, kind: str, **order: Any) -> bool:
        """Kill the worker and start another; return whether it was killed at all."""
        with clone(self.base, self.folder) as database:
            self.give(database, kind)
            outcome = self.work(database, **order)
            if outcome.was_killed:
                self.look_at_the_damage(database, "worker", kind)
                assert self.work(database).code == 0
            self.compare_with_undisturbed(database, "worker", kind)
            return bool(outcome.was_killed)


@pytest.fixture(scope="module")
def world(imported: Base) -> World:
    made = World(imported.workshop, imported.name, imported.folder)
    made.run_undisturbed()
    return made


def test_an_undisturbed_import_passes_every_named_step(world: World) -> None:
    assert len(STEPS) >= 12
    for kind in KINDS:
        assert set(world.steps[kind]) == set(STEPS)
        assert world.steps[kind]["chunk_staged"] > 2
        assert world.before["hash"] != world.after["command", kind]["hash"] == world.after["worker", kind]["hash"]


@pytest.mark.parametrize(("kind", "step"), BY_COMMAND)
def test_a_command_killed_at_a_step_is_finished_by_the_same_command(world: World, kind: str, step: str) -> None:
    assert world.kill_command(kind, step=step, time=min(2, world.steps[kind][step]))


@pytest.mark.parametrize(("kind", "step"), BY_WORKER)
def test_what_a_worker_leaves_when_killed_is_finished_by_another(world: World, kind: str, step: str) -> None:
    assert world.kill_worker(kind, step=step, time=min(2, world.steps[kind][step]))


def test_a_file_whose_receiver_is_killed_at_once_is_found_by_the_worker(world: World) -> None:
    with clone(world.base, world.folder) as database:
        path = str(world.paths["payments"])
        assert world.workshop.do("give", database, kind="payments", path=path, step="received").was_killed
        assert world.work(database).code == 0
        world.compare_with_undisturbed(database, "worker", "payments")


@pytest.mark.parametrize("step", STEPS if TRUST else ("file_stored", "received", *DECISIVE))
def test_what_a_watcher_leaves_when_killed_is_finished_by_another(world: World, tmp_path: Path, step: str) -> None:
    folder = tmp_path / BRANCH / "payments"
    folder.mkdir(parents=True)
    (folder / ".auto-apply").touch()
    (folder / "файл.csv").write_bytes(second_file("payments"))
    with clone(world.base, world.folder) as database:
        assert world.workshop.do("watch", database, path=str(tmp_path), step=step).was_killed
        world.look_at_the_damage(database, "worker", "payments")
        assert world.workshop.do("watch", database, path=str(tmp_path)).code == 0
        world.compare_with_undisturbed(database, "worker", "payments")
    left = sorted(path.parent.name for path in folder.rglob("*") if path.is_file())
    assert left == ["done", "done", "payments"]


def test_a_promotion_that_is_not_one_transaction_would_be_noticed(world: World) -> None:
    with pytest.raises(AssertionError):
        world.kill_command("payments", step="rows_written", without="transaction")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ["command", "worker"])
def test_a_kill_at_any_moment_leaves_nothing_half_done(world: World, way: str, kind: str) -> None:
    choice = chance(f"kills:{way}:{kind}")
    kill = world.kill_command if way == "command" else world.kill_worker
    killed = sum(kill(kind, delay=choice.uniform(0, world.seconds[way, kind])) for _ in range(KILLS))
    assert killed or KILLS < 10
