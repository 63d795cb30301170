"""Of what day the data of a branch are: the newest promoted file of each kind that nobody took back."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from imports.freshness import imported_as_of
from imports.models import BatchState, ImportBatch
from tests import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 2, 10, 12, tzinfo=timezone.get_fixed_timezone(120))


def batch(branch: Any, day: int, *, after: int, state: str = BatchState.APPLIED, kind: str = "payments") -> None:
    ImportBatch.objects.create(
        kind=kind,
        branch=branch,
        state=state,
        file_name="f.csv",
        as_of=NOW.replace(day=day),
        finished_at=NOW + timedelta(hours=after),
    )


def test_the_last_promoted_file_of_a_kind_and_branch_tells_the_day() -> None:
    one, two = factories.make_branch("VIN"), factories.make_branch("TRO")
    batch(one, 5, after=1)
    batch(one, 9, after=3, state=BatchState.UNDONE)
    batch(two, 4, after=1)
    batch(None, 6, after=4)
    batch(one, 8, after=1, kind="balances")
    assert imported_as_of({one.pk, two.pk}, {"payments", "balances", "invoices"}) == {
        (one.pk, "payments"): date(2026, 2, 6),
        (two.pk, "payments"): date(2026, 2, 6),
        (one.pk, "balances"): date(2026, 2, 8),
    }
    batch(one, 3, after=5)
    assert imported_as_of({one.pk}, {"payments"}) == {(one.pk, "payments"): date(2026, 2, 3)}
