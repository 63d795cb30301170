"""Signed documents from a ZIP with a registry."""

import hashlib
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError

from cabinet_pages.access.models import private_storage
from cabinet_pages.documents import promotion
from cabinet_pages.documents.models import SignedDocument
from imports.models import BatchState, IssueLevel
from tests.factories import make_account, make_branch
from tests.imports.resources.loading import applied, counts, csv_file, issues, load, xlsx_file, zip_file

pytestmark = pytest.mark.django_db

HEADING = (
    "Особовий рахунок", "Вид документа", "№", "Дата", "Файл", "Файл підпису", "Період", "Назва", "Сума",
    "Потребує підпису",
)  # fmt: skip
ACT, SIGNATURE = b"%PDF-1.7 act", b"0\x82 signature"
FILES = {"Акт 1.pdf": ACT, "Акт 1.pdf.p7s": SIGNATURE}


@pytest.fixture(autouse=True)
def _records():
    shutil.rmtree(private_storage().path("documents"), ignore_errors=True)
    make_account("80-431930")
    make_account("80-36", make_branch("TRO"))


def row(**cells):
    values = {
        "Особовий рахунок": "80-431930", "Вид документа": "Акт наданих послуг", "№": "12", "Дата": "31.01.2026",
        "Файл": "Акт 1.pdf", "Файл підпису": "Акт 1.pdf.p7s", "Період": "01.2026", "Назва": "Акт за січень",
        "Сума": "120,00", "Потребує підпису": "так",
    }  # fmt: skip
    return [(values | cells).get(heading, "") for heading in HEADING]


def archive(*rows, files=FILES):
    return zip_file({"registry.csv": csv_file([HEADING, *rows]), **files})


def stored_files():
    folder = Path(private_storage().path("documents"))
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "registry", [("registry.csv", csv_file), ("Registry.XLSX", xlsx_file)], ids=["cp1251 CSV", "XLSX"]
)
def test_a_document_is_stored_with_its_signature_under_the_name_it_came_with(registry):
    name, written = registry
    batch = applied("documents", zip_file({name: written([HEADING, row()]), **FILES}), branch=make_branch())
    assert (batch.format, batch.documents, counts(batch)) == ("zip", 1, (1, 1, 0, 0, 0))
    found = SignedDocument.objects.get()
    assert (found.file_name, found.signature_name, found.size) == ("Акт 1.pdf", "Акт 1.pdf.p7s", len(ACT))
    assert found.sha256 == hashlib.sha256(ACT).hexdigest()
    assert (found.file.read(), found.signature.read()) == (ACT, SIGNATURE)
    assert (found.title, found.period, found.amount, found.needs_signature) == (
        "Акт за січень", date(2026, 1, 1), Decimal("120.00"), True,
    )  # fmt: skip


def test_the_same_documents_again_change_nothing_and_store_nothing():
    branch = make_branch()
    applied("documents", archive(row()), branch=branch)
    before = stored_files()
    again = load("documents", archive(row(), files={**FILES, "Thumbs.db": b"x"}), branch=branch)
    assert (again.state, counts(again), again.documents) == (BatchState.UNCHANGED, (1, 0, 0, 1, 0), 1)
    assert stored_files() == before


def test_other_bytes_are_a_change_and_the_earlier_bytes_stay():
    branch = make_branch()
    applied("documents", archive(row()), branch=branch)
    other = {**FILES, "Акт 1.pdf": b"%PDF-1.7 act, corrected"}
    batch = applied("documents", archive(row(), files=other), branch=branch)
    assert counts(batch) == (1, 0, 1, 0, 0)
    found = SignedDocument.objects.get()
    assert (found.file.read(), found.signature.read()) == (other["Акт 1.pdf"], SIGNATURE)
    assert hashlib.sha256(ACT).hexdigest() in stored_files()


def test_a_preview_stores_no_file():
    batch = load("documents", archive(row()), branch=make_branch(), dry_run=True)
    assert (batch.state, batch.new) == (BatchState.PREVIEWED, 1)
    assert stored_files() == []


def test_a_file_that_is_named_and_absent_rejects_its_row():
    batch = load("documents", archive(row(), row(**{"№": "13", "Файл": "13.pdf"})), branch=make_branch())
    assert (batch.state, counts(batch)) == (BatchState.REFUSED, (2, 1, 0, 0, 1))
    assert issues(batch) == [(3, "Файл", "13.pdf", "В архіві немає файлу «13.pdf».")]
    assert not SignedDocument.objects.exists()
    assert stored_files() == []


def test_a_file_that_no_row_names_counts_as_a_rejected_row():
    more = {**FILES, "зайвий.pdf": b"x"}
    batch = load("documents", archive(row(), files=more), branch=make_branch())
    assert (batch.state, counts(batch)) == (BatchState.REFUSED, (2, 1, 0, 0, 1))
    told = "В архіві є файл «зайвий.pdf», якого не називає жоден рядок реєстру."
    assert issues(batch) == [(None, "Файл", "зайвий.pdf", told)]
    batch = load("documents", archive(row(), files=more), branch=make_branch(), skip_rejected=True)
    assert (batch.state, SignedDocument.objects.count()) == (BatchState.APPLIED, 1)


def test_documents_of_another_branch_are_refused_and_their_files_stored_nowhere():
    batch = load("documents", archive(row(**{"Особовий рахунок": "80-36"})), branch=make_branch(), skip_rejected=True)
    assert batch.state == BatchState.REFUSED
    assert [issue[3] for issue in issues(batch, IssueLevel.ERROR)] == [
        "Рахунок 80-36 не знайдено у структурній одиниці VIN"
    ]
    assert stored_files() == []


def test_what_is_no_archive_is_refused_with_one_sentence():
    batch = load("documents", csv_file([HEADING, row()]), branch=make_branch())
    assert (batch.state, batch.rows) == (BatchState.REFUSED, 0)
    assert issues(batch) == [
        (None, "", "", "Це не ZIP-архів. Документи подають у ZIP із registry.csv і файлами.")
    ]  # fmt: skip


def test_a_promotion_that_fails_leaves_no_file_behind(monkeypatch):
    def fail(*args):
        raise IntegrityError("taken")

    monkeypatch.setattr(promotion, "insert_rows", fail)
    with pytest.raises(Exception, match=r".*"):
        load("documents", archive(row()), branch=make_branch())
    assert stored_files() == []


def test_a_file_that_a_killed_process_cut_short_is_written_anew():
    digest = hashlib.sha256(ACT).hexdigest()
    path = Path(private_storage().path(f"documents/{digest[:2]}/{digest}"))
    path.parent.mkdir(parents=True)
    path.write_bytes(ACT[:3])
    applied("documents", archive(row()), branch=make_branch())
    assert path.read_bytes() == ACT
    assert SignedDocument.objects.get().file.name == f"documents/{digest[:2]}/{digest}"


def test_a_withdrawn_document_revives_and_counts_as_changed():
    branch = make_branch()
    applied("documents", archive(row()), branch=branch)
    SignedDocument.objects.update(withdrawn=True)
    batch = applied("documents", archive(row(), files={**FILES, ".DS_Store": b"x"}), branch=branch)
    assert counts(batch) == (1, 0, 1, 0, 0)
    assert not SignedDocument.objects.get().withdrawn
