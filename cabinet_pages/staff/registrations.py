"""The branch inbox «Реєстрації»: requests for access, what the person typed beside what the branch knows."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Case, DateTimeField, F, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.access.models import AccessRequest, Basis, RequestState
from cabinet_pages.access.queries import Candidate, candidates, unknown_numbers
from cabinet_pages.access.refusals import Refused
from cabinet_pages.access.rules import split_account_numbers
from cabinet_pages.access.services import confirm_request, refuse_request, resend_code, take_back_confirmation
from cabinet_pages.accounts.models import Account
from cabinet_pages.clock import kyiv_today
from cabinet_pages.staff.batch_confirmation import BatchConfirmView
from cabinet_pages.staff.display import column
from cabinet_pages.staff.files import RequestScanView
from cabinet_pages.staff.filters import age_filter, branch_filter, choice_filter
from cabinet_pages.staff.lists import SafeIndexView
from cabinet_pages.staff.scope import BranchScopedAdmin, ScopedInspectView, in_branches, own_branch_ids

#: Accounts that one confirmation may open.
MAX_PICKED = 500


def _waiting_longer_than(days: int) -> Q:
    return Q(state=RequestState.SUBMITTED, submitted_at__lt=timezone.now() - timedelta(days=days))


class DecisionForm(forms.Form):
    """What the branch decides about a request: accounts to open, or a reason to refuse."""

    accounts = forms.TypedMultipleChoiceField(coerce=int, required=False)
    numbers = forms.CharField(required=False, max_length=4000)
    reason = forms.CharField(required=False, max_length=2000)

    def __init__(self, *args: Any, offered: Sequence[Candidate] = (), request: AccessRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["accounts"].choices = [  # type: ignore[attr-defined]
            (candidate.account.pk, candidate.account.number) for candidate in offered
        ]
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = _("An account of another branch cannot be opened by this request.")

    def clean_numbers(self) -> list[int]:
        """Primary keys of the accounts added by number; they are of the request's branch."""
        numbers = split_account_numbers(self.cleaned_data["numbers"])[:MAX_PICKED]
        found = dict(
            Account.objects.filter(branch_id=self.request.branch_id, number__in=numbers).values_list("number", "pk")
        )
        absent = [number for number in numbers if number not in found]
        if absent:
            raise forms.ValidationError(
                _("There is no account %(numbers)s in this branch."), params={"numbers": ", ".join(absent)}
            )
        return list(found.values())

    @property
    def picked(self) -> set[int]:
        """Every chosen account."""
        return {*self.cleaned_data.get("accounts", []), *self.cleaned_data.get("numbers", [])}


class RequestView(ScopedInspectView):
    """One request: read, then confirm, refuse or send the code again. Every answer is a redirect to the page itself."""

    http_method_names = ["get", "head", "post"]
    template_name = "cabinet_pages/staff/request.html"

    def get_template_names(self) -> list[str]:
        return [self.template_name]

    def get_page_subtitle(self) -> str:
        return str(getattr(self.instance.user, "cabinet_person", None) or self.instance.user)

    def may_decide(self) -> bool:
        """Whether the employee decides requests; viewing them takes less."""
        return bool(self.request.user.has_perm("cabinet_pages.change_accessrequest"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do what the pressed button says, once, and say what happened."""
        if not self.may_decide():
            messages.error(request, _("You may not decide requests."))
            return self._again()
        action = request.POST.get("action", "")
        form = DecisionForm(request.POST, offered=candidates(self.instance), request=self.instance)
        if action not in ("confirm", "refuse", "resend", "take_back"):
            return self._again()
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            if action == "confirm":
                confirm_request(by=request.user, request=self.instance, account_ids=form.picked)
                messages.success(request, _("Confirmed. The activation code is mailed to the person."))
            elif action == "refuse":
                refuse_request(by=request.user, request=self.instance, reason=form.cleaned_data["reason"])
                messages.success(request, _("Refused. The reason is mailed to the person."))
            elif action == "take_back":
                take_back_confirmation(by=request.user, request=self.instance, reason=form.cleaned_data["reason"])
                messages.success(request, _("The confirmation is taken back. The reason is mailed to the person."))
            else:
                resend_code(by=request.user, request=self.instance)
                messages.success(request, _("A new code is mailed to the person; the old one works no more."))
        except Refused as refusal:
            field = {"no_accounts": "accounts", "reason_required": "reason"}.get(refusal.code)
            if field:
                form.add_error(field, refusal.message)
                return self.render_to_response(self.get_context_data(form=form), status=422)
            messages.error(request, refusal.message)
        return self._again()

    def _again(self) -> HttpResponse:
        return redirect(self.url_helper.get_action_url("inspect", self.pk_quoted))

    def get_context_data(self, form: DecisionForm | None = None, **kwargs: Any) -> dict[str, Any]:
        """What the person typed beside the accounts found."""
        request: AccessRequest = self.instance
        is_waiting = request.state == RequestState.SUBMITTED
        found = candidates(request) if is_waiting else []
        named = {candidate.account.pk for candidate in found if candidate.is_named}
        chosen = form.picked if form is not None and form.is_bound else named
        person = getattr(request.user, "cabinet_person", None)
        picked = [
            (account, reverse("cabinet_pages_account_modeladmin_inspect", args=[account.pk]))
            for account in request.accounts.select_related("customer").order_by("number")
        ]
        context = {
            "access_request": request,
            "person": person,
            "form": form,
            "may_decide": self.may_decide(),
            "is_waiting": is_waiting,
            "waits_for_code": request.state == RequestState.CONFIRMED,
            "code": request.codes.filter(killed_at__isnull=True).order_by("-pk").first(),
            "candidates": found,
            "chosen": chosen,
            "unknown_numbers": unknown_numbers(request) if is_waiting else [],
            "attorney_ended": request.valid_until is not None and request.valid_until < kyiv_today(),
            "by_attorney": request.basis == Basis.POWER_OF_ATTORNEY,
            "picked": picked,
            "scan_url": self.url_helper.get_action_url("scan", self.pk_quoted) if request.scan else "",
        }
        return super().get_context_data(**context, **kwargs)


class InboxView(SafeIndexView):
    """The list of requests, with the way to confirm several."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_decide = self.request.user.has_perm("cabinet_pages.change_accessrequest")
        return super().get_context_data(
            batch_url=self.model_admin.collection_url("batch") if may_decide else "", **kwargs
        )


class RegistrationAdmin(BranchScopedAdmin):
    """Requests of people to the employee's branches: those that wait come first, the oldest at the top."""

    model = AccessRequest
    branch_lookup = "branch"
    ordering = ("is_decided", "waits_since", "-submitted_at", "-pk")
    menu_label = gettext_lazy("Registrations")
    menu_icon = "mail"
    list_display = (
        "person_shown",
        "numbers_shown",
        "customer_code",
        "submitted_shown",
        "state_shown",
        "email_shown",
        "branch_name",
    )
    list_filter = (
        choice_filter("state", gettext_lazy("state"), RequestState.choices),
        age_filter(
            "age",
            gettext_lazy("waits"),
            {
                "1": (gettext_lazy("longer than a day"), lambda: _waiting_longer_than(1)),
                "3": (gettext_lazy("longer than three days"), lambda: _waiting_longer_than(3)),
                "7": (gettext_lazy("longer than a week"), lambda: _waiting_longer_than(7)),
            },
        ),
        branch_filter("branch"),
    )
    list_select_related = ("branch", "user__cabinet_person")
    list_export = (
        "person_shown",
        "email_shown",
        "customer_code",
        "account_numbers",
        "contract_number",
        "position",
        "basis",
        "attorney_number",
        "valid_until",
        "branch_name",
        "submitted_at",
        "state_shown",
        "decided_at",
    )
    search_fields = (
        "account_numbers__contains",
        "customer_code__startswith",
        "user__email__startswith",
        "user__cabinet_person__last_name__startswith",
        "user__cabinet_person__first_name__startswith",
        "accounts__number__startswith",
        "accounts__customer__search_text__contains",
    )
    inspect_view_class = RequestView
    history_view_enabled = True
    index_view_class = InboxView
    object_views = {"scan": RequestScanView}
    collection_views = {"batch": BatchConfirmView}

    email_shown = column("user__email", gettext_lazy("e-mail"))
    branch_name = column("branch__name", gettext_lazy("branch"))
    submitted_shown = column("submitted_at", gettext_lazy("submitted"))
    state_shown = column("state", gettext_lazy("state"))

    def get_queryset(self, request: HttpRequest) -> "QuerySet[AccessRequest]":
        """Requests of the employee's branches, marked by whether they still wait."""
        waiting = When(state=RequestState.SUBMITTED, then=Value(0))
        is_decided = Case(waiting, default=Value(1), output_field=IntegerField())
        waits_since = Case(When(state=RequestState.SUBMITTED, then=F("submitted_at")), output_field=DateTimeField())
        rows = AccessRequest.objects.annotate(is_decided=is_decided, waits_since=waits_since).order_by(*self.ordering)
        return in_branches(rows, self.branch_lookup, request.user)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Who works for one branch knows it without a column."""
        ids = own_branch_ids(request.user)
        return self.list_display[:-1] if ids is not None and len(ids) == 1 else self.list_display

    def person_shown(self, obj: AccessRequest) -> str:
        """The name that the person gave at registration."""
        person = getattr(obj.user, "cabinet_person", None)
        return str(person or obj.user)

    person_shown.short_description = gettext_lazy("person")  # type: ignore[attr-defined]

    def numbers_shown(self, obj: AccessRequest) -> str:
        """The accounts as typed."""
        return obj.account_numbers.replace("\n", ", ") or obj.contract_number or "—"

    numbers_shown.short_description = gettext_lazy("accounts as typed")  # type: ignore[attr-defined]
