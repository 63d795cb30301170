"""`manage.py import_watch DIR`: imports what appears in `<DIR>/<BRANCH>/<kind>/`."""

import os
import signal
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.engine.leases import dead_batches, resume
from imports.models import BatchSource
from imports.tasks import enqueue_if_dead
from imports.watching.folder import Ended, Inbox, Misplaced, claim, claimed_files, inboxes, take, waiting

_UNUSABLE = 2
_REASONS = {
    "not_a_folder": gettext_lazy("%(path)s lies where only folders of branches and kinds belong; it is left alone."),
    "no_branch": gettext_lazy("%(path)s: there is no such branch; what lies there is left alone."),
    "no_kind": gettext_lazy("%(path)s: there is no such kind of file; what lies there is left alone."),
}
# What a file looks like: a file that still grows looks otherwise at the next look.
Look = tuple[int, int, int]


class Command(BaseCommand):
    """Exit 0; with --once 1 when a file was refused; 2 for a folder that is not there."""

    help = "Watch a folder and import what appears in <DIR>/<BRANCH>/<kind>/; see docs/operations.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--once", action="store_true", help="Take what lies there, then stop.")
        parser.add_argument(
            "--interval",
            type=float,
            default=5.0,
            metavar="S",
            help="Seconds between two looks; a file that did not change between them is taken.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        root: Path = options["directory"]
        if not root.is_dir():
            raise CommandError(_("There is no folder %(path)s.") % {"path": root}, returncode=_UNUSABLE)
        self.stopping = False
        self.told: set[Path] = set()
        self.seen: dict[Path, Look] = {}
        refused = 0
        with self._ending_in_order(), translation.override(settings.LANGUAGE_CODE):
            refused += self._look(root)
            self._pause(options["interval"])
            while not self.stopping:
                refused += self._look(root)
                if options["once"]:
                    break
                close_old_connections()
                self._pause(options["interval"])
        if options["once"] and refused:
            raise SystemExit(1)

    def _look(self, root: Path) -> int:
        """Take every file that has not changed since the last look; return how many were refused."""
        refused = 0
        seen: dict[Path, Look] = {}
        for found in inboxes(root):
            if isinstance(found, Misplaced):
                self._warn(found)
                continue
            for path in waiting(found):
                try:
                    status = path.lstat()
                except FileNotFoundError:
                    continue
                look = (status.st_size, status.st_mtime_ns, status.st_ino)
                if self.seen.get(path) == look:
                    claim(found, path)
                else:
                    seen[path] = look
            for claimed in claimed_files(found):
                if self.stopping:
                    break
                refused += self._take(found, claimed)
        self.seen = seen
        self._resume()
        return refused

    def _take(self, inbox: Inbox, claimed: Path) -> bool:
        ended: Ended | None = take(inbox, claimed)
        if ended is None:
            return False
        state = ended.report["state"]
        self.stdout.write(_("%(path)s: import %(batch)s, %(state)s") % {
            "path": _shown(ended.path), "batch": ended.report["batch"] or "—", "state": state
        })  # fmt: skip
        return bool(state == "refused")

    def _resume(self) -> None:
        """Take up what a dead watcher or command left; files of the desk and the push are the task worker's."""
        for batch in dead_batches():
            if batch.source in (BatchSource.FOLDER, BatchSource.COMMAND):
                resume(batch)
            else:
                enqueue_if_dead(batch)

    def _warn(self, misplaced: Misplaced) -> None:
        if misplaced.path not in self.told:
            self.told.add(misplaced.path)
            self.stderr.write(str(_REASONS[misplaced.reason]) % {"path": _shown(misplaced.path)})

    def _pause(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self.stopping and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))

    @contextmanager
    def _ending_in_order(self) -> Iterator[None]:
        """Finish the file in hand when asked to stop."""

        def stop(number: int, frame: FrameType | None) -> None:
            self.stopping = True

        try:
            earlier = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        except ValueError:
            # Not the main thread of a program, so no signal comes here.
            yield
            return
        try:
            yield
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)


def _shown(path: Path) -> str:
    """A path as a terminal can show it: a file system's names may be no text."""
    return os.fsencode(path).decode("utf-8", "replace")
