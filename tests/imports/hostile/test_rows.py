"""Hostile cells and headings in files of the best shape: their rows are rejected, and nothing of them is stored."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from cabinet_pages.accounts.models import Account
from cabinet_pages.payments.models import Payment
from cabinet_pages.state_hash import state_hash
from imports.engine import installed_kinds, resource_class
from imports.resources.base import KindResource
from imports.values import parse_decimal, parse_energy, parse_integer, parse_money, parse_price, parse_ratio
from tests.factories import make_account, make_branch
from tests.imports.contract.files import make_records, rows_of
from tests.imports.hostile.texts import GOOD, HEADINGS

pytestmark = pytest.mark.django_db

Give = Callable[..., dict[str, Any]]
KINDS = ("accounts", "metering", "balances", "invoices", "payments", "readings", "documents")
NONSENSE = ("1e1000000", "NaN", "-Infinity", "1_000", "١٢٣", "１２", "=1+1", "0x10", "1e5", "\u0661", "9" * 32_000)
_NUMBERS = {parse_decimal, parse_energy, parse_integer, parse_money, parse_price, parse_ratio}


def numeric_columns() -> list[tuple[str, str]]:
    """Every column of every kind that holds a number, and that the good file of the kind has."""
    found = []
    for kind in KINDS:
        headings = {resource_class(kind).column_set().find(text): text for text in map(str, rows_of(kind)[0])}
        named = {column.name: text for column, text in headings.items() if column}
        for name, column in resource_class(kind).fields.items():
            parse = getattr(column.parse, "func", column.parse)
            if name in named and (parse in _NUMBERS or "int" in getattr(parse, "__name__", "")):
                found.append((kind, named[name]))
    return found


COLUMNS = numeric_columns()


def test_all_kinds_with_numbers_are_tried() -> None:
    assert {kind for kind, _ in COLUMNS} >= {"balances", "invoices", "payments", "readings"}
    assert set(KINDS) <= set(installed_kinds())


@pytest.mark.parametrize(
    ("kind", "heading"), COLUMNS, ids=[f"{kind}-{number}" for number, (kind, _) in enumerate(COLUMNS)]
)
def test_what_is_no_number_beyond_doubt_rejects_its_row(give: Give, kind: str, heading: str) -> None:
    make_records(kind)
    rows = rows_of(kind)
    place = list(rows[0]).index(heading)
    bad = [(*rows[1][:place], text, *rows[1][place + 1 :]) for text in NONSENSE]
    before = state_hash()
    report = give(kind, utf8(kind, [rows[0], *bad]))
    assert (report["state"], report["new"]) == ("refused", 0)
    # In an archive the files that no good row names are rejected besides.
    assert report["rejected"] >= len(NONSENSE)
    assert {issue["row"] for issue in report["issues"] if issue["level"] == "error"} >= set(range(2, 2 + len(NONSENSE)))
    assert all(len(issue["value"]) <= 255 for issue in report["issues"])
    assert state_hash() == before


def utf8(kind: str, rows: list[tuple[Any, ...]]) -> bytes:
    """The rows in UTF-8, which has all of these digits; documents in their ZIP."""
    from tests.imports.contract.files import FILES
    from tests.imports.resources.loading import csv_file, zip_file

    table = csv_file(rows, encoding="utf-8")
    return zip_file({"registry.csv": table, **FILES}) if kind == "documents" else table


def naive(text: str) -> Decimal | None:
    """A number as a stock widget takes it."""
    try:
        return Decimal(text).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


@pytest.mark.parametrize(("text", "stored"), [("1_000", "1000.00"), ("١٢٣", "123.00"), ("1e5", "100000.00")])
def test_with_a_naive_parser_a_number_that_nobody_wrote_is_stored(
    give: Give, monkeypatch: pytest.MonkeyPatch, text: str, stored: str
) -> None:
    make_records("payments")
    content = utf8("payments", [HEADINGS, (*GOOD[:3], text)])
    assert give("payments", content)["state"] == "refused"
    monkeypatch.setattr(resource_class("payments").fields["amount"], "parse", naive)
    give("payments", content)
    assert [f"{amount:.2f}" for amount in Payment.objects.values_list("amount", flat=True)] == [stored]


def test_an_account_of_another_branch_is_not_touched_unless_the_scope_is_lifted(
    give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_records("payments")
    make_account("80-2", make_branch("TRO"))
    content = utf8("payments", [HEADINGS, ("80-2", *GOOD[1:])])
    report = give("payments", content)
    assert (report["state"], [issue["code"] for issue in report["issues"]][:1]) == (
        "refused",
        ["account_not_in_branch"],
    )
    resolve = KindResource.resolve_accounts

    def everywhere(resource: KindResource, rows: Any) -> None:
        # The branch of the file and that of the row each keep it out.
        branch, resource.context.branch = resource.context.branch, None
        for row in rows:
            row.branch = None
        resolve(resource, rows)
        resource.context.branch = branch

    monkeypatch.setattr(KindResource, "resolve_accounts", everywhere)
    previewed = give("payments", content, dry_run=True)
    assert (previewed["state"], previewed["new"], previewed["rejected"]) == ("previewed", 1, 0)


def test_columns_named_like_fields_of_the_database_are_named_and_nothing_else(give: Give) -> None:
    make_records("payments")
    foreign = make_account("80-2", make_branch("TRO"))
    own = Account.objects.get(number="80-1")
    more = {
        "id": str(foreign.pk), "pk": str(foreign.pk), "account_id": str(foreign.pk), "branch_id": "2",
        "is_staff": "1", "is_superuser": "True", "withdrawn": "1", "object_id": "1", "status": "new", "customer": "1",
    }  # fmt: skip
    report = give("payments", utf8("payments", [(*HEADINGS, *more), (*GOOD, *more.values())]))
    assert (report["state"], report["new"]) == ("applied", 1)
    told = [issue for issue in report["issues"] if issue["code"] == "unknown_column"]
    assert [issue["column"] for issue in told] == list(more)
    payment = Payment.objects.get()
    assert (payment.account_id, payment.withdrawn) == (own.pk, False)
    assert not get_user_model().objects.filter(is_staff=True).exists()


def test_a_column_that_is_declared_would_be_written(give: Give, monkeypatch: pytest.MonkeyPatch) -> None:
    # Only what a kind declares is read: the mapping of headings is the guard, and here it is lifted for one of them.
    make_records("payments")
    purpose = resource_class("payments").fields["purpose"]
    content = utf8("payments", [(*HEADINGS, "is_staff"), (*GOOD, "1")])
    monkeypatch.setattr(purpose, "synonyms", (*purpose.synonyms, "is_staff"))
    assert give("payments", content)["state"] == "applied"
    assert Payment.objects.get().purpose == "1"


def test_thousands_of_articles_are_refused_and_would_all_be_added(give: Give, monkeypatch: pytest.MonkeyPatch) -> None:
    make_records("payments")
    rows = [(*GOOD[:2], f"Стаття {number}", GOOD[3]) for number in range(1_001)]
    content = utf8("payments", [HEADINGS, *rows])
    report = give("payments", content)
    assert (report["state"], [issue["code"] for issue in report["issues"]]) == ("refused", ["too_many_articles"])
    assert "1000" in report["issues"][0]["message"]
    monkeypatch.setattr("imports.resources.referring.MOST_NEW_ARTICLES", 10**9)
    assert give("payments", content)["state"] == "applied"
    assert Payment.objects.values("article").distinct().count() == 1_001


def test_headings_that_stand_twice_are_refused_and_would_take_the_second_sum(
    give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_records("payments")
    content = utf8("payments", [(*HEADINGS, "Сума"), (*GOOD, "999999,00")])
    assert [issue["code"] for issue in give("payments", content)["issues"]] == ["duplicate_headings"]
    monkeypatch.setattr("imports.columns.headings._check", lambda *args: None)
    give("payments", content)
    assert Payment.objects.get().amount == Decimal("999999.00")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "<script>alert(1)</script>.csv", "а\u202eslx.csv", "х" * 200 + ".csv"]
)
def test_a_hostile_name_of_a_file_is_kept_for_people_and_means_nothing(name: str) -> None:
    from django.core.files.base import ContentFile

    from imports.engine import run_import

    make_records("payments")
    batch = run_import(
        kind="payments", branch=make_branch("VIN"), file=ContentFile(utf8("payments", [HEADINGS, GOOD])), name=name
    )
    assert batch.state == "applied"
    assert Path(batch.file.name).name.isalnum()
    assert ".." not in batch.file.path
    assert len(batch.file_name) <= 255
