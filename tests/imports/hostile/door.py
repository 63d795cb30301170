"""The real door, in a process that lives on from file to file: `python -m tests.imports.hostile.door`.

The program takes requests as lines of JSON and gives each file to `import_file`, as an operator would. What it took of
memory is measured anew for every file. The parent of it all is `Door`.
"""

import json
import os
import re
import resource
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from tests.imports.hostile.probe import ROOT
from tests.support.site import NOT_INHERITED


@dataclass(frozen=True)
class Answer:
    """What the command said and took.

    Attributes:
        report: its JSON.
        code: its exit code.
        trace: of an error that nobody caught; '' when there was none.
        megabytes: of memory the process had at most, from the beginning; those it started are counted by themselves.
        seconds: of processor time, in this process and in those it started, until it answered.
        alive: the id of the process, which must stay the same.
    """

    report: dict[str, Any] = field(default_factory=dict)
    code: int = 0
    trace: str = ""
    megabytes: int = 0
    seconds: float = 0.0
    alive: int = 0


class Door:
    """The program, running beside a copy of an empty database."""

    def __init__(self, database: Path) -> None:
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.imports.hostile.door"],
            cwd=ROOT,
            env={
                **inherited,
                "DATABASE_URL": f"sqlite:///{database}",
                "DJANGO_SETTINGS_MODULE": "website.settings.test",
                "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "site"))),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @property
    def process_id(self) -> int:
        """Of the worker that was started."""
        return self._process.pid

    def give(self, path: Path, kind: str = "payments", **options: Any) -> Answer:
        """Give a file of branch VIN to the command."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"path": str(path), "kind": kind, "options": options}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            return Answer(trace=f"the worker died: {self._process.wait()}")
        return Answer(**json.loads(line))

    def close(self) -> None:
        """End the program."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


def main() -> None:
    """Prepare the records, then answer every line."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.factories import make_account, make_article, make_branch

    make_article("Активна електроенергія")
    make_account("80-1", make_branch("VIN"))
    make_account("80-2", make_branch("TRO"))
    # What a first import loads of code is no harm of the first file.
    warm = Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///")).with_name("warm.csv")
    warm.write_text("Особовий рахунок;Дата платежу;Стаття реалізації;Сума платежу\n1;;;\n", encoding="utf-8")
    _give(call_command, {"path": str(warm), "kind": "payments", "options": {}})
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_give(call_command, json.loads(line))) + "\n")
        sys.stdout.flush()


def _give(call_command: Any, asked: dict[str, Any]) -> dict[str, Any]:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    output, code, trace = StringIO(), 0, ""
    started = _processor()
    try:
        call_command(
            "import_file", asked["kind"], asked["path"], branch="VIN", json=True, stdout=output, **asked["options"]
        )
    except SystemExit as stop:
        code = int(stop.code or 0)
    # An operator would see a page that has failed.
    except Exception:  # noqa: BLE001
        trace = traceback.format_exc()
    seconds = _processor() - started
    text = output.getvalue()
    return {
        "report": json.loads(text) if text else {},
        "code": code,
        "trace": trace,
        "megabytes": max(_peak(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10),
        "seconds": seconds,
        "alive": os.getpid(),
    }


def _processor() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _peak() -> int:
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) >> 10 if found else 0


if __name__ == "__main__":
    main()
