"""The hash of a receipt: the same before and after the database, another one after any change."""

import copy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabinet_pages.accounts.models import Account
from cabinet_pages.metering.models import Meter, MeteringPoint, Register
from cabinet_pages.readings.models import Reading, ReadingSubmission
from cabinet_pages.readings.receipts.digest import canonical_text, digest_of
from cabinet_pages.readings.receipts.queries import Validity, receipt_to_check
from tests.cabinet_pages.readings.world import World

numbers = st.decimals(min_value=0, max_value=10**9, places=3, allow_nan=False, allow_infinity=False)
names = st.text(min_size=1, max_size=12)


@st.composite
def sent(draw: Any) -> tuple[ReadingSubmission, list[Reading]]:
    """A submission with a few readings that were never stored."""
    submission = ReadingSubmission(
        pk=draw(st.integers(1, 10**6)),
        uuid=draw(st.uuids()),
        account=Account(number=draw(names)),
        sender=draw(names),
        source=draw(st.sampled_from(["cabinet", "sheet"])),
        period=date(2026, draw(st.integers(1, 12)), 1),
        submitted_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=draw(st.integers(0, 10**8))),
        receipt={"customer": draw(names), "points": {}},
    )
    readings = [
        Reading(
            register=Register(
                meter=Meter(point=MeteringPoint(code=draw(names), name="Цех"), serial=f"S{number}"),
                channel=draw(st.sampled_from(["A+", "A-", "R+", "R-"])),
                zone=draw(st.integers(0, 3)),
            ),
            period=submission.period,
            read_on=date(2026, 1, draw(st.integers(1, 31))),
            version=draw(st.integers(1, 9)),
            value=draw(numbers),
            previous_value=draw(st.none() | numbers),
            previous_on=draw(st.none() | st.dates(date(2025, 1, 1), date(2025, 12, 31))),
            multiplier=draw(st.none() | numbers),
            volume=draw(st.none() | numbers),
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    return submission, readings


OF_SUBMISSION = {
    "pk": lambda value: value + 1,
    "uuid": lambda value: UUID(int=value.int ^ 1),
    "sender": lambda value: f"{value}x",
    "basis": lambda value: f"{value}x",
    "source": lambda value: "staff",
    "period": lambda value: value + timedelta(days=31),
    "submitted_at": lambda value: value + timedelta(seconds=1),
    "receipt": lambda value: {**value, "customer": f"{value['customer']}x"},
}
OF_READING = {
    "period": lambda value: value + timedelta(days=31),
    "read_on": lambda value: value + timedelta(days=1),
    "version": lambda value: value + 1,
    "value": lambda value: value + Decimal("0.001"),
    "previous_value": lambda value: Decimal(1) if value is None else value + Decimal("0.001"),
    "previous_on": lambda value: date(2024, 1, 1) if value is None else value + timedelta(days=1),
    "multiplier": lambda value: Decimal(1) if value is None else value + Decimal("0.001"),
    "volume": lambda value: Decimal(1) if value is None else value + 1,
    "rolled_over": lambda value: not value,
    "is_late": lambda value: not value,
    "steps": lambda value: [*value, {"value": "1"}],
}


@given(sent(), st.sampled_from(sorted(OF_SUBMISSION)))
def test_any_field_of_a_submission_changes_it(given_rows: tuple[ReadingSubmission, list[Reading]], name: str) -> None:
    submission, readings = given_rows
    changed = copy.copy(submission)
    setattr(changed, name, OF_SUBMISSION[name](getattr(submission, name)))
    assert digest_of(changed, readings) != digest_of(submission, readings)


@given(sent(), st.sampled_from(sorted(OF_READING)), st.data())
def test_any_field_of_any_reading_changes_it(
    given_rows: tuple[ReadingSubmission, list[Reading]], name: str, data: Any
) -> None:
    submission, readings = given_rows
    place = data.draw(st.integers(0, len(readings) - 1))
    changed = [copy.copy(one) for one in readings]
    setattr(changed[place], name, OF_READING[name](getattr(readings[place], name)))
    assert digest_of(submission, changed) != digest_of(submission, readings)


@given(sent(), st.sampled_from(["code", "serial", "channel", "zone"]))
def test_the_place_of_a_reading_changes_it(given_rows: tuple[ReadingSubmission, list[Reading]], name: str) -> None:
    submission, readings = given_rows
    before = digest_of(submission, readings)
    register = readings[0].register
    if name == "code":
        register.meter.point.code += "x"
    elif name == "serial":
        register.meter.serial += "x"
    elif name == "channel":
        register.channel = "A-" if register.channel == "A+" else "A+"
    else:
        register.zone += 1
    assert digest_of(submission, readings) != before


@given(sent())
def test_it_depends_neither_on_the_order_nor_on_trailing_zeros_nor_on_parts_of_a_second(
    given_rows: tuple[ReadingSubmission, list[Reading]],
) -> None:
    submission, readings = given_rows
    before = digest_of(submission, readings)
    submission.submitted_at = submission.submitted_at.replace(microsecond=999_999)
    for one in readings:
        one.value = one.value.normalize()
    assert digest_of(submission, list(reversed(readings))) == before
    assert digest_of(submission, readings[1:]) != before


def test_the_stored_rows_give_the_digest_of_the_rows_that_were_sent(world: World) -> None:
    submission = world.submit("1234.5")
    found = receipt_to_check(submission.uuid)
    assert found is not None
    assert len(submission.digest) == 64
    assert found.validity is Validity.VALID
    assert '"31.01' not in canonical_text(found.submission, found.readings)


@pytest.mark.parametrize(
    "change",
    [{"value": Decimal("1234.4")}, {"read_on": date(2026, 1, 30)}, {"volume": Decimal(1)}, {"version": 7}],
    ids=str,
)
def test_a_row_changed_behind_the_cabinet_is_found(world: World, change: dict[str, Any]) -> None:
    submission = world.submit("1234.5")
    Reading.objects.filter(submission=submission).update(**change)
    found = receipt_to_check(submission.uuid)
    assert found is not None
    assert found.validity is Validity.ALTERED


def test_a_verdict_an_invoice_and_a_new_name_of_the_customer_leave_it_alone(world: World) -> None:
    submission = world.submit("1234.5")
    Reading.objects.filter(submission=submission).update(
        state="billed", accepted_value=Decimal(1230), accepted_volume=Decimal(6000), invoice_number="Р-1"
    )
    world.point.name = "Інша назва"
    world.point.save()
    customer = world.scope.account.customer
    customer.name = "Інший"
    customer.save()
    found = receipt_to_check(submission.uuid)
    assert found is not None
    assert found.validity is Validity.VALID
