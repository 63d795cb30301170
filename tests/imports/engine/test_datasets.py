"""A resource takes a tablib Dataset and gives import-export's Result."""

import pytest
from import_export.exceptions import ImportError as RowsRefused
from tablib import Dataset

from cabinet_pages.payments.models import Payment
from imports.resources.payments import PaymentResource
from tests.factories import make_account, make_branch

pytestmark = pytest.mark.django_db

HEADERS = ["Особовий рахунок", "Дата платежу", "Стаття реалізації", "Сума платежу"]
GOOD = ["80-1", "03.01.2020", "Пеня", "1,50"]
BAD = ["80-1", "03.01.2020", "Пеня", "багато"]


def test_a_dataset_is_imported_through_the_engine() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch
    result = PaymentResource().import_data(Dataset(GOOD, GOOD, headers=HEADERS), branch=branch)
    assert (result.total_rows, result.totals["new"], result.rows) == (2, 2, [])
    assert Payment.objects.count() == 2


def test_failed_rows_are_in_the_result_and_nothing_is_written() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch
    dataset = Dataset(GOOD, BAD, headers=HEADERS)
    result = PaymentResource().import_data(dataset, branch=branch)
    assert [(row.number, row.error.messages) for row in result.invalid_rows] == [(3, ["«багато» — не число."])]
    assert not Payment.objects.exists()
    with pytest.raises(RowsRefused):
        PaymentResource().import_data(dataset, branch=branch, raise_errors=True)


def test_a_dry_run_writes_nothing() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch
    result = PaymentResource().import_data(Dataset(GOOD, headers=HEADERS), dry_run=True, branch=branch)
    assert result.totals["new"] == 1
    assert not Payment.objects.exists()


def test_stored_payments_are_exported_under_the_same_headings() -> None:
    branch = make_account("80-1", make_branch("VIN")).branch
    PaymentResource().import_data(Dataset(GOOD, headers=HEADERS), branch=branch)
    table = PaymentResource().export(Payment.objects.all())
    assert (table["Особовий рахунок"], table["Стаття реалізації"]) == (["80-1"], ["Пеня"])
