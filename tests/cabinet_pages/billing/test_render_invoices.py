"""`manage.py render_invoices`: who gets a document, with how many processes, and what a kill leaves to do."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cabinet_pages.billing.models import IssuedInvoice
from cabinet_pages.printing import rendering
from tests import factories
from tests.cabinet_pages.billing.payees import make_utility
from tests.imports.kills.clones import clone, migrated_database, url_of

ROOT = Path(__file__).resolve().parents[3]
MONTH = "2026-02"
# More than one chunk, so that both workers have work.
INVOICES = 12


def run(**options: Any) -> str:
    out = StringIO()
    call_command("render_invoices", period=MONTH, stdout=out, stderr=out, **options)
    return out.getvalue()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents that cost nothing: which of them are made is the matter here."""
    monkeypatch.setattr(rendering.Xhtml2PdfRenderer, "render", lambda self, template, context: b"%PDF-1.4")


@pytest.mark.django_db
@pytest.mark.usefixtures("quick")
class TestWhoGetsADocument:
    def test_every_invoice_of_the_month_that_an_owner_may_see(self) -> None:
        factories.make_site()
        make_utility()
        account = factories.make_account("80-1", owned_since=date(2026, 2, 10))
        factories.make_invoice(account, "1", date(2026, 2, 28))
        factories.make_invoice(account, "2", date(2026, 3, 1), period=date(2026, 2, 1))
        factories.make_invoice(account, "3", date(2026, 2, 28), period=None)
        factories.make_invoice(account, "annulled", date(2026, 2, 28), state="annulled")
        factories.make_invoice(account, "withdrawn", date(2026, 2, 28), withdrawn=True)
        factories.make_invoice(account, "of the earlier owner", date(2026, 2, 9))
        factories.make_invoice(account, "of March", date(2026, 3, 31))
        told = run(workers=1)
        assert set(IssuedInvoice.objects.values_list("number", flat=True)) == {"1", "2", "3", "annulled"}
        assert "Готово: 4 з 4; створено: 4, збережено раніше: 0" in told
        assert "Готово: 4 з 4; створено: 0, збережено раніше: 4" in run(workers=1)

    def test_a_branch_alone(self) -> None:
        factories.make_site()
        make_utility()
        for code in ("VIN", "TRO"):
            account = factories.make_account(f"80-{code}", factories.make_branch(code))
            factories.make_invoice(account, code, date(2026, 2, 28))
        run(workers=1, branch="TRO")
        assert [one.number for one in IssuedInvoice.objects.all()] == ["TRO"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"period": "2026-13"}, "2026-13"),
        ({"period": "лютий"}, "лютий"),
        ({"branch": "NO"}, "NO"),
        ({"workers": 0}, "workers"),
    ],
)
def test_unusable_arguments_end_with_two(options: dict[str, Any], told: str) -> None:
    with pytest.raises(CommandError, match=told) as error:
        call_command("render_invoices", **{"period": MONTH, "workers": 1, **options})
    assert error.value.returncode == 2


@pytest.mark.django_db
def test_what_cannot_be_rendered_is_named_and_the_rest_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def render(self: Any, template: str, context: Any) -> bytes:
        if context["document"].invoice.number == "bad":
            raise rendering.PdfFailed("no glyphs")
        return b"%PDF-1.4"

    monkeypatch.setattr(rendering.Xhtml2PdfRenderer, "render", render)
    factories.make_site()
    make_utility()
    account = factories.make_account("80-1")
    for number in ("1", "bad", "2"):
        factories.make_invoice(account, number, date(2026, 2, 28))
    out = StringIO()
    with pytest.raises(CommandError, match="Рахунків без документа: 1") as error:
        call_command("render_invoices", period=MONTH, workers=1, stdout=out, stderr=out)
    assert error.value.returncode == 1
    assert "no glyphs" in out.getvalue()
    assert set(IssuedInvoice.objects.values_list("number", flat=True)) == {"1", "2"}


# --- processes ------------------------------------------------------------------------------------------------------


class Installation:
    """A database with a month of invoices, and the command in processes of its own."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database = database
        self.private = folder / "private"
        self.environment = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE"} | {
            "DATABASE_URL": url_of(database),
            "PRIVATE_ROOT": str(self.private),
            "DJANGO_SETTINGS_MODULE": "website.settings.dev",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "site")]),
        }

    def start(self, workers: int) -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", "render_invoices", "--period", MONTH, "--workers", str(workers)]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def kept(self) -> list[tuple[str, str, str]]:
        """Number, file and SHA-256 of what is kept; asked beside Django, whose connection is to the tests' database."""
        question = "SELECT number, file, sha256 FROM cabinet_pages_issuedinvoice ORDER BY number"
        if connection.vendor == "sqlite":
            with sqlite3.connect(self.database) as database:
                return list(database.execute(question))
        with psycopg.connect(url_of(self.database)) as server:
            return list(server.execute(question).fetchall())

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 120
        while len(self.kept()) < count:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.fixture
def installation(transactional_db: None, tmp_path: Path) -> Iterator[Installation]:
    factories.make_site()
    make_utility()
    account = factories.make_account("80-1")
    for number in range(INVOICES):
        factories.make_invoice(account, str(number), date(2026, 2, 28))
    with clone(migrated_database(), tmp_path) as database:
        yield Installation(database, tmp_path)


def test_killed_in_the_middle_its_workers_end_and_the_same_again_does_the_rest(installation: Installation) -> None:
    first = installation.start(workers=2)
    installation.wait_for(1)
    children = children_of(first.pid)
    assert len(children) >= 2
    first.send_signal(signal.SIGKILL)
    first.wait()
    deadline = time.monotonic() + 20
    while any(is_alive(child) for child in children):
        assert time.monotonic() < deadline, "workers outlive the process that started them"
        time.sleep(0.05)
    before = installation.kept()
    assert 1 <= len(before) < INVOICES
    second = installation.start(workers=2)
    told, _ = second.communicate()
    assert second.returncode == 0, told
    after = installation.kept()
    assert len(after) == INVOICES
    assert set(before) <= set(after)
    assert f"збережено раніше: {len(before)}" in told
    assert all((installation.private / name).stat().st_size > 1000 for _, name, _ in after)


def test_a_killed_worker_is_told_and_what_is_made_stays(installation: Installation) -> None:
    command = installation.start(workers=2)
    installation.wait_for(1)
    before = installation.kept()
    worker = next(child for child in children_of(command.pid) if b"spawn_main" in command_of(child))
    os.kill(worker, signal.SIGKILL)
    told, _ = command.communicate()
    assert command.returncode == 1
    assert "Робочий процес обірвався" in told
    assert set(before) <= set(installation.kept())


def children_of(parent: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def command_of(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
