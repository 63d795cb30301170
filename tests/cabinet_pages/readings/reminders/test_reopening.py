"""The mail about a window that staff opened again: at once, to those who have not sent, once for every last day."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from cabinet_pages.access.models import Access, Role
from cabinet_pages.notifications.choices import choose
from cabinet_pages.readings.collecting.services import reopen_window
from cabinet_pages.readings.models import Reading, ReadingState
from cabinet_pages.readings.reminders.digest import send_reading_reminders
from tests import factories
from tests.cabinet_pages.readings.world import JANUARY, World
from tests.support.outbox import letters

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _after_the_window(world: World, settlement_day: time_machine.Traveller) -> None:
    settlement_day.move_to("2026-02-10T11:00:00+02:00")


@pytest.fixture
def reopen() -> Callable[..., None]:
    """Opens January's window of an account of VIN again."""
    operator = factories.make_operator("operator.vin@example.com", factories.make_branch("VIN"))

    def opened(account: Any, until: date = date(2026, 2, 12)) -> None:
        reopen_window(account=account, period=JANUARY, open_until=until, reason="Лист споживача", by=operator)

    return opened


def told() -> list[tuple[str, str]]:
    return [(letter.to, letter.text) for letter in letters("reading-reminder:")]


def test_who_has_not_sent_hears_of_it_at_once_and_of_every_last_day_once(
    world: World, reopen: Callable[..., None]
) -> None:
    account = world.point.account
    for day in (12, 12, 14):
        reopen(account, date(2026, 2, day))
    assert [to for to, _text in told()] == [world.owner.email] * 2
    first, second = (text for _to, text in told())
    assert "Структурна одиниця повторно відкрила приймання показань за січень 2026." in first
    assert "80-431930: не подано 1 з 1" in first
    assert "/cabinet/legal/readings/80-431930/sheet/?period=2026-01" in first
    assert ("до 12.02.2026" in first, "до 14.02.2026" in second) == (True, True)
    assert send_reading_reminders().mails == 0


@pytest.mark.parametrize(("until", "reminded"), [(date(2026, 2, 10), 0), (date(2026, 2, 3), 1)])
def test_the_last_plain_day_of_a_window_that_staff_prolonged_reminds_of_nothing(
    world: World,
    reopen: Callable[..., None],
    settlement_day: time_machine.Traveller,
    until: date,
    reminded: int,
) -> None:
    settlement_day.move_to("2026-02-02T08:30:00+02:00")
    reopen(world.point.account, until)
    settlement_day.move_to("2026-02-03T08:30:00+02:00")
    assert send_reading_reminders().mails == reminded


def test_each_account_of_a_person_is_told_of(world: World, reopen: Callable[..., None]) -> None:
    second = factories.make_account("80-500")
    factories.make_register(second, "ТУ-1")
    factories.grant(world.owner, second, Role.SUBMITTER)
    reopen(world.point.account)
    reopen(second)
    assert [number for number in ("80-431930", "80-500") for _to, text in told() if f"{number}: не подано" in text] == [
        "80-431930",
        "80-500",
    ]


def test_what_is_sent_reminds_of_nothing_and_what_was_rejected_does(world: World, reopen: Callable[..., None]) -> None:
    Reading.objects.create(register=world.register, period=JANUARY, read_on=date(2026, 1, 31), value=Decimal(1300))
    reopen(world.point.account)
    assert told() == []
    Reading.objects.update(state=ReadingState.REJECTED)
    reopen(world.point.account)
    assert len(told()) == 1


def test_who_may_not_send_or_wants_no_reminders_is_told_nothing(
    world: World, reopen: Callable[..., None], settings: Any
) -> None:
    Access.objects.filter(user=world.owner).update(role=Role.VIEWER)
    reopen(world.point.account)
    Access.objects.filter(user=world.owner).update(role=Role.OWNER)
    choose(user=world.owner, wanted={("window", "mail"): False})
    reopen(world.point.account)
    choose(user=world.owner, wanted={("window", "mail"): True})
    settings.WAGTAIL_CABINET = {**settings.WAGTAIL_CABINET, "READING_REMINDERS": ("opened", "closing")}
    reopen(world.point.account)
    assert told() == []
