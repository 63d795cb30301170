"""What the window's pages say about where it stands: reopened, prolonged, late, and several at once."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from cabinet_pages.accounts.models import Branch
from cabinet_pages.metering.models import ReadBy
from cabinet_pages.readings.models import Reading, ReadingDraft, ReadingKind, WindowReopening
from cabinet_pages.readings.queries import windows_for
from cabinet_pages.readings.rules import Phase
from tests import factories
from tests.cabinet_pages.readings.sheet.world import ALL, SHEET
from tests.cabinet_pages.readings.test_entry import text_of
from tests.cabinet_pages.readings.world import JANUARY, LAST_DAY, WINDOW, World

DECEMBER = date(2025, 12, 1)


@pytest.fixture
def owner(client: Client, world: World) -> Client:
    client.force_login(world.owner)
    return client


def reopen(world: World, period: date, until: date) -> None:
    WindowReopening.objects.create(account=world.point.account, period=period, open_until=until, reason="акт")


def accepted(register: Any, read_on: date, period: date = JANUARY) -> None:
    Reading.objects.create(
        register=register, kind=ReadingKind.ACCEPTED, period=period, read_on=read_on, value=Decimal(1230)
    )


def test_a_reopened_window_beside_the_open_one_is_named_with_its_date_and_can_be_gone_to(
    owner: Client, world: World
) -> None:
    reopen(world, DECEMBER, date(2026, 2, 6))
    first = text_of(owner.get(WINDOW))
    assert "Приймаються покази за січень 2026" in first
    assert "Покази за грудень 2025 повторно відкрито структурною одиницею до 06.02.2026 включно" in first
    page = owner.get(f"{WINDOW}?period=2025-12")
    assert "повторно відкрила приймання показів за грудень 2025" in text_of(page)
    assert "Покази приймаються до 06.02.2026 включно" in text_of(page)
    for address in (f"{WINDOW}points/?period=2025-12", f"{SHEET}?period=2025-12"):
        assert f'href="{address}"' in page.content.decode()
        shown = text_of(owner.get(address))
        assert "Покази приймаються до 06.02.2026 включно" in shown
        assert "Покази за січень 2026 до 03.02.2026 включно" in shown


def test_the_sheet_of_a_reopened_window_leads_back_to_itself(owner: Client, world: World) -> None:
    reopen(world, DECEMBER, date(2026, 2, 6))
    typed = {
        f"value_{world.register.pk}": "1250",
        f"period_{world.point.account.pk}": "2025-12",
        "read_on": "2026-01-31",
    }
    calculated = owner.post(SHEET, {**typed, "step": "calculate"})
    assert f'href="{SHEET}?period=2025-12"' in calculated.content.decode()
    assert "Період грудень 2025" in text_of(calculated)
    nothing = owner.get(f"{SHEET}?period=2025-12&q=немає")
    assert f'href="{SHEET}?period=2025-12"' in nothing.content.decode()


def test_a_window_that_staff_prolong_while_it_is_open_says_the_later_day(owner: Client, world: World) -> None:
    reopen(world, JANUARY, date(2026, 2, 10))
    assert "Покази приймаються до 10.02.2026 включно" in text_of(owner.get(WINDOW))
    (window,) = windows_for(world.scope, today=date(2026, 2, 3))
    assert (window.phase, window.closes_on, window.takes_corrections) == (Phase.REOPENED, date(2026, 2, 10), True)


def test_a_reopening_that_ends_before_the_window_does_changes_nothing(world: World) -> None:
    reopen(world, JANUARY, date(2026, 2, 2))
    (window,) = windows_for(world.scope, today=date(2026, 2, 1))
    assert (window.phase, window.closes_on) == (Phase.OPEN, date(2026, 2, 3))


def test_a_reading_typed_for_a_month_whose_window_closed_at_midnight_is_not_taken_for_the_next_one(
    owner: Client, world: World, settlement_day: time_machine.Traveller
) -> None:
    Branch.objects.update(readings_always_open=True)
    settlement_day.move_to("2026-02-03T23:58:00+02:00")
    typed = world.typed("1300", read_on="2026-02-03")
    shown = owner.post(world.url, typed).context["form"]
    settlement_day.move_to("2026-02-04T00:01:00+02:00")
    confirmed = {**typed, "token": shown["token"].value(), "shown": shown["shown"].value(), "step": "submit"}
    for data in (typed, confirmed):
        page = owner.post(world.url, data)
        assert "Період приймання закрився до того, як їх збережено" in text_of(page)
        assert "Приймаються покази за лютий 2026" in text_of(page)
        assert 'value="1300"' not in page.content.decode()
    assert not Reading.objects.exists()


def test_a_sheet_typed_for_a_month_that_is_over_fills_in_no_other_month(
    owner: Client, world: World, settlement_day: time_machine.Traveller
) -> None:
    Branch.objects.update(readings_always_open=True)
    settlement_day.move_to("2026-02-03T23:58:00+02:00")
    month = {f"period_{world.point.account.pk}": "2026-01"}
    typed = {f"value_{world.register.pk}": "1300", "read_on": "2026-02-03", **month}
    settlement_day.move_to("2026-02-04T00:01:00+02:00")
    for step in ("calculate", "draft"):
        page = owner.post(SHEET, {**typed, "step": step})
        assert "Період приймання показів закрито" in text_of(page)
        assert page.context["sheet"].windows[world.point.account.pk].period == date(2026, 2, 1)
    told = {"cells": {str(world.register.pk): "1300"}, "read_on": "2026-02-03", "periods": month}
    assert owner.post(f"{SHEET}draft/", json.dumps(told), content_type="application/json").status_code == 409
    assert not ReadingDraft.objects.exists()


def test_the_sheet_says_that_what_is_sent_now_is_late(
    owner: Client, world: World, settlement_day: time_machine.Traveller
) -> None:
    settlement_day.move_to("2026-02-10T10:00:00+02:00")
    assert "з позначкою «із запізненням»" in text_of(owner.get(SHEET))


def test_the_sheet_of_all_accounts_says_until_when_each_is_taken(owner: Client, world: World) -> None:
    other = factories.make_account("80-77", settlement_day=30)
    factories.grant(world.owner, other)
    factories.make_register(other, "ТУ-7")
    reopen(world, JANUARY, date(2026, 2, 10))
    shown = text_of(owner.get(ALL))
    assert "Покази за січень 2026: повторно відкрито структурною одиницею до 10.02.2026 включно 80-431930" in shown
    assert "Покази за січень 2026: до 02.02.2026 включно 80-77" in shown


def test_no_late_reading_is_asked_for_a_period_of_which_billing_has_its_own_reading_of_everything(
    owner: Client, world: World, settlement_day: time_machine.Traveller
) -> None:
    settlement_day.move_to("2026-02-10T10:00:00+02:00")
    remote = factories.make_register(world.point.account, "ТУ-А", point={"read_by": ReadBy.REMOTE})
    accepted(remote, LAST_DAY)
    assert windows_for(world.scope)[0].is_late
    # One inside the period settles nothing.
    accepted(world.register, date(2026, 1, 15))
    assert windows_for(world.scope)[0].is_late
    accepted(world.register, LAST_DAY)
    assert windows_for(world.scope)[0].phase is Phase.CLOSED
    assert "від 26.02.2026 до 03.03.2026" in text_of(owner.get(WINDOW))
    assert "Не подано" not in text_of(owner.get(WINDOW))
    # Another point that is still to be read keeps the late door open.
    factories.make_register(world.point.account, "ТУ-2")
    assert windows_for(world.scope)[0].is_late
