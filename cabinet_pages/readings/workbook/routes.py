"""The reading sheet as an XLSX file, out and in: download, upload, what becomes of each row, and the errors."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.contrib.routable_page.models import path

from cabinet_pages.access.queries import Scope, scopes_for
from cabinet_pages.readings.sheet.queries import reading_sheet
from cabinet_pages.readings.sheet.routes import shell_of
from cabinet_pages.readings.workbook.annotating import annotate
from cabinet_pages.readings.workbook.container import FILE_BYTES, WorkbookRefused
from cabinet_pages.readings.workbook.layout import ERROR_HEADING, heading_of, headings
from cabinet_pages.readings.workbook.messages import refusal_of, refusal_text
from cabinet_pages.readings.workbook.services import save_workbook
from cabinet_pages.readings.workbook.storage import forget_workbooks, keep_workbook, kept_workbook
from cabinet_pages.readings.workbook.table import Table, read_table
from cabinet_pages.readings.workbook.verdicts import Outcome, RowVerdict, WorkbookVerdict, judge
from cabinet_pages.readings.workbook.writing import write_workbook
from cabinet_pages.spreadsheets import XLSX_TYPE
from cabinet_pages.windows.paging import page_of

# What a row's outcome is called and how its lamp looks; errors stand first.
_LAMPS = {Outcome.ERROR: "error", Outcome.DRAFT: "success", Outcome.UNCHANGED: "neutral", Outcome.EMPTY: "neutral"}
_ORDER = {Outcome.ERROR: 0, Outcome.DRAFT: 1, Outcome.UNCHANGED: 2, Outcome.EMPTY: 3}


class WorkbookRoutes:
    """Addresses below the readings window; `all` stands for every account of the person."""

    @path("all/sheet/workbook/", name="workbook_of_all")
    def workbook_of_all(self: Any, request: HttpRequest) -> HttpResponseBase:
        """The workbook of all accounts to fill in."""
        return _Desk(self, request, None).download()

    @path("all/sheet/workbook/upload/", name="workbook_upload_of_all")
    def workbook_upload_of_all(self: Any, request: HttpRequest) -> HttpResponseBase:
        """Take that workbook back."""
        return _Desk(self, request, None).upload()

    @path("all/sheet/workbook/<str:digest>/", name="workbook_verdict_of_all")
    def workbook_verdict_of_all(self: Any, request: HttpRequest, digest: str) -> HttpResponseBase:
        """What becomes of its rows, and saving them."""
        return _Desk(self, request, None).verdict(digest)

    @path("all/sheet/workbook/<str:digest>/errors/", name="workbook_errors_of_all")
    def workbook_errors_of_all(self: Any, request: HttpRequest, digest: str) -> HttpResponseBase:
        """That workbook with «Помилка»."""
        return _Desk(self, request, None).errors(digest)

    @path("<str:number>/sheet/workbook/", name="workbook")
    def workbook(self: Any, request: HttpRequest, number: str) -> HttpResponseBase:
        """The workbook of one account to fill in."""
        return _Desk(self, request, self.scope_or_404(request, number)).download()

    @path("<str:number>/sheet/workbook/upload/", name="workbook_upload")
    def workbook_upload(self: Any, request: HttpRequest, number: str) -> HttpResponseBase:
        """Take it back."""
        return _Desk(self, request, self.scope_or_404(request, number)).upload()

    @path("<str:number>/sheet/workbook/<str:digest>/", name="workbook_verdict")
    def workbook_verdict(self: Any, request: HttpRequest, number: str, digest: str) -> HttpResponseBase:
        """What becomes of its rows, and saving them."""
        return _Desk(self, request, self.scope_or_404(request, number)).verdict(digest)

    @path("<str:number>/sheet/workbook/<str:digest>/errors/", name="workbook_errors")
    def workbook_errors(self: Any, request: HttpRequest, number: str, digest: str) -> HttpResponseBase:
        """The person's own workbook with «Помилка»."""
        return _Desk(self, request, self.scope_or_404(request, number)).errors(digest)


class _Desk:
    """One answer about a workbook.

    Args:
        page: the readings window.
        scope: the account in the address; None for all.
    """

    def __init__(self, page: Any, request: HttpRequest, scope: Scope | None) -> None:
        self.page, self.request, self.scope = page, request, scope
        self.scopes: Sequence[Scope] = list(scopes_for(request.user)) if scope is None else [scope]
        if not self.scopes:
            raise Http404
        self.root = page.get_url(request)
        self.window_url = f"{self.root}{scope.account.slug if scope else 'all'}/"
        self.sheet_url = f"{self.window_url}sheet/"
        self.url = f"{self.sheet_url}workbook/"

    @property
    def may_send(self) -> bool:
        """Whether any of the accounts lets the person send readings."""
        return any(scope.can_submit for scope in self.scopes)

    def download(self) -> HttpResponseBase:
        """The file; back to the sheet, which says why, where no window takes readings."""
        sheet = reading_sheet(self.request.user, self.scopes, period=_asked_period(self.request))
        if not sheet.asked:
            return redirect(self.sheet_url)
        month = max(window.period for window in sheet.windows.values())
        place = self.scope.account.slug if self.scope else _("all")
        name = f"{_('reading-sheet')}-{place}-{month:%Y-%m}.xlsx"
        return FileResponse(write_workbook(sheet), as_attachment=True, filename=name, content_type=XLSX_TYPE)

    def upload(self) -> HttpResponseBase:
        """The form; a file that can be read is kept, and its verdict shown."""
        if self.request.method != "POST":
            return self._form() if self.may_send else redirect(self.sheet_url)
        if not self.may_send:
            raise PermissionDenied
        file = self.request.FILES.get("file")
        if file is None:
            return self._form(refusal_text("no_file"))
        if file.size is not None and file.size > FILE_BYTES:
            return self._form(refusal_text("too_large", limit=FILE_BYTES >> 20))
        try:
            table = read_table(file, headings())
            judge(table, user=self.request.user, scopes=self.scopes)
        except WorkbookRefused as refusal:
            return self._form(refusal_of(refusal))
        return redirect(f"{self.url}{keep_workbook(self.request.user, file)}/")

    def verdict(self, digest: str) -> HttpResponseBase:
        """What becomes of each row; «Зберегти» makes the good ones drafts."""
        if self.request.method == "POST" and not self.may_send:
            raise PermissionDenied
        return self._with_table(digest, self._save if self.request.method == "POST" else self._shown)

    def errors(self, digest: str) -> HttpResponseBase:
        """The kept file with the column «Помилка»."""
        return self._with_table(digest, self._annotated)

    # --- what is done with a kept workbook --------------------------------------------------------------------------

    def _with_table(self, digest: str, act: Callable[[Table, Any], HttpResponseBase]) -> HttpResponseBase:
        file = kept_workbook(self.request.user, digest)
        if file is None:
            messages.warning(self.request, refusal_text("replaced"))
            return redirect(f"{self.url}upload/")
        with file:
            try:
                return act(read_table(file, headings()), file)
            except WorkbookRefused as refusal:
                return self._form(refusal_of(refusal))

    def _shown(self, table: Table, file: Any) -> HttpResponseBase:
        verdict = judge(table, user=self.request.user, scopes=self.scopes)
        listed = sorted(verdict.rows, key=lambda one: (_ORDER[one.outcome], not one.notes, one.number))
        counts = {outcome: verdict.count(outcome) for outcome in Outcome}
        page = page_of(listed, self.request)
        return self._rendered(
            "verdict.html",
            rows=[_line(one) for one in page],
            rows_page=page,
            form_url=self._sheet_of(verdict),
            saving=counts[Outcome.DRAFT],
            errors=counts[Outcome.ERROR],
            totals=_totals(verdict, counts),
            missing=", ".join(heading_of(name) for name in verdict.missing),
        )

    def _save(self, table: Table, file: Any) -> HttpResponseBase:
        saved, verdict = save_workbook(user=self.request.user, scopes=self.scopes, table=table)
        text = ngettext("%(count)s reading was saved as a draft.", "%(count)s readings were saved as drafts.", saved)
        messages.success(self.request, text % {"count": saved} if saved else _("No changes: 0 readings were saved."))
        if verdict.count(Outcome.ERROR):
            return redirect(self.request.path)
        forget_workbooks(self.request.user.pk)
        return redirect(self._sheet_of(verdict))

    def _annotated(self, table: Table, file: Any) -> HttpResponseBase:
        verdict = judge(table, user=self.request.user, scopes=self.scopes)
        texts = {one.number: "; ".join(one.errors) for one in verdict.rows if one.errors}
        output = annotate(file, table, texts, str(ERROR_HEADING))
        name = f"{_('reading-sheet-errors')}.xlsx"
        return FileResponse(output, as_attachment=True, filename=name, content_type=XLSX_TYPE)

    def _sheet_of(self, verdict: WorkbookVerdict) -> str:
        """The sheet of the window that the workbook is for, where an account has several."""
        window = None if self.scope is None else verdict.sheet.windows.get(self.scope.account.pk)
        return self.sheet_url if window is None else f"{self.sheet_url}?period={window.period:%Y-%m}"

    # --- pages ------------------------------------------------------------------------------------------------------

    def _form(self, refusal: str = "") -> HttpResponse:
        return self._rendered("upload.html", refusal=refusal, status=422 if refusal else 200)

    def _rendered(self, template: str, *, status: int = 200, **content: Any) -> HttpResponse:
        context = shell_of(self.page, self.request, self.scope)
        context |= {
            "window_url": self.window_url,
            "sheet_url": self.sheet_url,
            "workbook_url": self.url,
            **content,
        }
        return TemplateResponse(self.request, f"cabinet_pages/readings/workbook/{template}", context, status=status)


def _asked_period(request: HttpRequest) -> date | None:
    try:
        return date.fromisoformat(f"{request.GET.get('period', '')}-01")
    except ValueError:
        return None


def _line(one: RowVerdict) -> dict[str, Any]:
    """A row as the page shows it."""
    register = one.entry.register if one.entry is not None else None
    names = {
        Outcome.ERROR: _("error"),
        Outcome.DRAFT: _("accepted as a draft"),
        Outcome.UNCHANGED: _("unchanged"),
        Outcome.EMPTY: _("not filled in"),
    }
    return {
        "number": one.number,
        "point": one.point.point.name if one.point is not None else one.row.text("point"),
        "note": one.point.point.code if one.point is not None else one.row.text("code"),
        "meter": register.meter.serial if register is not None else one.row.text("meter"),
        "energy": register.get_channel_display() if register is not None else one.row.text("channel"),
        "zone": register.get_zone_display() if register is not None else one.row.text("zone"),
        "typed": one.typed,
        "state": names[one.outcome],
        "lamp": _LAMPS[one.outcome],
        "errors": one.errors,
        "notes": one.notes,
    }


def _totals(verdict: WorkbookVerdict, counts: dict[Outcome, int]) -> list[dict[str, Any]]:
    found = [
        {"label": _("Accepted as drafts"), "value": counts[Outcome.DRAFT]},
        {"label": _("Unchanged"), "value": counts[Outcome.UNCHANGED]},
        {"label": _("Errors"), "value": counts[Outcome.ERROR], "tone": "debt" if counts[Outcome.ERROR] else ""},
        {"label": _("Not filled in"), "value": counts[Outcome.EMPTY]},
    ]
    if verdict.absent:
        found.append({"label": _("Not in the file"), "value": verdict.absent})
    return found
