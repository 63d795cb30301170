"""What people are told of billing: new invoices."""

from typing import Any

from django.utils.translation import gettext_lazy

from cabinet_pages.access.announcing import NAMED, AccountEvent, Told
from cabinet_pages.billing.models import Invoice, InvoiceState
from cabinet_pages.billing.pages import InvoicesPage
from cabinet_pages.windows.addresses import window_address


class NewInvoice(AccountEvent):
    """Invoices that 1C has issued; an item has their `number`."""

    code = "invoice"
    label = gettext_lazy("New invoice")
    template = "cabinet_pages/mail/new_invoice"

    def context(self, told: Told) -> dict[str, Any] | None:
        """The invoices as they stand now; what was withdrawn or annulled meanwhile is not told."""
        wanted = [(item["account"], item["number"], item["on"]) for item in told.items]
        stored = Invoice.objects.filter(
            account__in=told.scopes, number__in={number for _, number, _ in wanted}, state=InvoiceState.VALID
        )
        found = {
            (invoice.account_id, invoice.number, invoice.issued_on.isoformat()): invoice
            for invoice in stored.filter(withdrawn=False)
        }
        invoices = [found[key] for key in wanted if key in found]
        if not invoices:
            return None
        window = window_address(InvoicesPage)
        return {
            "count": len(invoices),
            "first": invoices[0],
            "lines": [
                {
                    "account": told.scopes[invoice.account_id].account,
                    "invoice": invoice,
                    "url": f"{window}{told.scopes[invoice.account_id].account.slug}/{invoice.uuid}/",
                }
                for invoice in invoices[:NAMED]
            ],
            "more": max(len(invoices) - NAMED, 0),
        }
