"""What people are told of documents: those that wait for the consumer's signature."""

from typing import Any

from django.utils.translation import gettext_lazy

from cabinet_pages.access.announcing import NAMED, AccountEvent, Told
from cabinet_pages.documents.models import SignedDocument
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
