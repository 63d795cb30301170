"""The document room: what a person finds by, what is new to them, and what is noted of what they read."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from cabinet_pages.access.queries import scope_for
from cabinet_pages.documents.forms import DocumentFilter
from cabinet_pages.documents.models import DocumentMark, SignedDocument
from cabinet_pages.documents.queries import DocumentState, DocumentWish, document_choices_for, documents_for
from tests import factories
from tests.support.windows import SECTION, client_of, visit

pytestmark = pytest.mark.django_db

WINDOW = "documents/80-431930/"
ROWS = (
    ("Акт", "12/2026", "Акт приймання", date(2026, 1, 31), date(2026, 1, 1), True),
    ("Договір", "Д-7", "Договір розподілу", date(2025, 6, 1), None, True),
    ("Рахунок", "55", "", date(2026, 2, 5), date(2026, 1, 1), False),
    ("Повідомлення", "9", "Про планове відключення", date(2026, 3, 1), None, False),
)


@pytest.fixture
def account() -> Any:
    factories.make_site()
    account = factories.make_account("80-431930")
    for kind, number, title, dated, period, needs in ROWS:
        SignedDocument.objects.create(
            account=account, kind=kind, number=number, title=title, dated=dated, period=period, needs_signature=needs,
            file_name=f"{number}.pdf", file=f"missing/{number}", sha256=number.rjust(64, "0"),
        )  # fmt: skip
    return account


def numbers(client: Client, **query: str) -> list[str]:
    return [row[1] for row in visit(client, WINDOW, **query).cells()]


FOUND: tuple[tuple[dict[str, str], list[str]], ...] = (
    ({}, ["9", "55", "12/2026", "Д-7"]),
    ({"kind": "Договір"}, ["Д-7"]),
    ({"year": "2026", "month": "1"}, ["55", "12/2026"]),
    ({"month": "6"}, ["Д-7"]),
    ({"state": "to_sign"}, ["12/2026", "Д-7"]),
    ({"state": "signed"}, []),
    ({"state": "new", "kind": "Рахунок"}, ["55"]),
    ({"text": "ВІДКЛЮЧЕННЯ"}, ["9"]),
    ({"text": "договір розподілу"}, ["Д-7"]),
    ({"text": "д-7"}, ["Д-7"]),
    ({"text": "12/2026 акт"}, ["12/2026"]),
    ({"text": "немає такого"}, []),
    ({"text": "x\x00y"}, []),
    ({"state": "made up"}, []),
)


def test_documents_are_found_by_kind_period_state_and_words(owner: Any) -> None:
    client = client_of(owner)
    for query, expected in FOUND:
        assert numbers(client, **query) == expected, query


def test_the_filter_is_one_form_and_one_query_for_whoever_needs_them(account: Any, owner: Any) -> None:
    scope = scope_for(owner, "80-431930")
    assert scope is not None
    form = DocumentFilter({"state": "to_sign", "year": "2026"}, offered=document_choices_for(scope))
    assert form.wish == DocumentWish(year=2026, state=DocumentState.TO_SIGN)
    assert [one.number for one in documents_for(scope, user=owner, wish=form.wish)] == ["12/2026"]
    assert DocumentFilter({"year": "1999"}, offered=document_choices_for(scope)).wish is None
    assert len(documents_for(scope, wish=DocumentWish(state=DocumentState.NEW))) == 4


def test_a_document_is_new_until_it_is_opened_and_each_person_has_marks_of_their_own(account: Any, owner: Any) -> None:
    document = SignedDocument.objects.get(number="55")
    document.file.save("x", factories.ContentFile(b"%PDF"), save=True)
    other = factories.make_user()
    factories.grant(other, account)
    client = client_of(owner)
    assert visit(client, WINDOW, text="55").text.count("нове") == 1
    client.get(f"{SECTION}/{WINDOW}{document.uuid}/")
    opened = visit(client, WINDOW, text="55").text
    assert "нове" not in opened
    assert "переглянуто" in opened
    assert "55" not in numbers(client, state="new")
    client.get(f"{SECTION}/{WINDOW}{document.uuid}/file/")
    assert "завантажено" in visit(client, WINDOW, text="55").text
    assert "Ви завантажили його" in visit(client, f"{WINDOW}{document.uuid}/").text
    assert visit(client_of(other), WINDOW, text="55").text.count("нове") == 1
    # The first time of each stays, and another look writes nothing.
    before = DocumentMark.objects.values_list("opened_at", "downloaded_at").get()
    client.get(f"{SECTION}/{WINDOW}{document.uuid}/")
    client.get(f"{SECTION}/{WINDOW}{document.uuid}/file/")
    assert DocumentMark.objects.values_list("opened_at", "downloaded_at").get() == before


def test_a_replaced_file_is_new_again(account: Any, owner: Any) -> None:
    document = SignedDocument.objects.get(number="55")
    document.file.save("x", factories.ContentFile(b"%PDF"), save=True)
    client = client_of(owner)
    client.get(f"{SECTION}/{WINDOW}{document.uuid}/")
    assert "55" not in numbers(client, state="new")
    SignedDocument.objects.filter(pk=document.pk).update(sha256="f" * 64)
    assert "55" in numbers(client, state="new")


def test_neither_head_nor_a_browser_that_fetches_ahead_has_read_it(account: Any, owner: Any) -> None:
    document = SignedDocument.objects.get(number="55")
    document.file.save("x", factories.ContentFile(b"%PDF"), save=True)
    client = client_of(owner)
    for part in ("", "file/"):
        address = f"{SECTION}/{WINDOW}{document.uuid}/{part}"
        client.head(address)
        client.get(address, headers={"Sec-Purpose": "prefetch;prerender"})
        client.get(address, headers={"Purpose": "prefetch"})
    assert not DocumentMark.objects.exists()


def test_a_lost_file_is_not_called_downloaded(account: Any, owner: Any) -> None:
    document = SignedDocument.objects.get(number="9")
    assert client_of(owner).get(f"{SECTION}/{WINDOW}{document.uuid}/file/").status_code == 404
    assert not DocumentMark.objects.exists()


def test_marks_signatures_and_verdicts_of_many_take_the_queries_of_one(account: Any, owner: Any) -> None:
    client = client_of(owner)
    few = visit(client, WINDOW)
    for number in range(30):
        document = SignedDocument.objects.create(
            account=account, kind="Акт", number=f"A{number}", dated=date(2026, 1, 1), file="x", file_name="x"
        )
        factories.make_counter_signature(document, state="returned")
        DocumentMark.objects.create(document=document, user=owner)
    many = visit(client, WINDOW)
    assert few.queries == many.queries <= 15
    assert "ваш підпис повернуто" in many.text
