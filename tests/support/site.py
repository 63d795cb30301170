"""The product as `make run` serves it, in processes of its own, on a database and folders of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.support.mail import MailSink, mail_sink
from tests.support.postgres import die_with_parent, free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300
NOT_INHERITED = {
    "TEST_DATABASE",
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "DJANGO_SETTINGS_MODULE",
    "PYTEST_CURRENT_TEST",
}


@dataclass(frozen=True)
class ServedSite:
    """A running demo."""

    url: str
    mails: MailSink
    environment: dict[str, str]

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command on the same database and folders."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def demo_site(database_url: str, folder: Path) -> Iterator[ServedSite]:
    """Prepare and serve the demo exactly as `make run` does; its mails go to a sink.

    Args:
        database_url: an empty database.
        folder: where its files and its log go.

    Raises:
        RuntimeError: the server did not come up; the message ends with its log.
    """
    port = free_port()
    with mail_sink() as mails, (folder / "site.log").open("w+", encoding="utf-8") as log:
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        environment = {
            **inherited,
            "DATABASE_URL": database_url,
            "MEDIA_ROOT": str(folder / "media"),
            "PRIVATE_ROOT": str(folder / "private"),
            "EMAIL_URL": mails.url,
            "BASE_URL": f"http://127.0.0.1:{port}",
            "DATABASE_POOL_SIZE": "4",
            # Error pages as visitors see them, not the developer's.
            "DEBUG": "0",
        }
        server = subprocess.Popen(
            [sys.executable, "manage.py", "serve_demo", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        try:
            _wait(server, f"http://127.0.0.1:{port}/", folder / "site.log")
            yield ServedSite(f"http://127.0.0.1:{port}", mails, environment)
        finally:
            server.terminate()
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urlopen(url, timeout=10):  # noqa: S310
                return
        except HTTPError:
            return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.3)
    raise RuntimeError(f"The site did not start:\n{log.read_text(encoding='utf-8')[-4000:]}")
