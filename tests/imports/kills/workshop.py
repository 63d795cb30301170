"""Processes that import and are killed in the middle.

`python -m tests.imports.kills.workshop` loads Django once and then forks one process for each order it reads, a line of
JSON: so a kill costs a moment, and still ends a process with connections, files and locks of its own. `Workshop` is the
other end of the line.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# A process that neither ends nor dies is a failure of its own.
PATIENCE = 120.0


class Workshop:
    """Gives orders and waits for what became of them.

    Args:
        database: URL of a database of the vendor under test; each order names the one it works on.
        folder: for the output of the processes and for their private files.
    """

    def __init__(self, database: str, folder: Path) -> None:
        self.output = folder / "output"
        environment = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.imports.kills.workshop"],
            env={
                **environment,
                "DATABASE_URL": database,
                "DJANGO_SETTINGS_MODULE": "tests.imports.kills.settings",
                "PYTHONPATH": "site",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, act: str, database: str, **order: Any) -> "Outcome":
        """Have one act done by a process of its own, on a database by its name.

        Args:
            order: `kind`, `path`, `batch`; `step` and `time` (its which coming) or `delay` (seconds) to be killed at.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        told = {"act": act, "database": database, "output": str(self.output), **order}
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        answered, _, _ = select.select([self.process.stdout], [], [], 3 * PATIENCE)
        assert answered, f"The process that forks has not answered to {told}."
        answer = json.loads(self.process.stdout.readline())
        return Outcome(answer["signal"], answer["exit"], self.output.read_text(), answer["seconds"])

    def close(self) -> None:
        """End the process that forks."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(PATIENCE)


class Outcome:
    """What became of a process: the signal that ended it or its exit code, its output and its life in seconds."""

    def __init__(self, by_signal: int, code: int, output: str, seconds: float) -> None:
        self.was_killed = by_signal == signal.SIGKILL
        self.code = code
        self.output = output
        self.seconds = seconds

    def told(self) -> Any:
        """The JSON in the last line of the output."""
        assert not self.was_killed
        assert self.code in (0, 1), self.output
        return json.loads(self.output.strip().splitlines()[-1])


# --- the process that forks -----------------------------------------------------------------------------------------


def main() -> int:
    """Serve orders until the line is closed."""
    import django

    django.setup()
    _acts()
    for line in sys.stdin:
        print(json.dumps(_serve(json.loads(line))), flush=True)  # noqa: T201
    return 0


def _serve(order: Mapping[str, Any]) -> Mapping[str, Any]:
    started = time.monotonic()
    child = os.fork()
    if not child:
        code = 70
        try:
            code = _live(order)
        finally:
            sys.stdout.flush()
            os._exit(code)
    deadline = started + float(order.get("delay") or PATIENCE)
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() >= deadline:
            os.kill(child, signal.SIGKILL)
            deadline += PATIENCE
        time.sleep(0.001)
    return {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1,
        "seconds": time.monotonic() - started,
    }


def _live(order: Mapping[str, Any]) -> int:
    from django.db import connection

    output = os.open(order["output"], os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    connection.settings_dict["NAME"] = order["database"]
    _listen(order)
    _break(order)
    try:
        _acts()[order["act"]](order)
    except SystemExit as stop:
        return int(stop.code or 0)
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        # A pool has threads that would be waited for.
        with suppress(AttributeError):
            connection.close()
    return 0


def _listen(order: Mapping[str, Any]) -> None:
    """End this process at the step that the order names, or note every step where it asks for them."""
    from imports.engine.steps import step_reached

    seen: Counter[str] = Counter()

    def hear(name: str, **told: Any) -> None:
        seen[name] += 1
        if name == order.get("step") and seen[name] == order.get("time", 1):
            os.kill(os.getpid(), signal.SIGKILL)
        if "steps" in order:
            Path(order["steps"]).write_text(json.dumps(seen))

    if "step" in order or "steps" in order:
        step_reached.connect(hear, weak=False)


def _break(order: Mapping[str, Any]) -> None:
    """Take the transaction of promotion and undo away where the order asks for it, to see that its loss is noticed."""
    from imports.engine import undoing, writing

    if order.get("without") == "transaction":
        without = SimpleNamespace(atomic=nullcontext, on_commit=lambda act: act())
        for module in (undoing, writing):
            module.transaction = without  # type: ignore[attr-defined]


def _acts() -> Mapping[str, Callable[[Mapping[str, Any]], None]]:
    """The acts by name; what they import is loaded before the first fork."""
    from django.core.files import File
    from django.core.files.base import ContentFile
    from django.core.management import call_command
    from django.db import connection
    from django_tasks_db.management.commands import db_worker  # noqa: F401
    from django_tasks_db.models import DBTaskResult

    from cabinet_pages.accounts.models import Branch
    from cabinet_pages.notifications.models import OutgoingMail
    from cabinet_pages.payments.models import Payment
    from cabinet_pages.state_hash import state_hash
    from imports.engine import receive, run_import
    from imports.engine.leases import unfinished
    from imports.management.commands import import_file, undo_import  # noqa: F401
    from imports.models import BatchRow, ImportBatch
    from imports.tasks import enqueue_prepare, enqueue_undo, look_later
    from tests.factories import make_article, make_branch
    from tests.imports.kills.files import BRANCH, first_file

    def build(order: Mapping[str, Any]) -> None:
        branch = make_branch(BRANCH)
        for article in ("Пеня", "Активна електроенергія"):
            make_article(article)
        for kind in ("accounts", "payments", "invoices"):
            batch = run_import(kind=kind, branch=branch, file=ContentFile(first_file(kind)), name="перший.csv")
            assert batch.state == "applied", (kind, batch.state, batch.error_code, list(batch.issues.values()[:3]))
        if connection.vendor == "sqlite":
            # The file alone is copied.
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def command(order: Mapping[str, Any]) -> None:
        call_command("import_file", order["kind"], order["path"], branch=BRANCH, json=True)

    def give(order: Mapping[str, Any]) -> None:
        branch = Branch.objects.get(code=BRANCH)
        told = {"kind": order["kind"], "name": "другий.csv", "source": "push", "auto_apply": True}
        with Path(order["path"]).open("rb") as stream:
            batch = receive(branch=branch, file=File(stream), then=look_later, **told)
        enqueue_prepare(batch, is_looked_after=True)

    def undo(order: Mapping[str, Any]) -> None:
        call_command("undo_import", str(order["batch"]), json=True)

    def ask(order: Mapping[str, Any]) -> None:
        enqueue_undo(ImportBatch.objects.get(pk=order["batch"]), by=None)

    def forget(order: Mapping[str, Any]) -> None:
        DBTaskResult.objects.all().delete()

    def resume(order: Mapping[str, Any]) -> None:
        call_command("resume_imports", here=True)

    def work(order: Mapping[str, Any]) -> None:
        plain = ("--batch", "--interval=0", "--no-startup-delay", "--no-reload", f"--worker-id={os.getpid()}")
        call_command("db_worker", "--backend=jobs", "--queue-name=*", *plain)

    def watch(order: Mapping[str, Any]) -> None:
        call_command("import_watch", order["path"], "--once", "--interval=0")

    def survey(order: Mapping[str, Any]) -> None:
        damage = ""
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA integrity_check")
                damage = "" if cursor.fetchone()[0] == "ok" else "damaged"
                cursor.execute("PRAGMA foreign_key_check")
                damage += str(cursor.fetchall() or "")
        last = ImportBatch.objects.order_by("pk").last()
        assert last is not None
        counts = ("rows", "new", "changed", "unchanged", "rejected", "withdrawn", "documents", "totals")
        found = {
            "hash": state_hash(),
            "damage": damage,
            "unfinished": unfinished().count(),
            "undoing": ImportBatch.objects.filter(source="undo").count(),
            "states": dict(Counter(ImportBatch.objects.values_list("state", flat=True))),
            "payments": Payment.objects.count(),
            "mails": OutgoingMail.objects.count(),
            "journal": BatchRow.objects.filter(batch__state="applied").count(),
            "stray": BatchRow.objects.filter(batch__state="cancelled").count(),
            "applied": [
                {name: getattr(batch, name) for name in counts}
                for batch in ImportBatch.objects.filter(state="applied").order_by("pk")
            ],
        }
        print(json.dumps(found))  # noqa: T201

    acts = (build, command, give, undo, ask, forget, resume, work, watch, survey)
    return {act.__name__: act for act in acts}


if __name__ == "__main__":
    sys.exit(main())
