"""Reads of online payments; each takes a Scope."""

from uuid import UUID

from django.db.models import QuerySet

from cabinet_pages.access.queries import Scope
from cabinet_pages.billing.models import Invoice
from cabinet_pages.billing.online_payments.models import OnlinePayment

#: An invoice is paid in a few attempts; its page shows so many of them.
ATTEMPTS_SHOWN = 10


def attempts_for(scope: Scope, invoice: Invoice) -> "QuerySet[OnlinePayment]":
    """What was ordered to pay an invoice online, by whomever of the account's people, newest first."""
    return OnlinePayment.objects.filter(
        account=scope.account, invoice_number=invoice.number, invoice_issued_on=invoice.issued_on
    ).order_by("-created_at", "-pk")


def attempt_for(scope: Scope, invoice: Invoice, uuid: UUID) -> OnlinePayment | None:
    """One of them; None for a foreign and an absent one alike."""
    return attempts_for(scope, invoice).filter(uuid=uuid).first()
