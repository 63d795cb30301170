"""Staff screen of signed documents."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.documents.models import CounterSignature, SignedDocument
from cabinet_pages.documents.queries import SIGNED_STATES
from cabinet_pages.documents.tasks import ask_to_check
from cabinet_pages.documents.verifying import knowledge_of, with_counter_verdicts, with_verdicts
from cabinet_pages.documents.wording import signers_told, verdicts_told
from cabinet_pages.staff.billing import OfAccountAdmin
from cabinet_pages.staff.display import column
from cabinet_pages.staff.files import DocumentFileView, DocumentSignatureView
from cabinet_pages.staff.filters import branch_filter, date_filter, yes_no_filter
from cabinet_pages.staff.inspecting import RelatedTable, related_table
from cabinet_pages.staff.search import ACCOUNT_SEARCH


class SignedDocumentAdmin(OfAccountAdmin):
    """Документи з ЕЦП: uploaded by imports, downloaded by staff in scope."""

    model = SignedDocument
    menu_label = gettext_lazy("Signed documents")
    menu_icon = "key"
    list_display = ("number", "kind", "dated_day", "account_number", "customer_name", "title", "verdict", "signer")
    list_display_add_buttons = "number"
    list_filter = (
        branch_filter("account__branch"),
        date_filter("dated", gettext_lazy("date")),
        yes_no_filter("signed", gettext_lazy("with a signature"), ~Q(signature="")),
        yes_no_filter("needs_signature", gettext_lazy("needs the consumer's signature")),
        yes_no_filter(
            "countersigned",
            gettext_lazy("signed by the consumer"),
            Q(Exists(CounterSignature.objects.filter(document=OuterRef("pk"), state__in=SIGNED_STATES))),
        ),
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
        "verdict",
        "signer",
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
        "verdict",
        "signer",
        "withdrawn",
    ]
    object_views = {"file": DocumentFileView, "signature": DocumentSignatureView}

    dated_day = column("dated", gettext_lazy("date"))

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """The documents of the employee's branches with what is known of their signatures."""
        return with_verdicts(super().get_queryset(request))

    def verdict(self, obj: SignedDocument) -> str:
        """What is found in the signatures of the file."""
        knowledge = knowledge_of(obj)
        if knowledge.findings is None and not knowledge.is_asked:
            return _("signature attached") if obj.signature else "—"
        return verdicts_told(knowledge)

    def signer(self, obj: SignedDocument) -> str:
        """Who signed the file, and when, as the signers state it."""
        return signers_told(knowledge_of(obj))

    verdict.short_description = gettext_lazy("verdict on the signature")  # type: ignore[attr-defined]
    signer.short_description = gettext_lazy("signer")  # type: ignore[attr-defined]

    def inspect_tables(self, instance: SignedDocument, request: HttpRequest) -> Sequence[RelatedTable]:
        """What the consumer signed, and who has read the document."""
        files = with_counter_verdicts(instance.counter_signatures.select_related("uploaded_by").order_by("-version"))
        rows: list[Any] = list(files)
        for one in rows:
            knowledge = knowledge_of(one)
            one.verdict, one.signer = verdicts_told(knowledge, is_counter=True), signers_told(knowledge)
        signed = [
            ("version", _("version")),
            ("uploaded_at", _("uploaded")),
            ("uploaded_by", _("who uploaded it")),
            ("file_name", _("file name")),
            ("verdict", _("verdict on the signature")),
            ("signer", _("signer")),
            ("state", _("state")),
            ("comment", _("comment of the branch")),
        ]
        marks = [("user", _("person")), ("opened_at", _("opened")), ("downloaded_at", _("downloaded"))]
        return [
            related_table(_("Signed by the consumer"), signed, rows, _("The consumer has signed nothing.")),
            related_table(
                _("Who has read it"),
                marks,
                instance.marks.filter(sha256=instance.sha256).select_related("user"),
                _("Nobody has opened it in the cabinet yet."),
            ),
        ]

    def inspect_links(self, instance: SignedDocument, request: HttpRequest) -> list[tuple[str, str]]:
        """The file and its signature; what nobody has checked yet is given to the worker."""
        if knowledge_of(instance).findings is None:
            ask_to_check(instance)
        links = [(self.url_helper.get_action_url("file", instance.pk), _("Download the file"))]
        if instance.signature:
            links.append((self.url_helper.get_action_url("signature", instance.pk), _("Download the signature")))
        return links
