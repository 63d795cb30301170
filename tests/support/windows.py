"""Visits to the cabinet's windows, as tests make them."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import html as markup

SECTION = "/cabinet/legal"


@dataclass(frozen=True)
class Answer:
    """What came back: the response, its text without markup, and the number of queries it took."""

    response: Any
    queries: int

    @property
    def status(self) -> int:
        """The HTTP status."""
        return int(self.response.status_code)

    @property
    def text(self) -> str:
        """All words of the page's main part, with single plain spaces between them."""
        return " ".join(self._document().xpath("//main")[0].text_content().split())

    def cells(self, number: int = 0) -> list[list[str]]:
        """The body rows of the page's table `number`, each a list of its cells' texts."""
        tables = self._document().xpath("//main//table")
        rows = tables[number].xpath("./tbody/tr") if number < len(tables) else []
        return [[" ".join(cell.text_content().split()) for cell in row.xpath("./td|./th")] for row in rows]

    def _document(self) -> Any:
        return markup.fromstring(self.response.content.decode())


def client_of(user: Any) -> Client:
    """A browser in which a person is signed in; nobody's for None."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def visit(client: Client, path: str, **query: str) -> Answer:
    """Open a page below the section of legal consumers, in a process that has answered it before."""
    address = f"{SECTION}/{path}"
    client.get(address, query)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, query)
    return Answer(response, len(captured))
