"""The addresses of the list of invoices: of one account, and of all accounts of a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from wagtail.contrib.routable_page.models import path

from cabinet_pages.access.queries import Scope, scopes_for
from cabinet_pages.accounts.models import DistributionPayer
from cabinet_pages.archives.ordering import order_response
from cabinet_pages.billing.archive import KINDS, InvoiceArchive, archive_title
from cabinet_pages.billing.forms import STATUS_WORDS, InvoiceFilter
from cabinet_pages.billing.ledgers import InvoicePayment
from cabinet_pages.billing.listing.queries import InvoiceList, InvoiceWish, invoice_book
from cabinet_pages.billing.models import Invoice
from cabinet_pages.billing.rules import PaymentStatus
from cabinet_pages.billing.samples import sample_invoices
from cabinet_pages.clock import kyiv_today
from cabinet_pages.windows.forms import query_of
from cabinet_pages.windows.freshness import data_as_of
from cabinet_pages.windows.pages import AccountListMixin
from cabinet_pages.windows.paging import page_of
from cabinet_pages.windows.queries import RowAction, first_of_type

LAMPS = {
    PaymentStatus.PAID: "success",
    PaymentStatus.PARTLY: "waiting",
    PaymentStatus.UNPAID: "neutral",
    PaymentStatus.OVERDUE: "error",
    PaymentStatus.ANNULLED: "error",
}


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice in the list.

    Args:
        invoice: itself, with its account.
        payment: how far it is paid; None where it is annulled.
        url: where it opens.
    """

    invoice: Invoice
    payment: InvoicePayment | None
    url: str

    @property
    def status(self) -> PaymentStatus:
        """How far it is paid, in a word."""
        return self.payment.status if self.payment else PaymentStatus.ANNULLED

    @property
    def words(self) -> str:
        """The status in the reader's language; what is paid online, and not booked yet, needs no more paying."""
        return _("paid online, awaits crediting") if self.is_awaited else str(STATUS_WORDS[self.status])

    @property
    def lamp(self) -> str:
        """The kind of `components/status.html`."""
        return "waiting" if self.is_awaited else LAMPS[self.status]

    @property
    def is_awaited(self) -> bool:
        """Whether all that the ledger has open of it was paid online."""
        return bool(self.payment and self.payment.awaited and not self.payment.left)


class InvoiceListRoutes:
    """The list below the window of invoices."""

    @classmethod
    def all_accounts_action(cls, scopes: Sequence[Scope]) -> RowAction | None:
        """The list of all invoices, where there is more than one account."""
        return RowAction(label=_("All invoices"), is_primary=False, url="all/") if len(scopes) > 1 else None

    @path("all/", name="invoices_of_all")
    def invoices_of_all(self: Any, request: HttpRequest) -> HttpResponse:
        """The invoices of every account of the person. Raises Http404 where there is none."""
        scopes = list(scopes_for(request.user))
        if not scopes:
            raise Http404
        section, root = self.get_parent(), self.get_url(request)
        account_list = first_of_type(section, AccountListMixin) or section
        context = {
            **self.get_context(request),
            **self.list_context(request, scopes),
            "accounts_url": account_list.get_url(request),
            "list_url": f"{root}all/",
            "with_accounts": True,
        }
        return TemplateResponse(request, "cabinet_pages/billing/invoices_of_all.html", context)

    @path("all/archive/", name="archive_of_all")
    def archive_of_all(self: Any, request: HttpRequest) -> HttpResponse:
        """A ZIP of what the list of all accounts shows. Raises Http404 where there is no account."""
        scopes = list(scopes_for(request.user))
        if not scopes:
            raise Http404
        return _order(request, scopes, f"{self.get_url(request)}all/")

    @path("<str:number>/archive/")
    def archive(self: Any, request: HttpRequest, number: str) -> HttpResponse:
        """A ZIP of what the list of one account shows."""
        scope = self.scope_or_404(request, number)
        return _order(request, [scope], f"{self.get_url(request)}{scope.account.slug}/")

    def get_window_context(self: Any, request: HttpRequest, scope: Scope) -> dict[str, Any]:
        """The list of one account."""
        return {
            **self.list_context(request, [scope]),
            "list_url": f"{self.get_url(request)}{scope.account.slug}/",
            "supplier_pays": scope.account.distribution_payer == DistributionPayer.SUPPLIER,
        }

    def list_context(self: Any, request: HttpRequest, scopes: Sequence[Scope]) -> dict[str, Any]:
        """The list of accounts, cut by the filter, with its totals."""
        book = invoice_book(scopes, kyiv_today())
        form = InvoiceFilter(request.GET, years=book.years, articles=book.articles)
        found = book.cut(InvoiceWish(**form.cleaned_data) if form.is_valid() else None)
        page = page_of(found.invoices, request, count=found.totals.count)
        return {
            "form": form,
            "is_filtered": form.is_filtered,
            "filter_query": query_of(form),
            "found": found,
            "totals": found.totals,
            "invoices": page,
            "rows": self.rows(request, found, page),
            "as_of": data_as_of(scopes, KINDS),
        }

    def rows(self: Any, request: HttpRequest, found: InvoiceList, page: Sequence[Invoice]) -> list[InvoiceRow]:
        """The page's invoices as they are shown."""
        root = self.get_url(request)
        return [
            InvoiceRow(invoice, payment, f"{root}{invoice.account.slug}/{invoice.uuid}/")
            for invoice, payment in found.with_payments(page)
        ]

    def get_sample_context(self: Any, request: HttpRequest) -> dict[str, Any]:
        """Three made-up invoices, one of them annulled."""
        found = sample_invoices()
        page = page_of(found.invoices, request)
        return {
            "form": InvoiceFilter({}, years=[]),
            "found": found,
            "totals": found.totals,
            "invoices": page,
            "rows": [InvoiceRow(invoice, payment, "") for invoice, payment in found.with_payments(page)],
        }


def _order(request: HttpRequest, scopes: Sequence[Scope], list_url: str) -> HttpResponse:
    """Order the archive of a list as its filter, in the address, leaves it."""
    book = invoice_book(scopes, kyiv_today())
    form = InvoiceFilter(request.GET, years=book.years, articles=book.articles)
    if not form.is_valid():
        return redirect(f"{list_url}{query_of(form)}")
    invoices = book.cut(InvoiceWish(**form.cleaned_data)).invoices
    return order_response(
        request,
        kind=InvoiceArchive,
        scopes=scopes,
        items=[(invoice.account_id, invoice.pk) for invoice in invoices],
        title=archive_title(form, scopes, book.articles),
        source_url=f"{list_url}{query_of(form)}",
    )


__all__ = ["InvoiceListRoutes", "InvoiceRow"]
