"""Random ledgers, stored: opening + charged − paid = closing in every view, and allocation agrees with it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from cabinet_pages.access.models import Role
from cabinet_pages.access.queries import Scope
from cabinet_pages.billing.ledgers import ledger_for
from cabinet_pages.billing.listing.queries import InvoiceWish, invoice_book
from cabinet_pages.billing.models import Balance, Invoice, InvoiceLine
from cabinet_pages.billing.queries import finance_for, months_for
from cabinet_pages.billing.rules import PaymentStatus, months_between
from cabinet_pages.billing.turnover.figures import ageing_of, turnover_of
from cabinet_pages.payments.models import Payment
from tests import factories
from tests.cabinet_pages.billing.ledgers import FIRST, LAST, save_ledger
from tests.support.scale import chance, scaled
from tests.support.windows import client_of, visit

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 15)


def assert_adds_up(account: Any, closing: Decimal) -> None:
    scope = Scope(account=account, role=Role.OWNER, visible_from=None)
    ledger = ledger_for(scope)
    allocation = ledger.allocation
    # What the branch's balances come to is what allocation leaves unpaid and over.
    assert ledger.disputed == frozenset()
    assert allocation.balance == closing
    sheet = turnover_of(ledger, FIRST, LAST)
    assert not sheet.is_broken
    assert not sheet.has_difference
    for row in sheet.rows:
        assert row.opening + row.charged - row.paid == row.closing  # type: ignore[operator]
    whole = finance_for(scope, FIRST, LAST).whole
    assert whole.opening + whole.charged - whole.paid == whole.closing == closing  # type: ignore[operator]
    for month in months_for(scope, months_between(FIRST, LAST)):
        assert month.opening + month.charged - month.paid == month.closing  # type: ignore[operator]
    ageing = ageing_of(ledger, TODAY)
    assert ageing.whole.total + ageing.over_returned - ageing.overpaid == closing
    book = invoice_book([scope], TODAY)
    found = book.cut(InvoiceWish())
    parts = [part for parts in allocation.parts.values() for part in parts]
    assert found.paid == sum((part.paid for part in parts), Decimal(0))
    assert found.unpaid == sum((part.unpaid for part in parts), Decimal(0))
    by_status = [book.cut(InvoiceWish(status=status)) for status in PaymentStatus]
    assert sum(one.totals.count for one in by_status) == found.totals.count == len(book.invoices)
    assert sum((one.unpaid for one in by_status), Decimal(0)) == found.unpaid
    assert sum((one.totals.gross for one in by_status), Decimal(0)) == found.totals.gross


def test_random_ledgers_add_up_in_every_view() -> None:
    random = chance("stored ledgers")
    account = factories.make_account()
    for number in range(scaled(6, 1_000)):
        assert_adds_up(account, save_ledger(account, random, by_article=number % 3 > 0))
        for model, path in ((InvoiceLine, "invoice__account"), (Invoice, "account"), (Payment, "account")):
            model.objects.filter(**{path: account}).delete()  # type: ignore[attr-defined]
        Balance.objects.filter(account=account).delete()


@time_machine.travel("2026-06-15T12:00:00+03:00")
def test_the_pages_show_what_the_ledger_comes_to() -> None:
    factories.make_site()
    account = factories.make_account("80-431930")
    user = factories.make_user()
    factories.grant(user, account)
    closing = save_ledger(account, chance("shown ledger"), by_article=True)
    answer = visit(client_of(user), "finance/80-431930/", from_month="2025-01", to_month="2027-02")
    assert answer.queries <= 15
    context = answer.response.context
    assert context["finance"].whole.closing == closing
    assert not context["period_sheet"].has_difference
    assert "уточнюється" not in answer.text
    invoices = visit(client_of(user), "invoices/80-431930/")
    assert invoices.queries <= 15
    found = invoices.response.context["found"]
    assert (
        found.unpaid
        + context["ageing"].over_returned
        - context["ageing"].overpaid
        + sum(debt.unpaid for debt in ledger_for(Scope(account, Role.OWNER, None)).allocation.older)
        == closing
    )
