"""One delivery in the watched folder: found, claimed, taken through the engine, put aside with its report.

A file is claimed by a rename into `.work/`, which only one watcher can do, and held by a lock on the file itself, which
dies with its process. The name it gets there is the key of its batch: whoever finds a claimed file that nobody holds
goes on with that batch, so a kill at any moment loses nothing and imports nothing twice.
"""

import errno
import fcntl
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from django.core.files import File

from cabinet_pages.accounts.models import Branch
from imports.engine import installed_kinds, receive
from imports.engine.leases import resume, unfinished_files, work_on
from imports.models import BatchSource, BatchState, ImportBatch
from imports.queries import report

ALL_BRANCHES = "ALL"
WORK, DONE, REFUSED = ".work", "done", "refused"
#: In the folder of a kind: its files are applied without a person's confirmation.
AUTO_APPLY = ".auto-apply"
_UNFINISHED_ENDINGS = (".part", ".tmp", ".crdownload", ".filepart", ".partial", ".swp", ".lock", "~")
_KEY_LENGTH = 32
# Names of 255 bytes are the most that file systems take, and more is put around ours.
_NAME_BYTES = 180


@dataclass(frozen=True)
class Inbox:
    """The folder of one branch and kind."""

    path: Path
    branch: Branch | None
    kind: str

    @property
    def applies(self) -> bool:
        """Whether its files are applied without a person's confirmation."""
        return (self.path / AUTO_APPLY).exists()


@dataclass(frozen=True)
class Ended:
    """What became of a file: where it lies now, and its report as the contract has it."""

    path: Path
    report: Mapping[str, Any]


@dataclass(frozen=True)
class Misplaced:
    """A folder or file that no branch and kind belongs to, and why."""

    path: Path
    reason: str


def inboxes(root: Path) -> Iterator[Inbox | Misplaced]:
    """Yield the folders `<root>/<BRANCH>/<kind>` that exist, and what lies there besides."""
    branches = {branch.code: branch for branch in Branch.objects.filter(is_active=True)}
    kinds = installed_kinds()
    for outer in _entries(root):
        if outer.is_symlink() or not outer.is_dir():
            yield Misplaced(outer, "not_a_folder")
        elif outer.name not in branches and outer.name != ALL_BRANCHES:
            yield Misplaced(outer, "no_branch")
        else:
            for inner in _entries(outer):
                if inner.is_symlink() or not inner.is_dir():
                    yield Misplaced(inner, "not_a_folder")
                elif inner.name not in kinds:
                    yield Misplaced(inner, "no_kind")
                elif strange := [path for path in map(inner.joinpath, (WORK, DONE, REFUSED)) if not _is_ours(path)]:
                    yield Misplaced(strange[0], "not_a_folder")
                else:
                    yield Inbox(inner, branches.get(outer.name), inner.name)


def waiting(inbox: Inbox) -> Iterator[Path]:
    """Yield the files of a folder that somebody has put there, unfinished and hidden ones left out."""
    for path in _entries(inbox.path):
        if path.name in (DONE, REFUSED) or path.name.lower().endswith(_UNFINISHED_ENDINGS):
            continue
        if path.name.startswith("~$"):
            continue
        # A link may lead to a file of somebody else.
        if path.is_file() and not path.is_symlink():
            yield path


def claim(inbox: Inbox, path: Path) -> Path | None:
    """Take a file for this watcher; return where it lies now, or None when another one was faster."""
    work = inbox.path / WORK
    work.mkdir(exist_ok=True)
    claimed = work / f"{uuid4().hex}-{_short(path.name)}"
    try:
        path.rename(claimed)
    except FileNotFoundError:
        return None
    return claimed


def claimed_files(inbox: Inbox) -> list[Path]:
    """The claimed files of a folder, those of this watcher and those of a dead one."""
    work = inbox.path / WORK
    if not work.is_dir():
        return []
    return sorted(path for path in work.iterdir() if path.name[_KEY_LENGTH : _KEY_LENGTH + 1] == "-")


def take(inbox: Inbox, claimed: Path) -> Ended | None:
    """Take a claimed file through the engine and put it aside; None when somebody else works on it."""
    name, key = claimed.name[_KEY_LENGTH + 1 :], claimed.name[:_KEY_LENGTH]
    try:
        with _held(claimed) as stream:
            batch = None if stream is None else _worked_on(inbox, stream, name, key)
            if batch is None:
                return None
            told = {**report(batch), "state": str(batch.state)}
            folder = REFUSED if batch.state in (BatchState.REFUSED, BatchState.CANCELLED) else DONE
            return _put_aside(inbox, claimed, folder, f"{batch.pk}-{name}", told)
    except _UnreadableError as error:
        told = {"batch": None, "state": str(BatchState.REFUSED), "kind": inbox.kind, "error": str(error)}
        return _put_aside(inbox, claimed, REFUSED, claimed.name, told)


def _worked_on(inbox: Inbox, stream: BinaryIO, name: str, key: str) -> ImportBatch | None:
    """The batch of a claim as far as it goes; a dead watcher may have made it already."""
    batch = ImportBatch.objects.filter(kind=inbox.kind, source=BatchSource.FOLDER, idempotency_key=key).first()
    if batch is None:
        batch = receive(
            kind=inbox.kind,
            branch=inbox.branch,
            file=File(stream),
            name=name,
            source=BatchSource.FOLDER.value,
            auto_apply=inbox.applies,
            idempotency_key=key,
        )
        work_on(batch)
    else:
        # Counted, so that a file which ends every watcher is given up.
        resume(batch)
    batch.refresh_from_db()
    return None if unfinished_files().filter(pk=batch.pk).exists() else batch


class _UnreadableError(Exception):
    """A claimed file that cannot be opened, or is none."""


@contextmanager
def _held(claimed: Path) -> Iterator[BinaryIO | None]:
    """The open file, held for this process alone; None when another process holds it or has put it aside."""
    try:
        descriptor = os.open(claimed, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        raise _UnreadableError(error.strerror) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _UnreadableError(os.strerror(errno.EINVAL))
    with os.fdopen(descriptor, "rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        # Somebody may have put it aside between the look into the folder and the lock.
        yield stream if os.path.lexists(claimed) else None


def _put_aside(inbox: Inbox, claimed: Path, folder: str, name: str, told: Mapping[str, Any]) -> Ended:
    """Move a file to where its sender finds it, the report beside it first: whoever sees the file can read it."""
    target = inbox.path / folder
    target.mkdir(exist_ok=True)
    text = json.dumps(told, ensure_ascii=False, indent=1)
    written = target / f".{name}.json"
    written.write_text(text, encoding="utf-8")
    written.rename(target / f"{name}.json")
    claimed.rename(target / name)
    return Ended(target / name, told)


def _is_ours(path: Path) -> bool:
    """Whether a folder of ours is one, or is not there yet: a link would lead reports to somebody else's place."""
    return not os.path.lexists(path) or (path.is_dir() and not path.is_symlink())


def _entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _short(name: str) -> str:
    """A name that stays within a file system's limit, its ending kept."""
    raw = os.fsencode(name)
    return name if len(raw) <= _NAME_BYTES else os.fsdecode(raw[-_NAME_BYTES:])
