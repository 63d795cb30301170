"""A made-up point for previews in the page editor; nothing of it is saved."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from cabinet_pages.metering.models import Channel, Meter, MeteringPoint, Register, Zone
from cabinet_pages.metering.queries import MeterRow, PointRow, Ratio, RegisterRow
from cabinet_pages.metering.rules import Verification


def sample_points() -> list[PointRow]:
    """A point with a two-zone meter whose verification is overdue."""
    point = MeteringPoint(code="1", name=_("Sample substation"), eic="62Z0000000000001", address=_("1 Sample Street"))
    meter = Meter(
        point=point,
        serial="00000001",
        meter_type="NIK 2303",
        installed_on=date(2016, 3, 1),
        verified_on=date(2016, 2, 1),
        next_verification_on=date(2020, 2, 1),
    )
    registers = [
        RegisterRow(Register(meter=meter, channel=Channel.ACTIVE_CONSUMED, zone=zone), value, date(2020, 1, 31))
        for zone, value in ((Zone.FIRST, Decimal("1234.5")), (Zone.SECOND, Decimal("567.8")))
    ]
    ratio = Ratio(multiplier=Decimal(200), current=Decimal(20), voltage=Decimal(10))
    return [PointRow(point, is_closed=False, meters=[MeterRow(meter, ratio, Verification.OVERDUE, registers)])]
