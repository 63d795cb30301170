"""The payments of a filter as a file: one row each, exact, read from the database as the file is sent."""

from django.http import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from cabinet_pages.access.queries import Scope
from cabinet_pages.payments.models import Payment, PaymentKind
from cabinet_pages.payments.queries import PaymentWish, payments_for
from cabinet_pages.spreadsheets import Cell, csv_response, xlsx_response

#: Formats of the file by the last part of its address.
FORMATS = {"csv": csv_response, "xlsx": xlsx_response}
# Rows fetched at a time.
CHUNK = 2000


def headings() -> list[str]:
    """The first row of the file; its first columns are those of the window."""
    return [
        _("Payment date"),
        _("Payment amount"),
        _("Article of sale"),
        _("Account"),
        _("Kind of operation"),
        _("Period"),
        _("Of it VAT"),
        _("Payer"),
        _("Payment document"),
        _("Purpose of the payment"),
    ]


def payments_file(scope: Scope, file_format: str, wish: PaymentWish) -> HttpResponseBase:
    """The file of the payments that a filter leaves.

    Args:
        scope: the account.
        file_format: a key of FORMATS.
        wish: the filter.
    """
    # In the language of the moment when the file is asked for; it streams after that.
    kinds = {value: str(label) for value, label in PaymentKind.choices}
    payments = payments_for(scope, wish).iterator(chunk_size=CHUNK)
    rows = (_row(scope.account.number, kinds, payment) for payment in payments)
    response = FORMATS[file_format]("payments", headings(), rows)
    name = _("payments-%(account)s-%(first)s-%(last)s") % {
        "account": scope.account.slug.replace("~", "-"),
        "first": wish.first.isoformat(),
        "last": wish.last.isoformat(),
    }
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{file_format}") or ""
    return response


def _row(account: str, kinds: dict[str, str], payment: Payment) -> list[Cell]:
    return [
        payment.paid_on,
        payment.amount,
        payment.article.name,
        account,
        kinds[payment.kind],
        payment.period,
        payment.vat,
        payment.payer,
        payment.order_number,
        payment.purpose,
    ]


__all__ = ["FORMATS", "headings", "payments_file"]
