"""Sets of rows in one statement, the same on both databases."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from cabinet_pages.articles.models import Article
from cabinet_pages.bulk import Constant, find_rows, insert_columns, insert_from
from cabinet_pages.payments.models import Payment
from tests.factories import make_account, make_branch, make_payment

pytestmark = pytest.mark.django_db

FIELDS = ("key", "name", "unit", "carries_vat", "order", "is_known")
ODD = ["a\tb", "a\\tb", "a\nb", "\\N", "\\.", "ґ'\"", "", "\r"]


def add(keys: list[str], names: list[str]) -> int:
    rows = len(keys)
    units: Any = Constant("", rows)
    flags: Any = Constant(True, rows)
    return insert_columns(Article, FIELDS, [keys, names, units, flags, list(range(rows)), flags])


def test_columns_are_stored_to_the_letter() -> None:
    keys = [f"B{number}" for number in range(len(ODD))]
    assert add(keys, ODD) == len(ODD)
    stored = Article.objects.filter(key__in=keys).order_by("pk")
    assert [(one.key, one.name, one.order) for one in stored] == list(zip(keys, ODD, range(len(ODD)), strict=True))
    assert add([], []) == 0


def test_a_row_that_breaks_a_constraint_stops_them_all() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        add(["B1", "B2", "B1"], ["x", "y", "z"])
    assert not Article.objects.filter(key__startswith="B").exists()


def test_rows_are_found_by_the_place_of_their_key() -> None:
    first, second = make_account("80-1", make_branch("VIN")), make_account("80-2", make_branch("TRO"))
    payments = [make_payment(account, date(2026, 1, day), "10.00") for account in (first, second) for day in (1, 2)]
    wanted = [(second.pk, "2026-01-02"), (first.pk, "2026-01-09"), (first.pk, "2026-01-01"), (0, "2026-01-01")]
    found = find_rows(
        Payment,
        {"account_id": [one for one, _ in wanted], "paid_on": [day for _, day in wanted], "ordinal": 1},
        ("id", "amount"),
    )
    assert sorted(found) == [(0, payments[3].pk, 1000), (2, payments[0].pk, 1000)]
    assert not list(find_rows(Payment, {"account_id": [], "paid_on": []}, ("id",)))


def test_rows_of_a_query_are_inserted_in_its_order() -> None:
    add(["B3", "B1", "B2"], ["x", "y", "z"])
    rows = (
        Article.objects.filter(key__startswith="B")
        .order_by("key")
        .annotate(new_key=Concat(Value("C"), F("key")), none=Value(""), yes=Value(True), three=Value(3))
    )
    made = rows.values_list("new_key", "name", "none", "yes", "three", "yes")
    assert insert_from(Article, FIELDS, made) == 3
    assert list(Article.objects.filter(key__startswith="CB").order_by("pk").values_list("key", "name")) == [
        ("CB1", "y"), ("CB2", "z"), ("CB3", "x"),
    ]  # fmt: skip
