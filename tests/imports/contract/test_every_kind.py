"""What the contract says of every kind, in a CSV of cp1251 and in an XLSX."""

from collections.abc import Callable
from typing import Any

import pytest

from cabinet_pages.state_hash import state_hash
from imports.models import BatchState, ImportBatch
from tests.factories import make_branch
from tests.imports.contract.files import make_records, packed, rows_of

pytestmark = pytest.mark.django_db

Give = Callable[..., dict[str, Any]]
KINDS = ("accounts", "metering", "balances", "invoices", "payments", "readings", "documents")
WITH_MONEY = ("balances", "invoices", "payments")
every_kind = pytest.mark.parametrize("kind", KINDS)
both_formats = pytest.mark.parametrize("written", ["csv", "xlsx"])


def counts(report: dict[str, Any]) -> tuple[int, ...]:
    return tuple(report[name] for name in ("rows", "new", "changed", "unchanged", "rejected"))


@every_kind
@both_formats
def test_a_file_is_applied_and_the_same_rows_change_nothing_whatever_their_order_and_format(
    give: Give, kind: str, written: str
) -> None:
    make_records(kind)
    rows = rows_of(kind)
    report = give(kind, packed(kind, rows, written))
    assert (report["exit"], report["state"], report["issues"]) == (0, "applied", [])
    assert counts(report) == (3, 3, 0, 0, 0)
    stored = state_hash()
    turned = [rows[0], *reversed(rows[1:])]
    # The lines of an invoice and equal payments keep an order of their own.
    turned = turned if kind != "invoices" else [rows[0], rows[3], rows[1], rows[2]]
    other = "xlsx" if written == "csv" else "csv"
    for content in (packed(kind, rows, written), packed(kind, turned, written), packed(kind, rows, other)):
        again = give(kind, content)
        assert (again["exit"], again["state"], counts(again)) == (0, "unchanged", (3, 0, 0, 3, 0))
    assert state_hash() == stored


@every_kind
@both_formats
def test_the_report_is_that_of_the_contract(give: Give, kind: str, written: str) -> None:
    make_records(kind)
    rows = rows_of(kind)
    bad = [(*rows[0], "Щось"), *((*row, "") for row in rows[1:]), ("80-404", *[""] * len(rows[0]))]
    report = give(kind, packed(kind, bad, written), dry_run=True)
    assert list(report)[:15] == [
        "batch", "state", "kind", "format", "encoding", "rows", "new", "changed", "unchanged", "rejected", "withdrawn",
        "documents", "totals", "issues", "issues_total",
    ]  # fmt: skip
    numbers = ("batch", "rows", "new", "changed", "unchanged", "rejected", "withdrawn", "documents", "issues_total")
    assert all(type(report[name]) is int for name in numbers)
    assert (report["exit"], report["state"], report["kind"]) == (0, "previewed", kind)
    assert counts(report) == (4, 3, 0, 0, 1)
    assert report["format"] == ("zip" if kind == "documents" else written)
    assert report["encoding"] == ("cp1251" if written == "csv" else "")
    if kind in WITH_MONEY:
        assert list(report["totals"]) == ["amount", "by_article"]
        texts = [report["totals"]["amount"], *report["totals"]["by_article"].values()]
        assert all(text.lstrip("-").partition(".")[2].isdigit() and text[-3] == "." for text in texts)
    else:
        assert report["totals"] == {}
    assert report["documents"] == {"invoices": 2, "documents": 3}.get(kind, 0)
    assert report["issues_total"] == len(report["issues"])
    for issue in report["issues"]:
        assert list(issue) == ["row", "column", "value", "level", "code", "message"]
        assert issue["level"] in {"stop", "error", "warning"}
        assert issue["message"].isascii() is False
    first, *others = report["issues"]
    assert (first["row"], first["column"], first["level"], first["code"]) == (1, "Щось", "warning", "unknown_column")
    assert {(issue["row"], issue["level"]) for issue in others} == {(5, "error")}
    assert ImportBatch.objects.get(pk=report["batch"]).state == BatchState.PREVIEWED


@every_kind
@both_formats
def test_a_file_with_a_bad_row_changes_nothing_until_the_good_ones_are_accepted(
    give: Give, kind: str, written: str
) -> None:
    make_records(kind)
    rows = [*rows_of(kind), ("80-404", *[""] * (len(rows_of(kind)[0]) - 1))]
    stored = state_hash()
    report = give(kind, packed(kind, rows, written))
    assert (report["exit"], report["state"], counts(report)) == (1, "refused", (4, 3, 0, 0, 1))
    assert {issue["row"] for issue in report["issues"]} == {5}
    assert state_hash() == stored
    accepted = give(kind, packed(kind, rows, written), skip_rejected=True)
    assert (accepted["exit"], accepted["state"], counts(accepted)) == (0, "applied", (4, 3, 0, 0, 1))
    again = give(kind, packed(kind, rows, written), skip_rejected=True)
    assert (again["exit"], again["state"], counts(again)) == (0, "unchanged", (4, 0, 0, 3, 1))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "accounts"])
@both_formats
def test_a_file_of_another_branch_is_refused_row_by_row(give: Give, kind: str, written: str) -> None:
    make_records(kind, branch="TRO")
    stored = state_hash()
    for options in ({}, {"skip_rejected": True}):
        report = give(kind, packed(kind, rows_of(kind), written), **options)
        assert (report["exit"], report["state"], counts(report)) == (1, "refused", (3, 0, 0, 0, 3))
        assert [(issue["row"], issue["value"], issue["message"]) for issue in report["issues"]] == [
            (row, account, f"Рахунок {account} не знайдено у структурній одиниці VIN")
            for row, account in ((2, "80-1"), (3, "80-1"), (4, "80/36"))
        ]
    assert state_hash() == stored
    everything = give(kind, packed(kind, rows_of(kind), written), branch="ALL")
    assert (everything["exit"], everything["state"], everything["new"]) == (0, "applied", 3)


@both_formats
def test_accounts_of_another_branch_are_refused_row_by_row(give: Give, written: str) -> None:
    make_records("accounts")
    content = packed("accounts", rows_of("accounts"), written)
    assert give("accounts", content, branch="TRO")["state"] == "applied"
    report = give("accounts", content, branch="VIN", skip_rejected=True)
    assert (report["exit"], report["state"], counts(report)) == (1, "refused", (3, 0, 0, 0, 3))
    assert [issue["row"] for issue in report["issues"] if issue["level"] == "error"] == [2, 3, 4]


@every_kind
def test_a_dry_run_is_a_preview_even_of_what_is_stored_and_of_bad_rows_alone(give: Give, kind: str) -> None:
    make_records(kind)
    make_branch("ZHM")
    content = packed(kind, rows_of(kind), "csv")
    give(kind, content)
    stored = state_hash()
    known = give(kind, content, dry_run=True)
    assert (known["exit"], known["state"], counts(known)) == (0, "previewed", (3, 0, 0, 3, 0))
    foreign = give(kind, content, dry_run=True, branch="ZHM")
    assert (foreign["exit"], foreign["state"], foreign["rejected"]) == (0, "previewed", 3)
    assert state_hash() == stored


@every_kind
@pytest.mark.parametrize("written", ["csv", "xlsx"])
def test_nothing_headings_alone_and_totals_alone_are_refused_with_rows_0_and_one_issue(
    give: Give, kind: str, written: str
) -> None:
    make_records(kind)
    heading = rows_of(kind)[0]
    for rows in ([], [heading], [heading, ("Разом", *[""] * (len(heading) - 2), "10,00")]):
        report = give(kind, packed(kind, rows, written))
        assert (report["exit"], report["state"], counts(report)) == (1, "refused", (0, 0, 0, 0, 0))
        assert [issue["row"] for issue in report["issues"]] == [None]
