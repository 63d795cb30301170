"""`kill -9` during an undo: what is stored is the state before or the one after, and asking again ends at the latter.

`TRUST_KILLS=1000 make trust` asks for more random kills of each kind of file and each way of working.
"""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from imports.engine.steps import UNDO_STEPS
from tests.imports.kills.clones import clone
from tests.imports.kills.conftest import Base
from tests.imports.kills.files import KINDS, second_file
from tests.imports.kills.workshop import Workshop
from tests.support.scale import TRUST, chance, scaled

pytestmark = pytest.mark.django_db
KILLS = int(os.environ.get("TRUST_KILLS") or scaled(1, 50))
#: Steps at which an undo of every kind, or of the worker, is killed in the short form; payments are at each.
DECISIVE = ("undo_removed", "undo_committed")
BY_COMMAND = [(kind, step) for kind in KINDS for step in UNDO_STEPS if TRUST or kind == "payments" or step in DECISIVE]
BY_WORKER = [
    (kind, step)
    for kind in KINDS
    for step in UNDO_STEPS
    if TRUST or (kind == "payments" and step in (*DECISIVE, "undoing", "undo_judged", "undo_finished"))
]


class World:
    """For each kind a database in which the second file is applied too, and what an undisturbed undo makes of it."""

    def __init__(self, workshop: Workshop, base: str, folder: Path, stack: ExitStack) -> None:
        self.workshop = workshop
        self.folder = folder
        self.bases: dict[str, str] = {}
        self.batches: dict[str, int] = {}
        self.before: dict[str, dict[str, Any]] = {}
        self.after: dict[str, dict[str, Any]] = {}
        self.reports: dict[str, dict[str, Any]] = {}
        self.steps: dict[str, dict[str, int]] = {}
        self.seconds: dict[tuple[str, str], float] = {}
        for kind in KINDS:
            path = folder / f"{kind}-to-undo.csv"
            path.write_bytes(second_file(kind))
            self.bases[kind] = stack.enter_context(clone(base, folder))
            told = workshop.do("command", self.bases[kind], kind=kind, path=str(path)).told()
            assert told["state"] == "applied"
            self.batches[kind] = told["batch"]

    def run_undisturbed(self) -> None:
        """Undo every second file once in a copy of its own, by command and by worker."""
        for kind, base in self.bases.items():
            with clone(base, self.folder) as database:
                self.before[kind] = self.survey(database)
                steps = self.folder / "undo-steps"
                outcome = self.undo(database, kind, steps=str(steps))
                self.reports[kind] = outcome.told()
                self.seconds["command", kind] = outcome.seconds
                self.steps[kind] = json.loads(steps.read_text())
                self.after[kind] = self.survey(database)
            with clone(base, self.folder) as database:
                self.ask(database, kind)
                self.seconds["worker", kind] = self.work(database).seconds
                self.compare_with_undisturbed(database, kind)

    def undo(self, database: str, kind: str, **order: Any) -> Any:
        return self.workshop.do("undo", database, batch=self.batches[kind], **order)

    def ask(self, database: str, kind: str) -> None:
        assert self.workshop.do("ask", database, batch=self.batches[kind]).code == 0

    def work(self, database: str, **order: Any) -> Any:
        return self.workshop.do("work", database, **order)

    def survey(self, database: str) -> dict[str, Any]:
        found: dict[str, Any] = self.workshop.do("survey", database).told()
        return found

    def look_at_the_damage(self, database: str, kind: str) -> bool:
        """What is stored is what was stored before, or what an undisturbed undo stores; whether it is the latter."""
        found, before, after = self.survey(database), self.before[kind], self.after[kind]
        assert found["damage"] == ""
        is_done: bool = found["undoing"] == 1
        for name in ("hash", "states", "undoing"):
            assert found[name] == (after if is_done else before)[name], name
        return is_done

    def compare_with_undisturbed(self, database: str, kind: str) -> None:
        """Everything is as after an undisturbed undo, and nothing is left over."""
        found, expected = self.survey(database), self.after[kind]
        for name in ("hash", "states", "undoing", "payments", "mails", "journal", "applied"):
            assert found[name] == expected[name], name
        assert (found["damage"], found["unfinished"], found["undoing"]) == ("", 0, 1)

    def kill_command(self, kind: str, **order: Any) -> bool:
        """Kill the command and give it again; return whether it was killed at all."""
        with clone(self.bases[kind], self.folder) as database:
            outcome = self.undo(database, kind, **order)
            if outcome.was_killed:
                is_done = self.look_at_the_damage(database, kind)
                told = self.undo(database, kind).told()
                if is_done:
                    assert told["state"] == "refused"
                else:
                    assert {**told, "batch": 0} == {**self.reports[kind], "batch": 0}
            self.compare_with_undisturbed(database, kind)
            return bool(outcome.was_killed)

    def kill_worker(self, kind: str, **order: Any) -> bool:
        """Kill the worker and start another; return whether it was killed at all."""
        with clone(self.bases[kind], self.folder) as database:
            self.ask(database, kind)
            outcome = self.work(database, **order)
            if outcome.was_killed:
                self.look_at_the_damage(database, kind)
                assert self.work(database).code == 0
            self.compare_with_undisturbed(database, kind)
            return bool(outcome.was_killed)


@pytest.fixture(scope="module")
def world(imported: Base) -> Iterator[World]:
    with ExitStack() as stack:
        made = World(imported.workshop, imported.name, imported.folder, stack)
        made.run_undisturbed()
        yield made


def test_an_undisturbed_undo_passes_every_named_step(world: World) -> None:
    for kind in KINDS:
        assert set(world.steps[kind]) == set(UNDO_STEPS)
        assert world.steps[kind]["undo_page_staged"] >= 2
        assert world.before[kind]["hash"] != world.after[kind]["hash"]
        assert world.reports[kind]["state"] == "undone"


@pytest.mark.parametrize(("kind", "step"), BY_COMMAND)
def test_an_undo_killed_at_a_step_is_finished_by_the_same_command(world: World, kind: str, step: str) -> None:
    assert world.kill_command(kind, step=step, time=min(2, world.steps[kind][step]))


@pytest.mark.parametrize(("kind", "step"), BY_WORKER)
def test_an_undo_whose_worker_is_killed_is_finished_by_another(world: World, kind: str, step: str) -> None:
    assert world.kill_worker(kind, step=step, time=min(2, world.steps[kind][step]))


def test_an_undo_that_the_queue_has_lost_is_taken_up_by_the_timer(world: World) -> None:
    with clone(world.bases["payments"], world.folder) as database:
        world.ask(database, "payments")
        assert world.work(database, step="undo_removed").was_killed
        assert world.workshop.do("forget", database).code == 0
        assert world.survey(database)["unfinished"] == 1
        assert world.workshop.do("resume", database).code == 0
        world.compare_with_undisturbed(database, "payments")


def test_an_undo_that_is_not_one_transaction_would_be_noticed(world: World) -> None:
    with pytest.raises(AssertionError):
        world.kill_command("payments", step="undo_removed", without="transaction")


@pytest.mark.parametrize("kind", KINDS if TRUST else ("payments",))
@pytest.mark.parametrize("way", ["command", "worker"])
def test_a_kill_of_an_undo_at_any_moment_leaves_nothing_half_done(world: World, way: str, kind: str) -> None:
    choice = chance(f"undo-kills:{way}:{kind}")
    kill = world.kill_command if way == "command" else world.kill_worker
    killed = sum(kill(kind, delay=choice.uniform(0, world.seconds[way, kind])) for _ in range(KILLS))
    assert killed or KILLS < 10
