"""Gathers what is said of an invoice: for its page, anew each time, and for its PDF, on the day when it is issued."""

import hashlib
import json
from datetime import date

from django.db.models import DateField
from django.db.models.functions import Coalesce
from django.template.loader import get_template

from cabinet_pages.access.models import Role
from cabinet_pages.access.queries import Scope, of_present_owner
from cabinet_pages.accounts.models import Account, Branch
from cabinet_pages.billing.invoice_pdf import TEMPLATE, InvoiceDocument
from cabinet_pages.billing.ledgers import Ledger
from cabinet_pages.billing.models import Invoice, IssuedInvoice
from cabinet_pages.billing.queries import lines_of, unpaid_parts
from cabinet_pages.billing.rules import next_month
from cabinet_pages.clock import kyiv_today
from cabinet_pages.conf import cabinet_settings
from cabinet_pages.printing.rendering import LAYOUT
from cabinet_pages.utility.models import UtilitySettings

# What an invoice says, as far as its export does. Names of customers and of the utility may change without it: what
# was issued was right on its day.
_INVOICE_FIELDS = (
    "number", "issued_on", "kind", "state", "corrects_number", "period", "due_on", "net", "vat", "gross",
)  # fmt: skip
_LINE_FIELDS = (
    "article__name", "period", "point_code", "meter_serial", "previous_value", "current_value", "multiplier",
    "quantity", "unit", "tariff", "net", "vat", "gross",
)  # fmt: skip


def document_of(
    utility: UtilitySettings, scope: Scope, invoice: Invoice, *, ledger: Ledger | None = None
) -> InvoiceDocument:
    """What is said of an invoice at this moment.

    Args:
        utility: the payee.
        scope: in which it was opened.
        invoice: one of the scope's.
        ledger: the account's, where the caller has it already.
    """
    invoice.account = scope.account
    lines = list(lines_of(invoice))
    return InvoiceDocument(
        utility=utility,
        invoice=invoice,
        lines=lines,
        parts=unpaid_parts(scope, invoice, ledger=ledger, lines=lines),
        scope=scope,
        made_on=kyiv_today(),
    )


def owner_scope(account: Account) -> Scope:
    """What the account's present owner sees of it; documents say the same whoever asks for them."""
    return Scope(account=account, role=Role.VIEWER, visible_from=account.owned_since)


def content_digest(invoice: Invoice) -> str:
    """SHA-256 of what an invoice says; one query. It is equal on both databases."""
    lines = invoice.lines.order_by("position").values_list(*_LINE_FIELDS)
    head = [str(getattr(invoice, name)) for name in _INVOICE_FIELDS]
    rows = [[str(value) for value in line] for line in lines]
    return hashlib.sha256(json.dumps([head, rows], ensure_ascii=False).encode()).hexdigest()


def template_digest() -> str:
    """SHA-256 of the templates of the document, its renderer and the format of its codes."""
    sources = [get_template(name).template.source for name in (LAYOUT, TEMPLATE)]  # type: ignore[attr-defined]
    made_by = [*sources, cabinet_settings.PDF_RENDERER["BACKEND"], cabinet_settings.PAYMENT_CODE_VERSION]
    return hashlib.sha256(json.dumps(made_by).encode()).hexdigest()


def issued_for(invoice: Invoice, content: str) -> IssuedInvoice | None:
    """The document that was issued for this content of an invoice; one query."""
    return IssuedInvoice.objects.filter(
        account_id=invoice.account_id, number=invoice.number, issued_on=invoice.issued_on, content_sha256=content
    ).first()


def kept_document(invoice: Invoice) -> IssuedInvoice | None:
    """The document that was issued for what an invoice says now; no query where it is loaded with it, else two."""
    return invoice.issued or issued_for(invoice, content_digest(invoice))


def invoices_of_month(month: date, branch: Branch | None = None) -> list[int]:
    """Ids of a month's invoices that the present owners of their accounts may see, for the operator's commands.

    Args:
        month: the first day of a month; an invoice without a period belongs to that of its date.
        branch: only those of its accounts.
    """
    invoices = Invoice.objects.filter(of_present_owner("issued_on"), withdrawn=False).annotate(
        accounted_on=Coalesce("period", "issued_on", output_field=DateField())
    )
    invoices = invoices.filter(accounted_on__gte=month, accounted_on__lt=next_month(month))
    if branch is not None:
        invoices = invoices.filter(account__branch=branch)
    return list(invoices.order_by("account", "pk").values_list("pk", flat=True))
