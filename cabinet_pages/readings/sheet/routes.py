"""«Відомість показів»: all points of an account, or of all of a person's accounts, on one screen."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.contrib.routable_page.models import path

from cabinet_pages.access.queries import Scope, scopes_for
from cabinet_pages.clock import kyiv_clock
from cabinet_pages.readings.sheet.accounts import account_totals
from cabinet_pages.readings.sheet.calculation import calculate_sheet, typed_of, volume_totals
from cabinet_pages.readings.sheet.queries import ReadingSheet, drafts_of, reading_sheet, sent_from_sheet, sites_of
from cabinet_pages.readings.sheet.rows import Filters, calculated_sheet, sheet_rows, totals_of_sheet
from cabinet_pages.readings.sheet.services import save_draft, submissions_of_click, submit_sheet
from cabinet_pages.readings.sheet.typing import (
    Carried,
    Posted,
    carried_from,
    cells_of,
    day_of,
    day_of_sheet,
    periods_from,
    posted_from,
    posted_from_json,
    told_from,
    typed_from,
)
from cabinet_pages.readings.storing import SubmissionRefused
from cabinet_pages.windows.pages import AccountListMixin
from cabinet_pages.windows.queries import RowAction, first_of_type

STEPS = [gettext_lazy("Entry of readings"), gettext_lazy("Preliminary calculation"), gettext_lazy("Readings sent")]
# Filters of the address.
_FILTERS = ("show", "site", "q")


class SheetRoutes:
    """Addresses below the readings window."""

    @classmethod
    def all_accounts_action(cls, scopes: Sequence[Scope]) -> RowAction | None:
        """The sheet of all accounts, where there are several to send for."""
        if sum(scope.can_submit for scope in scopes) < 2:
            return None
        return RowAction(label=_("Reading sheet of all accounts"), is_primary=True, url="all/sheet/")

    @path("all/sheet/", name="sheet_of_all")
    def sheet_of_all(self: Any, request: HttpRequest) -> HttpResponse:
        """The sheet of all accounts of the person that take readings."""
        return _Screen(self, request, _all_scopes(request), None).answer()

    @path("all/sheet/draft/", name="sheet_draft_of_all")
    def sheet_draft_of_all(self: Any, request: HttpRequest) -> HttpResponse:
        """Keep changed cells of that sheet; for the script."""
        return _keep(request, lambda: _all_scopes(request))

    @path("all/sheet/sent/<uuid:token>/", name="sheet_sent_of_all")
    def sheet_sent_of_all(self: Any, request: HttpRequest, token: UUID) -> HttpResponse:
        """The receipts of that sheet."""
        return _Screen(self, request, _all_scopes(request), None).sent(token)

    @path("<str:number>/sheet/", name="sheet")
    def sheet(self: Any, request: HttpRequest, number: str) -> HttpResponse:
        """«Відомість показів» of one account."""
        scope = self.scope_or_404(request, number)
        return _Screen(self, request, [scope], scope).answer()

    @path("<str:number>/sheet/draft/", name="sheet_draft")
    def sheet_draft(self: Any, request: HttpRequest, number: str) -> HttpResponse:
        """Keep changed cells; for the script."""
        scope = self.scope_or_404(request, number)
        return _keep(request, lambda: [scope])

    @path("<str:number>/sheet/sent/<uuid:token>/", name="sheet_sent")
    def sheet_sent(self: Any, request: HttpRequest, number: str, token: UUID) -> HttpResponse:
        """The receipt of the sheet."""
        scope = self.scope_or_404(request, number)
        return _Screen(self, request, [scope], scope).sent(token)


def _all_scopes(request: HttpRequest) -> list[Scope]:
    """Every account of the person; Raises Http404 where there is none."""
    scopes = list(scopes_for(request.user))
    if not scopes:
        raise Http404
    return scopes


def _asked_period(request: HttpRequest) -> date | None:
    asked = request.GET.get("period", "")
    return day_of(f"{asked}-01") if asked else None


def _keep(request: HttpRequest, scopes: Callable[[], Sequence[Scope]]) -> HttpResponse:
    """Store the cells that changed, and say when."""
    own = scopes()
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        told = told_from(request.body)
    except ValueError:
        told = None
    posted = posted_from_json(told)
    if posted is None:
        return JsonResponse({"error": _("This is no form of ours.")}, status=400)
    periods = periods_from(told.get("periods", {})) if isinstance(told.get("periods"), dict) else {}
    sheet = reading_sheet(request.user, own, periods=periods)
    if not sheet.windows:
        return JsonResponse({"error": _("The window for readings is closed.")}, status=409)
    over = sheet.over(periods)
    cells = cells_of(sheet, posted, before=day_of_sheet(sheet), over=over)
    saved = save_draft(user=request.user, scopes=own, cells=cells)
    if over:
        return JsonResponse({"error": _("The window for readings is closed.")}, status=409)
    drafts = drafts_of(request.user, sheet.scopes, sheet.windows)
    newest = max((one.updated_at for one in drafts.values()), default=None)
    return JsonResponse({"saved": saved, "text": saved_text(newest)})


def saved_text(moment: Any) -> str:
    """«чернетку збережено 12:03», by Kyiv's clock; empty before the first time."""
    return _("draft saved at %s") % f"{kyiv_clock(moment):%H:%M}" if moment else ""


class _Screen:
    """One answer of the sheet: the form, the calculation, or what was sent.

    Args:
        page: the readings window.
        scopes: whose points stand on the sheet.
        scope: the account in the address; None for all.
    """

    def __init__(self, page: Any, request: HttpRequest, scopes: Sequence[Scope], scope: Scope | None) -> None:
        self.page = page
        self.request = request
        self.scopes = scopes
        self.scope = scope
        root = page.get_url(request)
        self.window_url = f"{root}{scope.account.slug if scope else 'all'}/"
        self.url = f"{self.window_url}sheet/"
        self.periods = periods_from(request.POST)

    def answer(self) -> HttpResponse:
        """The form, or what becomes of it."""
        if self.request.method != "POST":
            sheet = reading_sheet(self.request.user, self.scopes, period=_asked_period(self.request))
            return self.form(sheet)
        if not any(scope.can_submit for scope in self.scopes):
            raise PermissionDenied
        data = self.request.POST
        if data.get("step") == "submit":
            return self.submit()
        sheet = self.kept(posted_from(data))
        if data.get("step") != "calculate" and not sheet.over(self.periods):
            messages.success(self.request, saved_text(sheet.saved_at) or _("Nothing is typed yet."))
            asked = {name: data[name] for name in _FILTERS if data.get(name)}
            if self.scope is not None and self.scope.account.pk in sheet.windows:
                asked["period"] = f"{sheet.windows[self.scope.account.pk].period:%Y-%m}"
            return redirect(f"{self.url}?{urlencode(asked)}")
        return self.calculated(sheet)

    def kept(self, posted: Posted) -> ReadingSheet:
        """Keep what was typed, and give the sheet with it; what was typed for a month that is over is for no other."""
        sheet = reading_sheet(self.request.user, self.scopes, periods=self.periods)
        if sheet.windows:
            over = sheet.over(self.periods)
            cells = cells_of(sheet, posted, before=day_of_sheet(sheet), over=over)
            if save_draft(user=self.request.user, scopes=sheet.scopes, cells=cells):
                sheet = sheet.with_drafts(drafts_of(self.request.user, sheet.scopes, sheet.windows))
        return sheet

    def form(self, sheet: ReadingSheet, *, refusal: Sequence[str] = (), status: int = 200) -> HttpResponse:
        """The form of the sheet."""
        day = day_of_sheet(sheet)
        calculation = calculate_sheet(sheet, typed_of(sheet, day))
        source = self.request.POST if self.request.method == "POST" else self.request.GET
        filters = Filters(source.get("show", ""), source.get("site", ""), source.get("q", "").strip())
        rows = sheet_rows(sheet, calculation, day, filters)
        return self.rendered(
            "sheet.html",
            sheet=sheet,
            rows=rows,
            day=day,
            filters=filters,
            sites=sites_of(sheet.points),
            refusal=refusal,
            errors=_summary(rows),
            typed_count=len(calculation.typed),
            asked_count=len(sheet.asked),
            saved_text=saved_text(sheet.saved_at),
            status=status,
        )

    def calculated(
        self, sheet: ReadingSheet, *, notice: Sequence[str] = (), reason: str = "", status: int = 200
    ) -> HttpResponse:
        """The first «Зберегти»: every good row with its volume, every bad one named at its place."""
        if not sheet.windows or sheet.over(self.periods):
            return self.form(sheet, refusal=notice or [_("The window for readings is closed.")], status=status)
        calculation = calculate_sheet(sheet, typed_of(sheet, day_of_sheet(sheet)))
        if not calculation.typed:
            return self.form(sheet, refusal=notice or [_("Enter at least one reading.")], status=status)
        carried = Carried(
            {
                register: (calculation.typed[register].typed, entry.read_on)
                for register, entry in calculation.entries.items()
            },
            {register: calculation.text_of(register) for register in calculation.errors},
        )
        rows = calculated_sheet(calculation)
        return self.rendered(
            "calculation.html",
            sheet=sheet,
            calculation=calculation,
            rows=rows,
            day=day_of_sheet(sheet),
            errors=_summary(rows),
            totals=totals_of_sheet(volume_totals(calculation)),
            account_totals=account_totals(calculation),
            several=len(sheet.scopes) > 1,
            warned_count=len(calculation.warned),
            good_count=len(calculation.entries),
            bad_count=len(calculation.errors),
            carried=carried.as_text(),
            token=uuid4(),
            notice=notice,
            reason=reason,
            status=status,
        )

    def submit(self) -> HttpResponse:
        """The second «Зберегти»: check all of it anew and store it."""
        data, user = self.request.POST, self.request.user
        posted = posted_from(data)
        carried = carried_from(data.get("carried", ""))
        try:
            token = UUID(data.get("token", ""))
        except ValueError:
            carried = None
        reason = data.get("reason", "")
        if carried is None:
            return self.calculated(self.kept(posted), reason=reason)
        typed = typed_from(carried, posted)
        try:
            made = submissions_of_click(user=user, token=token, typed=typed)
            if not made:
                if any(posted.values.get(register, text) != text for register, text in carried.bad.items()):
                    return self.again(posted, [_("You corrected rows: check the new calculation and save again.")])
                if carried.bad and not data.get("keep_bad"):
                    return self.again(posted, [_("Correct the rows with errors, or choose to leave them as drafts.")])
                submit_sheet(
                    user=user,
                    scopes=self.scopes,
                    token=token,
                    periods=self.periods,
                    typed=typed,
                    confirmed=bool(data.get("confirmed")),
                    reason=reason,
                    shown=data.get("shown", ""),
                )
        except SubmissionRefused as refusal:
            return self.again(posted, list(dict.fromkeys(refusal.messages)))
        return redirect(f"{self.url}sent/{token}/")

    def again(self, posted: Posted, notice: Sequence[str]) -> HttpResponse:
        """The calculation as it stands now, with what was answered."""
        return self.calculated(self.kept(posted), notice=notice, reason=self.request.POST.get("reason", ""))

    def sent(self, token: UUID) -> HttpResponse:
        """The receipts, one for each account."""
        made = list(sent_from_sheet(self.scopes, token))
        if not made:
            raise Http404
        root = self.page.get_url(self.request)
        receipts = [(one, f"{root}{one.account.slug}/receipts/{one.uuid}/") for one in made]
        periods = {one.account_id: one.period for one in made}
        sheet = reading_sheet(self.request.user, self.scopes, periods=periods)
        return self.rendered("sent.html", receipts=receipts, sheet=sheet, drafts_left=_typed_count(sheet))

    def rendered(self, template: str, *, status: int = 200, **content: Any) -> HttpResponse:
        """A page of the window of one account, or of the cabinet for all."""
        context = shell_of(self.page, self.request, self.scope)
        window = None if self.scope is None else content["sheet"].windows.get(self.scope.account.pk)
        context |= {
            "sheet_url": self.url,
            # The form of the window that is being filled in, where an account has several.
            "form_url": self.url if window is None else f"{self.url}?period={window.period:%Y-%m}",
            "window_url": self.window_url,
            "periods": [
                (scope.account.pk, f"{content['sheet'].windows[scope.account.pk].period:%Y-%m}")
                for scope in content["sheet"].scopes
            ],
            "steps": STEPS,
            **content,
        }
        if self.scope is not None and window is not None:
            context |= {"reading_window": window, "reading_windows": content["sheet"].others[self.scope.account.pk]}
        return TemplateResponse(self.request, f"cabinet_pages/readings/sheet/{template}", context, status=status)


def shell_of(page: Any, request: HttpRequest, scope: Scope | None) -> dict[str, Any]:
    """What stands around a sheet: the window of its account, or the cabinet where it is of all accounts."""
    if scope is not None:
        context = page.get_shell_context(request, scope)
    else:
        section = page.get_parent()
        account_list = first_of_type(section, AccountListMixin) or section
        context = {**page.get_context(request), "accounts_url": account_list.get_url(request)}
    return {**context, "shell": f"cabinet_pages/readings/sheet/{'one' if scope else 'all'}.html"}


def _summary(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with errors, for the summary that leads to them."""
    return [row for row in rows if row.get("errors")]


def _typed_count(sheet: ReadingSheet) -> int:
    return sum(bool(one.typed) for one in sheet.drafts.values())
