"""The window «Отримання платежів» (manual 4.7)."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cabinet_pages.access.queries import Scope
from cabinet_pages.accounts.rules import months_before
from cabinet_pages.clock import kyiv_today
from cabinet_pages.payments.forms import PaymentPeriodForm
from cabinet_pages.payments.queries import payment_totals, payments_for, pending_credits_for
from cabinet_pages.payments.samples import sample_payments
from cabinet_pages.windows.pages import CabinetBasePage, WindowMixin
from cabinet_pages.windows.paging import page_of

#: Receipts that are still being credited are a few days' worth; a page shows so many of them.
PENDING_SHOWN = 50


class PaymentsPage(WindowMixin, CabinetBasePage):
    """«Отримання платежів»: two dates, the payments between them, totals by article."""

    manual_section = "4.7"
    template = "cabinet_pages/payments/payments_page.html"
    parent_page_types = ["cabinet_pages.ConsumerSectionPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("Window: payments")

    def get_window_context(self, request: HttpRequest, scope: Scope) -> dict[str, Any]:
        """The payments between two days; by default of the previous month and of this one up to today."""
        today = kyiv_today()
        defaults = {"from_date": months_before(today, 1).replace(day=1).isoformat(), "to_date": today.isoformat()}
        form = PaymentPeriodForm({name: request.GET.get(name, value) for name, value in defaults.items()})
        if not form.is_valid():
            return {"form": form}
        first, last = form.cleaned_data["from_date"], form.cleaned_data["to_date"]
        payments = payments_for(scope, first, last)
        totals = payment_totals(payments)
        return {
            "form": form,
            "period": form.cleaned_data,
            "totals": totals,
            "payments": page_of(payments, request, count=totals.count),
            # One more than is shown tells that there are more; no sum is made of them.
            "pending": list(pending_credits_for(scope, first, last)[: PENDING_SHOWN + 1]),
            "pending_shown": PENDING_SHOWN,
        }

    def get_sample_context(self, request: HttpRequest) -> dict[str, Any]:
        """Two made-up payments and a return."""
        payments, totals = sample_payments()
        form = PaymentPeriodForm({"from_date": "2020-01-01", "to_date": "2020-02-20"})
        form.is_valid()
        return {
            "form": form,
            "period": form.cleaned_data,
            "totals": totals,
            "payments": page_of(payments, request, count=len(payments)),
        }
