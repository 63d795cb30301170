"""Of a bank statement people are told what has become a payment; what 1C books is told with 1C's own row."""

import pytest
import time_machine

from cabinet_pages.accounts.models import Branch, PaymentsSource
from cabinet_pages.articles.models import Article
from cabinet_pages.payments.models import BankCredit
from cabinet_pages.payments.services import assign_bank_credit
from tests import factories
from tests.imports.statements.conftest import DISTRIBUTION
from tests.imports.statements.files import ibank
from tests.support.outbox import letters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ours")]
DAY = "12.01.2026"


@pytest.fixture(autouse=True)
def _listener():
    factories.grant(factories.make_user("owner@example.com"), factories.make_account("80-36"))
    with time_machine.travel("2026-01-20T12:00:00+02:00", tick=False):
        yield


def test_what_the_bank_books_is_told_and_what_it_only_announces_is_not(give):
    give("payments", ibank((DAY, "1.00", "о/р 80-36")))
    assert letters() == []
    Branch.objects.update(payments_source=PaymentsSource.BANK)
    give("payments", ibank((DAY, "2.00", "о/р 80-36"), (DAY, "3.00", "невідомо що")))
    (letter,) = letters()
    assert letter.subject == "Зараховано 1 платіж"
    assert "2,00" in letter.text


def test_a_receipt_that_an_employee_assigns_is_told_at_once_and_once(give):
    Branch.objects.update(payments_source=PaymentsSource.BANK)
    give("payments", ibank((DAY, "3.00", "невідомо що")))
    operator = factories.make_operator("op@example.com", factories.make_branch("VIN"))
    for _click in range(2):
        assign_bank_credit(
            credit_id=BankCredit.objects.get().pk,
            account_number="80-36",
            article_id=Article.objects.get(name=DISTRIBUTION).pk,
            by=operator,
        )
    (letter,) = letters()
    assert "3,00" in letter.text
