"""The windows «Рахунки» (manual 4.2) and «Фінансова інформація» (manual 4.4)."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.contrib.routable_page.models import path
from wagtail.models import Site

from cabinet_pages.access.queries import Scope
from cabinet_pages.accounts.rules import months_before
from cabinet_pages.billing.archive import KINDS
from cabinet_pages.billing.documents import document_of
from cabinet_pages.billing.explaining.explanation import explain
from cabinet_pages.billing.ledgers import ledger_for
from cabinet_pages.billing.listing.routes import InvoiceListRoutes
from cabinet_pages.billing.models import Invoice
from cabinet_pages.billing.online_payments.routes import OnlinePaymentRoutes, online_context
from cabinet_pages.billing.queries import (
    Finance,
    finance_for,
    invoice_for,
    invoices_for,
    months_for,
)
from cabinet_pages.billing.reconciliation.routes import ReconciliationRoutes, act_query
from cabinet_pages.billing.rules import Side, StatedBalance, month_of, months_between
from cabinet_pages.billing.samples import sample_finance
from cabinet_pages.billing.turnover.context import turnover_context
from cabinet_pages.billing.turnover.expected import expected_of
from cabinet_pages.clock import kyiv_today
from cabinet_pages.templatetags.cabinet import money, period
from cabinet_pages.utility.models import UtilitySettings
from cabinet_pages.windows.addresses import INVOICE_ADDRESSES_HOOK
from cabinet_pages.windows.forms import MonthRangeForm
from cabinet_pages.windows.freshness import data_as_of
from cabinet_pages.windows.pages import CabinetBasePage, WindowMixin
from cabinet_pages.windows.paging import page_of
from cabinet_pages.windows.queries import address_below

SIDE_WORDS = {Side.DEBT: _("debt"), Side.CREDIT: _("overpayment"), Side.SETTLED: ""}
# How many months are offered where an account has no balances yet.
MONTHS_WITHOUT_DATA = 12
# The window of finance lists so many unpaid invoices; their sums are of all.
EXPECTED_SHOWN = 50


class InvoicesPage(InvoiceListRoutes, OnlinePaymentRoutes, WindowMixin, CabinetBasePage):
    """«Рахунки»: the invoices of an account, each with its PDF."""

    manual_section = "4.2"
    template = "cabinet_pages/billing/invoices_page.html"
    invoice_template = "cabinet_pages/billing/invoice.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: invoices")

    @path("<str:number>/<uuid:uuid>/")
    def invoice(self, request: HttpRequest, number: str, uuid: UUID) -> HttpResponse:
        """One invoice with its lines, how they come about, and payment codes for what is left to pay of it."""
        scope = self.scope_or_404(request, number)
        invoice, ledger = _invoice_or_404(scope, uuid), ledger_for(scope)
        document = document_of(UtilitySettings.for_request(request), scope, invoice, ledger=ledger)
        address = f"{self.get_url(request)}{scope.account.slug}/{uuid}/"
        explanation = explain(scope, invoice, document.lines)
        context = {
            **self.get_shell_context(request, scope),
            "document": document,
            "explanation": explanation,
            "explained": page_of(explanation.lines, request),
            **online_context(scope, invoice, ledger, address),
        }
        return TemplateResponse(request, self.invoice_template, context)


class FinancePage(ReconciliationRoutes, WindowMixin, CabinetBasePage):
    """«Фінансова інформація»: opening and closing balance of a chosen period."""

    manual_section = "4.4"
    template = "cabinet_pages/billing/finance_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: finance")

    def get_window_context(self, request: HttpRequest, scope: Scope) -> dict[str, Any]:
        """Balances of the chosen months; by default of the last month that has them."""
        today = kyiv_today()
        ledger = ledger_for(scope)
        first_known, last_known = min(ledger.balances, default=None), ledger.newest_month
        offered = _months_to_offer(first_known, last_known, today)
        default = f"{last_known or month_of(today):%Y-%m}"
        chosen = {name: request.GET.get(name, default) for name in ("from_month", "to_month")}
        form = MonthRangeForm(chosen, months=reversed(offered))
        expected = expected_of(ledger, today)
        context: dict[str, Any] = {
            "form": form,
            "has_balances": first_known is not None,
            "expected": expected,
            "expected_rows": expected.rows[:EXPECTED_SHOWN],
            "as_of": data_as_of([scope], KINDS),
        }
        if form.is_valid() and first_known is not None:
            first, last = form.cleaned_data["from_month"], form.cleaned_data["to_month"]
            months = page_of(months_between(first, last), request)
            finance = finance_for(scope, first, last)
            context |= {
                "finance": finance,
                "answer": _answer(finance, first, last),
                "months": months,
                "movements": months_for(scope, list(months)),
                **turnover_context(ledger, first, last, list(months), today),
                "act_query": act_query(first, last),
            }
        return context

    def get_sample_context(self, request: HttpRequest) -> dict[str, Any]:
        """Two made-up months."""
        movements, finance = sample_finance()
        months = [movement.month for movement in movements if movement.month]
        form = MonthRangeForm({"from_month": f"{months[0]:%Y-%m}", "to_month": f"{months[-1]:%Y-%m}"}, months=months)
        return {
            "form": form,
            "has_balances": True,
            "finance": finance,
            "answer": _answer(finance, months[0], months[-1]),
            "months": page_of(months, request),
            "movements": movements,
        }


@hooks.register(INVOICE_ADDRESSES_HOOK)
def invoice_addresses(request: HttpRequest, scope: Scope, numbers: set[str]) -> dict[str, str]:
    """The addresses of the account's invoices, by number; of two with one number the newer."""
    site = Site.find_for_request(request)
    window = address_below(site.root_page, InvoicesPage, request) if site else ""
    found = invoices_for(scope).filter(number__in=numbers).order_by("issued_on", "pk").values_list("number", "uuid")
    return {number: f"{window}{scope.account.slug}/{uuid}/" for number, uuid in found} if window else {}


def _invoice_or_404(scope: Scope, uuid: UUID) -> Invoice:
    invoice = invoice_for(scope, uuid)
    if invoice is None:
        raise Http404
    return invoice


def _answer(finance: Finance, first: date, last: date) -> list[dict[str, str]]:
    """The two balances that the window is opened for, as items of `components/totals.html`."""
    return [
        _answer_item(_("Balance at the beginning of the period"), finance.whole.stated_opening, first),
        _answer_item(_("Balance at the end of the period"), finance.whole.stated_closing, last),
    ]


def _answer_item(label: Any, balance: StatedBalance | None, month: date) -> dict[str, str]:
    if balance is None:
        return {"label": label, "value": gettext("no data yet"), "note": period(month)}
    side = str(SIDE_WORDS[balance.side])
    tone = "" if balance.side is Side.SETTLED else balance.side.value
    return {
        "label": label,
        "value": " ".join(filter(None, [money(balance.amount), side])),
        "note": period(month),
        "tone": tone,
    }


def _months_to_offer(first: date | None, last: date | None, today: date) -> list[date]:
    """Months to choose from: from the first with balances to the present one, or to the last where that is later."""
    if first is None or last is None:
        return months_between(months_before(month_of(today), MONTHS_WITHOUT_DATA), today)
    return months_between(first, max(last, today))


__all__ = ["FinancePage", "InvoicesPage"]
