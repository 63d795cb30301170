"""Writes of invoices: the promotion of imported ones, each with all its lines."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from django.db import transaction

from cabinet_pages.billing.models import Invoice, InvoiceLine
from cabinet_pages.billing.rules import LineAmounts, invoice_sums
from cabinet_pages.bulk import CHUNK, insert_rows, update_rows
from cabinet_pages.removal import delete_rows


class InvoiceLineRow(NamedTuple):
    """A line as it will stand.

    Args:
        period: the first day of a month.
        previous_value, current_value: readings in the register's unit.
        quantity: in `unit`, usually kWh.
        tariff: UAH for one of its own units, never converted.
        amounts: UAH.
    """

    article_id: int
    period: date | None
    point_code: str
    meter_serial: str
    previous_value: Decimal | None
    current_value: Decimal | None
    multiplier: Decimal | None
    quantity: Decimal | None
    unit: str
    tariff: Decimal | None
    amounts: LineAmounts


class InvoiceRow(NamedTuple):
    """An invoice as it will stand.

    Args:
        pk: the stored invoice it replaces; None for a new one.
        account_id, number, issued_on: its natural key; the day is a Kyiv date.
        period: the first day of a month.
        lines: all of them, in their order.
        withdrawn: out of every sum and customer screen, because a complete file lacked it.
    """

    pk: int | None
    account_id: int
    number: str
    issued_on: date
    kind: str
    state: str
    corrects_number: str
    period: date | None
    due_on: date | None
    lines: tuple[InvoiceLineRow, ...]
    withdrawn: bool = False


_FIELDS = (
    "account_id", "number", "issued_on", "kind", "state", "corrects_number", "period", "due_on", "net", "vat", "gross",
    "withdrawn",
)  # fmt: skip
_LINE_FIELDS = (
    "invoice_id", "position", "article_id", "period", "point_code", "meter_serial", "previous_value", "current_value",
    "multiplier", "quantity", "unit", "tariff", "net", "vat", "gross", "vat_computed",
)  # fmt: skip


def promote_invoices(*, rows: Iterable[InvoiceRow]) -> int:
    """Write invoices; the lines of one that is replaced are replaced as a set. Sums are those of the lines.

    The caller's transaction holds the batch, its journal and its audit entry.

    Raises:
        IntegrityError: the natural key of a new invoice is taken.
    """
    iterator = iter(rows)
    count = 0
    with transaction.atomic():
        while chunk := list(islice(iterator, CHUNK)):
            _promote_chunk(chunk)
            count += len(chunk)
    return count


def remove_invoices(*, ids: Iterable[int]) -> int:
    """Delete invoices that an undone file had brought, with their lines; return how many."""
    iterator = iter(ids)
    count = 0
    with transaction.atomic():
        while chunk := list(islice(iterator, CHUNK)):
            lines = InvoiceLine.objects.filter(invoice_id__in=chunk)
            lines._raw_delete(lines.db)
            count += delete_rows(Invoice, chunk)
    return count


def _promote_chunk(chunk: list[InvoiceRow]) -> None:
    new = [row for row in chunk if row.pk is None]
    replaced = [row for row in chunk if row.pk is not None]
    created = Invoice.objects.bulk_create(
        [Invoice(**dict(zip(_FIELDS, _values(row), strict=True))) for row in new], batch_size=500
    )
    # What was issued for them is of what they said before.
    update_rows(Invoice, (*_FIELDS, "issued_id"), ((row.pk, *_values(row), None) for row in replaced))
    InvoiceLine.objects.filter(invoice_id__in=[row.pk for row in replaced]).delete()
    ids = [invoice.pk for invoice in created] + [row.pk for row in replaced]
    insert_rows(
        InvoiceLine,
        _LINE_FIELDS,
        (
            _line_values(invoice_id, position, line)
            for invoice_id, row in zip(ids, [*new, *replaced], strict=True)
            for position, line in enumerate(row.lines, start=1)
        ),
    )


def _values(row: InvoiceRow) -> tuple[object, ...]:
    sums = invoice_sums(line.amounts for line in row.lines)
    return (*row[1:-2], sums.net, sums.vat, sums.gross, row.withdrawn)


def _line_values(invoice_id: int | None, position: int, line: InvoiceLineRow) -> tuple[object, ...]:
    amounts = line.amounts
    return (invoice_id, position, *line[:-1], amounts.net, amounts.vat, amounts.gross, amounts.vat_computed)
