"""The window «Введення показів лічильника» (manual 4.1)."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import path

from cabinet_pages.access.queries import Scope
from cabinet_pages.metering.queries import points_for, points_found
from cabinet_pages.readings.calculation import Calculation, calculate
from cabinet_pages.readings.forms import EntryForm, SubmissionForm, typed_values
from cabinet_pages.readings.history.routes import HistoryRoutes
from cabinet_pages.readings.queries import (
    EntrySheet,
    entry_sheet,
    missing_points,
    point_choices,
    progress_for,
    readings_for,
    rejections,
    windows_for,
)
from cabinet_pages.readings.receipts.routes import ReceiptRoutes
from cabinet_pages.readings.rows import calculated_rows, entry_rows, history_rows, point_totals, standing_of, totals_of
from cabinet_pages.readings.rules import ReadingWindow
from cabinet_pages.readings.samples import sample_readings
from cabinet_pages.readings.services import SubmissionRefused, submission_of_click, submit_readings
from cabinet_pages.readings.sheet.routes import SheetRoutes
from cabinet_pages.readings.workbook.routes import WorkbookRoutes
from cabinet_pages.windows.addresses import invoice_addresses
from cabinet_pages.windows.pages import CabinetBasePage, WindowMixin
from cabinet_pages.windows.paging import page_of
from cabinet_pages.windows.queries import RowAction

# The steps from the form to the submission.
STEPS = [_("Entry of readings"), _("Preliminary calculation"), _("Readings sent")]


class ReadingsPage(SheetRoutes, WorkbookRoutes, ReceiptRoutes, HistoryRoutes, WindowMixin, CabinetBasePage):
    """«Введення показів лічильника»: choose a point, type, see the volumes, confirm; and the history."""

    manual_section = "4.1"
    template = "cabinet_pages/readings/readings_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: readings")

    @classmethod
    def account_list_action(cls, scope: Scope) -> RowAction | None:
        """«Ввести покази», for those who may send them."""
        return RowAction(label=str(_("Enter readings")), is_primary=True) if scope.can_submit else None

    def get_window_context(self, request: HttpRequest, scope: Scope) -> dict[str, Any]:
        """Where the window stands, how much is sent, and what was sent before."""
        windows = windows_for(scope)
        window = asked_window(request, windows)
        readings = page_of(readings_for(scope), request)
        invoices = invoice_addresses(request, scope, (one.invoice_number for one in readings))
        return {
            "reading_windows": windows,
            "reading_window": window,
            "progress": progress_for(scope, window.period),
            "history": history_rows(readings, invoices),
        }

    def get_sample_context(self, request: HttpRequest) -> dict[str, Any]:
        """A window that is open and two made-up readings."""
        window, progress, readings = sample_readings()
        return {
            "reading_windows": (window,),
            "reading_window": window,
            "progress": progress,
            "history": history_rows(page_of(readings, request, count=len(readings))),
        }

    @path("<str:number>/points/")
    def points(self, request: HttpRequest, number: str) -> HttpResponse:
        """«Внести покази»: the metering points of the account, one of which is chosen."""
        scope = self.scope_or_404(request, number)
        windows = windows_for(scope)
        window = asked_window(request, windows)
        words = request.GET.get("q", "").strip()
        only_missing = request.GET.get("show") == "missing"
        progress = progress_for(scope, window.period)
        points = missing_points(scope, window.period) if only_missing else points_for(scope)
        count = None if words else progress.missing if only_missing else progress.total
        page = page_of(points_found(points, words), request, count=count)
        return self._answer(
            request,
            scope,
            "points.html",
            reading_window=window,
            reading_windows=windows,
            progress=progress,
            words=words,
            only_missing=only_missing,
            points=page,
            choices=point_choices(scope, page, window.period),
        )

    @path("<str:number>/points/<int:point_id>/")
    def entry(self, request: HttpRequest, number: str, point_id: int) -> HttpResponse:
        """The readings of one point: the form, the calculation, and the submission."""
        scope = self.scope_or_404(request, number)
        sheet = entry_sheet(scope, point_id, asked_window(request, windows_for(scope)))
        if sheet is None:
            raise Http404
        if not scope.can_submit:
            if request.method == "POST":
                raise PermissionDenied
            return redirect(f"{self._account_url(request, scope)}points/{point_id}/history/")
        if request.method != "POST":
            return self._form(request, scope, sheet, EntryForm(sheet=sheet))
        form = EntryForm(request.POST, sheet=sheet)
        if request.POST.get("step") == "submit":
            return self._submit(request, scope, sheet, form)
        return self._calculate(request, scope, sheet, form)

    # --- the two «Зберегти» ---------------------------------------------------------------------------------------

    def _form(
        self, request: HttpRequest, scope: Scope, sheet: EntrySheet, form: EntryForm, *, is_over: bool = False
    ) -> HttpResponse:
        return self._answer(
            request,
            scope,
            "entry.html",
            sheet=sheet,
            point=sheet.point,
            reading_window=sheet.window,
            form=form,
            is_over=is_over,
            rows=entry_rows(sheet, form),
            standing=standing_of(sheet, rejections([sheet])),
            steps=STEPS,
        )

    def _calculate(self, request: HttpRequest, scope: Scope, sheet: EntrySheet, form: EntryForm) -> HttpResponse:
        """The first «Зберегти»: show the volumes, store nothing."""
        if is_over(request, sheet.window):
            return self._form(request, scope, sheet, EntryForm(sheet=sheet), is_over=True)
        calculation = self._calculated(sheet, form)
        if calculation is None:
            return self._form(request, scope, sheet, form)
        return self._shown(request, scope, calculation)

    def _submit(self, request: HttpRequest, scope: Scope, sheet: EntrySheet, form: EntryForm) -> HttpResponse:
        """The second «Зберегти»: check all of it anew and store it."""
        if not form.is_valid():
            return self._form(request, scope, sheet, form)
        repeated = submission_of_click(
            scope=scope,
            user=request.user,
            token=request.POST.get("token", ""),
            point=sheet.point,
            read_on=form.cleaned_data["read_on"],
            entries=form.typed,
        )
        if repeated is not None:
            return redirect(f"{self._account_url(request, scope)}receipts/{repeated.uuid}/")
        if is_over(request, sheet.window):
            return self._form(request, scope, sheet, EntryForm(sheet=sheet), is_over=True)
        calculation = calculate(sheet, form.entries, form.cleaned_data["read_on"])
        submission_form = SubmissionForm(request.POST, calculation=calculation)
        if not submission_form.is_valid():
            return self._shown(request, scope, calculation, submission_form)
        answers = submission_form.cleaned_data
        try:
            submission = submit_readings(
                scope=scope,
                user=request.user,
                token=answers["token"],
                point=sheet.point,
                period=sheet.window.period,
                read_on=form.cleaned_data["read_on"],
                entries=form.entries,
                replaced=submission_form.replaced,
                confirmed=answers.get("confirmed", False),
                reason=answers.get("reason", ""),
                shown=answers["shown"],
            )
        except SubmissionRefused as refusal:
            if refusal.code in ("calculation_changed", "not_confirmed") and refusal.calculation is not None:
                return self._shown(request, scope, refusal.calculation, notice=refusal.messages[0])
            form.refuse(list(refusal.findings))
            return self._form(request, scope, sheet, form)
        return redirect(f"{self._account_url(request, scope)}receipts/{submission.uuid}/")

    def _calculated(self, sheet: EntrySheet, form: EntryForm) -> Calculation | None:
        if not form.is_valid():
            return None
        calculation = calculate(sheet, form.entries, form.cleaned_data["read_on"])
        if calculation.errors:
            form.refuse(calculation.errors)
            return None
        return calculation

    def _shown(
        self,
        request: HttpRequest,
        scope: Scope,
        calculation: Calculation,
        form: SubmissionForm | None = None,
        notice: str = "",
    ) -> HttpResponse:
        if form is None:
            # A token for each calculation shown: what is typed after going back is another submission.
            first = {"token": uuid4(), "shown": calculation.fingerprint}
            form = SubmissionForm(calculation=calculation, initial=first)
        return self._answer(
            request,
            scope,
            "calculation.html",
            point=calculation.sheet.point,
            reading_window=calculation.sheet.window,
            calculation=calculation,
            form=form,
            notice=notice,
            typed=typed_values(request.POST, calculation.sheet),
            rows=calculated_rows(calculation),
            totals=totals_of(calculation),
            point_totals=point_totals(calculation),
            steps=STEPS,
        )

    # --- what an address names --------------------------------------------------------------------------------------

    def _answer(self, request: HttpRequest, scope: Scope, template: str, **content: Any) -> HttpResponse:
        """A page below the window's first one: the shell around content of its own."""
        context = {**self.get_shell_context(request, scope), **content}
        return TemplateResponse(request, f"cabinet_pages/readings/{template}", context)

    def _account_url(self, request: HttpRequest, scope: Scope) -> str:
        return f"{self.get_url(request)}{scope.account.slug}/"


def asked_window(request: HttpRequest, windows: Sequence[ReadingWindow]) -> ReadingWindow:
    """The window of the period that the form or the address names, else the first one."""
    period = _month(request.POST.get("period") or request.GET.get("period") or "")
    return next((one for one in windows if one.period == period), windows[0])


def is_over(request: HttpRequest, window: ReadingWindow) -> bool:
    """Whether the month of a form takes no readings any more, so that another one's window stands in its place.

    What was typed for one month must not be taken for another.
    """
    period = _month(request.POST.get("period", ""))
    return period is not None and period != window.period


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
