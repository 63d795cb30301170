"""How the demo's web server and task worker live and end together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.urls import resolve

from tests.support.postgres import free_port
from tests.support.site import ROOT
from website.demo.logins import LOGINS

# Stands in for manage.py: its web server listens, its worker waits or ends at once.
STAND_IN = """
import http.server, os, sys, time
open(os.path.join(os.path.dirname(__file__), sys.argv[1] + ".pid"), "w").write(str(os.getpid()))
if sys.argv[1] == "runserver":
    host, port = sys.argv[2].split(":")
    http.server.HTTPServer((host, int(port)), http.server.SimpleHTTPRequestHandler).serve_forever()
if os.environ.get("WORKER_FAILS"):
    sys.exit(3)
time.sleep(60)
"""
PROGRAM = """
import sys
from django.conf import settings
settings.configure(BASE_DIR=sys.argv[1], DEMO_ENABLED=True, INSTALLED_APPS=["website.demo"])
import django
django.setup()
from website.demo.management.commands.serve_demo import Command, Supervisor
sys.exit(Supervisor(Command(), int(sys.argv[2])).run())
"""


def is_running(pid: int) -> bool:
    """Tell whether a process runs, not counting one that has ended and is not yet collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pids(folder: Path) -> list[int]:
    """Return the process ids of the web server and the worker, once both have started."""
    deadline = time.monotonic() + 20
    files = [folder / "runserver.pid", folder / "db_worker.pid"]
    while time.monotonic() < deadline:
        if all(file.exists() and file.read_text(encoding="ascii") for file in files):
            return [int(file.read_text(encoding="ascii")) for file in files]
        time.sleep(0.05)
    raise AssertionError("The server and the worker did not start.")


def wait_until_ended(processes: list[int]) -> list[int]:
    """Wait a while and return the processes that still run."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(is_running(pid) for pid in processes):
        time.sleep(0.05)
    return [pid for pid in processes if is_running(pid)]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the supervisor over stand-ins."""
    (tmp_path / "manage.py").write_text(STAND_IN, encoding="utf-8")
    started: list[subprocess.Popen[str]] = []

    def run(**environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path), str(free_port())],
            env={**os.environ, "PYTHONPATH": str(ROOT / "site"), "DJANGO_SETTINGS_MODULE": "", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_server_and_its_worker(start, tmp_path, number):
    supervisor = start()
    children = pids(tmp_path)
    supervisor.send_signal(number)
    assert supervisor.wait(20) == 0
    assert wait_until_ended(children) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help is Linux's")
def test_nothing_is_left_behind_when_the_supervisor_is_killed_outright(start, tmp_path):
    supervisor = start()
    children = pids(tmp_path)
    supervisor.kill()
    assert wait_until_ended(children) == []


def test_when_the_worker_ends_by_itself_everything_ends_and_says_so(start, tmp_path):
    supervisor = start(WORKER_FAILS="1")
    assert supervisor.wait(20) == 1
    assert "task worker ended by itself" in supervisor.stdout.read()
    assert wait_until_ended(pids(tmp_path)) == []


def test_the_logins_are_printed_once_the_server_answers(start, tmp_path):
    supervisor = start()
    printed = ""
    while "Ctrl-C" not in printed:
        line = supervisor.stdout.readline()
        assert line, printed
        printed += line
    assert [login.email for login in LOGINS if login.email not in printed] == []


@pytest.mark.parametrize("address", ["/", "/admin/", "/demo/mail/"])
def test_the_addresses_of_the_start_message_exist(address):
    assert resolve(address)
