"""An account with three months of everything, seen by its owner."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from cabinet_pages.access.queries import Scope, scope_for
from cabinet_pages.accounts.models import Account
from cabinet_pages.utility.models import UtilitySettings
from tests import factories
from tests.support.windows import client_of

NOW = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)


@dataclass
class ActWorld:
    """An account, its owner and the owner's browser."""

    account: Account
    owner: Any
    client: Client

    @property
    def scope(self) -> Scope:
        """What the owner may see now."""
        scope = scope_for(self.owner, self.account.slug)
        assert scope is not None
        return scope


@pytest.fixture
def world(db: None) -> Any:
    """January to March 2026: 100,00 debt; invoices 120,00 and 240,00; payments 50,00, 70,00 and 300,00."""
    cabinet = factories.make_site()
    utility = UtilitySettings.for_site(cabinet.get_site())
    utility.full_name = 'АТ "Вінницяобленерго"'
    utility.short_name = 'АТ "ВОЕ"'
    utility.edrpou = "00130694"
    utility.signatory_position = "Директор"
    utility.signatory_name = "О. Коваль"
    utility.save()
    account = factories.make_account("80-431930", contract_number="1234/05")
    owner = factories.make_user("owner@example.com")
    factories.grant(owner, account)
    factories.make_balance(account, date(2026, 1, 1), "100.00", "170.00", charged="120.00", paid="50.00")
    factories.make_balance(account, date(2026, 2, 1), "170.00", "340.00", charged="240.00", paid="70.00")
    factories.make_balance(account, date(2026, 3, 1), "340.00", "40.00", charged="0.00", paid="300.00")
    factories.make_invoice(account, "Р-1", date(2026, 1, 31))
    factories.make_invoice(account, "Р-2", date(2026, 3, 5), lines=["240.00"], period=date(2026, 2, 1))
    factories.make_payment(account, date(2026, 1, 20), "50.00", order_number="17")
    factories.make_payment(account, date(2026, 2, 10), "70.00")
    factories.make_payment(account, date(2026, 3, 16), "300.00")
    with time_machine.travel(NOW, tick=False):
        yield ActWorld(account, owner, client_of(owner))
