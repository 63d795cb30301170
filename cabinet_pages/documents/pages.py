"""The window «Отримання документів з ЕЦП» (manual 4.6)."""

import logging
from typing import Any
from uuid import UUID

from django.core.paginator import Page
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import path

from cabinet_pages.access.queries import Scope
from cabinet_pages.documents.forms import DocumentFilter
from cabinet_pages.documents.models import SignedDocument
from cabinet_pages.documents.queries import DocumentChoices, document_choices_for, document_for, documents_for
from cabinet_pages.documents.samples import sample_documents
from cabinet_pages.documents.verifying import findings_of, known_findings
from cabinet_pages.documents.wording import told
from cabinet_pages.windows.pages import CabinetBasePage, WindowMixin
from cabinet_pages.windows.paging import page_of

logger = logging.getLogger(__name__)

# Anything else goes out as plain bytes: a browser must not run what a branch was sent.
CONTENT_TYPES = {".pdf": "application/pdf", ".p7s": "application/pkcs7-signature"}


class DocumentsPage(WindowMixin, CabinetBasePage):
    """«Отримання документів з ЕЦП»: documents and their signatures, for download."""

    manual_section = "4.6"
    template = "cabinet_pages/documents/documents_page.html"
    document_template = "cabinet_pages/documents/document.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: signed documents")

    def get_window_context(self, request: HttpRequest, scope: Scope) -> dict[str, Any]:
        """The list, cut to the chosen kind and year."""
        form = DocumentFilter(request.GET, offered=document_choices_for(scope))
        documents = documents_for(scope, **form.cleaned_data) if form.is_valid() else documents_for(scope).none()
        return {
            "form": form,
            "is_filtered": bool(request.GET.get("kind") or request.GET.get("year")),
            "documents": _with_verdicts(page_of(documents, request)),
        }

    def get_sample_context(self, request: HttpRequest) -> dict[str, Any]:
        """Two made-up documents, one of them without a signature."""
        return {
            "form": DocumentFilter({}, offered=DocumentChoices(kinds=[], years=[])),
            "documents": page_of(sample_documents(), request),
        }

    @path("<str:number>/<uuid:uuid>/")
    def document(self, request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
        """One document with what is found in its signatures, computed at the first look."""
        scope = self.scope_or_404(request, number)
        document = document_for(scope, uuid)
        if document is None:
            raise Http404
        try:
            findings = told(findings_of(document))
        except FileNotFoundError as error:
            logger.error("The private storage has lost a file of document %s", document.uuid)
            raise Http404 from error
        context = {**self.get_shell_context(request, scope), "document": document, "findings": findings}
        return TemplateResponse(request, self.document_template, context)

    @path("<str:number>/<uuid:uuid>/file/")
    def document_file(self, request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
        """The document as the branch uploaded it, byte for byte."""
        document = self._document_or_404(request, number, uuid)
        return _stream(document.file, document.file_name, document)

    @path("<str:number>/<uuid:uuid>/signature/")
    def document_signature(self, request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
        """The document's detached signature."""
        document = self._document_or_404(request, number, uuid)
        return _stream(document.signature, document.signature_name or f"{document.file_name}.p7s", document)

    def _document_or_404(self, request: HttpRequest, number: str, uuid: UUID) -> SignedDocument:
        document = document_for(self.scope_or_404(request, number), uuid)
        if document is None:
            raise Http404
        return document


def _with_verdicts(documents: "Page[SignedDocument]") -> "Page[SignedDocument]":
    """The documents of a page, each with `findings`: what is known of its signatures, None where nobody looked yet."""
    known = known_findings(documents)
    for document in documents:
        findings = known.get((document.sha256, document.signature_sha256))
        document.findings = None if findings is None else told(findings)  # type: ignore[attr-defined]
    return documents


def _stream(file: FieldFile, name: str, document: SignedDocument) -> HttpResponse:
    """Send a private file under its original name. Raises Http404 where there is none."""
    if not file:
        raise Http404
    try:
        content = file.open("rb")
    except FileNotFoundError as error:
        logger.error("The private storage has lost a file of document %s", document.uuid)
        raise Http404 from error
    extension = f".{name.rpartition('.')[2].lower()}"
    response = FileResponse(
        content,
        as_attachment=True,
        filename=name,
        content_type=CONTENT_TYPES.get(extension, "application/octet-stream"),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response  # type: ignore[return-value]
