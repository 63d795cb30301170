"""What people are told of documents: those that wait for their signature, and what became of what they signed."""

from typing import Any

from django.utils.translation import gettext_lazy

from cabinet_pages.access.announcing import NAMED, AccountEvent, Told
from cabinet_pages.access.models import Role
from cabinet_pages.documents.models import CounterSignature, CounterSignatureState, SignedDocument
from cabinet_pages.documents.pages import DocumentsPage
from cabinet_pages.windows.addresses import window_address


class DocumentToSign(AccountEvent):
    """Documents that need the consumer's signature; an item has their `kind` and `number`."""

    code = "document"
    label = gettext_lazy("Document to sign")
    template = "cabinet_pages/mail/document_to_sign"

    def context(self, told: Told) -> dict[str, Any] | None:
        """The documents that still need a signature."""
        wanted = [(item["account"], item["kind"], item["number"], item["on"]) for item in told.items]
        stored = SignedDocument.objects.filter(
            account__in=told.scopes,
            number__in={number for _, _, number, _ in wanted},
            needs_signature=True,
            withdrawn=False,
        )
        found = {(one.account_id, one.kind, one.number, one.dated.isoformat()): one for one in stored}
        documents = [found[key] for key in wanted if key in found]
        if not documents:
            return None
        window = window_address(DocumentsPage)
        return {
            "count": len(documents),
            "lines": [
                {
                    "account": told.scopes[document.account_id].account,
                    "document": document,
                    "url": f"{window}{told.scopes[document.account_id].account.slug}/",
                }
                for document in documents[:NAMED]
            ],
            "more": max(len(documents) - NAMED, 0),
        }


class CounterSignatureDecision(AccountEvent):
    """What the branch says of files that the consumer signed; an item has the id of the `counter_signature`."""

    code = "counter_signature"
    label = gettext_lazy("Decision on a document that you signed")
    template = "cabinet_pages/mail/counter_signature_decided"
    roles = (Role.OWNER, Role.SUBMITTER)

    def context(self, told: Told) -> dict[str, Any] | None:
        """The files as they stand now; one that a later file replaced is not told of."""
        files = list(
            CounterSignature.objects.filter(
                pk__in={item["counter_signature"] for item in told.items},
                document__account__in=told.scopes,
                document__withdrawn=False,
                state__in=(CounterSignatureState.ACCEPTED, CounterSignatureState.RETURNED),
            )
            .select_related("document")
            .order_by("decided_at", "pk")
        )
        if not files:
            return None
        first = files[0].document
        account = told.scopes[first.account_id].account
        return {
            "account": account,
            "files": files[:NAMED],
            "url": window_address(DocumentsPage, slug=account.slug, rest=f"{first.uuid}/"),
        }
