"""Who works on a batch, and who promotes: locks that die with their process.

PostgreSQL's advisory locks, or `flock` on a file beside the database with SQLite. A branch's promotion excludes
another of the same branch and kind, and one for all branches; promotions of two branches go side by side
as far as the database lets them. A thread that holds a lock may take it again.
"""

import fcntl
import hashlib
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.db import connection

from imports.conf import import_settings


class _Held(threading.local):
    """What the thread holds: `flock` would have it wait for itself."""

    def __init__(self) -> None:
        self.names: set[str] = set()


_held = _Held()


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
def free_batch_lock(batch_id: int) -> Iterator[bool]:
    """Hold the right to work on a batch if nobody has it; yield whether it is held now, without waiting."""
    with _lock(f"batch:{batch_id}", wait=False) as taken:
        yield taken


def is_worked_on(batch_id: int) -> bool:
    """Whether another thread or process works on a batch at this moment."""
    with free_batch_lock(batch_id) as taken:
        return not taken


@contextmanager
def _lock(name: str, *, shared: bool = False, wait: bool = True) -> Iterator[bool]:
    if name in _held.names:
        yield True
        return
    take = _database_lock if connection.vendor == "postgresql" else _file_lock
    with take(name, shared, wait) as taken:
        if not taken:
            yield False
            return
        _held.names.add(name)
        try:
            yield True
        finally:
            _held.names.discard(name)


@contextmanager
def _database_lock(name: str, shared: bool, wait: bool) -> Iterator[bool]:
    number = int.from_bytes(hashlib.sha256(f"imports:{name}".encode()).digest()[:8], "big", signed=True)
    suffix = "_shared" if shared else ""
    attempt = "" if wait else "try_"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_{attempt}advisory_lock{suffix}(%s)", [number])
        taken = wait or bool(cursor.fetchone()[0])
    if not taken:
        yield False
        return
    try:
        yield True
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock{suffix}(%s)", [number])


@contextmanager
def _file_lock(name: str, shared: bool, wait: bool) -> Iterator[bool]:
    path = _folder() / hashlib.sha256(name.encode()).hexdigest()[:32]
    with path.open("ab") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


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
