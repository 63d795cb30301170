"""The bytes of an issued PDF: made once for what an invoice says, kept, and given unchanged ever after."""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cabinet_pages.billing import documents
from cabinet_pages.billing.models import Invoice, InvoiceLine, InvoiceState, IssuedInvoice
from cabinet_pages.billing.rules import line_amounts
from cabinet_pages.billing.services.invoices import InvoiceLineRow, InvoiceRow, promote_invoices, remove_invoices
from cabinet_pages.billing.services.issuing import IssuedInvoiceDamaged, issued_bytes
from cabinet_pages.printing import rendering
from tests import factories
from tests.cabinet_pages.billing.payees import make_utility
from tests.support.windows import SECTION, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Any:
    factories.make_site()
    make_utility()
    return factories.make_account("80-431930")


@pytest.fixture
def client(account: Any) -> Any:
    user = factories.make_user()
    factories.grant(user, account)
    return client_of(user)


def address(invoice: Invoice) -> str:
    return reverse("cabinet_invoice_pdf", args=[invoice.uuid])


def row_of(invoice: Invoice, gross: str, pk: int | None) -> InvoiceRow:
    amounts = line_amounts(gross=Decimal(gross), net=None, vat=None, carries_vat=True)
    line = InvoiceLineRow(
        factories.make_article().pk, invoice.period, "", "", None, None, None, None, "кВт·год", None, amounts
    )
    return InvoiceRow(
        pk, invoice.account_id, invoice.number, invoice.issued_on, invoice.kind, InvoiceState.VALID, "",
        invoice.period, invoice.due_on, (line,),
    )  # fmt: skip


def test_a_second_download_is_the_first_byte_for_byte(account: Any, client: Any) -> None:
    invoice = factories.make_invoice(account, lines=["120.00"])
    first = client.get(address(invoice)).content
    kept = IssuedInvoice.objects.get()
    assert (kept.version, kept.size, kept.sha256) == (1, len(first), hashlib.sha256(first).hexdigest())
    # Whatever becomes of the money, of the names and of the utility.
    factories.make_payment(account, date(2026, 3, 1), "120.00")
    account.customer.name = "ТОВ «Інша назва»"
    account.customer.save()
    utility = make_utility()
    utility.full_name = "АТ «Інше»"
    utility.save()
    assert client.get(address(invoice)).content == first
    assert IssuedInvoice.objects.count() == 1


def test_the_page_shows_what_is_due_now_and_the_document_what_was_due_then(account: Any, client: Any) -> None:
    invoice = factories.make_invoice(account, lines=["120.00"])
    first = client.get(address(invoice)).content
    page = f"{SECTION}/invoices/80-431930/{invoice.uuid}/"
    assert "Сплатити за QR" in client.get(page).content.decode()
    factories.make_payment(account, date(2026, 3, 1), "120.00")
    assert "Сплатити за QR" not in client.get(page).content.decode()
    assert client.get(address(invoice)).content == first


def test_a_changed_template_is_for_new_invoices_alone(
    account: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = factories.make_invoice(account, "1")
    first = client.get(address(old)).content
    before = IssuedInvoice.objects.get().template_sha256
    monkeypatch.setattr(documents, "TEMPLATE", "cabinet_pages/billing/invoice.html")
    monkeypatch.setattr(
        rendering.Xhtml2PdfRenderer, "render", lambda self, template, context: b"%PDF-1.4 of a new template"
    )
    assert client.get(address(old)).content == first
    new = factories.make_invoice(account, "2")
    assert client.get(address(new)).content == b"%PDF-1.4 of a new template"
    assert IssuedInvoice.objects.get(number="2").template_sha256 != before
    assert IssuedInvoice.objects.filter(number="1").count() == 1


def test_an_import_that_changes_an_invoice_makes_a_version_of_it_and_keeps_the_old(account: Any, client: Any) -> None:
    invoice = factories.make_invoice(account, lines=["120.00"])
    promote_invoices(rows=[row_of(invoice, "120.00", invoice.pk)])
    first = client.get(address(invoice)).content
    promote_invoices(rows=[row_of(invoice, "240.00", invoice.pk)])
    second = client.get(address(invoice)).content
    assert second != first
    versions = list(IssuedInvoice.objects.order_by("version"))
    assert [(one.version, issued_bytes(one)) for one in versions] == [(1, first), (2, second)]
    # What the invoice says again was issued already.
    promote_invoices(rows=[row_of(invoice, "120.00", invoice.pk)])
    assert Invoice.objects.get().gross == Decimal("120.00")
    assert client.get(address(invoice)).content == first
    assert IssuedInvoice.objects.count() == 2


def test_an_import_taken_back_and_given_again_finds_its_document(account: Any, client: Any) -> None:
    invoice = factories.make_invoice(account, lines=["120.00"])
    row = row_of(invoice, "120.00", None)
    promote_invoices(rows=[row._replace(pk=invoice.pk)])
    first = client.get(address(invoice)).content
    remove_invoices(ids=[invoice.pk])
    assert IssuedInvoice.objects.count() == 1
    promote_invoices(rows=[row])
    assert client.get(address(Invoice.objects.get())).content == first


def test_a_document_that_was_altered_or_lost_is_not_given_out(account: Any, client: Any) -> None:
    invoice = factories.make_invoice(account)
    client.get(address(invoice))
    kept = IssuedInvoice.objects.get()
    with kept.file.storage.open(kept.file.name, "r+b") as file:
        file.seek(-20, 2)
        file.write(b"x")
    with pytest.raises(IssuedInvoiceDamaged, match="is not what was issued"):
        issued_bytes(kept)
    answer = client.get(address(invoice), follow=True)
    assert "Наразі не вдається видати PDF" in answer.content.decode()
    kept.file.storage.delete(kept.file.name)
    with pytest.raises(IssuedInvoiceDamaged, match="is gone"):
        issued_bytes(kept)
    assert client.get(address(invoice)).status_code == 302


def test_a_document_that_cannot_be_made_keeps_nothing(
    account: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> bytes:
        raise rendering.PdfFailed("no")

    monkeypatch.setattr(rendering.Xhtml2PdfRenderer, "render", fail)
    assert client.get(address(factories.make_invoice(account))).status_code == 302
    assert not IssuedInvoice.objects.exists()


def test_a_kept_document_is_given_without_a_look_at_the_lines(account: Any, client: Any) -> None:
    invoice = factories.make_invoice(account, lines=["1.20"] * 30)
    client.get(address(invoice))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address(invoice)).content.startswith(b"%PDF")
    asked = " ".join(query["sql"] for query in queries)
    assert InvoiceLine._meta.db_table not in asked
    # The session, the person, and the invoice with its document.
    assert len(queries) == 3


def test_a_document_issued_before_invoices_knew_theirs_is_given_and_noted(account: Any, client: Any) -> None:
    invoice = factories.make_invoice(account)
    first = client.get(address(invoice)).content
    Invoice.objects.update(issued=None)
    assert client.get(address(invoice)).content == first
    assert Invoice.objects.get().issued == IssuedInvoice.objects.get()


def test_a_document_is_not_noted_at_an_invoice_that_an_import_has_changed_meanwhile(
    account: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = factories.make_invoice(account, lines=["120.00"])
    renders = rendering.Xhtml2PdfRenderer.render

    def render(self: Any, template: str, context: Any) -> bytes:
        content = renders(self, template, context)
        if Invoice.objects.get().gross == Decimal("120.00"):
            promote_invoices(rows=[row_of(invoice, "240.00", invoice.pk)])
        return content

    monkeypatch.setattr(rendering.Xhtml2PdfRenderer, "render", render)
    first = client.get(address(invoice)).content
    assert Invoice.objects.get().issued is None
    assert client.get(address(invoice)).content != first
    assert Invoice.objects.get().issued == IssuedInvoice.objects.get(version=2)
