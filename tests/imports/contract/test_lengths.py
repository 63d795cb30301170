"""PostgreSQL refuses a text that is longer than its column, where SQLite takes it: so every parser must know."""

import pytest
from django.db import models

from cabinet_pages.accounts.models import Account
from cabinet_pages.billing.models import Balance, InvoiceLine
from cabinet_pages.documents.models import SignedDocument
from cabinet_pages.metering.models import Register
from cabinet_pages.payments.models import Payment
from cabinet_pages.readings.models import Reading
from imports.engine import installed_kinds, resource_class
from imports.resources.base import ImportColumn
from imports.values import ValueRefused

MODELS: dict[str, type[models.Model]] = {
    "accounts": Account, "metering": Register, "balances": Balance, "invoices": InvoiceLine, "payments": Payment,
    "readings": Reading, "documents": SignedDocument,
}  # fmt: skip
# Columns of our own export that come back and are not stored, and names that are looked up.
NOT_STORED = {("readings", "customer_code"), ("readings", "meter_type"), *((kind, "branch") for kind in MODELS)}
KINDS = set(installed_kinds()) & set(MODELS)


def field_of(model: type[models.Model], attribute: str) -> "models.Field[object, object] | None":
    for part in attribute.split("__"):
        field = next((one for one in model._meta.get_fields() if one.name == part), None)
        if isinstance(field, models.ForeignKey):
            model = field.related_model
        elif not isinstance(field, models.Field):
            return None
    return field if isinstance(field, models.Field) else None


def text_columns() -> list[tuple[str, str, ImportColumn, int]]:
    found = []
    for kind in sorted(KINDS):
        for name, column in resource_class(kind).fields.items():
            field = field_of(MODELS[kind], column.attribute or "") if column.attribute else None
            if isinstance(field, models.CharField) and (kind, name) not in NOT_STORED and not field.choices:
                found.append((kind, name, column, int(field.max_length or 0)))
    return found


COLUMNS = text_columns()


def test_the_seven_kinds_have_text_columns_to_look_at() -> None:
    assert set(MODELS) == KINDS
    assert len(COLUMNS) > 40


@pytest.mark.parametrize(("kind", "name", "column", "limit"), COLUMNS, ids=[f"{one[0]}-{one[1]}" for one in COLUMNS])
def test_a_text_longer_than_its_field_is_refused(kind: str, name: str, column: ImportColumn, limit: int) -> None:
    with pytest.raises(ValueRefused):
        column.parse("Щ" * (limit + 1))
