"""Entry for a customer: the same form, calculation and confirmation as the customer's own, and the employee's scope."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cabinet_pages.access.queries import Scope, staff_scope
from cabinet_pages.accounts.models import Account
from cabinet_pages.accounts.rules import months_before
from cabinet_pages.clock import kyiv_today
from cabinet_pages.metering.models import MeteringPoint
from cabinet_pages.metering.queries import points_for
from cabinet_pages.readings import rules
from cabinet_pages.readings.calculation import Calculation, calculate
from cabinet_pages.readings.forms import EntryForm, SubmissionForm, typed_values
from cabinet_pages.readings.models import ReadingSource
from cabinet_pages.readings.queries import EntrySheet, entry_sheet, point_choices, progress_for, terms_of, windows_for
from cabinet_pages.readings.rows import calculated_rows, entry_rows, point_totals, totals_of
from cabinet_pages.readings.rules import ReadingWindow
from cabinet_pages.readings.services import SubmissionRefused, submission_of_click, submit_readings
from cabinet_pages.staff.files import as_private
from cabinet_pages.staff.filters import MONTHS_OFFERED
from cabinet_pages.staff.scope import ScopedObjectView

PER_PAGE = 100


class StaffEntryForm(EntryForm):
    """The customer's form, and how the customer's values came to the branch."""

    basis = forms.CharField(
        label=gettext_lazy("How the readings came"),
        help_text=gettext_lazy("For example: by phone from O. Galagan, chief power engineer."),
        max_length=255,
        error_messages={"required": gettext_lazy("Say how the customer gave the readings.")},
    )


class EntryBase(ScopedObjectView):
    """What both screens stand on: the account, the employee's scope and the window that is asked for."""

    def check_action_permitted(self, user: Any) -> bool:
        return super().check_action_permitted(user) and bool(user.has_perm("cabinet_pages.add_readingsubmission"))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().get(request, *args, **kwargs)
        return as_private(response)

    @property
    def account(self) -> Account:
        """The account that readings are entered for."""
        raise NotImplementedError

    @cached_property
    def scope(self) -> Scope:
        """The employee's right to send for the account."""
        scope = staff_scope(self.request.user, self.account)
        if scope is None:
            raise Http404
        return scope

    @cached_property
    def windows(self) -> tuple[ReadingWindow, ...]:
        """The windows that matter today."""
        return windows_for(self.scope)

    @cached_property
    def window(self) -> ReadingWindow:
        """The window of the period that the form or the address names, open or not; else the first one.

        Another window in place of one that is closed would take the readings of a wrong month.
        """
        asked = self.request.POST.get("period") or self.request.GET.get("period") or ""
        try:
            period = date.fromisoformat(f"{asked}-01")
        except ValueError:
            return self.windows[0]
        found = next((one for one in self.windows if one.period == period), None)
        if found is None and months_before(kyiv_today().replace(day=1), MONTHS_OFFERED) <= period <= kyiv_today():
            found = rules.closed_window(period, terms_of(self.account))
        return found or self.windows[0]

    @property
    def _reopen_url(self) -> str:
        if not self.request.user.has_perm("cabinet_pages.add_windowreopening"):
            return ""
        asked = {"account": self.account.number}
        if self.window not in self.windows:
            asked["period"] = f"{self.window.period:%Y-%m}"
        return f"{reverse('cabinet_pages_windowreopening_modeladmin_create')}?{urlencode(asked)}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account = self.account
        context = {
            "account": account,
            "may_send": self.scope.can_submit,
            "window": self.window,
            "windows": [one for one in self.windows if one.accepts and one != self.window],
            "is_over": self.window not in self.windows,
            "account_url": reverse("cabinet_pages_account_modeladmin_inspect", args=[account.pk]),
            "points_url": reverse("cabinet_pages_account_modeladmin_enter", args=[account.pk]),
            "reopen_url": self._reopen_url,
        }
        result: dict[str, Any] = super().get_context_data(**{**context, **kwargs})
        return result


class AccountEntryView(EntryBase):
    """The points of an account, one of which is chosen."""

    http_method_names = ["get", "head"]
    template_name = "cabinet_pages/staff/readings/entry_points.html"
    page_title = gettext_lazy("Readings for the customer")

    @property
    def account(self) -> Account:
        account: Account = self.instance
        return account

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Paginator(points_for(self.scope), PER_PAGE).get_page(self.request.GET.get("p"))
        choices = point_choices(self.scope, page.object_list, self.window.period)
        month = f"period={self.window.period:%Y-%m}"
        context = {
            "page_obj": page,
            "choices": [
                (choice, reverse("cabinet_pages_meteringpoint_modeladmin_enter", args=[choice.row.point.pk]))
                for choice in choices
            ],
            "progress": progress_for(self.scope, self.window.period),
            "previous_url": f"?{month}&p={page.number - 1}" if page.has_previous() else "",
            "next_url": f"?{month}&p={page.number + 1}" if page.has_next() else "",
        }
        return super().get_context_data(**context, **kwargs)


class PointEntryView(EntryBase):
    """The readings of one point: the form, the calculation, and the submission."""

    http_method_names = ["get", "head", "post"]
    template_name = "cabinet_pages/staff/readings/entry.html"
    page_title = gettext_lazy("Readings for the customer")

    @property
    def account(self) -> Account:
        account: Account = self.instance.account
        return account

    @cached_property
    def sheet(self) -> EntrySheet:
        """The registers of the point in the window."""
        sheet = entry_sheet(self.scope, self.instance.pk, self.window)
        if sheet is None:
            raise Http404
        return sheet

    def get_page_subtitle(self) -> str:
        point: MeteringPoint = self.instance
        return f"{self.account.number}, {point.name}"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Calculate, or store what was calculated."""
        if not self.scope.can_submit:
            messages.error(request, _("The contract is terminated: readings are no longer taken."))
            return redirect(self.url_helper.get_action_url("enter", self.pk_quoted))
        form = StaffEntryForm(request.POST, sheet=self.sheet)
        if not form.is_valid():
            return self._form(form)
        if request.POST.get("step") == "submit":
            return self._submit(form)
        calculation = calculate(self.sheet, form.entries, form.cleaned_data["read_on"])
        if calculation.errors:
            form.refuse(calculation.errors)
            return self._form(form)
        return self._shown(calculation)

    def _form(self, form: StaffEntryForm) -> HttpResponse:
        return self._answer(form=form, status=422)

    def _shown(self, calculation: Calculation, form: SubmissionForm | None = None, notice: str = "") -> HttpResponse:
        if form is None:
            first = {"token": uuid4(), "shown": calculation.fingerprint}
            form = SubmissionForm(calculation=calculation, initial=first)
        typed = [*typed_values(self.request.POST, self.sheet), ("basis", self.request.POST.get("basis", ""))]
        return self._answer(calculation=calculation, confirmation=form, notice=notice, typed=typed)

    def _submit(self, form: StaffEntryForm) -> HttpResponseBase:
        read_on = form.cleaned_data["read_on"]
        repeated = submission_of_click(
            scope=self.scope,
            user=self.request.user,
            token=self.request.POST.get("token", ""),
            point=self.sheet.point,
            read_on=read_on,
            entries=form.typed,
        )
        if repeated is not None:
            return self._sent(repeated.number)
        calculation = calculate(self.sheet, form.entries, read_on)
        confirmation = SubmissionForm(self.request.POST, calculation=calculation)
        if not confirmation.is_valid():
            return self._shown(calculation, confirmation)
        answers = confirmation.cleaned_data
        try:
            submission = submit_readings(
                scope=self.scope,
                user=self.request.user,
                token=answers["token"],
                point=self.sheet.point,
                period=self.window.period,
                read_on=read_on,
                entries=form.entries,
                replaced=confirmation.replaced,
                confirmed=answers.get("confirmed", False),
                reason=answers.get("reason", ""),
                shown=answers["shown"],
                source=ReadingSource.STAFF,
                basis=form.cleaned_data["basis"],
            )
        except SubmissionRefused as refusal:
            if refusal.code in ("calculation_changed", "not_confirmed") and refusal.calculation is not None:
                return self._shown(refusal.calculation, notice=refusal.messages[0])
            form.refuse(list(refusal.findings))
            return self._form(form)
        return self._sent(submission.number)

    def _sent(self, number: str) -> HttpResponse:
        text = _("The readings of «%(point)s» are entered for the customer, number %(number)s.")
        messages.success(self.request, text % {"point": self.instance.name, "number": number})
        return redirect(
            f"{reverse('cabinet_pages_account_modeladmin_enter', args=[self.account.pk])}"
            f"?period={self.window.period:%Y-%m}"
        )

    def _answer(self, status: int = 200, **content: Any) -> HttpResponse:
        response: HttpResponse = self.render_to_response(self.get_context_data(**content), status=status)
        as_private(response)
        return response

    def get_context_data(
        self, form: StaffEntryForm | None = None, calculation: Calculation | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """The form with its registers, or the calculation with its rows."""
        context: dict[str, Any] = {"sheet": self.sheet, "point": self.sheet.point, "calculation": calculation}
        if calculation is None:
            form = form or StaffEntryForm(sheet=self.sheet)
            context |= {"form": form, "rows": entry_rows(self.sheet, form)}
        else:
            context |= {
                "rows": calculated_rows(calculation),
                "totals": totals_of(calculation),
                "point_totals": point_totals(calculation),
            }
        return super().get_context_data(**context, **kwargs)
