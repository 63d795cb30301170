"""The window «Отримання документів з ЕЦП» (manual 4.6)."""

from typing import Any
from uuid import UUID

from django.core.paginator import Page
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import path

from cabinet_pages.access.queries import Scope
from cabinet_pages.archives.ordering import order_response
from cabinet_pages.documents.archive import DocumentArchive, archive_title
from cabinet_pages.documents.counter_signing.routes import LAMPS, DocumentRoutes
from cabinet_pages.documents.files import stream
from cabinet_pages.documents.forms import DocumentFilter
from cabinet_pages.documents.marks import is_a_look, note_look
from cabinet_pages.documents.models import CounterSignatureState, SignedDocument
from cabinet_pages.documents.queries import (
    SIGNED_STATES,
    DocumentChoices,
    document_choices_for,
    document_for,
    documents_for,
)
from cabinet_pages.documents.samples import sample_documents
from cabinet_pages.documents.verifying import knowledge_of, with_verdicts
from cabinet_pages.documents.wording import SIGNING_WORDS, check_told
from cabinet_pages.windows.forms import query_of
from cabinet_pages.windows.pages import CabinetBasePage, WindowMixin
from cabinet_pages.windows.paging import page_of


class DocumentsPage(DocumentRoutes, WindowMixin, CabinetBasePage):
    """«Отримання документів з ЕЦП»: documents and their signatures, to read, to download and to sign."""

    manual_section = "4.6"
    template = "cabinet_pages/documents/documents_page.html"
    document_template = "cabinet_pages/documents/document.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: signed documents")

    def get_window_context(self, request: HttpRequest, scope: Scope) -> dict[str, Any]:
        """The list, cut to what is wished for."""
        form = DocumentFilter(request.GET, offered=document_choices_for(scope))
        wish = form.wish
        documents = documents_for(scope, user=request.user, wish=wish)
        found = page_of(with_verdicts(documents if wish is not None else documents.none()), request)
        return {
            "form": form,
            "is_filtered": form.is_filtered,
            "filter_query": query_of(form),
            "documents": _as_shown(found),
        }

    def get_sample_context(self, request: HttpRequest) -> dict[str, Any]:
        """Two made-up documents, one of them without a signature."""
        return {
            "form": DocumentFilter({}, offered=DocumentChoices(kinds=[], years=[])),
            "documents": page_of(sample_documents(), request),
        }

    @path("<str:number>/archive/")
    def archive(self, request: HttpRequest, number: str) -> HttpResponse:
        """A ZIP of what the list shows, as its filter, in the address, leaves it."""
        scope = self.scope_or_404(request, number)
        form = DocumentFilter(request.GET, offered=document_choices_for(scope))
        wish, list_url = form.wish, f"{self.get_url(request)}{scope.account.slug}/{query_of(form)}"
        if wish is None:
            return redirect(list_url)
        documents = documents_for(scope, user=request.user, wish=wish)
        return order_response(
            request,
            kind=DocumentArchive,
            scopes=[scope],
            items=list(documents.values_list("account_id", "pk")),
            title=archive_title(wish, scope),
            source_url=list_url,
        )

    @path("<str:number>/<uuid:uuid>/file/")
    def document_file(self, request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
        """The document as the branch uploaded it, byte for byte."""
        document = self._document_or_404(request, number, uuid)
        response = stream(document.file, document.file_name)
        if is_a_look(request):
            note_look(user=request.user, document=document, downloaded=True)
        return response

    @path("<str:number>/<uuid:uuid>/signature/")
    def document_signature(self, request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
        """The document's detached signature."""
        document = self._document_or_404(request, number, uuid)
        return stream(document.signature, document.signature_name or f"{document.file_name}.p7s")

    def _document_or_404(self, request: HttpRequest, number: str, uuid: UUID) -> SignedDocument:
        document = document_for(self.scope_or_404(request, number), uuid)
        if document is None:
            raise Http404
        return document


def _as_shown(documents: "Page[SignedDocument]") -> "Page[SignedDocument]":
    """The documents of a page, each with `check`, what is known of its signatures, and what its consumer signed."""
    for row in documents:
        document: Any = row
        document.check = check_told(knowledge_of(document), size=document.size)
        document.is_to_sign = document.needs_signature and document.signing not in SIGNED_STATES
        document.signing_words, document.signing_lamp = "", ""
        if document.signing is not None:
            document.signing_words = str(SIGNING_WORDS[CounterSignatureState(document.signing)])
            document.signing_lamp = LAMPS[CounterSignatureState(document.signing)]
    return documents
