"""«Квитанція про подання показів»: what was sent, as a page, as PDF, and as a public check."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from wagtail.contrib.routable_page.models import path

from cabinet_pages.access.queries import Scope
from cabinet_pages.readings.models import Reading, ReadingState
from cabinet_pages.readings.queries import progress_for, windows_for
from cabinet_pages.readings.receipts.documents import (
    ReceiptDocument,
    channel_name,
    file_name,
    receipt_pdf,
    receipt_rows,
)
from cabinet_pages.readings.receipts.lifeline import life_line
from cabinet_pages.readings.receipts.queries import receipt_for, receipts_for
from cabinet_pages.utility.models import UtilitySettings
from cabinet_pages.windows.addresses import invoice_addresses
from cabinet_pages.windows.paging import page_of


class ReceiptRoutes:
    """Addresses below the readings window."""

    @path("<str:number>/receipts/")
    def receipts(self: Any, request: HttpRequest, number: str) -> HttpResponse:
        """The receipts of an account, newest first."""
        scope = self.scope_or_404(request, number)
        page = page_of(receipts_for(scope), request)
        rows = [(submission, channel_name(submission)) for submission in page]
        response: HttpResponse = self._answer(request, scope, "receipts.html", receipts=page, rows=rows)
        return response

    @path("<str:number>/receipts/<uuid:uuid>/")
    def receipt(self: Any, request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
        """One receipt: what was sent, what became of it, and the way to check it. «Зберегти» leads here."""
        scope = self.scope_or_404(request, number)
        document = _document(request, scope, uuid)
        submission = document.submission
        page = page_of(document.receipt.readings, request, count=len(document.receipt.readings))
        readings = list(page)
        points = {one.register.meter.point_id: one.register.meter.point for one in document.receipt.readings}
        lines = _life_lines(request, scope, readings)
        response: HttpResponse = self._answer(
            request,
            scope,
            "receipt.html",
            document=document,
            submission=submission,
            point=next(iter(points.values())) if len(points) == 1 else None,
            page_of_rows=page,
            rows=list(zip(receipt_rows(submission, readings), lines, strict=True)),
            progress=progress_for(scope, submission.period),
        )
        return response

    @path("<str:number>/receipts/<uuid:uuid>/pdf/")
    def receipt_pdf(self: Any, request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
        """One receipt as a PDF to save and print."""
        document = _document(request, self.scope_or_404(request, number), uuid)
        asked = request.GET.get("part", "1")
        if not (asked.isascii() and asked.isdigit() and len(asked) < 6 and int(asked) in document.part_numbers):
            raise Http404
        document = replace(document, part=int(asked))
        response = HttpResponse(receipt_pdf(document), content_type="application/pdf")
        disposition = content_disposition_header(as_attachment=True, filename=file_name(document))
        if disposition:
            response["Content-Disposition"] = disposition
        response["X-Content-Type-Options"] = "nosniff"
        return response


def _document(request: HttpRequest, scope: Scope, uuid: UUID) -> ReceiptDocument:
    receipt = receipt_for(scope, uuid)
    if receipt is None:
        raise Http404
    return ReceiptDocument(receipt=receipt, utility=UtilitySettings.for_request(request))


def _life_lines(request: HttpRequest, scope: Scope, readings: list[Reading]) -> list[Any]:
    """The life lines of readings that were sent together, with the invoices that the account has."""
    invoices = invoice_addresses(request, scope, (one.invoice_number for one in readings))
    # Rejected readings are rare; only they need to know the windows.
    is_rejected = any(one.state == ReadingState.REJECTED for one in readings)
    open_periods = {one.period for one in windows_for(scope) if one.accepts} if is_rejected else set()
    return [
        life_line(one, invoices=invoices, may_send_again=scope.can_submit and one.period in open_periods)
        for one in readings
    ]
