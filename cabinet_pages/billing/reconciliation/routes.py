"""«Акт звіряння розрахунків» as a page, a PDF and an XLSX, and «не погоджуюсь» on its lines."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from wagtail.contrib.routable_page.models import path

from cabinet_pages.access.models import Role
from cabinet_pages.access.queries import Scope
from cabinet_pages.billing.reconciliation.documents import (
    LINES_AT_MOST,
    ActDocument,
    ActRow,
    act_pdf,
    file_name,
)
from cabinet_pages.billing.reconciliation.forms import ActPeriodForm, AppealForm
from cabinet_pages.billing.reconciliation.messages import AppealRefused, period_sentence
from cabinet_pages.billing.reconciliation.queries import (
    act_for,
    appeals_for,
    known_from,
    open_appeals_by_line,
    stated_for,
)
from cabinet_pages.billing.reconciliation.rules import StatedRow, Violation, period_refusal
from cabinet_pages.billing.reconciliation.services import file_appeal
from cabinet_pages.billing.reconciliation.workbook import act_workbook
from cabinet_pages.billing.rules import month_of, next_month
from cabinet_pages.clock import kyiv_today
from cabinet_pages.printing.rendering import PdfFailed
from cabinet_pages.spreadsheets import XLSX_TYPE
from cabinet_pages.utility.models import UtilitySettings
from cabinet_pages.windows.paging import page_of

logger = logging.getLogger(__name__)

FOLDER = "cabinet_pages/billing/reconciliation"
#: The formats of the act by the last part of its address: the content type and what writes it.
FORMATS = {"pdf": ("application/pdf", act_pdf), "xlsx": (XLSX_TYPE, act_workbook)}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for: the act, or why there is none (`refusal`, where the form itself is right)."""

    form: ActPeriodForm
    document: ActDocument | None = None
    refusal: Violation | None = None

    @property
    def query(self) -> str:
        """The period as it stands in an address."""
        cleaned = self.form.cleaned_data
        return urlencode({"first": cleaned["first"].isoformat(), "last": cleaned["last"].isoformat()})


class ReconciliationRoutes:
    """Addresses below the finance window."""

    @path("<str:number>/act/")
    def act(self: Any, request: HttpRequest, number: str) -> HttpResponse:
        """The act of the chosen days; without a choice, of the last month with balances."""
        scope = self.scope_or_404(request, number)
        response: HttpResponse = _act_page(self, request, scope, _asked(request, scope))
        return response

    @path("<str:number>/act/appeal/")
    def appeal(self: Any, request: HttpRequest, number: str) -> HttpResponse:
        """«Не погоджуюсь»: the form for one line of the act, which `line` names; without it the act to choose from.

        A viewer is told why not.
        """
        scope = self.scope_or_404(request, number)
        asked = _asked(request, scope)
        if not request.GET.get("line"):
            return _act_page(self, request, scope, asked)
        row = _row(asked, request.GET["line"])
        address = f"{self.get_url(request)}{scope.account.slug}/"
        if row.appeal is not None:
            messages.info(request, gettext("You have already disagreed with this line: the branch will answer."))
            return redirect(f"{address}appeals/#appeal-{row.appeal.uuid}")
        form = AppealForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and asked.document is not None:
            act = asked.document.act
            try:
                appeal = file_appeal(
                    by=request.user, scope=scope, line=row.line, first=act.first, last=act.last, **form.cleaned_data
                )
            except AppealRefused as refused:
                form.add_error(None, refused.message)
            else:
                messages.success(
                    request, gettext("Your appeal is with the branch. The answer will come by e-mail and stand here.")
                )
                return redirect(f"{address}appeals/#appeal-{appeal.uuid}")
        context = {
            **self.get_shell_context(request, scope),
            "asked": asked,
            "document": asked.document,
            "row": row,
            "form": form,
            "may_disagree": _may_disagree(scope),
        }
        return TemplateResponse(request, f"{FOLDER}/appeal.html", context, status=422 if form.errors else 200)

    @path("<str:number>/act/<str:file_format>/")
    def act_file(self: Any, request: HttpRequest, number: str, file_format: str) -> HttpResponse:
        """The act to save, print and sign; where there is none, the page that says why."""
        scope = self.scope_or_404(request, number)
        if file_format not in FORMATS:
            raise Http404
        asked = _asked(request, scope)
        if asked.document is None:
            response: HttpResponse = _act_page(self, request, scope, asked, status=422)
            return response
        content_type, write = FORMATS[file_format]
        try:
            content = write(asked.document)
        except PdfFailed:
            logger.exception("The act of account %s cannot be made", scope.account.number)
            messages.error(request, gettext("The PDF cannot be given at the moment. Please tell the call centre."))
            return redirect(f"{self.get_url(request)}{scope.account.slug}/act/?{asked.query}")
        answer = HttpResponse(content, content_type=content_type)
        answer["Content-Disposition"] = content_disposition_header(True, file_name(asked.document, file_format)) or ""
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    @path("<str:number>/appeals/")
    def appeals(self: Any, request: HttpRequest, number: str) -> HttpResponse:
        """The appeals of an account with the branch's answers, newest first."""
        scope = self.scope_or_404(request, number)
        context = {**self.get_shell_context(request, scope), "appeals": page_of(appeals_for(scope), request)}
        return TemplateResponse(request, f"{FOLDER}/appeals.html", context)


def act_query(first_month: date, last_month: date) -> str:
    """The period of an act of whole months, as it stands in an address; it ends today at the latest."""
    last = min(next_month(last_month) - timedelta(days=1), kyiv_today())
    return urlencode({"first": month_of(first_month).isoformat(), "last": last.isoformat()})


def _act_page(page: Any, request: HttpRequest, scope: Scope, asked: Asked, *, status: int = 200) -> HttpResponse:
    context = {
        **page.get_shell_context(request, scope),
        "asked": asked,
        "document": asked.document,
        "refusal": "" if asked.refusal is None else period_sentence(asked.refusal),
        "may_disagree": _may_disagree(scope),
    }
    return TemplateResponse(request, f"{FOLDER}/act.html", context, status=422 if asked.form.errors else status)


def _asked(request: HttpRequest, scope: Scope) -> Asked:
    """Read the period and make the act of it, with the open appeals beside their lines."""
    today = kyiv_today()
    stated = stated_for(scope)
    data_from = known_from(scope, stated)
    data = request.GET if {"first", "last"} & request.GET.keys() else _default_period(stated, today)
    form = ActPeriodForm(data, today=today)
    if not form.is_valid():
        return Asked(form)
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    refusal = period_refusal(first, last, today=today, data_from=data_from)
    if refusal is not None or data_from is None:
        return Asked(form, refusal=refusal)
    act = act_for(scope, max(first, data_from), last, stated)
    if len(act.lines) > LINES_AT_MOST:
        return Asked(form, refusal=("too_long", {"limit": LINES_AT_MOST}))
    document = ActDocument(
        utility=UtilitySettings.for_request(request),
        scope=scope,
        act=act,
        asked_first=first,
        appeals=open_appeals_by_line(scope),
    )
    return Asked(form, document=document)


def _default_period(stated: Sequence[StatedRow], today: date) -> dict[str, str]:
    month = min(stated[-1].month if stated else month_of(today), month_of(today))
    return {
        "first": month.isoformat(),
        "last": min(next_month(month) - timedelta(days=1), today).isoformat(),
    }


def _row(asked: Asked, key: str) -> ActRow:
    """The line of the act. Raises Http404 for one that the act does not have (any more)."""
    rows = [] if asked.document is None else asked.document.rows
    found = next((row for row in rows if row.line.key == key), None)
    if found is None:
        raise Http404
    return found


def _may_disagree(scope: Scope) -> bool:
    return scope.role in (Role.OWNER, Role.SUBMITTER)
