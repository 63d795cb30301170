"""«Завантажити ZIP» in the document room: original bytes, signatures beside them, and what is noted of the download."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cabinet_pages.access.models import private_storage
from cabinet_pages.archives.models import Archive
from cabinet_pages.documents.models import CounterSignatureState, DocumentMark, SignedDocument
from tests import factories
from tests.cabinet_pages.archives.zips import Opened, opened
from tests.support.windows import SECTION, client_of, visit

pytestmark = pytest.mark.django_db

WINDOW = f"{SECTION}/documents/80-1/"


@pytest.fixture
def account() -> Any:
    factories.make_site()
    return factories.make_account("80-1")


@pytest.fixture
def user(account: Any) -> Any:
    person = factories.make_user()
    factories.grant(person, account)
    return person


@pytest.fixture
def client(user: Any) -> Client:
    return client_of(user)


def make_document(account: Any, number: str, content: bytes, signature: bytes = b"", **fields: Any) -> SignedDocument:
    fields = {"kind": "Акт", "dated": date(2026, 1, 31), "file_name": "акт.PDF", **fields}
    document = SignedDocument(account=account, number=number, sha256=sha256(content).hexdigest(), **fields)
    document.file.save("a", ContentFile(content), save=False)
    if signature:
        document.signature.save("s", ContentFile(signature), save=False)
        document.signature_name = "акт.PDF.p7s"
        document.signature_sha256 = sha256(signature).hexdigest()
    document.save()
    return document


def ordered(client: Client, worker: Callable[[], list[str]], query: str = "") -> Archive:
    answer = client.post(f"{WINDOW}archive/{query}")
    assert worker() == ["ready"]
    archive = Archive.objects.order_by("-pk")[0]
    assert answer.headers["Location"] == f"/my/archives/{archive.uuid}/"
    return archive


def downloaded(client: Client, archive: Archive) -> Opened:
    response = client.get(f"/my/archives/{archive.uuid}/file/")
    return opened(b"".join(response.streaming_content))  # type: ignore[attr-defined]


def test_the_zip_holds_the_original_bytes_with_their_signatures_beside_them(
    account: Any, client: Client, worker: Callable[[], list[str]]
) -> None:
    make_document(
        account,
        "1/26",
        b"%PDF act",
        b"signature",
        title="Акт приймання",
        amount=Decimal("12.50"),
        period=date(2026, 1, 1),
    )
    signed = make_document(account, "2", b"%PDF contract", kind="Договір", dated=date(2026, 2, 1), needs_signature=True)
    factories.make_counter_signature(signed, b"first", state=CounterSignatureState.SUPERSEDED)
    factories.make_counter_signature(signed, b"second")
    make_document(account, "3", b"PK container", dated=date(2026, 3, 1), file_name="../лист.asice")
    make_document(account, "withdrawn", b"x", withdrawn=True)
    make_document(factories.make_account("80-2"), "foreign", b"x")

    archive = ordered(client, worker)
    found = downloaded(client, archive)
    assert archive.title == "Документи, о-р 80-1"
    assert found.files == {
        "2026-01-31 Акт 1-26 (о-р 80-1).pdf": b"%PDF act",
        "2026-01-31 Акт 1-26 (о-р 80-1).pdf.p7s": b"signature",
        "2026-02-01 Договір 2 (о-р 80-1).pdf": b"%PDF contract",
        "2026-02-01 Договір 2 (о-р 80-1).pdf - підписано споживачем.p7s": b"second",
        "2026-03-01 Акт 3 (о-р 80-1).asice": b"PK container",
    }
    first = found.rows[0]
    assert [first[name] for name in ("Особовий рахунок", "Вид документа", "№", "Період")] == [
        "80-1",
        "Акт",
        "1/26",
        "01.2026",
    ]
    assert (str(first["Сума"]), first["Початкова назва файлу"]) == ("12.5", "акт.PDF")
    assert [row["Що це за файл"] for row in found.rows] == [
        "документ",
        "підпис",
        "документ",
        "підписано споживачем (очікує на рішення)",
        "документ",
    ]
    assert len(found.notes) == 2


def test_the_filter_of_the_room_chooses(account: Any, client: Client, worker: Callable[[], list[str]]) -> None:
    make_document(account, "1", b"1")
    make_document(account, "2", b"2", kind="Договір")
    make_document(account, "3", b"3", dated=date(2025, 1, 31))
    page = client.get(f"{WINDOW}?kind=Акт&year=2026").content.decode()
    assert f"{WINDOW}archive/?kind=%D0%90%D0%BA%D1%82&amp;year=2026" in page
    assert "1 документ із підписами та таблиця." in page
    archive = ordered(client, worker, "?kind=Акт&year=2026")
    assert archive.title == "Документи, о-р 80-1, Акт, 2026"
    assert [row["№"] for row in downloaded(client, archive).rows] == ["1"]
    refused = client.post(f"{WINDOW}archive/?kind=Лист")
    assert refused.headers["Location"].startswith(WINDOW)
    assert client.get(f"{WINDOW}archive/").headers["Location"] == WINDOW
    assert Archive.objects.count() == 1


def test_words_of_the_filter_may_be_long(account: Any, client: Client, worker: Callable[[], list[str]]) -> None:
    title = "Щ" * 200
    make_document(account, "1", b"1", title=title)
    archive = ordered(client, worker, f"?text={title}")
    assert archive.title == f"Документи, о-р 80-1, {title}"
    assert archive.source_url == WINDOW
    response = client.get(f"/my/archives/{archive.uuid}/file/")
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")


def test_a_download_marks_what_is_in_it_and_nothing_else(
    account: Any, user: Any, client: Client, worker: Callable[[], list[str]]
) -> None:
    kept = make_document(account, "1", b"1")
    replaced = make_document(account, "2", b"2")
    gone = make_document(account, "3", b"3")
    make_document(account, "4", b"4", kind="Договір")
    DocumentMark.objects.create(user=user, document=kept, sha256=kept.sha256)
    archive = ordered(client, worker, "?kind=Акт")
    SignedDocument.objects.filter(pk=replaced.pk).update(sha256="0" * 64)
    gone.delete()
    assert [mark.downloaded_at for mark in DocumentMark.objects.all()] == [None]
    client.head(f"/my/archives/{archive.uuid}/file/")
    assert [mark.downloaded_at for mark in DocumentMark.objects.all()] == [None]
    downloaded(client, archive)
    marks = DocumentMark.objects.filter(user=user, downloaded_at__isnull=False)
    assert set(marks.values_list("document_id", "sha256")) == {
        (kept.pk, sha256(b"1").hexdigest()),
        (replaced.pk, sha256(b"2").hexdigest()),
    }
    # What was replaced since is new again, and what was not in the archive is still.
    assert [row[1] for row in visit(client, "documents/80-1/", state="new").cells()] == ["4", "2"]


def test_a_download_takes_as_many_queries_for_many_documents_as_for_few(
    account: Any, client: Client, worker: Callable[[], list[str]]
) -> None:
    counts = []
    for more in (1, 30):
        for number in range(more):
            make_document(account, f"{more}-{number}", b"%d" % number)
        archive = ordered(client, worker)
        with CaptureQueriesContext(connection) as queries:
            downloaded(client, archive)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_a_lost_file_is_named_and_no_half_archive_is_given(
    account: Any, client: Client, worker: Callable[[], list[str]]
) -> None:
    make_document(account, "1", b"1")
    lost = make_document(account, "2", b"2")
    private_storage().delete(str(lost.file.name))
    client.post(f"{WINDOW}archive/")
    assert worker() == ["failed"]
    page = client.get(f"/my/archives/{Archive.objects.get().uuid}/").content.decode()
    assert "«Акт № 2» зараз неможливо видати." in page
