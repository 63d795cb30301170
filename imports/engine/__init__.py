"""The engine: receive → prepare (read, validate, stage, compare) → promote. Importing it needs loaded apps.

- `receive(kind=, branch=, file=, name=, by=)` → a batch, its bytes stored privately.
- `prepare(batch)` → the batch `previewed` (or `refused`); nothing of the cabinet is written.
- `promote(batch, by=, skip_rejected=)` → `applied`, `unchanged`, `refused`, or `previewed` when the preview was old.
- `run_import(...)` → all of it in this process.

`imports.tasks` has the first two steps as background tasks; `imports.queries` the reads for screens and the report.
"""

from imports.engine.errors import FileRefused, StoredRowsMoved
from imports.engine.preparing import prepare
from imports.engine.promoting import promote
from imports.engine.receiving import receive
from imports.engine.registry import UnknownKind, installed_formats, installed_kinds, resource_class
from imports.engine.running import run_import

__all__ = [
    "FileRefused",
    "StoredRowsMoved",
    "UnknownKind",
    "installed_formats",
    "installed_kinds",
    "prepare",
    "promote",
    "receive",
    "resource_class",
    "run_import",
]
