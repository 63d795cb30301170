"""Promotion of metering: what is not named stays, nothing is deleted."""

from datetime import date
from decimal import Decimal

import pytest

from cabinet_pages.metering.models import Meter, MeteringPoint, MeterRatio, Register
from cabinet_pages.metering.promotion import MeteringRow, RatioRow, promote_metering
from tests.factories import make_account

pytestmark = pytest.mark.django_db


def register(account, serial="S-1", channel="A+", **attributes):
    fields = {"point": {"name": "Цех"}, "meter": {}, "register": {}, "ratio": None} | attributes
    return MeteringRow(account_id=account.pk, code="ТУ-1", serial=serial, channel=channel, zone=0, **fields)


def test_rows_of_one_point_share_point_and_meter():
    account = make_account()
    assert promote_metering(rows=[register(account), register(account, channel="R+"), register(account, "S-2")]) == 3
    assert (MeteringPoint.objects.count(), Meter.objects.count(), Register.objects.count()) == (1, 2, 3)


def test_attributes_that_are_not_named_stay():
    account = make_account()
    promote_metering(rows=[register(account, point={"name": "Цех", "site": "Завод"}, register={"digits": 4})])
    promote_metering(rows=[register(account, point={"name": "Склад"}, meter={"removed_on": date(2026, 3, 1)})])
    point, stored = MeteringPoint.objects.get(), Register.objects.get()
    assert (point.name, point.site, stored.digits, stored.meter.removed_on) == ("Склад", "Завод", 4, date(2026, 3, 1))


def test_a_multiplier_is_set_for_its_day_and_no_other():
    account = make_account()
    for day, multiplier in ((date(2025, 1, 1), "20"), (date(2026, 1, 1), "40"), (date(2026, 1, 1), "30")):
        promote_metering(rows=[register(account, ratio=RatioRow(day, Decimal(multiplier)))])
    assert list(MeterRatio.objects.values_list("valid_from", "multiplier")) == [
        (date(2025, 1, 1), 20),
        (date(2026, 1, 1), 30),
    ]
