"""A sheet of many points, stored as one submission with its receipt."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cabinet_pages.accounts.models import Account
from cabinet_pages.metering.models import Meter, MeteringPoint, MeterRatio, Register
from cabinet_pages.readings.models import Reading, ReadingSource, ReadingSubmission
from cabinet_pages.readings.receipts.services import issue_receipts, sender_name
from tests.cabinet_pages.readings.world import JANUARY, LAST_DAY

LONG_NAME = "Трансформаторна підстанція закритого типу «Ґанок-Їжакевич» № {} по вул. Незалежності-Соборній"


def send_sheet(account: Account, user: Any, rows: int = 500) -> ReadingSubmission:
    """Send one reading of each of many points with long Ukrainian names."""
    points = MeteringPoint.objects.bulk_create(
        MeteringPoint(account=account, code=f"ТО-{number:04d}", name=LONG_NAME.format(number)) for number in range(rows)
    )
    meters = Meter.objects.bulk_create(Meter(point=point, serial=f"0{point.pk:07d}") for point in points)
    MeterRatio.objects.bulk_create(
        MeterRatio(meter=meter, valid_from=LAST_DAY - timedelta(days=900), multiplier=Decimal(7200)) for meter in meters
    )
    registers = Register.objects.bulk_create(Register(meter=meter, channel="A+") for meter in meters)
    submission = ReadingSubmission.objects.create(
        account=account,
        user=user,
        sender=sender_name(user),
        period=JANUARY,
        source=ReadingSource.SHEET,
        submitted_at=timezone.now(),
    )
    readings = Reading.objects.bulk_create(
        Reading(
            register=register,
            period=JANUARY,
            read_on=LAST_DAY,
            value=Decimal(f"{1200 + number}.5"),
            previous_value=Decimal(1200),
            previous_on=LAST_DAY - timedelta(days=31),
            multiplier=Decimal(7200),
            volume=Decimal(number * 7200 + 3600),
            submission=submission,
        )
        for number, register in enumerate(registers)
    )
    issue_receipts(user=user, sent=[(submission, readings)])
    return submission
