"""Windows opened again for one account: the list of them, and the form that opens one."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import BooleanField, Case, Model, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail_modeladmin.views import WMABaseView

from cabinet_pages.accounts.models import Account
from cabinet_pages.accounts.rules import months_before
from cabinet_pages.clock import kyiv_today
from cabinet_pages.quantities.identifiers import normalise_account_number
from cabinet_pages.readings.collecting.services import reopen_window
from cabinet_pages.readings.models import WindowReopening
from cabinet_pages.readings.services import SubmissionRefused
from cabinet_pages.staff.display import column
from cabinet_pages.staff.filters import MONTHS_OFFERED, branch_filter, month_filter, yes_no_filter
from cabinet_pages.staff.scope import BranchScopedAdmin, in_branches
from cabinet_pages.staff.search import ACCOUNT_SEARCH
from cabinet_pages.templatetags.cabinet import period as month_name
from cabinet_pages.windows.fields import DayField

#: A window stays open again for so many days at most.
LONGEST = timedelta(days=62)


class ReopeningForm(forms.Form):
    """Which window, until what day, and why."""

    account = forms.CharField(label=gettext_lazy("Account number"), max_length=40)
    period = forms.ChoiceField(label=gettext_lazy("Period"))
    open_until = DayField(
        label=gettext_lazy("Open until"), help_text=gettext_lazy("Readings are taken on this day too.")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=255, error_messages={"required": gettext_lazy("Enter the reason.")}
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        this_month = kyiv_today().replace(day=1)
        months = [months_before(this_month, count) for count in range(MONTHS_OFFERED)]
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            (f"{month:%Y-%m}", month_name(month)) for month in months
        ]

    def clean_account(self) -> Account:
        """The account, of a branch that the employee works for; a foreign one is an absent one."""
        number = normalise_account_number(self.cleaned_data["account"])
        accounts = in_branches(Account.objects.select_related("branch"), "branch", self.user)
        account = accounts.filter(number=number).first()
        if account is None:
            raise forms.ValidationError(_("There is no account %(number)s in your branches.") % {"number": number})
        if account.terminated_on is not None and account.terminated_on <= kyiv_today():
            raise forms.ValidationError(_("The contract is terminated: readings are no longer taken."))
        found: Account = account
        return found

    def clean_period(self) -> date:
        """The first day of the month."""
        return date.fromisoformat(f"{self.cleaned_data['period']}-01")

    def clean_open_until(self) -> date:
        """A day to come, and not too far."""
        day: date = self.cleaned_data["open_until"]
        today = kyiv_today()
        if not today <= day <= today + LONGEST:
            raise forms.ValidationError(
                _("From %(first)s to %(last)s."),
                params={"first": f"{today:%d.%m.%Y}", "last": f"{today + LONGEST:%d.%m.%Y}"},
            )
        return day


class ReopeningCreateView(WMABaseView):  # type: ignore[misc]
    """Opens a window again, or moves the last day of one opened before."""

    template_name = "cabinet_pages/staff/readings/reopening.html"
    page_title = gettext_lazy("Open a window again")

    def check_action_permitted(self, user: Any) -> bool:
        return bool(self.permission_helper.user_can_create(user))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ReopeningForm(request.POST, user=request.user)
        if not form.is_valid():
            return self._with_errors(form)
        chosen = form.cleaned_data
        try:
            reopening = reopen_window(by=request.user, **chosen)
        except SubmissionRefused as refusal:
            form.add_error("account", refusal.messages[0])
            return self._with_errors(form)
        text = _("The window for %(month)s is open to account %(number)s until %(day)s.")
        messages.success(
            request,
            text
            % {
                "month": month_name(reopening.period),
                "number": chosen["account"].number,
                "day": f"{reopening.open_until:%d.%m.%Y}",
            },
        )
        return redirect(self.index_url)

    def _with_errors(self, form: ReopeningForm) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=422)
        return response

    def get_context_data(self, form: ReopeningForm | None = None, **kwargs: Any) -> dict[str, Any]:
        if form is None:
            given = {name: self.request.GET.get(name, "")[:40] for name in ("account", "period")}
            form = ReopeningForm(initial={name: text for name, text in given.items() if text}, user=self.request.user)
        result: dict[str, Any] = super().get_context_data(form=form, **kwargs)
        return result


class WindowReopeningAdmin(BranchScopedAdmin):
    """Windows that were opened again, the newest first."""

    model = WindowReopening
    branch_lookup = "account__branch"
    may_create = True
    create_view_class = ReopeningCreateView
    menu_label = gettext_lazy("Windows opened again")
    menu_icon = "lock-open"
    list_display = ("account_number", "customer_name", "month", "until_shown", "reason", "opened_by", "opened_shown")
    list_filter = (
        branch_filter("account__branch"),
        month_filter("period", gettext_lazy("period")),
        yes_no_filter("open_now", gettext_lazy("open now")),
    )
    list_select_related = ("account__branch", "account__customer", "opened_by")
    list_export = ("account_number", "customer_name", "period", "open_until", "reason", "opened_by", "opened_at")
    search_fields = ACCOUNT_SEARCH
    inspect_view_fields = [
        "account_number",
        "customer_name",
        "month",
        "until_shown",
        "reason",
        "opened_by",
        "opened_shown",
    ]

    account_number = column("account__number", gettext_lazy("account"))
    customer_name = column("account__customer__name", gettext_lazy("customer"))
    month = column("period", gettext_lazy("period"))
    until_shown = column("open_until", gettext_lazy("open until"))
    opened_shown = column("opened_at", gettext_lazy("opened"))

    def get_queryset(self, request: HttpRequest) -> Any:
        """Reopenings of the employee's branches, marked by whether they still hold."""
        return super().get_queryset(request).annotate(open_now=_is_open_now())

    def get_list_display_add_buttons(self, request: HttpRequest) -> str:
        """The column that leads to the record."""
        return "account_number"

    def inspect_links(self, instance: Model, request: HttpRequest) -> list[tuple[str, str]]:
        """To move the last day of this window."""
        if not self.permission_helper.user_can_create(request.user):
            return []
        number, month = instance.account.number, f"{instance.period:%Y-%m}"  # type: ignore[attr-defined]
        return [(f"{self.url_helper.create_url}?account={number}&period={month}", _("Move the last day"))]


def _is_open_now() -> Any:
    return Case(When(open_until__gte=kyiv_today(), then=Value(True)), default=Value(False), output_field=BooleanField())
