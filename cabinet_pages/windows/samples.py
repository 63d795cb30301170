"""A made-up account for previews in the page editor; it is never saved."""

from datetime import date

from django.utils.translation import gettext as _

from cabinet_pages.access.models import Role
from cabinet_pages.access.queries import Scope
from cabinet_pages.accounts.models import Account, Branch, Customer


def sample_scope() -> Scope:
    """A scope over an unsaved account, for an editor's preview."""
    customer = Customer(name=_("Sample customer LLC"), code="00000000")
    branch = Branch(code="SAMPLE", name=_("Sample branch"))
    account = Account(
        number="00-000000",
        customer=customer,
        branch=branch,
        physical_address=_("1 Sample Street, Vinnytsia"),
        legal_address=_("1 Sample Street, Vinnytsia"),
        contract_date=date(2020, 1, 1),
        settlement_day=31,
    )
    return Scope(account=account, role=Role.VIEWER, visible_from=None)
