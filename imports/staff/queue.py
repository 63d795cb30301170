"""«Нерознесені надходження»: money that came to the bank and that nobody knows whose it is yet."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.articles.models import Article
from cabinet_pages.payments.models import BankCredit
from cabinet_pages.payments.queries import credits_for_staff, queued
from cabinet_pages.payments.services import CreditRefused, assign_bank_credit, dismiss_bank_credit
from cabinet_pages.staff.display import column
from cabinet_pages.staff.filters import StaffFilter, branch_filter, date_filter
from cabinet_pages.staff.lists import SafeIndexView
from cabinet_pages.staff.scope import BranchScopedAdmin, ScopedInspectView

_DISMISSED = "dismissed"
_NUMBER_LENGTH, _REASON_LENGTH = 40, 255


class AssignForm(forms.Form):
    """Whose the money is and what it pays for."""

    account = forms.CharField(label=gettext_lazy("Account number"), max_length=_NUMBER_LENGTH)
    article = forms.ModelChoiceField(
        label=gettext_lazy("Article"), queryset=Article.objects.order_by("order", "name"), empty_label="—"
    )


class DismissForm(forms.Form):
    """Why the money is not a customer's payment."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=_REASON_LENGTH)


class CreditView(ScopedInspectView):
    """One credit: assign it, or say that it is not ours. Every answer is a redirect to the list."""

    http_method_names = ["get", "head", "post"]
    template_name = "imports/credit.html"

    def get_template_names(self) -> list[str]:
        return [self.template_name]

    def get_page_subtitle(self) -> str:
        return str(self.instance)

    def may_decide(self) -> bool:
        """Whether the employee assigns credits; viewing them takes less."""
        return bool(self.request.user.has_perm("cabinet_pages.change_bankcredit"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do what the pressed button says, once, and say what happened."""
        if not self.may_decide():
            messages.error(request, _("You may not assign receipts."))
            return redirect(self.index_url)
        action = request.POST.get("action", "")
        if action == "assign":
            return self._assign(AssignForm(request.POST))
        if action == "dismiss":
            return self._dismiss(DismissForm(request.POST))
        return redirect(self.url_helper.get_action_url("inspect", self.pk_quoted))

    def _assign(self, form: AssignForm) -> HttpResponse:
        if form.is_valid():
            try:
                credit = assign_bank_credit(
                    credit_id=self.instance.pk,
                    account_number=form.cleaned_data["account"],
                    article_id=form.cleaned_data["article"].pk,
                    by=self.request.user,
                )
            except CreditRefused as refusal:
                if refusal.code == "already_assigned":
                    return self._told(refusal)
                form.add_error("account", refusal.message)
            else:
                messages.success(self.request, _("Assigned to account %(account)s.") % {"account": credit.account})
                return redirect(self.index_url)
        return self.render_to_response(self.get_context_data(assign_form=form), status=422)

    def _dismiss(self, form: DismissForm) -> HttpResponse:
        if form.is_valid():
            try:
                dismiss_bank_credit(
                    credit_id=self.instance.pk, reason=form.cleaned_data["reason"], by=self.request.user
                )
            except CreditRefused as refusal:
                if refusal.code == "already_assigned":
                    return self._told(refusal)
                form.add_error("reason", refusal.message)
            else:
                messages.success(self.request, _("Taken out of the queue: not our payment."))
                return redirect(self.index_url)
        return self.render_to_response(self.get_context_data(dismiss_form=form), status=422)

    def _told(self, refusal: CreditRefused) -> HttpResponse:
        messages.info(self.request, refusal.message)
        return redirect(self.index_url)

    def get_context_data(
        self, assign_form: AssignForm | None = None, dismiss_form: DismissForm | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """The credit with the two forms that decide about it."""
        credit: BankCredit = self.instance
        initial = {"account": credit.account.number if credit.account else "", "article": credit.article_id}
        context = {
            "credit": credit,
            "assign_form": assign_form or AssignForm(initial=initial),
            "dismiss_form": dismiss_form or DismissForm(),
            "may_decide": self.may_decide(),
            "is_open": credit.account_id is None or credit.article_id is None,
            "is_dismissed": credit.dismissed_at is not None,
        }
        return super().get_context_data(**context, **kwargs)


class QueueIndexView(SafeIndexView):
    """The credits that wait; the dismissed ones are asked for."""

    def get_base_queryset(self, request: Any = None) -> "QuerySet[BankCredit]":
        """What the list is made of."""
        rows: QuerySet[BankCredit] = super().get_base_queryset(request)
        return queued(rows, dismissed=self.params.get("state") == _DISMISSED)


class QueueFilter(StaffFilter):
    """Receipts that wait, or those that were found not to be ours; the list itself knows which."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(_DISMISSED, _("not our payment"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        return queryset


class CreditQueueAdmin(BranchScopedAdmin):
    """Receipts of the employee's branches without an account or an article; those of no branch are the centre's."""

    model = BankCredit
    branch_lookup = "branch"
    ordering = ("received_on", "pk")
    menu_label = gettext_lazy("Receipts to assign")
    menu_icon = "help"
    menu_order = 106
    index_view_class = QueueIndexView
    inspect_view_class = CreditView
    history_view_enabled = True
    list_display = (
        "received_shown",
        "amount_shown",
        "payer",
        "payer_code",
        "purpose",
        "article_shown",
        "branch_shown",
    )
    list_filter = (QueueFilter, branch_filter("branch"), date_filter("received_on", gettext_lazy("date")))
    list_select_related = ("branch", "account__branch", "article")
    list_export = (
        "received_on",
        "amount",
        "payer",
        "payer_code",
        "payer_account",
        "purpose",
        "order_number",
        "own_account",
        "branch_shown",
        "dismissal_reason",
    )
    search_fields = ("payer__contains", "payer_code__startswith", "purpose__contains", "order_number__startswith")
    search_hint = gettext_lazy("Payer, code or purpose")
    inspect_view_fields = [
        "received_on",
        "amount",
        "payer",
        "payer_code",
        "payer_account",
        "purpose",
        "order_number",
        "own_account",
        "branch_shown",
        "account",
        "article",
        "matched_by",
        "dismissed_at",
        "dismissal_reason",
    ]

    received_shown = column("received_on", gettext_lazy("date"))
    amount_shown = column("amount", gettext_lazy("amount"), numeric=True)
    article_shown = column("article__name", gettext_lazy("article"))

    def get_queryset(self, request: HttpRequest) -> "QuerySet[BankCredit]":
        """The one door to credits for staff."""
        return credits_for_staff(request.user).order_by(*self.ordering)

    def branch_shown(self, obj: BankCredit) -> str:
        """Whose queue it waits in."""
        return str(obj.branch or _("central office"))

    branch_shown.short_description = gettext_lazy("branch")  # type: ignore[attr-defined]
