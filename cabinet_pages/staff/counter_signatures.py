"""The branch's list of documents that consumers signed, and the form that accepts or returns one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.documents.counter_signing.messages import SignedFileRefused
from cabinet_pages.documents.counter_signing.queries import Standing, standing_of, strange_codes
from cabinet_pages.documents.counter_signing.services import accept_counter_signature, return_counter_signature
from cabinet_pages.documents.models import CounterSignature, CounterSignatureState
from cabinet_pages.documents.tasks import ask_to_check
from cabinet_pages.documents.verifying import knowledge_of, with_counter_verdicts
from cabinet_pages.documents.wording import check_told, signers_told, verdicts_told
from cabinet_pages.staff.display import column
from cabinet_pages.staff.files import private_file
from cabinet_pages.staff.filters import branch_filter, choice_filter, date_filter
from cabinet_pages.staff.scope import BranchScopedAdmin, ScopedInspectView, ScopedObjectView

#: Longer comments belong into a letter.
COMMENT_AT_MOST = 2000


class DecisionForm(forms.Form):
    """What the branch says of a signed file."""

    action = forms.ChoiceField(choices=[("accept", ""), ("return", "")])
    comment = forms.CharField(max_length=COMMENT_AT_MOST, required=False)


class CounterSignatureView(ScopedInspectView):
    """One signed file: its verdicts, and the decision. Every decision is a redirect to the page itself."""

    http_method_names = ["get", "head", "post"]
    template_name = "cabinet_pages/staff/counter_signature.html"

    def get_template_names(self) -> list[str]:
        return [self.template_name]

    def may_decide(self) -> bool:
        """Whether the employee decides; viewing takes less."""
        return bool(self.request.user.has_perm("cabinet_pages.change_countersignature"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Decide once, and say what happened."""
        if not self.may_decide():
            messages.error(request, _("You may not decide on signed documents."))
            return self._again()
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return self._refused(form)
        comment = form.cleaned_data["comment"]
        try:
            if form.cleaned_data["action"] == "accept":
                accept_counter_signature(by=request.user, signed=self.instance, comment=comment)
            else:
                return_counter_signature(by=request.user, signed=self.instance, comment=comment)
        except SignedFileRefused as refused:
            if refused.code == "already_decided":
                messages.error(request, refused.message)
                return self._again()
            form.add_error("comment", refused.message)
            return self._refused(form)
        messages.success(request, _("The decision is kept, and the customer is told of it."))
        return self._again()

    def get_context_data(self, form: DecisionForm | None = None, **kwargs: Any) -> dict[str, Any]:
        """The document, what was sent, what is found in it, and the form while it waits."""
        signed: CounterSignature = self.instance
        knowledge = knowledge_of(signed)
        waits = signed.state == CounterSignatureState.WAITING
        if waits and knowledge.findings is None:
            ask_to_check(signed)
        context = {
            "signed": signed,
            "check": check_told(knowledge, size=signed.document.size + signed.size, is_counter=True),
            "is_of_earlier": signed.document_sha256 != signed.document.sha256,
            "strange_codes": strange_codes(knowledge, signed.document.account.customer.code),
            "customer_code": signed.document.account.customer.code,
            "form": form,
            "may_decide": waits and self.may_decide(),
            "may_accept": standing_of(knowledge) in (Standing.RIGHT, Standing.UNTOLD),
            "file_url": self.url_helper.get_action_url("file", signed.pk),
            "document_url": reverse("cabinet_pages_signeddocument_modeladmin_inspect", args=[signed.document_id]),
        }
        return super().get_context_data(**context, **kwargs)

    def _refused(self, form: DecisionForm) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=422)
        return response

    def _again(self) -> HttpResponse:
        return redirect(self.url_helper.get_action_url("inspect", self.pk_quoted))


class SignedFileView(ScopedObjectView):
    """Downloads what the consumer sent, byte for byte."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return private_file(self.instance.file, self.instance.file_name)


class CounterSignatureAdmin(BranchScopedAdmin):
    """Документи, підписані споживачами, of the employee's branches, the newest first."""

    model = CounterSignature
    branch_lookup = "document__account__branch"
    menu_label = gettext_lazy("Signed by consumers")
    menu_icon = "edit"
    inspect_view_class = CounterSignatureView
    list_display = (
        "uploaded_shown",
        "account_number",
        "customer_name",
        "document_shown",
        "version",
        "verdict",
        "signer",
        "state_shown",
    )
    list_display_add_buttons = "uploaded_shown"
    list_filter = (
        branch_filter("document__account__branch"),
        choice_filter("state", gettext_lazy("state"), CounterSignatureState.choices),
        date_filter("document__dated", gettext_lazy("date")),
    )
    list_select_related = ("document__account__branch", "document__account__customer", "uploaded_by", "decided_by")
    list_export = (
        "uploaded_at",
        "account_number",
        "customer_name",
        "document_shown",
        "version",
        "form",
        "file_name",
        "sha256",
        "document_sha256",
        "verdict",
        "signer",
        "state_shown",
        "comment",
        "decided_at",
        "decided_by",
    )
    search_fields = (
        "document__account__number__startswith",
        "document__account__customer__search_text__contains",
        "document__number__startswith",
    )
    object_views = {"file": SignedFileView}

    account_number = column("document__account__number", gettext_lazy("account"))
    customer_name = column("document__account__customer__name", gettext_lazy("customer"))
    uploaded_shown = column("uploaded_at", gettext_lazy("uploaded"))
    state_shown = column("state", gettext_lazy("state"))

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """The files of the employee's branches with what is known of them."""
        return with_counter_verdicts(super().get_queryset(request))

    def document_shown(self, obj: CounterSignature) -> str:
        """Which document."""
        return str(obj.document)

    def verdict(self, obj: CounterSignature) -> str:
        """What is found in the file."""
        return verdicts_told(knowledge_of(obj), is_counter=True)

    def signer(self, obj: CounterSignature) -> str:
        """Whose signatures there are, and when they were made, as the signers state it."""
        return signers_told(knowledge_of(obj))

    document_shown.short_description = gettext_lazy("signed document")  # type: ignore[attr-defined]
    verdict.short_description = gettext_lazy("verdict on the signature")  # type: ignore[attr-defined]
    signer.short_description = gettext_lazy("signer")  # type: ignore[attr-defined]
