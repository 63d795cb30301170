"""`manage.py serve_demo`, which is `make run` and `make demo`: prepares the demo and serves it."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections

from website.demo.logins import LOGINS, PASSWORD

HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 15
PR_SET_PDEATHSIG = 1


class Command(BaseCommand):
    """Prepare the demo, print its addresses and logins, serve until Ctrl-C or SIGTERM."""

    help = "Prepares the demo and serves it on the loopback address together with its task worker."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--prepare-only", action="store_true", help="Prepare the database and stop.")
        parser.add_argument("--reset", action="store_true", help="Remove the demo's data first.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not getattr(settings, "DEMO_ENABLED", False):
            raise CommandError("The demo runs with development settings only.")
        if not options["prepare_only"]:
            refuse_busy_port(options["port"])
        if options["reset"]:
            self.reset()
        # Links in mails lead to where the site is served, unless the environment says otherwise.
        os.environ.setdefault("BASE_URL", f"http://{HOST}:{options['port']}")
        self.prepare(options["port"])
        if options["prepare_only"]:
            return
        # The children open their own connections; a pool must not be shared with them.
        connections.close_all()
        code = Supervisor(self, options["port"]).run()
        if code:
            sys.exit(code)

    def reset(self) -> None:
        """Remove the SQLite database and the demo's own files, so that the preparation starts anew."""
        if connection.vendor != "sqlite":
            raise CommandError("Only a SQLite demo can start anew; give it an empty database instead.")
        database = Path(str(connection.settings_dict["NAME"]))
        for suffix in ("", "-wal", "-shm", "-journal"):
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        own = Path(settings.VAR_DIR).resolve()
        for folder in (settings.MEDIA_ROOT, settings.PRIVATE_ROOT):
            # A folder that the environment put elsewhere may hold more than the demo.
            if own in Path(folder).resolve().parents:
                shutil.rmtree(folder, ignore_errors=True)

    def prepare(self, port: int) -> None:
        """Bring the database up to date and load the demo unless it is there; safe to run again."""
        if connection.vendor == "sqlite":
            Path(str(connection.settings_dict["NAME"])).parent.mkdir(parents=True, exist_ok=True)
        # Development serves static files from where they lie; the empty folder only keeps a warning away.
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        self.say("Preparing the database…")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("demo", port=port, stdout=self.stdout, stderr=self.stderr)

    def say(self, text: str) -> None:
        """Print at once, also into a pipe."""
        self.stdout.write(text)
        self.stdout.flush()

    def welcome(self, port: int) -> None:
        """Print where everything is and who may log in."""
        base = f"http://{HOST}:{port}"
        width = max(len(login.email) for login in LOGINS)
        lines = [
            "",
            f"  Site    {base}/",
            f"  Staff   {base}/admin/",
            f"  Mails   {base}/demo/mail/",
            "",
            f"  Logins, all with the password {PASSWORD}",
            *(f"  {login.email:<{width}}  {login.sees}" for login in LOGINS),
            "",
            "  Ctrl-C stops the server and its worker.",
            "",
        ]
        self.say("\n".join(lines))


class Supervisor:
    """Runs the web server and the task worker together: when one ends or a signal comes, both end."""

    def __init__(self, command: Command, port: int) -> None:
        self.command = command
        self.port = port
        self.stopping = False
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def run(self) -> int:
        """Serve until told to stop. Returns 0 after Ctrl-C or SIGTERM, 1 when a part ended by itself."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.stop)
        try:
            self.start("web server", "runserver", f"{HOST}:{self.port}", "--noreload", "--skip-checks", "--insecure")
            self.start("task worker", "db_worker", "--backend", "jobs", "--queue-name", "*", "--no-reload")
            if self.wait_until_ready():
                self.command.welcome(self.port)
            while not self.stopping:
                if name := self.ended():
                    self.command.stderr.write(f"The {name} ended by itself; stopping.")
                    return 1
                time.sleep(0.2)
            return 0
        finally:
            self.end_all()

    def start(self, name: str, *arguments: str) -> None:
        """Start a management command as a child in a group of its own: signals pass through here alone."""
        manage = Path(settings.BASE_DIR) / "manage.py"
        self.children[name] = subprocess.Popen(  # noqa: S603
            [sys.executable, str(manage), *arguments],
            env={**os.environ, "PYTHONUNBUFFERED": "1", "DJANGO_RUNSERVER_HIDE_WARNING": "true"},
            stdin=subprocess.DEVNULL,
            # The greeting is ours; requests and errors are logged to stderr.
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent if sys.platform.startswith("linux") else None,
        )

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Note that a signal asked to stop."""
        self.stopping = True

    def ended(self) -> str:
        """Return the name of a part that is no longer running, or nothing."""
        return next((name for name, child in self.children.items() if child.poll() is not None), "")

    def wait_until_ready(self) -> bool:
        """Wait until the web server takes connections."""
        deadline = time.monotonic() + START_SECONDS
        while not self.stopping and not self.ended() and time.monotonic() < deadline:
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex((HOST, self.port)) == 0:
                    return True
            time.sleep(0.1)
        return False

    def end_all(self) -> None:
        """Ask every part to end, and end by force what has not within a while."""
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def refuse_busy_port(port: int) -> None:
    """Say early, not after the preparation, that somebody else listens on the port. Raises CommandError."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(f"Port {port} is taken; choose another: make run PORT=8080") from error


def end_with_parent() -> None:
    """Ask the kernel to end this child when the supervisor is killed outright."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
