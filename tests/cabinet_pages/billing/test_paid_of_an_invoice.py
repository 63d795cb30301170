"""«Сплачено» of an invoice: what came for it, and no figure made up to fill a sum."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cabinet_pages.billing.documents import document_of, owner_scope
from cabinet_pages.billing.models import Invoice, InvoiceLine
from cabinet_pages.utility.models import UtilitySettings
from tests import factories

pytestmark = pytest.mark.django_db

NOTHING = (Decimal("0.00"), Decimal("0.00"))


def figures(invoice: Invoice) -> tuple[Decimal, Decimal]:
    document = document_of(UtilitySettings(), owner_scope(invoice.account), invoice)
    return document.paid, document.unpaid


@pytest.fixture
def account() -> Any:
    return factories.make_account()


def test_what_the_invoice_takes_back_itself_is_in_its_sum_and_no_payment(account: Any) -> None:
    invoice = factories.make_invoice(account, lines=["100.00", "-30.00"])
    assert figures(invoice) == (Decimal("0.00"), Decimal("70.00"))
    factories.make_payment(account, date(2026, 2, 1), "45.50")
    assert figures(invoice) == (Decimal("45.50"), Decimal("24.50"))


def test_money_of_one_article_is_paid_whatever_another_takes_back(account: Any) -> None:
    invoice = factories.make_invoice(account, lines=["100.00", "-80.00"])
    InvoiceLine.objects.filter(invoice=invoice, gross__lt=0).update(article=factories.make_article("Пеня"))
    factories.make_payment(account, date(2026, 2, 1), "50.00")
    # The sum of the invoice is 20.00, so 20.00 less what is left would be a payment of less than nothing.
    assert figures(invoice) == (Decimal("50.00"), Decimal("50.00"))


def test_an_invoice_in_the_consumers_favour_and_an_annulled_one_are_paid_with_nothing(account: Any) -> None:
    factories.make_payment(account, date(2026, 2, 1), "50.00")
    assert figures(factories.make_invoice(account, "1", lines=["-10.00"])) == NOTHING
    assert figures(factories.make_invoice(account, "2", lines=["10.00"], state="annulled")) == NOTHING


def test_what_another_invoice_takes_back_pays(account: Any) -> None:
    first = factories.make_invoice(account, "1", lines=["100.00"])
    factories.make_invoice(account, "2", date(2026, 2, 28), lines=["-40.00"], corrects_number="1", kind="correction")
    assert figures(first) == (Decimal("40.00"), Decimal("60.00"))
