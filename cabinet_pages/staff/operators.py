"""Staff screen of operators: who works for which branch; for the central office alone."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail_modeladmin.views import WMABaseView

from cabinet_pages.access.models import BranchOperator
from cabinet_pages.access.refusals import Refused
from cabinet_pages.access.services import remove_operator
from cabinet_pages.accounts.models import Branch
from cabinet_pages.staff.display import column
from cabinet_pages.staff.filters import branch_filter, yes_no_filter
from cabinet_pages.staff.invitations import invite_operator
from cabinet_pages.staff.scope import BranchScopedAdmin, ScopedDeleteView

ALL_BRANCHES = "ALL"


class OperatorForm(forms.Form):
    """A new operator: an e-mail and a branch, or all of them."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    branch = forms.ChoiceField(label=gettext_lazy("Branch"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branches = {branch.code: branch for branch in Branch.objects.filter(is_active=True)}
        self.fields["branch"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((code, branch.name) for code, branch in self.branches.items()),
            (ALL_BRANCHES, _("All branches (central office)")),
        ]

    @property
    def chosen_branch(self) -> Branch | None:
        """The chosen branch; None for the central office."""
        return self.branches.get(self.cleaned_data["branch"])


class OperatorCreateView(WMABaseView):  # type: ignore[misc]
    """Adds an operator; somebody without a login gets one and a mail with a link to set the password."""

    template_name = "cabinet_pages/staff/operator.html"
    page_title = gettext_lazy("New operator")

    def check_action_permitted(self, user: Any) -> bool:
        return bool(self.permission_helper.user_can_create(user))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = OperatorForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        email = form.cleaned_data["email"]
        if invite_operator(email=email, branch=form.chosen_branch, by=request.user):
            messages.success(request, _("%(email)s got a mail with a link to set the password.") % {"email": email})
        else:
            messages.success(
                request, _("%(email)s now works for this branch with the login they have.") % {"email": email}
            )
        return redirect(self.index_url)

    def get_context_data(self, form: OperatorForm | None = None, **kwargs: Any) -> dict[str, Any]:
        result: dict[str, Any] = super().get_context_data(form=form or OperatorForm(), **kwargs)
        return result


class OperatorDeleteView(ScopedDeleteView):
    """Takes an operator's right away; the login stays."""

    def get_page_subtitle(self) -> str:
        return ""

    def confirmation_message(self) -> str:
        return _("%(email)s will not work for this branch any more. The login itself stays.") % {
            "email": self.instance.user.email
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            remove_operator(right=self.instance, by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("The right is taken away."))
        return redirect(self.index_url)


class OperatorAdmin(BranchScopedAdmin):
    """Employees and their branches."""

    model = BranchOperator
    branch_lookup = ""
    central_only = True
    may_create = True
    may_delete = True
    menu_label = gettext_lazy("Operators")
    menu_icon = "key"
    create_view_class = OperatorCreateView
    delete_view_class = OperatorDeleteView
    list_display = ("email_shown", "branch_shown", "last_login_shown")
    list_filter = (branch_filter("branch"), yes_no_filter("branch__isnull", gettext_lazy("all branches")))
    list_select_related = ("user", "branch")
    list_export = ("email_shown", "branch_shown")
    search_fields = ("user__email__startswith",)
    search_hint = gettext_lazy("E-mail")
    inspect_view_fields = ["email_shown", "branch_shown", "last_login_shown"]
    history_view_enabled = True

    email_shown = column("user__email", gettext_lazy("e-mail"))
    last_login_shown = column("user__last_login", gettext_lazy("last login"))

    def branch_shown(self, obj: BranchOperator) -> str:
        """The branch, or all of them."""
        return str(obj.branch or _("all branches"))

    branch_shown.short_description = gettext_lazy("branch")  # type: ignore[attr-defined]
