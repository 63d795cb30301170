"""Reads a file with the formats alone, in a process that may die of it: `python -m tests.imports.hostile.probe`.

The program takes requests as lines of JSON and forks for each of them, so that a guard can be lifted, the harm can
come, and the next file finds everything as it was. The parent of it all is `Probe`.
"""

import contextlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
#: More than this is harm, in megabytes and in seconds.
MEMORY_BOUND, TIME_BOUND = 300, 5
#: What a worker has left of it, beside its own code.
MEMORY_LEFT = 120
# A process that is let go on takes this much at most.
_MEMORY_GIVEN = 700
_SAMPLE = 4_000
_PATIENCE = 60


@dataclass(frozen=True)
class Outcome:
    """What came of a file.

    Attributes:
        how: `read`, `refused`, `failed` (an error nobody foresaw), `memory` or `time` (it was ended beyond the bounds).
        code: of the refusal, or the error.
        rows, cells: how many came.
        text: of the first and the last rows.
        megabytes: taken at most, in this process and in those it started.
        seconds: of processor time.
    """

    how: str
    code: str = ""
    rows: int = 0
    cells: int = 0
    text: str = ""
    megabytes: int = 0
    seconds: float = 0.0


class Probe:
    """The program, running; `read` asks it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.imports.hostile.probe"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def read(
        self,
        path: Path,
        *,
        limits: dict[str, int] | None = None,
        lifted: dict[str, Any] | None = None,
        archive: bool = False,
        seconds: float = TIME_BOUND,
    ) -> Outcome:
        """Read a file to its end.

        Args:
            path: the file.
            limits: those of `imports.formats.Limits` that are raised.
            lifted: `module:name` of a guard → what stands in its place: a number, or the name of a function of `lifts`.
            seconds: of processor time it may take.
            archive: it is a ZIP of documents, of which every file is read.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {
            "path": str(path),
            "limits": limits or {},
            "lifted": lifted or {},
            "archive": archive,
            "seconds": seconds,
        }
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Outcome(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End the program."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


def main() -> None:
    """Answer every line."""
    for name in ("imports.formats", "imports.formats.archive", "imports.columns", "tests.imports.hostile.lifts"):
        import_module(name)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_in_a_fork(json.loads(line))) + "\n")
        sys.stdout.flush()


def _in_a_fork(asked: dict[str, Any]) -> dict[str, Any]:
    told, tell = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if not child:
        os.close(told)
        code = 1
        try:
            answer = json.dumps(_answer(asked)).encode()
            with os.fdopen(tell, "wb") as stream:
                stream.write(answer)
            code = 0
        finally:
            os._exit(code)
    os.close(tell)
    with os.fdopen(told, "rb") as stream:
        answer = stream.read()
    _, status = os.waitpid(child, 0)
    if answer:
        return dict(json.loads(answer))
    seconds = time.monotonic() - started
    is_late = os.WIFSIGNALED(status) and os.WTERMSIG(status) in {signal.SIGALRM, signal.SIGPROF}
    return {"how": "time" if is_late else "memory", "seconds": seconds, "megabytes": 0 if is_late else _MEMORY_GIVEN}


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    for place, stands_in in asked["lifted"].items():
        _lift(place, stands_in)
    before, before_time = _status("VmRSS"), time.process_time()
    Path("/proc/self/clear_refs").write_text("5")
    space = (_status("VmSize") + _MEMORY_GIVEN) << 20
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with open(os.devnull, "w") as silence:
        os.dup2(silence.fileno(), 2)
    # Time of the processor, so that a busy machine is no harm.
    signal.setitimer(signal.ITIMER_PROF, asked["seconds"])
    signal.alarm(_PATIENCE)
    answer = _read(asked)
    answer["seconds"] = time.process_time() - before_time
    started_ones = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    answer["megabytes"] = max(_status("VmHWM") - before, started_ones)
    return answer


def _read(asked: dict[str, Any]) -> dict[str, Any]:
    from imports.columns import SCANNED_ROWS, Column, ColumnSet, TableRefused, find_heading
    from imports.formats import BUILT_IN, Limits, RawRow, ReadOptions, UnreadableFile, sniff
    from imports.formats.archive import open_archive
    from tests.imports.hostile.texts import HEADINGS

    counted = {"rows": 0, "cells": 0}
    sample: list[str] = []
    limits = Limits(**asked["limits"])

    def take(path: Path) -> None:
        last: tuple[str, ...] = ()
        scanned: list[RawRow] = []
        for row in sniff(path, BUILT_IN, limits).read(path, options=ReadOptions(limits=limits)).rows:
            counted["rows"] += 1
            counted["cells"] += len(row.cells)
            last = row.cells[:30]
            if len(scanned) < SCANNED_ROWS:
                scanned.append(row)
            if counted["rows"] < 30:
                sample.extend(cell[:200] for cell in last)
        sample.extend(cell[:200] for cell in last)
        # Which columns these are is the engine's question; here only what the search costs.
        with contextlib.suppress(TableRefused):
            find_heading(scanned, ColumnSet(tuple(Column(name, name) for name in HEADINGS)))

    try:
        if asked["archive"]:
            with open_archive(Path(asked["path"]), limits) as archive, tempfile.NamedTemporaryFile() as registry:
                archive.copy_registry(registry)
                registry.flush()
                sample.extend(member.path for member in archive.files.values())
                for member in archive.files.values():
                    archive.sha256(member.path)
                    counted["rows"] += 1
        else:
            take(Path(asked["path"]))
    except UnreadableFile as refusal:
        how, code = "refused", refusal.code
    except MemoryError:
        how, code = "memory", ""
    # Whatever a lifted guard lets happen is told.
    except Exception as error:  # noqa: BLE001
        how, code = "failed", repr(error)[:300]
    else:
        how, code = "read", ""
    return {"how": how, "code": code, **counted, "text": "\n".join(sample)[:_SAMPLE]}


def _lift(place: str, stands_in: Any) -> None:
    module, _, name = place.partition(":")
    holder: Any = import_module(module)
    *path, name = name.split(".")
    for part in path:
        holder = getattr(holder, part)
    if isinstance(stands_in, str):
        stands_in = getattr(import_module("tests.imports.hostile.lifts"), stands_in)
    # A guard that is gone must not be lifted in vain.
    if not hasattr(holder, name):
        raise AttributeError(place)
    setattr(holder, name, stands_in)


def _status(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) >> 10 if found else 0


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        main()
