"""A throw-away PostgreSQL cluster: `python -m tests.support.postgres -- command…` runs a command beside one.

The command finds its address in DATABASE_URL and POSTGRES_URL; a server that POSTGRES_URL names is used.
"""

import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tests.support.system import postgres_bin

OWNER = "cabinet"
START_SECONDS = 60
PR_SET_PDEATHSIG = 1

# Nothing here outlives the run, so durability is traded for speed.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "on",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "fatal",
    "listen_addresses": "127.0.0.1",
}


class ClusterError(RuntimeError):
    """The cluster could not be made or did not answer."""


def free_port() -> int:
    """Return a loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def die_with_parent(with_signal: signal.Signals) -> Callable[[], None] | None:
    """Return a `preexec_fn` by which the kernel ends the child when this process is killed (Linux only)."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(with_signal))

    return ask


def server_account() -> str | None:
    """Return the account to own the cluster: PostgreSQL refuses root, so `postgres` where we are root."""
    if os.geteuid() != 0:
        return None
    known = subprocess.run(["id", "postgres"], capture_output=True, check=False)
    if known.returncode:
        subprocess.run(["useradd", "--system", "--no-create-home", "postgres"], check=True)
    return "postgres"


@contextmanager
def cluster() -> Iterator[str]:
    """Start a fresh cluster and yield its URL; stop it and remove its files afterwards.

    Raises ClusterError when PostgreSQL is not installed or does not start.
    """
    programs = postgres_bin()
    if programs is None:
        raise ClusterError("PostgreSQL's server programs were not found.")
    account = server_account()
    home = Path(tempfile.mkdtemp(prefix="cabinet-postgres-"))
    password = secrets.token_hex(16)
    try:
        (home / "password").write_text(password, encoding="ascii")
        if account:
            for path in (home, home / "password"):
                shutil.chown(path, account, account)
        _initialise(programs, home, account)
        port = free_port()
        server = _start(programs, home, port, account)
        try:
            _wait(server, home, port)
            yield f"postgres://{OWNER}:{password}@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGQUIT)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _initialise(programs: Path, home: Path, account: str | None) -> None:
    command = [
        str(programs / "initdb"),
        f"--pgdata={home / 'data'}",
        f"--username={OWNER}",
        f"--pwfile={home / 'password'}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    done = subprocess.run(command, user=account, cwd=home, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ClusterError(f"initdb failed: {done.stderr}")


def _start(programs: Path, home: Path, port: int, account: str | None) -> subprocess.Popen[bytes]:
    options = {**SETTINGS, "unix_socket_directories": str(home), "port": str(port)}
    command = [str(programs / "postgres"), "-D", str(home / "data")]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    with (home / "server.log").open("wb") as log:
        return subprocess.Popen(
            command,
            user=account,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # A group of its own, so that Ctrl-C reaches the tests first and the server is stopped in order.
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGQUIT),
        )


def _wait(server: subprocess.Popen[bytes], home: Path, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        status = home / "data" / "postmaster.pid"
        if status.exists() and "ready" in status.read_text(encoding="utf-8", errors="replace"):
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                return
        time.sleep(0.05)
    log = (home / "server.log").read_text(encoding="utf-8", errors="replace")
    raise ClusterError(f"PostgreSQL did not start: {log[-2000:]}")


@contextmanager
def server() -> Iterator[str]:
    """Yield the URL of the server to use: the one that POSTGRES_URL names, else a cluster of our own."""
    if url := os.environ.get("POSTGRES_URL"):
        yield url
        return
    with cluster() as url:
        yield url


def run_beside(command: list[str]) -> int:
    """Run a command with DATABASE_URL and POSTGRES_URL naming the server; returns its exit code."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    with server() as url:
        child = subprocess.Popen(
            command,
            env={**os.environ, "DATABASE_URL": url, "POSTGRES_URL": url},
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        signal.signal(signal.SIGTERM, leave)
        try:
            return child.wait()
        except KeyboardInterrupt:
            # The terminal told the child as well; it ends in its own time.
            return child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()


def main(arguments: list[str]) -> int:
    """Run the command after `--` beside a PostgreSQL server."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    return run_beside(command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
