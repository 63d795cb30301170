"""Opening a workbook in a process of its own, within bounds of memory and time. No Django.

calamine allocates the rectangle up to the farthest cell and a copy of a shared text for every cell that names it, so
five kilobytes can ask for terabytes; where they are not to be had the whole process ends, the worker with all that it
does. So a process that may end opens the workbook, and its rows come through a pipe. It works while the rows that came
are checked and stored.
"""

import importlib.util
import json
import marshal
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any, cast

from .base import DamagedFile, LimitExceeded, Limits
from .cells import TextBatch
from .workbook_program import ENCRYPTED, LENGTH_BYTES, NO_MEMORY, NO_ROWS, NO_SUCH_SHEET

_PROGRAM = Path(__file__).with_name("workbook_program.py")
_CELLS = Path(__file__).with_name("cells.py")
_MEGABYTE = 1 << 20
# SIGABRT is how Rust ends without memory, SIGXCPU is the bound of time, SIGKILL both of them where the kernel is tired.
_BEYOND_BOUNDS = frozenset({-6, -9, -24, NO_MEMORY})
_CODES = {ENCRYPTED: "encrypted", NO_ROWS: "no_rows"}


class OpenSheet:
    """A sheet that another process has opened; its rows are taken once. The process ends with this object.

    Attributes:
        name: of the sheet.
        end: row and column of its last cell, counted from 0; None for an empty sheet.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", limits: Limits, sheet: str) -> None:
        self._process = process
        self._limits = limits
        self._wanted = sheet
        weakref.finalize(self, _stop, process)
        self.name: str
        self.end: tuple[int, int] | None
        self.name, self.end = _told(self._process, self._limits, self._wanted)

    def batches(self) -> Iterator[TextBatch]:
        """Yield the rows as text, from the first one of the sheet on, some hundreds at a time.

        Raises:
            UnreadableFile: as `open_sheet`.
        """
        while (batch := _told(self._process, self._limits, self._wanted)) is not None:
            yield TextBatch(*batch)


def open_sheet(path: Path, sheet: str, limits: Limits, check: Callable[[], None]) -> OpenSheet:
    """Open a workbook and choose its sheet.

    Args:
        path: the file, of whatever format calamine reads.
        sheet: the name of the sheet; '' for the first one that has anything in it.
        limits: `workbook_bytes` and `workbook_seconds` bound the process.
        check: measures the file while the process begins; nothing the process tells is read before that is done.

    Raises:
        DamagedFile: `damaged`, `encrypted`, `no_such_sheet`, `no_rows`.
        LimitExceeded: `workbook_too_large`.
        UnreadableFile: what the check raises.
    """
    process = _start(path, limits, sheet=sheet)
    with ExitStack() as refused:
        refused.callback(_stop, process)
        check()
        refused.pop_all()
    return OpenSheet(process, limits, sheet)


def read_sheet_names(path: Path, limits: Limits) -> tuple[str, ...]:
    """Return the names of a workbook's sheets in their order.

    Raises:
        UnreadableFile: as `open_sheet`.
    """
    process = _start(path, limits, names_only=True)
    try:
        return tuple(_told(process, limits, ""))
    finally:
        _stop(process)


def _start(path: Path, limits: Limits, *, sheet: str = "", names_only: bool = False) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(  # noqa: S603 (our own program; nothing of the file is on the command line)
        [sys.executable, "-I", "-S", str(_PROGRAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    asked = {
        "library": _library(),
        "cells": str(_CELLS),
        "path": str(path),
        "sheet": sheet,
        "names_only": names_only,
        "memory": limits.workbook_bytes,
        "seconds": limits.workbook_seconds,
    }
    # A process that could not begin says so by its exit code.
    with suppress(BrokenPipeError), cast(IO[bytes], process.stdin) as stream:
        stream.write(json.dumps(asked).encode())
    return process


def _told(process: "subprocess.Popen[bytes]", limits: Limits, sheet: str) -> Any:
    """Return what the process tells next.

    Raises:
        UnreadableFile: it ended instead.
    """
    try:
        stream = cast(IO[bytes], process.stdout)
        length = int.from_bytes(stream.read(LENGTH_BYTES), "big")
        # Our own program has written it, and nothing but texts, numbers and tuples of them can come so.
        return marshal.loads(stream.read(length))  # noqa: S302
    except (EOFError, ValueError, TypeError) as error:
        code = process.wait()
        if code in _BEYOND_BOUNDS:
            raise LimitExceeded("workbook_too_large", limit=limits.workbook_bytes // _MEGABYTE) from error
        if code == NO_SUCH_SHEET:
            raise DamagedFile("no_such_sheet", sheet=sheet) from error
        raise DamagedFile(_CODES.get(code, "damaged")) from error


def _library() -> str:
    """The folder that calamine is imported from; the program starts without any but the standard library's."""
    spec = importlib.util.find_spec("python_calamine")
    if spec is None or spec.origin is None:
        raise ImportError("python_calamine")
    return str(Path(spec.origin).parent.parent)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    if process.stdout is not None:
        process.stdout.close()
    process.wait()
