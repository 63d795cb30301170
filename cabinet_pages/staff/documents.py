"""Staff screen of signed documents."""

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.documents.models import SignedDocument
from cabinet_pages.staff.billing import OfAccountAdmin
from cabinet_pages.staff.display import column
from cabinet_pages.staff.files import DocumentFileView, DocumentSignatureView
from cabinet_pages.staff.filters import branch_filter, date_filter, yes_no_filter
from cabinet_pages.staff.search import ACCOUNT_SEARCH


class SignedDocumentAdmin(OfAccountAdmin):
    """Документи з ЕЦП: uploaded by imports, downloaded by staff in scope."""

    model = SignedDocument
    menu_label = gettext_lazy("Signed documents")
    menu_icon = "key"
    list_display = ("number", "kind", "dated_day", "account_number", "customer_name", "title", "is_signed")
    list_display_add_buttons = "number"
    list_filter = (
        branch_filter("account__branch"),
        date_filter("dated", gettext_lazy("date")),
        yes_no_filter("signed", gettext_lazy("with a signature"), ~Q(signature="")),
        yes_no_filter("needs_signature", gettext_lazy("needs the consumer's signature")),
        yes_no_filter("withdrawn", gettext_lazy("withdrawn")),
    )
    list_export = (
        "account_number",
        "customer_name",
        "kind",
        "number",
        "dated",
        "title",
        "period",
        "amount",
        "needs_signature",
        "file_name",
        "sha256",
    )
    search_fields = (*ACCOUNT_SEARCH, "number__startswith")
    inspect_view_fields = [
        "kind",
        "number",
        "dated",
        "title",
        "account_number",
        "customer_name",
        "branch_name",
        "period",
        "amount",
        "needs_signature",
        "file_name",
        "size",
        "sha256",
        "signature_name",
        "signature_sha256",
        "withdrawn",
    ]
    object_views = {"file": DocumentFileView, "signature": DocumentSignatureView}

    dated_day = column("dated", gettext_lazy("date"))

    def is_signed(self, obj: SignedDocument) -> str:
        """Whether a signature lies beside the file."""
        return _("Yes") if obj.signature else _("No")

    is_signed.short_description = gettext_lazy("signature")  # type: ignore[attr-defined]

    def inspect_links(self, instance: SignedDocument, request: HttpRequest) -> list[tuple[str, str]]:
        """The file and its signature."""
        links = [(self.url_helper.get_action_url("file", instance.pk), _("Download the file"))]
        if instance.signature:
            links.append((self.url_helper.get_action_url("signature", instance.pk), _("Download the signature")))
        return links
