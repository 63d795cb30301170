"""One SHA-256 over what the cabinet knows, to compare two databases or two moments.

Per kind the SHA-256 of each row's canonical text is summed modulo 2²⁵⁶, so neither the order of rows nor their ids
matter; amounts are integers, dates ISO, texts NFC. Receipt times, batches, mail, sessions and codes are left out.
"""

import datetime
import hashlib
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from django.db import models

from cabinet_pages.access.models import Access
from cabinet_pages.accounts.models import Account, Branch, Customer
from cabinet_pages.billing.models import Balance, Invoice, InvoiceLine
from cabinet_pages.documents.models import CounterSignature, SignedDocument
from cabinet_pages.metering.models import Meter, MeteringPoint, MeterRatio, Register
from cabinet_pages.payments.models import Payment
from cabinet_pages.readings.models import Reading

_SEPARATOR: Final = "\x1f"
_MODULUS: Final = 2**256

# Fields of each kind, with the natural keys of what they refer to in place of ids.
_KINDS: Final[dict[str, tuple[type[models.Model], tuple[str, ...]]]] = {
    "branch": (Branch, ("code", "name")),
    "customer": (Customer, ("name", "code", "erp_code", "vat_number")),
    "account": (
        Account,
        (
            "number", "branch__code", "customer__name", "customer__code", "customer__erp_code", "customer__vat_number",
            "physical_address", "legal_address", "contract_number", "contract_date", "terminated_on", "payment_form",
            "bank_account", "settlement_day", "area", "supplier", "distribution_payer", "prepayment_schedule", "email",
            "phone", "owned_since",
        ),
    ),
    "access": (Access, ("user__email", "role", "account__number", "is_open")),
    "point": (
        MeteringPoint,
        (
            "account__number", "code", "eic", "name", "address", "site", "area", "role", "read_by", "voltage_class",
            "permitted_power", "losses", "losses_unit", "closed_on",
        ),
    ),
    "meter": (
        Meter,
        (
            "point__account__number", "point__code", "serial", "meter_type", "installed_on", "removed_on",
            "verified_on", "next_verification_on",
        ),
    ),
    "register": (
        Register,
        (
            "meter__point__account__number", "meter__point__code", "meter__serial", "channel", "zone", "digits",
            "initial_value", "final_value",
        ),
    ),
    "ratio": (
        MeterRatio,
        (
            "meter__point__account__number", "meter__point__code", "meter__serial", "valid_from", "current_ratio",
            "voltage_ratio", "multiplier",
        ),
    ),
    "reading": (
        Reading,
        (
            "register__meter__point__account__number", "register__meter__point__code", "register__meter__serial",
            "register__channel", "register__zone", "kind", "period", "read_on", "version", "is_current", "value",
            "previous_value", "previous_on", "multiplier", "volume", "rolled_over", "is_late", "remark", "state",
            "state_reason", "accepted_value", "accepted_volume", "invoice_number", "withdrawn",
        ),
    ),
    "balance": (
        Balance,
        (
            "account__number", "period", "article_key", "opening", "charged", "paid", "corrected", "closing",
            "withdrawn",
        ),
    ),
    "invoice": (
        Invoice,
        (
            "account__number", "number", "issued_on", "kind", "state", "corrects_number", "period", "due_on", "net",
            "vat", "gross", "withdrawn",
        ),
    ),
    "invoice line": (
        InvoiceLine,
        (
            "invoice__account__number", "invoice__number", "invoice__issued_on", "position", "article__key", "period",
            "point_code", "meter_serial", "previous_value", "current_value", "multiplier", "quantity", "unit",
            "tariff", "net", "vat", "gross", "vat_computed",
        ),
    ),
    "payment": (
        Payment,
        (
            "account__number", "document", "paid_on", "article__key", "ordinal", "amount", "kind", "period", "payer",
            "order_number", "vat", "purpose", "withdrawn",
        ),
    ),
    "document": (
        SignedDocument,
        (
            "account__number", "kind", "number", "dated", "title", "period", "amount", "needs_signature", "file_name",
            "sha256", "signature_name", "signature_sha256", "withdrawn",
        ),
    ),
    "counter-signed document": (
        CounterSignature,
        (
            "document__account__number", "document__kind", "document__number", "document__dated", "document_sha256",
            "version", "form", "file_name", "sha256", "state", "comment",
        ),
    ),
}  # fmt: skip


def state_hash() -> str:
    """The SHA-256 of the cabinet's data, equal on SQLite and PostgreSQL for equal data."""
    whole = hashlib.sha256()
    for kind, (model, fields) in _KINDS.items():
        count = total = 0
        for row in _rows(model, fields):
            count += 1
            total += int.from_bytes(hashlib.sha256(row.encode()).digest(), "big")
        whole.update(f"{kind}{_SEPARATOR}{count}{_SEPARATOR}{total % _MODULUS:064x}\n".encode())
    return whole.hexdigest()


def _rows(model: type[models.Model], fields: tuple[str, ...]) -> Iterator[str]:
    rows = model._default_manager.order_by()
    if "is_open" in fields:
        is_open = models.ExpressionWrapper(models.Q(closed_at__isnull=True), output_field=models.BooleanField())
        rows = rows.annotate(is_open=is_open)
    for values in rows.values_list(*fields).iterator(chunk_size=5_000):
        yield unicodedata.normalize("NFC", _SEPARATOR.join(map(_text, values)))


def _text(value: Any) -> str:
    if value is None:
        return "\x00"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        # A fixed-point field gives its full scale, so its digits are the stored integer.
        return str(int(value.scaleb(-int(value.as_tuple().exponent))))
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)
