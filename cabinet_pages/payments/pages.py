"""The window «Отримання платежів» (manual 4.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import path

from cabinet_pages.access.queries import Scope
from cabinet_pages.accounts.rules import months_before
from cabinet_pages.clock import kyiv_today
from cabinet_pages.payments.files import FORMATS, payments_file
from cabinet_pages.payments.forms import PaymentFilter
from cabinet_pages.payments.models import Payment
from cabinet_pages.payments.queries import (
    PaymentTotals,
    PaymentWish,
    payment_totals,
    payments_for,
    pending_credits_for,
)
from cabinet_pages.payments.samples import sample_payments
from cabinet_pages.payments.uses import PaymentUse, payment_uses
from cabinet_pages.windows.freshness import data_as_of
from cabinet_pages.windows.pages import CabinetBasePage, WindowMixin
from cabinet_pages.windows.paging import page_of

#: Receipts that are still being credited are a few days' worth; a page shows so many of them.
PENDING_SHOWN = 50
# What the window is made of.
KINDS = ("payments", "invoices")


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
        form, wish, totals = asked_for(request, scope)
        if wish is None:
            return {"form": form}
        payments = page_of(payments_for(scope, wish), request, count=totals.count)
        return {
            "form": form,
            "period": wish,
            "totals": totals,
            "payments": payments,
            "rows": rows_of(scope, list(payments)),
            # One more than is shown tells that there are more; no sum is made of them.
            "pending": list(pending_credits_for(scope, wish.first, wish.last)[: PENDING_SHOWN + 1]),
            "pending_shown": PENDING_SHOWN,
            "as_of": data_as_of([scope], KINDS),
        }

    @path("<str:number>/file/<str:file_format>/")
    def payments_file(self, request: HttpRequest, number: str, file_format: str) -> HttpResponseBase:
        """Exactly the payments that the window shows for the same filter, as CSV or XLSX."""
        scope = self.scope_or_404(request, number)
        if file_format not in FORMATS:
            raise Http404
        _form, wish, _totals = asked_for(request, scope)
        if wish is None:
            return self.render_window(request, scope, status=422)
        return payments_file(scope, file_format, wish)

    def get_sample_context(self, request: HttpRequest) -> dict[str, Any]:
        """Two made-up payments and a return."""
        payments, totals = sample_payments()
        form = PaymentFilter({"from_date": "2020-01-01", "to_date": "2020-02-20"})
        form.is_valid()
        form.offer_articles([])
        return {
            "form": form,
            "period": PaymentWish(form.cleaned_data["from_date"], form.cleaned_data["to_date"]),
            "totals": totals,
            "payments": page_of(payments, request, count=len(payments)),
            "rows": [PaymentRow(payment) for payment in payments],
        }


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment in the list, with where it went as far as that is known."""

    payment: Payment
    use: PaymentUse | None = None

    @property
    def is_return(self) -> bool:
        """Whether money was given back."""
        return self.payment.amount < 0


def rows_of(scope: Scope, payments: Sequence[Payment]) -> list[PaymentRow]:
    """The payments of a page as they are shown."""
    uses = payment_uses(scope, [payment.pk for payment in payments]) if payments else {}
    return [PaymentRow(payment, uses.get(payment.pk)) for payment in payments]


def asked_for(request: HttpRequest, scope: Scope) -> tuple[PaymentFilter, PaymentWish | None, PaymentTotals]:
    """The filter of a request, which payments it asks for (None where it cannot be understood), and their totals."""
    today = kyiv_today()
    defaults = {"from_date": months_before(today, 1).replace(day=1).isoformat(), "to_date": today.isoformat()}
    form = PaymentFilter({name: request.GET.get(name, defaults.get(name, "")) for name in PaymentFilter.base_fields})
    wish = form.wish if form.is_valid() else None
    totals, articles = payment_totals(scope, wish)
    form.offer_articles(articles)
    return form, wish if form.is_valid() else None, totals


__all__ = ["PaymentRow", "PaymentsPage"]
