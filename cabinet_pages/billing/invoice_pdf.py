"""What an invoice says on its page and in its PDF, gathered for their templates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext as _

from cabinet_pages.access.queries import Scope
from cabinet_pages.accounts.models import Account
from cabinet_pages.billing.models import Invoice, InvoiceKind, InvoiceLine, InvoiceState
from cabinet_pages.billing.paying import Part, PaymentOffer, payee_accounts_for, payment_offers
from cabinet_pages.billing.queries import balances_for, payee_accounts_of
from cabinet_pages.billing.rules import StatedBalance, amount_in_words, stated_balance
from cabinet_pages.printing.rendering import DOCUMENT_LANGUAGE, pdf_renderer
from cabinet_pages.quantities.money import ZERO, total
from cabinet_pages.utility.models import PayeeAccount, UtilitySettings

TEMPLATE = "cabinet_pages/billing/invoice_pdf.html"
# What no file system of a customer takes in a name.
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


@dataclass(frozen=True)
class InvoiceDocument:
    """An invoice with everything that is said of it; sums in UAH.

    Args:
        utility: the payee.
        invoice: with its account, and the account's customer and branch.
        lines: with their articles.
        parts: by article, what is paid and what is left to pay on `made_on`.
        scope: in which all this is seen.
        made_on: the Kyiv day of all these figures.
    """

    utility: UtilitySettings
    invoice: Invoice
    lines: Sequence[InvoiceLine]
    parts: Sequence[Part]
    scope: Scope
    made_on: date

    @property
    def account(self) -> Account:
        """Whom the invoice is for; loaded with its customer and branch by the scope that opened it."""
        return self.invoice.account

    @cached_property
    def payees(self) -> list[PayeeAccount]:
        """Where to pay the articles of the lines."""
        return payee_accounts_for(self._payee_accounts, {line.article_id for line in self.lines})

    @cached_property
    def offers(self) -> list[PaymentOffer]:
        """Payments of what is left, one for each IBAN; none where nothing is due."""
        return payment_offers(
            utility=self.utility,
            # Where nothing is due, nothing is asked for.
            accounts=self._payee_accounts if self.unpaid else [],
            invoice=self.invoice,
            lines=self.lines,
            parts=self.parts,
        )

    @cached_property
    def _payee_accounts(self) -> list[PayeeAccount]:
        return payee_accounts_of(self.utility)

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

    @cached_property
    def stated_opening(self) -> StatedBalance | None:
        """The account's balance at the beginning of the period, where it is known; one query."""
        if self.invoice.period is None:
            return None
        months = balances_for(self.scope).filter(period=self.invoice.period)
        return stated_balance(months.aggregate(opening=Sum("opening"))["opening"])

    @property
    def unpaid(self) -> Decimal:
        """What is left to pay."""
        return ZERO if self.is_annulled else total(part.unpaid for part in self.parts)

    @property
    def awaited(self) -> Decimal:
        """What was paid online and is not booked yet."""
        return ZERO if self.is_annulled else total(part.awaited for part in self.parts)

    @property
    def paid(self) -> Decimal:
        """What is paid of what the invoice asks for, also by what other invoices take back.

        What it takes back itself is in its sum already.
        """
        return ZERO if self.is_annulled else total(part.paid - part.credited for part in self.parts)

    @property
    def in_words(self) -> str:
        """The sum with VAT in Ukrainian words."""
        return amount_in_words(self.invoice.gross)

    @property
    def vat_computed(self) -> bool:
        """Whether the VAT of any line was computed here."""
        return any(line.vat_computed for line in self.lines)


def invoice_pdf(document: InvoiceDocument) -> bytes:
    """The invoice as PDF, in Ukrainian. Raises PdfFailed."""
    with translation.override(DOCUMENT_LANGUAGE):
        return pdf_renderer().render(TEMPLATE, {"document": document})


def file_name(invoice: Invoice) -> str:
    """The name under which a customer saves the PDF, in Ukrainian, fit for every file system."""
    with translation.override(DOCUMENT_LANGUAGE):
        name = _("Invoice %(number)s of %(day)s") % {
            "number": invoice.number,
            "day": f"{invoice.issued_on:%d.%m.%Y}",
        }
    return f"{_NOT_IN_NAMES.sub('-', name).strip()}.pdf"
