"""A complete file that is taken back leaves nothing withdrawn that it had withdrawn."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from cabinet_pages.state_hash import state_hash
from imports.models import BatchState, ImportBatch
from tests.imports.contract.files import make_records, packed, rows_of

pytestmark = pytest.mark.django_db

Give = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("kind", ["payments", "invoices", "balances", "readings", "documents"])
def test_undo_puts_withdrawn_rows_into_force_again(give: Give, kind: str) -> None:
    make_records(kind)
    rows = rows_of(kind)
    first = packed(kind, rows, "csv")
    give(kind, first)
    before = state_hash()
    kept = rows[:2] if kind != "invoices" else rows[:3]
    report = give(kind, packed(kind, kept, "csv"), complete="2025-12..2026-02", accept="vanished")
    assert report["withdrawn"]
    assert state_hash() != before
    call_command("undo_import", str(report["batch"]), json=True, stdout=StringIO())
    assert ImportBatch.objects.get(pk=report["batch"]).state == BatchState.UNDONE
    assert state_hash() == before
    # What was taken back is not the newest file any more, and the one before it is.
    assert give(kind, first)["state"] == "unchanged"
    again = give(kind, packed(kind, kept, "csv"), complete="2025-12..2026-02", accept="vanished")
    assert (again["state"], again["withdrawn"], again["issues_total"]) == (
        "applied", report["withdrawn"], report["issues_total"],
    )  # fmt: skip
