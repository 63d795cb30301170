"""The plain address of an invoice's PDF: a file needs none of the pages that lead to it, so none is looked for."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from wagtail.models import Site

from cabinet_pages.access.views import private
from cabinet_pages.billing.issued_files import pdf_response
from cabinet_pages.billing.pages import InvoicesPage
from cabinet_pages.billing.queries import invoices_opened_to
from cabinet_pages.windows.queries import address_below


@private
@login_required
@require_safe
def invoice_file(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One invoice as a PDF to save and print: the bytes that were issued, or are at this moment.

    Raises:
        Http404: alike for a foreign, a hidden and an absent invoice, and while no window of invoices is published.
    """
    invoices = invoices_opened_to(request.user).filter(Exists(InvoicesPage.objects.live()))
    invoice = get_object_or_404(invoices.select_related("issued"), uuid=uuid)
    response = pdf_response(request, invoice)
    if response is None:
        messages.error(request, gettext("The PDF cannot be given at the moment. Please tell the call centre."))
        site = Site.find_for_request(request)
        window = address_below(site.root_page, InvoicesPage, request) if site else ""
        return redirect(f"{window}{invoice.account.slug}/{uuid}/")
    return response
