"""The branch's list of appeals against lines of acts of reconciliation, and the form that answers one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.billing.reconciliation.messages import AppealRefused
from cabinet_pages.billing.reconciliation.models import Appeal, AppealState
from cabinet_pages.billing.reconciliation.services import answer_appeal
from cabinet_pages.staff.billing import OfAccountAdmin
from cabinet_pages.staff.display import column
from cabinet_pages.staff.filters import branch_filter, choice_filter, date_filter
from cabinet_pages.staff.scope import ScopedInspectView
from cabinet_pages.staff.search import ACCOUNT_SEARCH

#: Longer answers belong into a letter.
ANSWER_AT_MOST = 4000


class AnswerForm(forms.Form):
    """What the branch answers."""

    answer = forms.CharField(max_length=ANSWER_AT_MOST, error_messages={"required": gettext_lazy("Write the answer.")})


class AppealView(ScopedInspectView):
    """One appeal: read, then answer it. Every answer is a redirect to the page itself."""

    http_method_names = ["get", "head", "post"]
    template_name = "cabinet_pages/staff/appeal.html"

    def get_template_names(self) -> list[str]:
        return [self.template_name]

    def may_answer(self) -> bool:
        """Whether the employee answers appeals; viewing them takes less."""
        return bool(self.request.user.has_perm("cabinet_pages.change_appeal"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer once, and say what happened."""
        if not self.may_answer():
            messages.error(request, _("You may not answer appeals."))
            return self._again()
        form = AnswerForm(request.POST)
        if not form.is_valid():
            response: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=422)
            return response
        try:
            answer_appeal(by=request.user, appeal=self.instance, answer=form.cleaned_data["answer"])
        except AppealRefused as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, _("The answer is sent: the customer is told of it."))
        return self._again()

    def _again(self) -> HttpResponse:
        return redirect(self.url_helper.get_action_url("inspect", self.pk_quoted))

    def get_context_data(self, form: AnswerForm | None = None, **kwargs: Any) -> dict[str, Any]:
        """The line as the person saw it, their words, and the answer or its form."""
        waits = self.instance.state == AppealState.OPEN
        context = {"appeal": self.instance, "form": form, "may_answer": waits and self.may_answer()}
        return super().get_context_data(**context, **kwargs)


class AppealAdmin(OfAccountAdmin):
    """Звернення of the employee's branches, the newest first."""

    model = Appeal
    menu_label = gettext_lazy("Appeals")
    menu_icon = "comment"
    inspect_view_class = AppealView
    list_display = (
        "filed_shown",
        "account_number",
        "customer_name",
        "line_shown",
        "debit_shown",
        "credit_shown",
        "state_shown",
        "answered_shown",
    )
    list_display_add_buttons = "filed_shown"
    list_filter = (
        branch_filter("account__branch"),
        choice_filter("state", gettext_lazy("state"), AppealState.choices),
        date_filter("line_day", gettext_lazy("date of the line")),
    )
    list_select_related = ("account__branch", "account__customer", "filed_by", "answered_by")
    list_export = (
        "filed_at",
        "account_number",
        "customer_name",
        "line_day",
        "line_text",
        "debit",
        "credit",
        "first_day",
        "last_day",
        "words",
        "state_shown",
        "answer",
        "answered_at",
        "answered_by",
    )
    search_fields = ACCOUNT_SEARCH

    filed_shown = column("filed_at", gettext_lazy("filed"))
    line_shown = column("line_text", gettext_lazy("line of the act"), ordering="")
    debit_shown = column("debit", gettext_lazy("debit"), numeric=True)
    credit_shown = column("credit", gettext_lazy("credit"), numeric=True)
    state_shown = column("state", gettext_lazy("state"))
    answered_shown = column("answered_at", gettext_lazy("answered on"))
