"""Staff screen of push tokens: made, shown once, revoked; for whoever has the right to, in their branches."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail_modeladmin.views import WMABaseView

from cabinet_pages.access.queries import branches_for, works_for_all_branches
from cabinet_pages.accounts.models import Branch
from cabinet_pages.staff.display import column
from cabinet_pages.staff.files import as_private
from cabinet_pages.staff.filters import branch_filter, yes_no_filter
from cabinet_pages.staff.scope import BranchScopedAdmin, ScopedObjectView
from imports.models import PushToken
from imports.push.services import issue_token, revoke_token

ALL_BRANCHES = "ALL"


class TokenForm(forms.Form):
    """A new token; branches are the employee's own."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("The program or machine that sends, as “1C accounting, server 2”."),
    )
    branch = forms.ChoiceField(label=gettext_lazy("Branch"))
    auto_apply = forms.BooleanField(
        label=gettext_lazy("Apply without a preview"),
        required=False,
        help_text=gettext_lazy("Files that were held up or have rows with errors are still not applied."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branches = {branch.code: branch for branch in branches_for(user).filter(is_active=True).order_by("name")}
        choices = [(code, branch.name) for code, branch in self.branches.items()]
        if works_for_all_branches(user):
            choices.insert(0, (ALL_BRANCHES, _("All branches (central office)")))
        self.fields["branch"].choices = choices if len(choices) == 1 else [("", "—"), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a name that is in use: a repeated click would make a second token, of which nobody knows."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "name" in cleaned and "branch" in cleaned:
            live = PushToken.objects.filter(branch=self.chosen_branch, name=cleaned["name"], revoked_at__isnull=True)
            if live.exists():
                self.add_error("name", _("There is a token of this name already. Revoke it, or choose another name."))
        return cleaned

    @property
    def chosen_branch(self) -> Branch | None:
        """The branch; None for the central office."""
        return self.branches.get(self.cleaned_data["branch"])


class TokenCreateView(WMABaseView):  # type: ignore[misc]
    """Makes a token and shows it, this once."""

    template_name = "imports/token.html"
    page_title = gettext_lazy("New push token")

    def check_action_permitted(self, user: Any) -> bool:
        return bool(self.permission_helper.user_can_create(user))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = TokenForm(request.POST, user=request.user)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        token, secret = issue_token(
            name=form.cleaned_data["name"],
            branch=form.chosen_branch,
            auto_apply=form.cleaned_data["auto_apply"],
            by=request.user,
        )
        # Shown in the answer itself: a session or an address would keep it.
        return as_private(self.render_to_response(self.get_context_data(form=form, token=token, secret=secret)))

    def get_context_data(self, form: TokenForm | None = None, **kwargs: Any) -> dict[str, Any]:
        form = form or TokenForm(user=self.request.user)
        result: dict[str, Any] = super().get_context_data(form=form, **kwargs)
        return result


class TokenRevokeView(ScopedObjectView):
    """Takes a token away, after a question."""

    http_method_names = ["get", "head", "post"]
    template_name = "imports/token_revoke.html"
    page_title = gettext_lazy("Revoke a push token")

    def get_template_names(self) -> list[str]:
        return [self.template_name]

    def get_page_subtitle(self) -> str:
        return str(self.instance.name)

    def check_action_permitted(self, user: Any) -> bool:
        return super().check_action_permitted(user) and bool(user.has_perm("imports.change_pushtoken"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if revoke_token(token=self.instance, by=request.user):
            messages.success(request, _("The token is revoked: nobody can send files by it any more."))
        return redirect(self.index_url)


class TokenAdmin(BranchScopedAdmin):
    """Tokens of the employee's branches; those of all branches are the central office's."""

    model = PushToken
    branch_lookup = "branch"
    menu_label = gettext_lazy("Push from 1C")
    menu_icon = "key"
    menu_order = 108
    add_to_admin_menu = False
    may_create = True
    create_view_class = TokenCreateView
    history_view_enabled = True
    object_views = {"revoke": TokenRevokeView}
    list_display = ("name", "branch_shown", "applies_shown", "created_shown", "used_shown", "revoked_shown")
    list_filter = (branch_filter("branch"), yes_no_filter("revoked_at__isnull", gettext_lazy("in use")))
    list_select_related = ("branch", "created_by")
    search_fields = ("name__contains",)
    search_hint = gettext_lazy("Name")
    inspect_view_fields = [
        "name", "branch_shown", "applies_shown", "created_shown", "author_shown", "used_shown", "revoked_shown",
    ]  # fmt: skip

    created_shown = column("created_at", gettext_lazy("created at"))
    author_shown = column("created_by", gettext_lazy("made by"), ordering="")
    used_shown = column("last_used_at", gettext_lazy("last used"))
    revoked_shown = column("revoked_at", gettext_lazy("revoked at"))

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PushToken]":
        """The tokens of the employee's branches."""
        rows: QuerySet[PushToken] = super().get_queryset(request)
        return rows.order_by("revoked_at", "name", "pk")

    def branch_shown(self, obj: PushToken) -> str:
        """Whose files it sends."""
        return str(obj.branch or _("all branches"))

    branch_shown.short_description = gettext_lazy("branch")  # type: ignore[attr-defined]

    def applies_shown(self, obj: PushToken) -> str:
        """Whether its files are applied at once; in words, for a red cross would be read as an error."""
        return _("Yes") if obj.auto_apply else _("No")

    applies_shown.short_description = gettext_lazy("apply without a preview")  # type: ignore[attr-defined]

    def inspect_links(self, instance: PushToken, request: HttpRequest) -> list[tuple[str, str]]:
        """The way to revoke it."""
        if instance.revoked_at is not None or not request.user.has_perm("imports.change_pushtoken"):
            return []
        return [(self.url_helper.get_action_url("revoke", instance.pk), _("Revoke"))]
