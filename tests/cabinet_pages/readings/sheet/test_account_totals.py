"""«Обсяг за особовим рахунком» on the calculation of the sheet."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from cabinet_pages.metering.models import PointRole
from cabinet_pages.readings.models import Reading, ReadingKind
from tests import factories
from tests.cabinet_pages.readings.sheet.world import ALL, SHEET, make_points, make_remote, save_twice, typed
from tests.cabinet_pages.readings.test_entry import text_of
from tests.cabinet_pages.readings.world import JANUARY, LAST_DAY, World

SURE = {"confirmed": "1", "reason": "Перевірено"}


@pytest.fixture
def owner(client: Client, world: World) -> Client:
    client.force_login(world.owner)
    return client


def test_settlement_points_less_subconsumers_with_losses_and_without_technical_ones(
    owner: Client, world: World
) -> None:
    account = world.point.account
    world.point.losses, world.point.losses_unit = Decimal(150), "energy"
    world.point.save()
    ten = {"initial_value": Decimal(100), "multiplier": "10"}
    inner = factories.make_register(account, "ТУ-С", point={"name": "Орендар", "role": PointRole.SUBCONSUMER}, **ten)
    check = factories.make_register(account, "ТУ-Т", point={"name": "Контроль", "role": PointRole.TECHNICAL}, **ten)
    shown = text_of(owner.post(SHEET, typed({world.register.pk: "1234,5", inner.pk: "300", check.pk: "900"})))
    assert "Обсяг за особовим рахунком" in shown
    assert "6 900 − 2 000 + 150 = 5 050 кВт·год" in shown.replace("\u00a0", " ")
    assert "Контроль: технічна точка, не враховується" in shown
    assert "Орендар: віднято як субспоживач" in shown


def test_what_was_sent_before_counts_and_what_is_missing_is_said(owner: Client, world: World) -> None:
    other, third = make_points(world, 2)
    save_twice(owner, {other.pk: "150"}, **SURE)
    shown = text_of(owner.post(SHEET, typed({world.register.pk: "1234,5"}))).replace("\u00a0", " ")
    assert "розрахункові точки 7 400" in shown
    assert "Обсяг 1 точки обліку ще не відомий: сума неповна." in shown
    shown = text_of(owner.post(SHEET, typed({third.pk: "110"}))).replace("\u00a0", " ")
    assert "розрахункові точки 7 500" in shown
    assert "ще не відомий" not in shown


def test_a_remote_point_counts_once_its_value_at_the_settlement_is_known(owner: Client, world: World) -> None:
    remote = make_remote(world)
    Reading.objects.create(
        register=remote,
        kind=ReadingKind.ACCEPTED,
        period=date(2025, 12, 1),
        read_on=date(2025, 12, 31),
        value=Decimal(50),
    )
    entries = typed({world.register.pk: "1234,5"})
    shown = text_of(owner.post(SHEET, entries)).replace("\u00a0", " ")
    assert "Ввід АСКОЕ: зчитує АСКОЕ, значення ще немає" in shown
    assert "Обсяг 1 точки обліку ще не відомий" in shown
    Reading.objects.create(
        register=remote, kind=ReadingKind.ACCEPTED, period=JANUARY, read_on=LAST_DAY, value=Decimal(90)
    )
    shown = text_of(owner.post(SHEET, entries)).replace("\u00a0", " ")
    assert "розрахункові точки 6 940" in shown
    assert "ще не відомий" not in shown


def test_each_account_of_a_sheet_has_a_total_of_its_own(owner: Client, world: World) -> None:
    other = factories.make_account("80-77")
    factories.grant(world.owner, other)
    register = factories.make_register(other, "ТУ-7", initial_value=Decimal(0), multiplier="1")
    page = owner.post(ALL, typed({world.register.pk: "1234,5", register.pk: "12"}))
    found = [(one.number, one.summary.total) for one in page.context["account_totals"]]
    assert found == [("80-431930", Decimal(6900)), ("80-77", Decimal(12))]
    page = owner.post(ALL, typed({world.register.pk: "1234,5", register.pk: ""}))
    assert [one.number for one in page.context["account_totals"]] == ["80-431930"]


def test_of_many_points_only_those_that_are_not_simply_added_are_named(owner: Client, world: World) -> None:
    plain = make_points(world, 31)
    page = owner.post(SHEET, typed({one.pk: "150" for one in plain}))
    (total,) = page.context["account_totals"]
    assert (total.unnamed, total.unknown, len(total.terms)) == (31, 1, 1)
    assert "Додається ще 31 розрахункова точка." in text_of(page)
