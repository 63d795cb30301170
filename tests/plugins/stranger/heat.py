"""Heat meters that read themselves."""

from datetime import date
from decimal import Decimal

from cabinet_pages.metering.submitted import SubmittedReading, SubmittedRegister


def heat_register(code: str, month: date) -> SubmittedRegister:
    """What the register of a heat meter showed in a month."""
    reading = SubmittedReading(
        period=month,
        read_on=month,
        value=Decimal(12),
        previous=Decimal(5),
        multiplier=Decimal(1),
        volume=Decimal(7),
        state="read by itself",
        reason="",
        accepted_value=None,
        accepted_volume=None,
    )
    return SubmittedRegister(
        point=0,
        point_code=code,
        meter_serial="",
        channel="A+",
        zone=0,
        digits=5,
        multiplier=Decimal(1),
        current_ratio=None,
        voltage_ratio=None,
        losses=False,
        reading=reading,
    )
