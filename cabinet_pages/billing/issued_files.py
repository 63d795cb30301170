"""Gives the PDF of an invoice to whoever may have it."""

import logging

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from cabinet_pages.billing.documents import owner_scope
from cabinet_pages.billing.invoice_pdf import file_name
from cabinet_pages.billing.models import Invoice
from cabinet_pages.billing.services.issuing import IssuedInvoiceDamaged, issue_invoice, issued_bytes
from cabinet_pages.printing.rendering import PdfFailed
from cabinet_pages.utility.models import UtilitySettings

logger = logging.getLogger(__name__)


def pdf_response(request: HttpRequest, invoice: Invoice) -> HttpResponse | None:
    """The issued PDF as a download; None where it cannot be made, or is not what was issued, which the log tells.

    Args:
        request: of the reader, on whose site the payee is.
        invoice: one that the reader may open, with what was issued for it.
    """
    try:
        issued = invoice.issued
        if issued is None:
            utility = UtilitySettings.for_request(request)
            issued = issue_invoice(utility=utility, scope=owner_scope(invoice.account), invoice=invoice)
        content = issued_bytes(issued)
    except (PdfFailed, IssuedInvoiceDamaged):
        logger.exception("The PDF of invoice %s cannot be given", invoice.uuid)
        return None
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, file_name(invoice)) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
