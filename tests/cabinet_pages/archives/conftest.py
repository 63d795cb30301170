"""Documents that cost nothing, and a worker that works when it is told to."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cabinet_pages.archives.building import build_archive
from cabinet_pages.archives.models import RUNNING, Archive
from cabinet_pages.printing import rendering
from tests import factories
from tests.cabinet_pages.archives.orders import INVOICES
from tests.cabinet_pages.billing.payees import make_utility


@pytest.fixture(autouse=True)
def _an_empty_folder(settings: Any) -> Iterator[None]:
    """Rows of a test are rolled back, and its files are not."""
    yield
    shutil.rmtree(Path(settings.PRIVATE_ROOT) / "archives", ignore_errors=True)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """PDFs that only name their invoice."""

    def render(self: Any, template: str, context: Any) -> bytes:
        return f"%PDF-1.4 {context['document'].invoice.number}".encode()

    monkeypatch.setattr(rendering.Xhtml2PdfRenderer, "render", render)


@pytest.fixture
def worker() -> Callable[[], list[str]]:
    """Has the worker do what waits; returns the states that it ends with."""

    def work() -> list[str]:
        waiting = Archive.objects.filter(state__in=RUNNING).order_by("pk").values_list("pk", flat=True)
        return [build_archive(pk) for pk in list(waiting)]

    return work


@pytest.fixture
def user(db: None) -> Any:
    """A person with an account that has some invoices."""
    factories.make_site()
    make_utility()
    account = factories.make_account("80-1")
    person = factories.make_user()
    factories.grant(person, account)
    for number in range(INVOICES):
        factories.make_invoice(account, str(number))
    return person
