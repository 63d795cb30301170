"""The branch sees by how much a balance misses its month and its documents."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from tests import factories
from tests.support.windows import client_of

pytestmark = pytest.mark.django_db

INSPECT = "cabinet_pages_balance_modeladmin_inspect"


def test_the_page_of_a_balance_tells_every_difference_in_figures() -> None:
    factories.make_site()
    account = factories.make_account("80-431930")
    article = factories.make_article()
    factories.make_balance(account, date(2025, 12, 1), "0.00", "4.00", article=article)
    balance = factories.make_balance(
        account, date(2026, 1, 1), "5.50", "100.00", article=article, charged=Decimal("123.25"), paid=Decimal("20.00")
    )
    factories.make_invoice(account, "1", date(2026, 1, 31), article=article)
    factories.make_payment(account, date(2026, 1, 31), "25.75", article)
    client = client_of(factories.make_operator("operator@example.com", account.branch))
    text = client.get(reverse(INSPECT, args=[balance.pk])).content.decode().replace("\xa0", " ")
    for figure in ("1,50", "−8,75", "3,25", "−5,75"):
        assert figure in text, figure
    earlier = account.balances.get(period=date(2025, 12, 1))
    agreed = client.get(reverse(INSPECT, args=[earlier.pk])).content.decode()
    assert "Сальдо узгоджено зі своїм місяцем і документами." in agreed
