"""Values of an imported invoice as the service of billing takes them."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from cabinet_pages.articles.services import ArticleDirectory
from cabinet_pages.billing.models import InvoiceKind, InvoiceState
from cabinet_pages.billing.rules import LineAmounts, invoice_sums
from cabinet_pages.billing.services.invoices import InvoiceLineRow, InvoiceRow
from imports.resources.rows import Change, Values, exact, exact_date, exact_decimal


def exact_amounts(amounts: LineAmounts) -> dict[str, str]:
    """The sums of a line as exact text."""
    return {
        "net": exact(amounts.net),
        "vat": exact(amounts.vat),
        "gross": exact(amounts.gross),
        "vat_computed": exact(amounts.vat_computed),
    }


def exact_sums(lines: Iterable[Mapping[str, str]]) -> Values:
    """The sums of an invoice: those of its lines, as exact text."""
    sums = invoice_sums(
        LineAmounts(Decimal(line["net"]), Decimal(line["vat"]), Decimal(line["gross"]), bool(line["vat_computed"]))
        for line in lines
    )
    return {"net": exact(sums.net), "vat": exact(sums.vat), "gross": exact(sums.gross)}


def invoice_row(change: Change, articles: ArticleDirectory) -> InvoiceRow:
    """The invoice as it will stand."""
    values = change.values
    return InvoiceRow(
        pk=change.pk,
        account_id=change.owner_id,
        number=values["number"],
        issued_on=date.fromisoformat(values["issued_on"]),
        kind=values.get("document_kind") or InvoiceKind.INVOICE.value,
        state=values.get("state") or InvoiceState.VALID.value,
        corrects_number=values.get("corrects_number", ""),
        period=exact_date(values.get("period", "")),
        due_on=exact_date(values.get("due_on", "")),
        lines=tuple(
            InvoiceLineRow(
                article_id=articles.id_of(line["article"]),
                period=exact_date(line["period"]),
                point_code=line["point_code"],
                meter_serial=line["meter_serial"],
                previous_value=exact_decimal(line["previous_value"]),
                current_value=exact_decimal(line["current_value"]),
                multiplier=exact_decimal(line["multiplier"]),
                quantity=exact_decimal(line["quantity"]),
                unit=line["unit"],
                tariff=exact_decimal(line["tariff"]),
                amounts=LineAmounts(
                    Decimal(line["net"]), Decimal(line["vat"]), Decimal(line["gross"]), bool(line["vat_computed"])
                ),
            )
            for line in values["lines"]
        ),
        withdrawn=values.get("withdrawn") == "1",
    )
