"""PostgreSQL's planner after an import: it knows of the rows before the first page asks for them."""

import pytest
from django.db import connection

from cabinet_pages.payments.models import Payment
from tests.factories import make_account, make_branch
from tests.imports.resources.loading import applied, csv_file
from tests.support.databases import gather_statistics

pytestmark = pytest.mark.django_db

ROWS = 400


def rows_known_to_the_planner() -> float:
    """How many payments the planner takes for stored; on SQLite it asks the table itself."""
    if connection.vendor != "postgresql":
        return Payment.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [Payment._meta.db_table])
        return float(cursor.fetchone()[0])


def test_the_planner_knows_of_the_rows_when_an_import_ends() -> None:
    gather_statistics()
    assert rows_known_to_the_planner() == 0
    branch = make_branch("VIN")
    make_account("80-1", branch)
    heading = ("Особовий рахунок", "Документ", "Дата платежу", "Стаття реалізації", "Сума платежу")
    rows = [("80-1", f"ПД-{number}", "05.01.2026", "Активна електроенергія", "1,00") for number in range(ROWS)]
    applied("payments", csv_file([heading, *rows]), branch=branch)
    assert rows_known_to_the_planner() == ROWS
