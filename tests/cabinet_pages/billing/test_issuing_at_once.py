"""Several who issue one invoice at once, threads and processes: one document is kept."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from cabinet_pages.access.models import private_storage
from cabinet_pages.billing.documents import owner_scope
from cabinet_pages.billing.models import Invoice, IssuedInvoice
from cabinet_pages.billing.services.invoices import promote_invoices
from cabinet_pages.billing.services.issuing import issue_invoice, issued_bytes
from cabinet_pages.clock import kyiv_today
from cabinet_pages.printing import rendering
from tests import factories
from tests.cabinet_pages.billing.payees import make_utility
from tests.cabinet_pages.billing.test_issued_invoices import row_of

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What several threads that begin together return."""
    start = threading.Barrier(len(acts))
    found: list[Any] = []

    def run(act: Callable[[], Any]) -> None:
        try:
            start.wait()
            found.append(act())
        except Exception as error:  # noqa: BLE001
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def all_render_before_any_keeps(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Have each of so many renderings wait for the others: so all of them have found nothing kept."""
    together = threading.Barrier(count)
    made = iter(range(count))

    def render(self: Any, template: str, context: Any) -> bytes:
        together.wait()
        return b"%%PDF-1.4 %d" % next(made)

    monkeypatch.setattr(rendering.Xhtml2PdfRenderer, "render", render)


def stored_files() -> list[str]:
    storage = private_storage()
    folder = f"invoices/{kyiv_today():%Y/%m}"
    return storage.listdir(folder)[1] if storage.exists(folder) else []


def test_downloads_at_once_get_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.make_site()
    utility = make_utility()
    account = factories.make_account("80-1")
    invoice = factories.make_invoice(account)
    before = len(stored_files())
    all_render_before_any_keeps(monkeypatch, 4)

    def download() -> bytes:
        return issued_bytes(issue_invoice(utility=utility, scope=owner_scope(account), invoice=invoice))

    found = at_once([download] * 4)
    assert len(set(found)) == 1
    assert found[0].startswith(b"%PDF")
    assert IssuedInvoice.objects.get().version == 1
    # The files of those who came too late are gone.
    assert len(stored_files()) == before + 1


def test_two_contents_of_one_invoice_at_once_are_two_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.make_site()
    utility = make_utility()
    account = factories.make_account("80-1")
    invoice = factories.make_invoice(account, lines=["120.00"])
    earlier = Invoice.objects.get()
    all_render_before_any_keeps(monkeypatch, 2)
    changed = threading.Event()

    def of_the_first() -> IssuedInvoice:
        return issue_invoice(utility=utility, scope=owner_scope(account), invoice=earlier)

    def of_the_second() -> IssuedInvoice:
        changed.wait()
        return issue_invoice(utility=utility, scope=owner_scope(account), invoice=Invoice.objects.get())

    def change() -> None:
        promote_invoices(rows=[row_of(invoice, "240.00", invoice.pk)])
        changed.set()

    found = [one for one in at_once([of_the_first, of_the_second, change]) if one is not None]
    assert sorted(one.version for one in found) == [1, 2]
    assert len({one.content_sha256 for one in found}) == 2


def test_an_import_that_is_writing_the_invoice_is_not_waited_for() -> None:
    factories.make_site()
    utility = make_utility()
    account = factories.make_account("80-1")
    invoice = factories.make_invoice(account, lines=["120.00"])
    issued = issue_invoice(utility=utility, scope=owner_scope(account), invoice=invoice)
    Invoice.objects.update(issued=None)

    def download() -> IssuedInvoice:
        if connection.vendor == "sqlite":
            # All of its writers wait for each other, for twenty seconds if they are let.
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 100")
        return issue_invoice(utility=utility, scope=owner_scope(account), invoice=invoice)

    with transaction.atomic():
        promote_invoices(rows=[row_of(invoice, "240.00", invoice.pk)])
        found = at_once([download])
    assert found == [issued]
    assert Invoice.objects.get().issued is None
