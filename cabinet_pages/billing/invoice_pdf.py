"""What the PDF of an invoice says, gathered for its template."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _

from cabinet_pages.accounts.models import Account
from cabinet_pages.billing.models import Invoice, InvoiceKind, InvoiceLine, InvoiceState
from cabinet_pages.billing.queries import payee_accounts_for
from cabinet_pages.billing.rules import amount_in_words, amount_to_pay
from cabinet_pages.printing.rendering import DOCUMENT_LANGUAGE, pdf_renderer
from cabinet_pages.utility.models import PayeeAccount, UtilitySettings

TEMPLATE = "cabinet_pages/billing/invoice_pdf.html"
# What no file system of a customer takes in a name.
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """An invoice with everything its PDF names; sums in UAH."""

    utility: UtilitySettings
    invoice: Invoice
    lines: list[InvoiceLine]

    @property
    def account(self) -> Account:
        """Whom the invoice is for; loaded with its customer and branch by the scope that opened it."""
        return self.invoice.account

    @property
    def payees(self) -> list[PayeeAccount]:
        """Where to pay the articles of the lines; one query."""
        return payee_accounts_for(self.utility, {line.article_id for line in self.lines})

    @property
    def heading(self) -> str:
        """«Рахунок № …» by the kind of document."""
        number = {"number": self.invoice.number}
        if self.invoice.kind == InvoiceKind.PREPAYMENT:
            return _("Invoice for prepayment № %(number)s") % number
        if self.invoice.kind == InvoiceKind.CORRECTION:
            return _("Invoice (corrective) № %(number)s") % number
        return _("Invoice № %(number)s") % number

    @property
    def is_annulled(self) -> bool:
        """Whether the invoice asks for nothing any more."""
        return self.invoice.state == InvoiceState.ANNULLED

    @property
    def to_pay(self) -> Decimal:
        """What is to be paid."""
        return amount_to_pay(self.invoice.gross, annulled=self.is_annulled)

    @property
    def in_words(self) -> str:
        """The sum with VAT in Ukrainian words."""
        return amount_in_words(self.invoice.gross)

    @property
    def vat_computed(self) -> bool:
        """Whether the VAT of any line was computed here."""
        return any(line.vat_computed for line in self.lines)


def invoice_pdf(document: InvoiceDocument) -> bytes:
    """The invoice as PDF. Raises PdfFailed."""
    return pdf_renderer().render(TEMPLATE, {"document": document})


def file_name(invoice: Invoice) -> str:
    """The name under which a customer saves the PDF, in Ukrainian, fit for every file system."""
    with translation.override(DOCUMENT_LANGUAGE):
        name = _("Invoice %(number)s of %(day)s") % {
            "number": invoice.number,
            "day": f"{invoice.issued_on:%d.%m.%Y}",
        }
    return f"{_NOT_IN_NAMES.sub('-', name).strip()}.pdf"
