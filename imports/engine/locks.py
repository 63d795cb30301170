"""Who works on a batch, and who promotes: locks that die with their process.

PostgreSQL's advisory locks, or `flock` on a file beside the database with SQLite. A branch's promotion excludes
another of the same branch and kind, and one for all branches; promotions of two branches go side by side
as far as the database lets them.
"""

import fcntl
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.db import connection

from imports.conf import import_settings


@contextmanager
def promotion_lock(kind: str, branch_id: int | None) -> Iterator[None]:
    """Hold the right to promote a kind for a branch, or for all branches (None); wait for whoever has it."""
    with ExitStack() as stack:
        stack.enter_context(_lock(f"kind:{kind}", shared=branch_id is not None))
        if branch_id is not None:
            stack.enter_context(_lock(f"kind:{kind}:branch:{branch_id}"))
        yield


@contextmanager
def batch_lock(batch_id: int) -> Iterator[None]:
    """Hold the right to work on a batch; wait for whoever has it."""
    with _lock(f"batch:{batch_id}"):
        yield


@contextmanager
def _lock(name: str, *, shared: bool = False) -> Iterator[None]:
    if connection.vendor == "postgresql":
        number = int.from_bytes(hashlib.sha256(f"imports:{name}".encode()).digest()[:8], "big", signed=True)
        suffix = "_shared" if shared else ""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_lock{suffix}(%s)", [number])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock{suffix}(%s)", [number])
        return
    path = _folder() / hashlib.sha256(name.encode()).hexdigest()[:32]
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield


def _folder() -> Path:
    if import_settings.LOCK_FOLDER:
        folder = Path(import_settings.LOCK_FOLDER)
    else:
        database = Path(str(connection.settings_dict["NAME"]))
        folder = (
            database.with_name(f"{database.name}.locks")
            if database.parent.is_dir() and database.is_absolute()
            else Path(tempfile.gettempdir()) / "cabinet-import-locks"
        )
    folder.mkdir(parents=True, exist_ok=True)
    return folder
