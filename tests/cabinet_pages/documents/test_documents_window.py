"""«Отримання документів з ЕЦП»: the list, the files byte for byte, and nobody else's."""

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.base import ContentFile

from cabinet_pages.access.models import Role
from cabinet_pages.documents.models import SignedDocument
from tests import factories
from tests.support.windows import SECTION, client_of, visit

pytestmark = pytest.mark.django_db

WINDOW = "documents/80-431930/"
CONTENT, SIGNATURE = b"%PDF-1.7 \x00\xff bytes", b"0\x82\x01\x00 signature"


def make_document(account: Any, number: str = "12/2026", *, signed: bool = True, **fields: Any) -> SignedDocument:
    fields = {
        "kind": "Акт приймання",
        "dated": date(2026, 1, 31),
        "file_name": "Акт №12 за січень.pdf",
        "sha256": "0" * 64,
        **fields,
    }
    document = SignedDocument(account=account, number=number, **fields)
    document.file.save("act.pdf", ContentFile(CONTENT), save=False)
    if signed:
        document.signature_name = f"{document.file_name}.p7s"
        document.signature.save("act.p7s", ContentFile(SIGNATURE), save=False)
    document.save()
    return document


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


def test_the_list_tells_what_is_signed_and_claims_no_validity(account: Any, owner: Any) -> None:
    make_document(account)
    make_document(account, "13/2026", signed=False, dated=date(2026, 2, 1), title="Без підпису")
    answer = visit(client_of(owner), WINDOW)
    assert [row[1:3] for row in answer.cells()] == [
        ["13/2026", "01.02.2026"],
        ["12/2026", "31.01.2026"],
    ]
    assert "підпис додано" in answer.text
    assert "без підпису" in answer.text
    assert "Чинність сертифіката підписувача можна перевірити на czo.gov.ua/verify" in answer.text
    assert b'href="http' not in answer.response.content.split(b"<main")[1].split(b"</main")[0]


@pytest.mark.parametrize(
    ("part", "content", "name", "content_type"),
    [
        ("file", CONTENT, "Акт №12 за січень.pdf", "application/pdf"),
        ("signature", SIGNATURE, "Акт №12 за січень.pdf.p7s", "application/pkcs7-signature"),
    ],
)
def test_both_files_come_byte_for_byte_under_their_original_names(
    account: Any, owner: Any, part: str, content: bytes, name: str, content_type: str
) -> None:
    document = make_document(account)
    response = client_of(owner).get(f"{SECTION}/{WINDOW}{document.uuid}/{part}/")
    assert response.status_code == 200
    assert body(response) == content
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote(name)}"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "ETag" not in response


def test_a_page_of_a_stranger_among_uploads_never_runs_in_the_browser(account: Any, owner: Any) -> None:
    document = make_document(account, file_name="акт.html")
    response = client_of(owner).get(f"{SECTION}/{WINDOW}{document.uuid}/file/")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


def test_foreign_absent_and_unsigned_files_are_equally_absent(account: Any, owner: Any) -> None:
    other = factories.make_account("80-36")
    foreign = make_document(other)
    unsigned = make_document(account, signed=False)
    withdrawn = make_document(account, "14/2026", withdrawn=True)
    client = client_of(owner)
    for address in (
        f"{WINDOW}{foreign.uuid}/file/",
        f"{WINDOW}{foreign.uuid}/signature/",
        f"documents/80-36/{foreign.uuid}/file/",
        f"{WINDOW}00000000-0000-4000-8000-000000000000/file/",
        f"{WINDOW}{unsigned.uuid}/signature/",
        f"{WINDOW}{withdrawn.uuid}/file/",
    ):
        response = client.get(f"{SECTION}/{address}")
        assert response.status_code == 404, address
        assert "ETag" not in response
    viewer = factories.make_user()
    factories.grant(viewer, account, Role.VIEWER)
    assert client_of(viewer).get(f"{SECTION}/{WINDOW}{unsigned.uuid}/file/").status_code == 200
    assert client_of(None).get(f"{SECTION}/{WINDOW}{unsigned.uuid}/file/").status_code == 302


def test_a_file_that_the_storage_lost_is_absent_and_reported(account: Any, owner: Any, caplog: Any) -> None:
    document = make_document(account)
    document.file.storage.delete(document.file.name)
    assert client_of(owner).get(f"{SECTION}/{WINDOW}{document.uuid}/file/").status_code == 404
    assert str(document.uuid) in caplog.text


def test_documents_are_filtered_by_kind_and_year_of_their_period(account: Any, owner: Any) -> None:
    make_document(account, "1", kind="Акт", dated=date(2026, 1, 10), period=date(2025, 12, 1))
    make_document(account, "2", kind="Договір", dated=date(2026, 1, 10))
    client = client_of(owner)
    assert len(visit(client, WINDOW, kind="Акт").cells()) == 1
    assert len(visit(client, WINDOW, year="2025").cells()) == 1
    assert "Таких документів немає" in visit(client, WINDOW, kind="Договір", year="2025").text
    assert visit(client, WINDOW, kind="Хтозна", year="x").status == 200
    assert "Документів ще немає" not in visit(client, WINDOW).text


def test_a_new_owner_sees_no_earlier_documents(account: Any, owner: Any) -> None:
    earlier = make_document(account)
    account.owned_since = date(2026, 2, 1)
    account.save()
    assert "Документів ще немає" in visit(client_of(owner), WINDOW).text
    assert client_of(owner).get(f"{SECTION}/{WINDOW}{earlier.uuid}/file/").status_code == 404


def test_many_documents_take_the_queries_of_one(account: Any, owner: Any) -> None:
    make_document(account)
    few = visit(client_of(owner), WINDOW)
    SignedDocument.objects.bulk_create(
        SignedDocument(account=account, kind="Акт", number=str(number), dated=date(2026, 1, 1), file="x", file_name="x")
        for number in range(300)
    )
    many = visit(client_of(owner), WINDOW)
    assert few.queries == many.queries <= 15
    assert len(many.cells()) == 50
