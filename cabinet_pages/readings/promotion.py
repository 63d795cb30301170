"""Writes of imported readings: what the operator took or accepted, and verdicts on what customers sent."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import NamedTuple
from uuid import uuid4

from django.db import transaction

from cabinet_pages.bulk import CHUNK, insert_rows, update_rows
from cabinet_pages.metering.models import Register
from cabinet_pages.readings.models import Reading, ReadingState
from cabinet_pages.readings.rules.settlement import period_of_reading


class Verdict(NamedTuple):
    """What billing says about a reading.

    Args:
        accepted_value: in the register's unit.
        accepted_volume: kWh (kVAr·h).
    """

    state: str = ReadingState.ACCEPTED.value
    state_reason: str = ""
    invoice_number: str = ""
    accepted_value: Decimal | None = None
    accepted_volume: Decimal | None = None


class ReadingRow(NamedTuple):
    """A reading that the operator took, gave or accepted.

    Args:
        pk: the stored reading it replaces; None for a new one.
        register_id, kind, read_on: its natural key; the day is a Kyiv date.
        value: what the register showed, in its own unit.
        period: the first day of a month; None to tell it by the day and the contract.
        withdrawn: out of every volume and customer screen, because a complete file lacked it.
    """

    pk: int | None
    register_id: int
    kind: str
    read_on: date
    value: Decimal
    period: date | None
    verdict: Verdict
    withdrawn: bool = False


class VerdictRow(NamedTuple):
    """A verdict on the stored reading `pk`; `decided_at` is when it was given, None for a reading without one."""

    pk: int
    verdict: Verdict
    withdrawn: bool = False
    decided_at: datetime | None = None


_KEY = ("register_id", "kind", "read_on")
_SET = ("value", "period", *Verdict._fields, "withdrawn")
_NEW = (*_KEY, *_SET, "uuid", "version", "is_current", "rolled_over", "is_late", "warnings", "remark", "steps")
_VERDICT = (*Verdict._fields, "withdrawn", "decided_at")


def promote_readings(*, rows: Iterable[ReadingRow | VerdictRow]) -> int:
    """Write readings and verdicts; return how many rows were given. A customer's own values are never touched.

    Raises:
        IntegrityError: somebody stored a reading of the same register, day and kind meanwhile.
    """
    iterator = iter(rows)
    count = 0
    with transaction.atomic():
        while chunk := list(islice(iterator, CHUNK)):
            readings = _with_periods([row for row in chunk if isinstance(row, ReadingRow)])
            insert_rows(Reading, _NEW, (_new_values(row) for row in readings if row.pk is None))
            update_rows(
                Reading,
                _SET,
                (
                    (row.pk, row.value, row.period, *row.verdict, row.withdrawn)
                    for row in readings
                    if row.pk is not None
                ),
            )
            update_rows(
                Reading,
                _VERDICT,
                ((row.pk, *row.verdict, row.withdrawn, row.decided_at) for row in chunk if isinstance(row, VerdictRow)),
            )
            count += len(chunk)
    return count


def _with_periods(rows: list[ReadingRow]) -> list[ReadingRow]:
    open_ids = {row.register_id for row in rows if row.period is None}
    days = dict(
        Register.objects.filter(pk__in=open_ids).values_list("pk", "meter__point__account__settlement_day")
        if open_ids
        else ()
    )
    return [
        row if row.period else row._replace(period=period_of_reading(row.read_on, days[row.register_id]))
        for row in rows
    ]


def _new_values(row: ReadingRow) -> tuple[object, ...]:
    return (
        row.register_id, row.kind, row.read_on, row.value, row.period, *row.verdict, row.withdrawn,
        uuid4(), 1, True, False, False, "[]", "", "[]",
    )  # fmt: skip
