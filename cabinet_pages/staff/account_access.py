"""Who has access to an account: the branch opens it to a known person, and takes access away with a reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.access.models import Access, Role
from cabinet_pages.access.refusals import Refused
from cabinet_pages.access.services import grant_access, revoke_access
from cabinet_pages.clock import kyiv_today
from cabinet_pages.staff.files import as_private
from cabinet_pages.staff.scope import ScopedObjectView

#: People offered as a suggestion, and closed accesses shown.
SUGGESTED = 20
PAST = 50


class GrantForm(forms.Form):
    """To whom the account is opened."""

    email = forms.EmailField(label=gettext_lazy("Person's e-mail"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices, initial=Role.OWNER)


class RevokeForm(forms.Form):
    """Which access is closed and why."""

    access = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=255, error_messages={"required": gettext_lazy("Enter the reason.")}
    )


class AccessView(ScopedObjectView):
    """The people of one account. A button answers with a redirect to the page itself, or the page with its error."""

    http_method_names = ["get", "head", "post"]
    template_name = "cabinet_pages/staff/access.html"
    page_title = gettext_lazy("Who has access")

    def check_action_permitted(self, user: Any) -> bool:
        return super().check_action_permitted(user) and bool(user.has_perm("cabinet_pages.view_access"))

    def may_change(self) -> bool:
        """Whether the employee opens and closes accounts to people."""
        return bool(self.request.user.has_perm("cabinet_pages.change_access"))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().get(request, *args, **kwargs)
        as_private(response)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Open or close, once, and say what happened."""
        if not self.may_change():
            messages.error(request, _("You may not change access."))
            return self._again()
        if request.POST.get("action") == "grant":
            return self._grant(GrantForm(request.POST))
        if request.POST.get("action") == "revoke":
            return self._revoke(RevokeForm(request.POST))
        return self._again()

    def _grant(self, form: GrantForm) -> HttpResponse:
        if not form.is_valid():
            return self._with_errors(form)
        people = get_user_model()._default_manager
        user = people.filter(email__iexact=form.cleaned_data["email"], is_active=True).first()
        try:
            # An unknown address and a person without access in this branch get one answer.
            if user is None:
                raise Refused("no_live_access")
            grant_access(
                by=self.request.user,
                user=user,
                account_ids=[self.instance.pk],
                role=Role(form.cleaned_data["role"]),
            )
        except Refused as refusal:
            form.add_error("email", refusal.message)
            return self._with_errors(form)
        messages.success(
            self.request, _("The account is open to %(email)s; a mail tells them.") % {"email": user.email}
        )
        return self._again()

    def _revoke(self, form: RevokeForm) -> HttpResponse:
        if not form.is_valid():
            for errors in form.errors.values():
                messages.error(self.request, str(errors[0]))
            return self._again()
        access = (
            Access.objects.filter(account=self.instance, pk=form.cleaned_data["access"])
            .select_related("user", "account")
            .first()
        )
        try:
            if access is None:
                raise Refused("already_closed")
            revoke_access(by=self.request.user, access=access, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            messages.error(self.request, refusal.message)
        else:
            messages.success(
                self.request, _("Access of %(email)s is closed; a mail tells them.") % {"email": access.user.email}
            )
        return self._again()

    def _again(self) -> HttpResponse:
        return redirect(self.url_helper.get_action_url("access", self.pk_quoted))

    def _with_errors(self, form: GrantForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, form: GrantForm | None = None, **kwargs: Any) -> dict[str, Any]:
        """Live accesses, ended ones, and people of the same customer as suggestions."""
        rows = Access.objects.filter(account=self.instance).select_related(
            "user__cabinet_person", "granted_by", "closed_by"
        )
        live = list(rows.live(kyiv_today()).order_by("granted_at", "pk"))
        known = (
            Access.objects.live(kyiv_today())
            .filter(account__branch_id=self.instance.branch_id, account__customer_id=self.instance.customer_id)
            .exclude(user_id__in=[access.user_id for access in live])
            .order_by("user__email")
            .values_list("user__email", flat=True)
            .distinct()[:SUGGESTED]
        )
        context = {
            "form": form or GrantForm(),
            "live": live,
            "past": rows.exclude(pk__in=[access.pk for access in live]).order_by("-pk")[:PAST],
            "suggested": list(known),
            "may_change": self.may_change(),
            "back_url": self.url_helper.get_action_url("inspect", self.pk_quoted),
        }
        result: dict[str, Any] = super().get_context_data(**context, **kwargs)
        return result
