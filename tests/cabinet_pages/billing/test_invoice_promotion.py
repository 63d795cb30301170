"""Promotion of invoices: lines as a set, sums of the lines, one key once."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError

from cabinet_pages.billing.models import Invoice
from cabinet_pages.billing.rules import LineAmounts
from cabinet_pages.billing.services.invoices import InvoiceLineRow, InvoiceRow, promote_invoices
from tests.factories import make_account, make_article

pytestmark = pytest.mark.django_db


def invoice(account, *grosses, pk=None):
    lines = tuple(
        InvoiceLineRow(
            article_id=make_article().pk, period=date(2026, 1, 1), point_code="", meter_serial="", previous_value=None,
            current_value=None, multiplier=None, quantity=None, unit="", tariff=None,
            amounts=LineAmounts(Decimal(gross) - 1, Decimal(1), Decimal(gross), False),
        )
        for gross in grosses
    )  # fmt: skip
    return InvoiceRow(
        pk=pk, account_id=account.pk, number="1", issued_on=date(2026, 1, 31), kind="invoice", state="valid",
        corrects_number="", period=date(2026, 1, 1), due_on=None, lines=lines,
    )  # fmt: skip


def test_the_sums_of_an_invoice_are_those_of_its_lines():
    assert promote_invoices(rows=[invoice(make_account(), "10.10", "-3.03")]) == 1
    stored = Invoice.objects.get()
    assert (stored.net, stored.vat, stored.gross) == (Decimal("5.07"), Decimal("2.00"), Decimal("7.07"))


def test_replaced_lines_leave_nothing_behind_and_keep_their_order():
    account = make_account()
    promote_invoices(rows=[invoice(account, "10", "20", "30")])
    stored = Invoice.objects.get()
    promote_invoices(rows=[invoice(account, "5", "4", pk=stored.pk)])
    assert list(stored.lines.values_list("position", "gross")) == [(1, 5), (2, 4)]
    assert Invoice.objects.get().uuid == stored.uuid


def test_a_second_invoice_of_one_key_is_refused_by_the_database():
    account = make_account()
    with pytest.raises(IntegrityError):
        promote_invoices(rows=[invoice(account, "10"), invoice(account, "11")])
