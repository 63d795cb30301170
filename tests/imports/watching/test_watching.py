"""The watched folder: files are taken once and whole, put aside with their report, and nothing strange is touched."""

import fcntl
import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cabinet_pages.payments.models import Payment
from imports.models import BatchSource, BatchState, ImportBatch
from imports.watching.folder import Inbox, claim, claimed_files, inboxes, take, waiting
from tests import factories as make
from tests.imports.resources.loading import csv_file

HEADING = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")
ROW = ("80-1", "ПД-1", "03.01.2026", "Пеня", "1 234,56")
GOOD = csv_file([HEADING, ROW])
BAD = csv_file([HEADING, (*ROW[:2], "32.01.2026", *ROW[3:]), ("80-1", "ПД-2", *ROW[2:])])


@pytest.fixture
def root(tmp_path: Path, db: None) -> Path:
    make.make_account("80-1", make.make_branch("VIN"))
    folder = tmp_path / "exchange"
    (folder / "VIN" / "payments").mkdir(parents=True)
    return folder


@pytest.fixture
def inbox(root: Path) -> Inbox:
    (found,) = inboxes(root)
    assert isinstance(found, Inbox)
    return found


def watch(root: Path) -> tuple[int, str, str]:
    """One look; returns the exit code and what was said."""
    said, warned = StringIO(), StringIO()
    code = 0
    try:
        call_command("import_watch", str(root), once=True, interval=0, stdout=said, stderr=warned)
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, said.getvalue(), warned.getvalue()


def reports(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() or path.is_symlink())


def test_a_file_is_previewed_and_put_aside_with_its_report(root: Path, inbox: Inbox) -> None:
    (inbox.path / "платежі.csv").write_bytes(GOOD)
    code, said, warned = watch(root)
    batch = ImportBatch.objects.get()
    assert (code, warned) == (0, "")
    assert (batch.state, batch.source, batch.file_name) == (BatchState.PREVIEWED, BatchSource.FOLDER, "платежі.csv")
    assert names(inbox.path) == [f"{batch.pk}-платежі.csv", f"{batch.pk}-платежі.csv.json"]
    assert (inbox.path / "done" / f"{batch.pk}-платежі.csv").read_bytes() == GOOD
    (told,) = reports(inbox.path / "done")
    assert (told["batch"], told["state"], told["rows"]) == (batch.pk, "previewed", 1)
    assert str(batch.pk) in said
    assert Payment.objects.count() == 0


def test_a_marked_folder_applies_its_files_but_not_those_with_bad_rows(root: Path, inbox: Inbox) -> None:
    (inbox.path / ".auto-apply").touch()
    (inbox.path / "1.csv").write_bytes(GOOD)
    assert watch(root)[0] == 0
    (inbox.path / "2.csv").write_bytes(BAD)
    assert watch(root)[0] == 1
    assert [told["state"] for told in reports(inbox.path / "done")] == ["applied"]
    assert [(told["state"], told["rejected"]) for told in reports(inbox.path / "refused")] == [("refused", 1)]
    assert Payment.objects.count() == 1


def test_the_same_file_again_changes_nothing(root: Path, inbox: Inbox) -> None:
    (inbox.path / ".auto-apply").touch()
    for _ in range(2):
        (inbox.path / "1.csv").write_bytes(GOOD)
        watch(root)
    assert sorted(ImportBatch.objects.values_list("state", flat=True)) == ["applied", "unchanged"]
    assert len(reports(inbox.path / "done")) == 2


def test_hidden_and_unfinished_files_wait(root: Path, inbox: Inbox) -> None:
    for name in (".hidden.csv", "a.part", "b.TMP", "c.csv.filepart", "~$d.xlsx", "e.csv~"):
        (inbox.path / name).write_bytes(GOOD)
    assert list(waiting(inbox)) == []
    watch(root)
    assert ImportBatch.objects.count() == 0


def test_a_file_that_still_grows_waits(root: Path, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    file = inbox.path / "1.csv"
    file.write_bytes(GOOD[:20])

    def grow(command: Any, seconds: float) -> None:
        with file.open("ab") as stream:
            stream.write(b"x")

    monkeypatch.setattr("imports.management.commands.import_watch.Command._pause", grow)
    watch(root)
    assert file.exists()
    assert ImportBatch.objects.count() == 0


def test_nothing_strange_is_touched(root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(GOOD)
    make.make_branch("TRO")
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "payments").mkdir(parents=True)
    (elsewhere / "payments" / "x.csv").write_bytes(GOOD)
    (elsewhere / "x.csv").write_bytes(GOOD)
    kinds = root / "VIN"
    (kinds / "payments" / "link.csv").symlink_to(secret)
    (kinds / "payments" / "folder.csv").mkdir()
    os.mkfifo(kinds / "payments" / "pipe.csv")
    (kinds / "accounts").symlink_to(elsewhere)
    (kinds / "invoices").mkdir()
    (kinds / "invoices" / "done").symlink_to(elsewhere)
    (kinds / "invoices" / "x.csv").write_bytes(GOOD)
    (kinds / "nonsense").mkdir()
    (kinds / "nonsense" / "x.csv").write_bytes(GOOD)
    (root / "NON" / "payments").mkdir(parents=True)
    (root / "NON" / "payments" / "x.csv").write_bytes(GOOD)
    (root / "TRO").symlink_to(elsewhere)
    (root / "readme.txt").touch()
    before, beyond = names(root), names(elsewhere)
    code, _, warned = watch(root)
    assert (code, names(root), names(elsewhere)) == (0, before, beyond)
    assert ImportBatch.objects.count() == 0
    for told in ("accounts", "invoices/done", "nonsense", "NON", "TRO", "readme.txt"):
        assert f"{told}" in warned
    assert "структурної одиниці" in warned


def test_a_link_put_among_claimed_files_is_refused_unread(root: Path, inbox: Inbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(GOOD)
    (inbox.path / ".work").mkdir()
    (inbox.path / ".work" / f"{'0' * 32}-x.csv").symlink_to(secret)
    assert watch(root)[0] == 1
    (told,) = reports(inbox.path / "refused")
    assert (told["batch"], told["state"]) == (None, "refused")
    assert ImportBatch.objects.count() == 0


def test_two_watchers_take_a_file_once(inbox: Inbox) -> None:
    path = inbox.path / "1.csv"
    path.write_bytes(GOOD)
    first = claim(inbox, path)
    assert first is not None
    assert claim(inbox, path) is None
    with first.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert take(inbox, first) is None
    assert take(inbox, first) is not None
    assert take(inbox, first) is None
    assert ImportBatch.objects.count() == 1


def test_what_a_dead_watcher_claimed_is_finished_by_the_next(root: Path, inbox: Inbox) -> None:
    path = inbox.path / "1.csv"
    path.write_bytes(GOOD)
    claim(inbox, path)
    assert watch(root)[0] == 0
    assert ImportBatch.objects.count() == 1
    assert claimed_files(inbox) == []


def test_a_batch_that_a_dead_watcher_finished_is_not_made_twice(root: Path, inbox: Inbox) -> None:
    path = inbox.path / "1.csv"
    path.write_bytes(GOOD)
    claimed = claim(inbox, path)
    assert claimed is not None
    ended = take(inbox, claimed)
    assert ended is not None
    # As if the process had died before the file was put aside, and once more in the middle of reading it.
    for state in (BatchState.PREVIEWED, BatchState.PREPARING):
        ImportBatch.objects.update(state=state, heartbeat_at=timezone.now())
        ended.path.rename(claimed)
        assert watch(root)[0] == 0
        assert ImportBatch.objects.get().state == BatchState.PREVIEWED
        assert ended.path.exists()


def test_a_file_that_ends_every_watcher_is_given_up(root: Path, inbox: Inbox) -> None:
    path = inbox.path / "1.csv"
    path.write_bytes(GOOD)
    claimed = claim(inbox, path)
    assert claimed is not None
    ended = take(inbox, claimed)
    assert ended is not None
    ImportBatch.objects.update(state=BatchState.PREPARING, attempts=3)
    ended.path.rename(claimed)
    assert watch(root)[0] == 1
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.error_code) == (BatchState.REFUSED, "gave_up")
    (told,) = reports(inbox.path / "refused")
    assert "завершувалася" in told["issues"][0]["message"]


def test_names_of_any_bytes_and_length_are_taken(root: Path, inbox: Inbox) -> None:
    (inbox.path / os.fsdecode(b"\xcf\xeb.csv")).write_bytes(GOOD)
    (inbox.path / ("я" * 120 + ".csv")).write_bytes(GOOD)
    assert watch(root)[0] == 0
    assert len(reports(inbox.path / "done")) == 2


def test_a_file_of_all_branches_comes_through_its_own_folder(root: Path) -> None:
    inbox = root / "ALL" / "payments"
    inbox.mkdir(parents=True)
    rows = [("Структурна одиниця", *HEADING), ("VIN", *ROW)]
    (inbox / "1.csv").write_bytes(csv_file(rows))
    assert watch(root)[0] == 0
    assert ImportBatch.objects.get().branch is None


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path, db: None) -> None:
    with pytest.raises(CommandError) as error:
        call_command("import_watch", str(tmp_path / "nowhere"), once=True)
    assert error.value.returncode == 2
