"""Batches of readings: what goes into one, its number, its bytes and its audit entry."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from cabinet_pages.readings.exporting import (
    ExportedReading,
    ExportRefused,
    export_readings,
    exported_readings,
    waiting_by_period,
)
from cabinet_pages.readings.models import Reading, ReadingExport, ReadingKind, ReadingState, ReadingSubmission
from tests.factories import make_account, make_branch, make_operator, make_register, make_user

pytestmark = pytest.mark.django_db
JANUARY = date(2026, 1, 1)


def written(target: IO[bytes], rows: Iterable[ExportedReading]) -> None:
    for row in rows:
        target.write(f"{row.batch} {row.account} {row.value.normalize():f}\n".encode())


def export(**fields: Any) -> ReadingExport | None:
    given = {"branch": make_branch(), "period": JANUARY, "file_format": "csv", "write": written, **fields}
    return export_readings(**given)


def sent(account: Any = None, point: str = "ТУ-1", value: str = "1234.5", **fields: Any) -> Reading:
    register = fields.pop("register", None) or make_register(account or make_account(), point)
    fields = {"period": JANUARY, "read_on": date(2026, 1, 31), **fields}
    return Reading.objects.create(register=register, value=Decimal(value), **fields)


def test_a_batch_takes_what_waits_and_nothing_else() -> None:
    account = make_account("80-1")
    taken = sent(account)
    register = sent(account, "ТУ-2", is_current=False, version=1).register
    corrected = sent(register=register, version=2, value="7")
    left = [
        sent(account, "ТУ-3", state=ReadingState.REJECTED),
        sent(account, "ТУ-4", state=ReadingState.ACCEPTED),
        sent(account, "ТУ-5", withdrawn=True),
        sent(account, "ТУ-6", period=date(2025, 12, 1)),
        sent(account, "ТУ-7", kind=ReadingKind.CONTROL, state=ReadingState.ACCEPTED),
        sent(make_account("80-36", make_branch("TRO"))),
    ]
    before = {one.pk: one.state for one in left}
    made = export()
    assert made is not None
    assert (made.number, made.rows, made.period) == (1, 2, JANUARY)
    assert set(made.readings.values_list("pk", "state")) == {(taken.pk, "exported"), (corrected.pk, "exported")}
    assert dict(Reading.objects.filter(pk__in=before).values_list("pk", "state")) == before
    assert export() is None
    assert ReadingExport.objects.count() == 1


def test_numbers_count_inside_a_branch_and_have_no_gaps() -> None:
    account = make_account("80-1")
    tro = sent(make_account("80-36", make_branch("TRO"))).register.meter.point.account.branch
    numbers = []
    for point in ("ТУ-1", "ТУ-2", "ТУ-3"):
        sent(account, point)
        made = export()
        assert made is not None
        numbers.append(made.number)
        assert export() is None
    other = export(branch=tro)
    assert other is not None
    assert (numbers, other.number) == ([1, 2, 3], 1)


def test_the_bytes_are_kept_with_their_hash_out_of_reach_of_the_web() -> None:
    sent(make_account("80-2"), value="5")
    sent(make_account("80-1"), value="1234.5")
    operator = make_operator("operator@example.com", make_branch())
    made = export(by=operator)
    assert made is not None
    made.refresh_from_db()
    content = made.file.read()
    assert content == b"1 80-1 1234.5\n1 80-2 5\n"
    assert made.sha256 == hashlib.sha256(content).hexdigest()
    assert made.file.storage == storages["private"]
    assert made.uuid.hex in made.file.name
    entry = ModelLogEntry.objects.get(action="cabinet.readings.export")
    assert entry.user == operator
    assert entry.data == {
        "branch": "VIN", "number": 1, "period": "2026-01", "format": "csv", "rows": 2, "sha256": made.sha256,
    }  # fmt: skip


def test_an_employee_of_another_branch_exports_nothing() -> None:
    sent()
    with pytest.raises(ExportRefused, match="not_your_branch"):
        export(by=make_operator("tro@example.com", make_branch("TRO")))
    assert not ReadingExport.objects.exists()
    assert Reading.objects.get().state == ReadingState.SUBMITTED


def test_a_file_that_cannot_be_written_leaves_everything_as_it_was() -> None:
    sent()

    def broken(target: IO[bytes], rows: Iterable[ExportedReading]) -> None:
        list(rows)
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        export(write=broken)
    assert not ReadingExport.objects.exists()
    assert Reading.objects.get().state == ReadingState.SUBMITTED
    made = export()
    assert made is not None
    assert made.number == 1


def test_what_fails_after_the_file_is_stored_takes_the_file_back(monkeypatch: pytest.MonkeyPatch) -> None:
    sent()
    names: list[str] = []

    def failing(instance: ReadingExport, *args: Any, **kwargs: Any) -> None:
        names.append(instance.file.name)
        assert storages["private"].exists(instance.file.name)
        raise OSError("the audit log is gone")

    with monkeypatch.context() as patch:
        patch.setattr("cabinet_pages.readings.exporting.log", failing)
        with pytest.raises(OSError, match="audit"):
            export()
    assert not storages["private"].exists(names[0])
    assert Reading.objects.get().state == ReadingState.SUBMITTED


def test_a_row_tells_what_the_register_has_counted_and_who_sent_it() -> None:
    account = make_account("80-1")
    user = make_user("olena@example.com")
    submission = ReadingSubmission.objects.create(
        account=account, user=user, sender="Олена Ґалаґан", period=JANUARY,
        submitted_at=datetime(2026, 1, 31, 16, 5, 7, tzinfo=UTC),
    )  # fmt: skip
    common = {"previous_on": date(2025, 12, 31), "submission": submission, "multiplier": Decimal(200)}
    sent(account, "ТУ-1", "1234.5", previous_value=Decimal(1200), volume=Decimal(6900), **common)
    common["volume"] = Decimal(1)
    sent(account, "ТУ-2", "5", previous_value=Decimal(999_990), rolled_over=True, **common)
    steps = [
        {"previous": "100", "value": "150.5", "rolled_over": False},
        {"previous": "999999", "value": "1", "rolled_over": True},
    ]
    sent(account, "ТУ-3", "1", previous_value=Decimal(100), steps=steps, **common)
    sent(account, "ТУ-4", "7")
    replaced = [{"code": "replaced", "params": {}}]
    sent(account, "ТУ-5", "7", previous_value=Decimal(900), previous_on=date(2025, 12, 31), warnings=replaced)
    made = export()
    assert made is not None
    rows = list(exported_readings(made))
    assert [row.difference for row in rows] == [Decimal("34.5"), 15, Decimal("52.5"), None, None]
    assert (rows[0].sender, f"{rows[0].submitted_at:%d.%m.%Y %H:%M:%S}") == ("Олена Ґалаґан", "31.01.2026 18:05:07")
    assert (rows[0].volume, rows[0].multiplier, rows[3].sender, rows[3].submitted_at) == (6900, 200, "", None)


def test_the_number_of_queries_does_not_grow_with_the_readings() -> None:
    account = make_account("80-1")
    found = []
    for first, last in ((0, 5), (5, 65)):
        for number in range(first, last):
            sent(account, f"ТУ-{number}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert export() is not None
        found.append(len(queries))
    assert found[0] == found[1]
    assert found[0] <= 21


def test_what_waits_is_counted_by_branch_and_period_with_what_is_unusual(django_assert_num_queries: Any) -> None:
    vin, tro = make_account("80-1"), make_account("80-36", make_branch("TRO"))
    flag = [{"code": "zero", "params": {}}]
    sent(vin, "ТУ-1")
    sent(vin, "ТУ-2", warnings=flag)
    sent(vin, "ТУ-3", warnings=flag, reviewed_at=datetime(2026, 2, 1, tzinfo=UTC))
    sent(make_account("80-2"), period=date(2025, 12, 1))
    sent(tro)
    operator = make_operator("operator@example.com", make_branch())
    found = waiting_by_period(operator)
    assert [
        (one.branch.code, one.period, one.readings, one.flagged, one.unreviewed, one.accounts) for one in found
    ] == [
        ("VIN", JANUARY, 3, 2, 1, 1),
        ("VIN", date(2025, 12, 1), 1, 0, 0, 1),
    ]
    assert len(waiting_by_period(make_operator("central@example.com", None))) == 3
    assert waiting_by_period(make_user("stranger@example.com")) == []
