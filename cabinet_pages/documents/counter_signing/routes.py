"""One document: who signed it, what was found of that, and the file with which the consumer signs it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from wagtail.contrib.routable_page.models import path

from cabinet_pages.access.limits import is_allowed
from cabinet_pages.access.models import Role
from cabinet_pages.access.queries import Scope
from cabinet_pages.documents.counter_signing.messages import SignedFileRefused
from cabinet_pages.documents.counter_signing.queries import strange_codes
from cabinet_pages.documents.counter_signing.services import send_counter_signature
from cabinet_pages.documents.files import stream
from cabinet_pages.documents.forms import CounterSignatureForm
from cabinet_pages.documents.marks import is_a_look, note_look
from cabinet_pages.documents.models import CounterSignature, CounterSignatureState, SignedDocument
from cabinet_pages.documents.queries import SIGNED_STATES, counter_signatures_of, document_for, documents_for
from cabinet_pages.documents.tasks import ask_to_check
from cabinet_pages.documents.verifying import knowledge_of, with_counter_verdicts, with_verdicts
from cabinet_pages.documents.wording import Check, check_told

logger = logging.getLogger(__name__)

LAMPS = {
    CounterSignatureState.WAITING: "waiting",
    CounterSignatureState.ACCEPTED: "success",
    CounterSignatureState.RETURNED: "error",
    CounterSignatureState.SUPERSEDED: "neutral",
}
# Refusals of a page that has no form (any more) beside which they could stand.
_WITHOUT_FORM = frozenset({"viewer", "not_asked", "already_accepted", "document_changed"})


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that the consumer signed, as it is shown.

    Args:
        signed: itself.
        check: what is found in it.
        is_of_earlier: whether the branch has replaced the document since.
        strange_codes: codes of signers, none of which is the customer's.
    """

    signed: CounterSignature
    check: Check
    is_of_earlier: bool
    strange_codes: Sequence[str]

    @property
    def lamp(self) -> str:
        """The kind of `components/status.html`."""
        return LAMPS[CounterSignatureState(self.signed.state)]


class DocumentRoutes:
    """The address of one document, and of what its consumer signed of it."""

    @path("<str:number>/<uuid:uuid>/")
    def document(self: Any, request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
        """One document; a POST sends a file with which the consumer signed it."""
        scope = self.scope_or_404(request, number)
        document = document_for(scope, uuid, user=request.user)
        if document is None:
            raise Http404
        if request.method == "POST":
            response: HttpResponse = _take(self, request, scope, document)
            return response
        if is_a_look(request):
            note_look(user=request.user, document=document)
        return _page(self, request, scope, document, CounterSignatureForm())

    @path("<str:number>/<uuid:uuid>/signed/<int:version>/")
    def signed_file(self: Any, request: HttpRequest, number: str, uuid: UUID, version: int) -> HttpResponse:
        """What the consumer sent, byte for byte."""
        scope = self.scope_or_404(request, number)
        document = document_for(scope, uuid)
        signed = None if document is None else counter_signatures_of(document).filter(version=version).first()
        if signed is None:
            raise Http404
        return stream(signed.file, signed.file_name)


def _take(page: Any, request: HttpRequest, scope: Scope, document: SignedDocument) -> HttpResponse:
    form = CounterSignatureForm(request.POST, request.FILES)
    here = f"{page.get_url(request)}{scope.account.slug}/{document.uuid}/#signed"
    status = 422
    if form.is_valid():
        if not is_allowed(request, "counter_signature"):
            form.add_error(None, gettext("Too many files in an hour. Try again later."))
            status = 429
        else:
            try:
                send_counter_signature(
                    by=request.user, scope=scope, document=document, signed_file=form.cleaned_data["signed_file"]
                )
            except SignedFileRefused as refused:
                if refused.code in _WITHOUT_FORM:
                    messages.error(request, refused.message)
                    return redirect(here)
                form.add_error("signed_file", refused.message)
            else:
                messages.success(
                    request, gettext("The signed file is with the branch. Its verdict and the answer will stand here.")
                )
                return redirect(here)
    return _page(page, request, scope, document, form, status=status)


def _page(
    page: Any,
    request: HttpRequest,
    scope: Scope,
    document: SignedDocument,
    form: CounterSignatureForm,
    *,
    status: int = 200,
) -> HttpResponse:
    check = _check_of(scope, document)
    sent = _sent(scope, document)
    is_signed = document.signing in SIGNED_STATES  # type: ignore[attr-defined]
    context = {
        **page.get_shell_context(request, scope),
        "document": document,
        "check": check,
        "sent": sent,
        "form": form,
        "is_accepted": document.signing == CounterSignatureState.ACCEPTED,  # type: ignore[attr-defined]
        "is_to_sign": document.needs_signature and not is_signed,
        "may_sign": scope.role in (Role.OWNER, Role.SUBMITTER),
    }
    return TemplateResponse(request, page.document_template, context, status=status)


def _check_of(scope: Scope, document: SignedDocument) -> Check:
    """What is found in the document's own signatures; the worker is asked at the first look."""
    rows = with_verdicts(documents_for(scope).filter(pk=document.pk))
    row = rows.get()
    if knowledge_of(row).findings is None:
        if not all(file.storage.exists(str(file)) for file in (row.file, row.signature) if file):
            logger.error("The private storage has lost a file of document %s", document.uuid)
            raise Http404
        ask_to_check(row)
        row = rows.get()
    return check_told(knowledge_of(row), size=row.size)


def _sent(scope: Scope, document: SignedDocument) -> list[SentFile]:
    files = with_counter_verdicts(counter_signatures_of(document).select_related("uploaded_by"))
    result = []
    for signed in files:
        knowledge = knowledge_of(signed)
        if knowledge.findings is None and signed.state == CounterSignatureState.WAITING:
            ask_to_check(signed)
        result.append(
            SentFile(
                signed=signed,
                check=check_told(knowledge, size=document.size + signed.size, is_counter=True),
                is_of_earlier=signed.document_sha256 != document.sha256,
                strange_codes=strange_codes(knowledge, scope.account.customer.code),
            )
        )
    return result
