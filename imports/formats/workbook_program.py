"""The program that opens a workbook in a process of its own; `workbook_process` runs it, and nothing imports it.

It stands on the standard library, calamine and `cells` alone. What it is asked comes as JSON on its standard input; on
its standard output it tells, marshalled one after another, each behind its length: the name of the sheet and its last
cell, batches of rows as text, and None at the end; or nothing but the names of all sheets. Its exit code says why it
stopped early; see `workbook_process`.
"""

import json
import marshal
import resource
import runpy
import sys
from collections.abc import Callable
from typing import Any

ENCRYPTED, NO_SUCH_SHEET, NO_ROWS, NO_MEMORY = 3, 4, 5, 6
LENGTH_BYTES = 4
# A batch is sent when it has so many characters or cells.
_BATCH_CHARS, _BATCH_CELLS = 1 << 18, 1 << 13


def main() -> int:
    """Open, choose the sheet, send its rows."""
    asked = json.load(sys.stdin)
    sys.path.append(asked["library"])
    from python_calamine import CalamineWorkbook, PasswordError

    text_batch = runpy.run_path(asked["cells"])["text_batch"]
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        workbook = CalamineWorkbook.from_path(asked["path"])
        if asked["names_only"]:
            send(workbook.sheet_names)
            return 0
        sheet = choose(workbook, asked["sheet"])
        if sheet is None:
            return NO_SUCH_SHEET if asked["sheet"] else NO_ROWS
        send((sheet.name, sheet.end))
        send_rows(sheet, text_batch)
    except PasswordError:
        return ENCRYPTED
    except MemoryError:
        return NO_MEMORY
    return 0


def choose(workbook: Any, wanted: str) -> Any:
    """Return the sheet that is asked for, or the first one that has anything in it; None when there is none."""
    for name in workbook.sheet_names:
        if wanted and name != wanted:
            continue
        sheet = workbook.get_sheet_by_name(name)
        if wanted or sheet.height:
            return sheet
    return None


def send_rows(sheet: Any, text_batch: Callable[[Any], tuple[Any, ...]]) -> None:
    """Send the rows in batches as text, so that a long row is not held many times over."""
    batch: list[list[Any]] = []
    chars = cells = 0
    for row in sheet.iter_rows():
        batch.append(row)
        cells += len(row)
        chars += sum([len(value) for value in row if value.__class__ is str])
        if chars > _BATCH_CHARS or cells > _BATCH_CELLS:
            send(tuple(text_batch(batch)))
            batch, chars, cells = [], 0, 0
    send(tuple(text_batch(batch)))
    send(None)


def send(told: Any) -> None:
    """Write one thing to the standard output."""
    content = marshal.dumps(told)
    sys.stdout.buffer.write(len(content).to_bytes(LENGTH_BYTES, "big"))
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
