"""A made-up window and readings for previews in the page editor; nothing of it is saved."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from cabinet_pages.metering.models import Channel, Meter, MeteringPoint, Register, Zone
from cabinet_pages.readings import rules
from cabinet_pages.readings.models import Reading, ReadingState
from cabinet_pages.readings.queries import Progress


def sample_readings() -> tuple[rules.ReadingWindow, Progress, list[Reading]]:
    """A window on its settlement day, half of the points sent, and the readings of two months."""
    terms = rules.Terms(settlement_day=31, days_before=2, days_after=3)
    window = rules.windows_on(date(2020, 2, 29), terms)[0]
    point = MeteringPoint(pk=1, code="1", name=_("Sample substation"), eic="62Z0000000000001")
    register = Register(
        meter=Meter(point=point, serial="00000001"), channel=Channel.ACTIVE_CONSUMED, zone=Zone.WHOLE_DAY
    )
    readings = [
        Reading(
            register=register,
            period=day.replace(day=1),
            read_on=day,
            value=Decimal(value),
            previous_value=Decimal(before),
            multiplier=Decimal(200),
            volume=Decimal(volume),
            state=state,
        )
        for day, value, before, volume, state in (
            (date(2020, 2, 29), "1234.5", "1200", "6900", ReadingState.SUBMITTED),
            (date(2020, 1, 31), "1200", "1168", "6400", ReadingState.ACCEPTED),
        )
    ]
    return window, Progress(asked=2, sent=1, total=3), readings
