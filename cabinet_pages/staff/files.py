"""Files of customers for staff in scope: the invoice's PDF, a signed document, the scan of a request."""

from typing import Any

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase

from cabinet_pages.billing.issued_files import pdf_response
from cabinet_pages.staff.scope import ScopedObjectView


def private_file(stored: FieldFile, name: str) -> HttpResponseBase:
    """Stream a stored file as a download that no cache keeps. Raises Http404 where the storage has lost it."""
    if not stored:
        raise Http404
    try:
        opened = stored.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return as_private(FileResponse(opened, as_attachment=True, filename=name, content_type="application/octet-stream"))


def as_private(response: HttpResponseBase) -> HttpResponseBase:
    """Forbid caches to keep a response and browsers to guess what it is."""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


class DocumentFileView(ScopedObjectView):
    """Downloads a signed document."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return private_file(self.instance.file, self.instance.file_name)


class DocumentSignatureView(ScopedObjectView):
    """Downloads the detached signature of a document."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return private_file(self.instance.signature, self.instance.signature_name)


class RequestScanView(ScopedObjectView):
    """Downloads the scan that a person attached to a request."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return private_file(self.instance.scan, self.instance.scan_name or "scan")


class InvoicePdfView(ScopedObjectView):
    """Gives an invoice as the customer gets it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = pdf_response(request, self.instance)
        if response is None:
            raise Http404
        return as_private(response)
