"""Made-up invoices and balances for previews in the page editor; nothing of it is saved."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from cabinet_pages.accounts.models import Account
from cabinet_pages.billing.ledgers import InvoicePayment
from cabinet_pages.billing.listing.queries import InvoiceList
from cabinet_pages.billing.models import Invoice, InvoiceKind, InvoiceState
from cabinet_pages.billing.queries import Finance, InvoiceTotals, Movement
from cabinet_pages.billing.rules import PaymentStatus
from cabinet_pages.quantities.money import ZERO


def sample_invoices() -> InvoiceList:
    """Three invoices, one paid in part, one in full, and the last one annulled, with their totals."""
    invoices = [
        Invoice(
            pk=number,
            account=Account(number="80-36"),
            number=str(number),
            issued_on=date(2020, 2, 29),
            period=date(2020, 2, 1),
            due_on=date(2020, 3, 20),
            kind=kind,
            state=state,
            net=Decimal("1000.00"),
            vat=Decimal("200.00"),
            gross=Decimal("1200.00"),
        )
        for number, kind, state in (
            (3, InvoiceKind.INVOICE, InvoiceState.VALID),
            (2, InvoiceKind.PREPAYMENT, InvoiceState.VALID),
            (1, InvoiceKind.INVOICE, InvoiceState.ANNULLED),
        )
    ]
    totals = InvoiceTotals(count=3, annulled=1, net=Decimal("2000.00"), vat=Decimal("400.00"), gross=Decimal("2400.00"))
    half, whole = Decimal("600.00"), Decimal("1200.00")
    payments = {
        3: InvoicePayment(PaymentStatus.PARTLY, asked=whole, paid=half, unpaid=half, being_clarified=False),
        2: InvoicePayment(PaymentStatus.PAID, asked=whole, paid=whole, unpaid=ZERO, being_clarified=False),
    }
    return InvoiceList(
        invoices=invoices, totals=totals, paid=whole + half, unpaid=half, being_clarified=False, payments=payments
    )


def sample_finance() -> tuple[list[Movement], Finance]:
    """Two months that add up, and their whole by article."""
    months = [
        Movement(
            month=date(2020, 1, 1),
            opening=Decimal("500.00"),
            charged=Decimal("1200.00"),
            paid=Decimal("1000.00"),
            corrected=Decimal("0.00"),
            closing=Decimal("700.00"),
        ),
        Movement(
            month=date(2020, 2, 1),
            opening=Decimal("700.00"),
            charged=Decimal("1200.00"),
            paid=Decimal("2000.00"),
            corrected=Decimal("0.00"),
            closing=Decimal("-100.00"),
        ),
    ]
    whole = Movement(
        article=_("Sample article"),
        opening=Decimal("500.00"),
        charged=Decimal("2400.00"),
        paid=Decimal("3000.00"),
        corrected=Decimal("0.00"),
        closing=Decimal("-100.00"),
    )
    return months, Finance(whole=whole, by_article=[whole])
