"""Archives of invoices: the issued PDFs, and a registry with sums by article and what is paid."""

import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import IO, ClassVar

from django.utils import translation
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from cabinet_pages.access.queries import Scope
from cabinet_pages.archives.kinds import ArchiveFile, ArchiveKind, Column, Content, ContentUnavailable, Entry
from cabinet_pages.billing.documents import owner_scope
from cabinet_pages.billing.forms import STATUS_WORDS, InvoiceFilter
from cabinet_pages.billing.ledgers import InvoicePayment, Ledger, ledgers_for
from cabinet_pages.billing.listing.queries import invoices_of
from cabinet_pages.billing.models import Invoice
from cabinet_pages.billing.rules import PaymentStatus
from cabinet_pages.billing.services.issuing import IssuedInvoiceDamaged, issue_invoice, issued_bytes
from cabinet_pages.billing.turnover.rules import ArticleName
from cabinet_pages.clock import kyiv_today
from cabinet_pages.notifications.rendering import utility_of_default_site
from cabinet_pages.printing.rendering import DOCUMENT_LANGUAGE, PdfFailed
from cabinet_pages.quantities.money import ZERO
from cabinet_pages.spreadsheets import Cell
from cabinet_pages.templatetags.cabinet import period
from cabinet_pages.utility.models import UtilitySettings
from cabinet_pages.windows.freshness import data_as_of

#: What the list of invoices and its registry are made of.
KINDS = ("invoices", "payments", "balances")
# Rows in memory at a time.
_CHUNK = 100


class InvoiceArchive(ArchiveKind):
    """The PDFs of invoices as they were issued; those that have none yet are issued now."""

    code: ClassVar[str] = "invoices"

    def content(self, scopes: Sequence[Scope], items: Sequence[int]) -> Content:
        """Invoices by date, with what is paid of them on this day; sums of annulled ones are left empty."""
        today = kyiv_today()
        book = _Book(ledgers_for(scopes), today)
        invoices = invoices_of(scopes).filter(pk__in=items)
        ordered = list(invoices.order_by("issued_on", "account__number", "pk").values_list("pk", "account_id"))
        articles = book.articles_of(ordered)
        return Content(
            columns=[
                *(Column(heading) for heading in _headings()),
                *(Column(article.name, is_money=True) for article in articles),
                *(Column(heading, is_money=True) for heading in _sum_headings()),
                Column(_("Payment of the invoice")),
            ],
            entries=_entries(scopes, [pk for pk, _account in ordered], book, articles),
            notes=_notes(scopes, today),
        )


def archive_title(form: InvoiceFilter, scopes: Sequence[Scope], articles: Sequence[ArticleName]) -> str:
    """What is ordered, in the language of the moment: whose invoices, and what the filter leaves of them.

    Args:
        form: valid.
        scopes: the accounts of the list.
        articles: those that the filter offers.
    """
    cleaned = form.cleaned_data
    article = next((one.name for one in articles if one.pk == cleaned["article"]), "")
    whose = _("account %(number)s") % {"number": scopes[0].account.number} if len(scopes) == 1 else _("all accounts")
    parts = [
        _("Invoices"),
        whose,
        _when(cleaned["year"], cleaned["month"]),
        str(STATUS_WORDS[cleaned["status"]]) if cleaned["status"] else "",
        article,
    ]
    return ", ".join(filter(None, parts))


def _when(year: int | None, month: int | None) -> str:
    if year is not None and month is not None:
        return period(date(year, month, 1))
    return str(MONTHS[month]) if month is not None else str(year or "")


@dataclass(frozen=True, slots=True)
class _Book:
    """What the ledgers of the accounts say of invoices on a Kyiv day."""

    ledgers: dict[int, Ledger]
    today: date

    def articles_of(self, invoices: Sequence[tuple[int, int]]) -> list[ArticleName]:
        """The articles of the invoices' lines, by primary key of the invoice and account, in their order."""
        found: dict[int, ArticleName] = {}
        for pk, account in invoices:
            ledger = self.ledgers[account]
            if facts := ledger.invoices.get(pk):
                found |= {article: ledger.articles[article] for article, _p, _s in facts.lines if article is not None}
        return sorted(found.values(), key=lambda article: (article.order, article.name))

    def sums_of(self, invoice: Invoice) -> dict[int | None, Decimal]:
        """UAH with VAT by article."""
        found: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
        facts = self.ledgers[invoice.account_id].invoices.get(invoice.pk)
        for article, _period, amount in facts.lines if facts else []:
            found[article] += amount
        return found

    def payment_of(self, invoice: Invoice) -> InvoicePayment | None:
        """How far it is paid; None for an annulled one."""
        return self.ledgers[invoice.account_id].payment_of(invoice.pk, self.today)


def _entries(
    scopes: Sequence[Scope], ordered: Sequence[int], book: _Book, articles: Sequence[ArticleName]
) -> Iterator[Entry]:
    utility = utility_of_default_site()
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        found = invoices_of(scopes).filter(pk__in=chunk)
        invoices = found.select_related("account__branch", "account__customer", "issued").in_bulk()
        for pk in chunk:
            # One that was withdrawn a moment ago is in no list any more.
            if pk in invoices:
                invoice = invoices[pk]
                file = ArchiveFile(".pdf", partial(_pdf, utility, invoice), _cells(invoice, book, articles))
                yield Entry(_stem(invoice), [file])


def _stem(invoice: Invoice) -> str:
    with translation.override(DOCUMENT_LANGUAGE):
        return _("%(day)s invoice %(number)s (account %(account)s)") % {
            "day": invoice.issued_on.isoformat(),
            "number": invoice.number,
            "account": invoice.account.number,
        }


def _pdf(utility: UtilitySettings, invoice: Invoice) -> IO[bytes]:
    try:
        issued = issue_invoice(utility=utility, scope=owner_scope(invoice.account), invoice=invoice)
        return io.BytesIO(issued_bytes(issued))
    except (PdfFailed, IssuedInvoiceDamaged) as error:
        raise ContentUnavailable(f"№ {invoice.number}") from error


def _headings() -> list[str]:
    return [
        _("Account"),
        _("Branch"),
        _("Invoice number"),
        _("Date"),
        _("Period"),
        _("Kind of document"),
        _("State"),
    ]


def _sum_headings() -> list[str]:
    return [_("Sum without VAT"), _("VAT"), _("Sum with VAT"), _("Paid"), _("Left to pay")]


def _cells(invoice: Invoice, book: _Book, articles: Sequence[ArticleName]) -> list[Cell]:
    payment = book.payment_of(invoice)
    cells: list[Cell] = [
        invoice.account.number,
        invoice.account.branch.name,
        invoice.number,
        invoice.issued_on,
        f"{invoice.period:%m.%Y}" if invoice.period else "",
        invoice.get_kind_display(),
        invoice.get_state_display(),
    ]
    if payment is None:
        # An annulled invoice is in no sum, so a column adds up to what the list says.
        return [*cells, *[None] * (len(articles) + len(_sum_headings())), str(STATUS_WORDS[PaymentStatus.ANNULLED])]
    sums = book.sums_of(invoice)
    word = str(STATUS_WORDS[payment.status])
    return [
        *cells,
        *(sums.get(article.pk) for article in articles),
        *(invoice.net, invoice.vat, invoice.gross, payment.paid, payment.unpaid),
        f"{word} ({_('being clarified')})" if payment.being_clarified else word,
    ]


def _notes(scopes: Sequence[Scope], today: date) -> list[str]:
    fresh = "; ".join(f"{one.words} — {one.day:%d.%m.%Y}" for one in data_as_of(scopes, KINDS))
    return [
        _("Made on %(day)s. Sums are in UAH.") % {"day": f"{today:%d.%m.%Y}"},
        _(
            "The state of payment is computed by the cabinet: a payment goes to the invoice or month named in its "
            "purpose, otherwise to the oldest debt of its article of sale."
        ),
        _("Annulled invoices are listed without sums."),
        *([f"{_('Data as of:')} {fresh}"] if fresh else []),
    ]
