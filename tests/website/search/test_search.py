"""Search of the public site."""

import pytest
from django.core.management import call_command
from django.test import Client

from cabinet_pages.install import install_pages
from website.home.services import PublicSite


def _titles(client: Client, query: str) -> list[str]:
    return [page.title for page in client.get("/search/", {"query": query}).context["results"]]


@pytest.fixture
def indexed(public_site: PublicSite) -> PublicSite:
    """The site with a cabinet, its search index built."""
    install_pages(parent=public_site.home)
    call_command("wagtail_update_index", verbosity=0)
    return public_site


def test_a_page_is_found_by_a_word_of_its_blocks_in_any_letter_case(indexed: PublicSite, client: Client) -> None:
    assert "Питання й відповіді" in _titles(client, "СПАМ")


def test_every_word_must_be_on_the_page(indexed: PublicSite, client: Client) -> None:
    assert _titles(client, "спам вигаданеслово") == []
    assert "Нічого не знайдено" in client.get("/search/", {"query": "вигаданеслово"}).content.decode()


def test_pages_of_the_cabinet_are_never_found(indexed: PublicSite, client: Client) -> None:
    for words in ("Отримання платежів", "Персональна інформація", "Юридичний споживач", "Особистий кабінет"):
        assert not {"Отримання платежів", "Персональна інформація", "Юридичний споживач", "Особистий кабінет"} & set(
            _titles(client, words)
        )


def test_a_withdrawn_page_is_not_found(indexed: PublicSite, client: Client) -> None:
    indexed.questions.unpublish()

    assert "Питання й відповіді" not in _titles(client, "спам")


@pytest.mark.parametrize("query", ["", "   ", "'; --", '"', "*", "(", "а" * 5000, "%", "NOT", "\x00", "NEAR/2", "a:b"])
def test_a_strange_query_is_no_error(indexed: PublicSite, client: Client, query: str) -> None:
    assert client.get("/search/", {"query": query, "page": "xyz"}).status_code == 200
