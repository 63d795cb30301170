"""The mail about readings that are still to be sent: who gets one, when, and what it says."""

from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cabinet_pages.access.models import Access, Role
from cabinet_pages.accounts.models import Account, Branch
from cabinet_pages.metering.models import MeteringPoint
from cabinet_pages.notifications.delivery import letter_of
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.readings.models import Reading
from cabinet_pages.readings.reminders.digest import send_reading_reminders
from tests import factories
from tests.cabinet_pages.readings.world import JANUARY, World
from tests.support.outbox import Letter, letters

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _opening_day(world: World, settlement_day: time_machine.Traveller) -> None:
    """29.01.2026: the window of the branch (two days before, three after the last day) opens."""
    settlement_day.move_to("2026-01-29T08:30:00+02:00")


def mails() -> list[Letter]:
    return letters("reading-reminder:")


def to(user: Any) -> list[Letter]:
    return [mail for mail in mails() if mail.to == user.email]


def test_one_mail_names_every_account_with_what_is_missing(world: World) -> None:
    account = world.point.account
    factories.make_register(account, "ТУ-2")
    second = factories.make_account("80-500")
    factories.make_register(second, "ТУ-1")
    factories.grant(world.owner, second, Role.SUBMITTER)
    world.submit("1300", read_on=date(2026, 1, 29))
    send_reading_reminders()
    mail = to(world.owner)[0]
    assert [len(to(one)) for one in (world.owner, world.viewer, world.stranger)] == [1, 0, 0]
    assert mail.subject == "Покази за січень 2026 ще не подано"
    assert "Особовий рахунок 80-431930: не подано 1 з 2\nОсобовий рахунок 80-500: не подано 1 з 1\n" in mail.text
    assert "до 03.02.2026" in mail.text
    assert "/cabinet/legal/readings/all/sheet/" in mail.text
    assert "/my/profile/" in mail.text


def test_the_link_of_a_single_account_leads_to_its_sheet(world: World) -> None:
    send_reading_reminders()
    assert "/cabinet/legal/readings/80-431930/sheet/" in to(world.owner)[0].text


def test_a_repeated_run_mails_nothing_and_a_missed_day_is_made_up_for(
    world: World, settlement_day: time_machine.Traveller
) -> None:
    settlement_day.move_to("2026-01-30T08:30:00+02:00")
    assert send_reading_reminders().mails == 1
    assert send_reading_reminders().mails == 0
    settlement_day.move_to("2026-01-31T08:30:00+02:00")
    assert send_reading_reminders().mails == 0
    assert len(mails()) == 1


def test_the_last_days_remind_once_more_and_after_the_window_nobody_is_reminded(
    world: World, settlement_day: time_machine.Traveller
) -> None:
    send_reading_reminders()
    for day in ("02-02", "02-03"):
        settlement_day.move_to(f"2026-{day}T08:30:00+02:00")
        send_reading_reminders()
    assert [mail.subject for mail in to(world.owner)] == [
        "Покази за січень 2026 ще не подано",
        "Покази за січень 2026 ще не подано: останній день — 03.02.2026",
    ]
    settlement_day.move_to("2026-02-04T08:30:00+02:00")
    assert send_reading_reminders().mails == 0


def test_a_reminder_that_could_not_be_sent_while_the_window_was_open_is_dropped(
    world: World, settlement_day: time_machine.Traveller
) -> None:
    send_reading_reminders()
    settlement_day.move_to("2026-02-03T23:59:00+02:00")
    assert letter_of(OutgoingMail.objects.get()) is not None
    settlement_day.move_to("2026-02-04T00:01:00+02:00")
    assert letter_of(OutgoingMail.objects.get()) is None


@pytest.mark.parametrize("day", ["2026-01-28", "2026-02-04"])
def test_outside_the_window_nobody_is_reminded(world: World, settlement_day: time_machine.Traveller, day: str) -> None:
    settlement_day.move_to(f"{day}T08:30:00+02:00")
    assert send_reading_reminders().mails == 0


def test_an_always_open_branch_reminds_before_the_settlement_day_only(
    world: World, settlement_day: time_machine.Traveller
) -> None:
    Branch.objects.update(readings_always_open=True)
    told = []
    for day in ("2026-01-15", "2026-01-29", "2026-01-30", "2026-02-01", "2026-02-03"):
        settlement_day.move_to(f"{day}T08:30:00+02:00")
        told.append(send_reading_reminders().mails)
    assert told == [0, 1, 1, 0, 0]
    settlement_day.move_to("2026-01-31T08:30:00+02:00")
    assert "31.01.2026" in mails()[1].subject


def test_what_is_sent_reminds_of_nothing_and_what_was_rejected_does(world: World) -> None:
    world.submit("1300", read_on=date(2026, 1, 29))
    assert send_reading_reminders().mails == 0
    Reading.objects.update(state="rejected")
    assert send_reading_reminders().mails == 1


def test_points_that_nobody_asks_for_remind_of_nothing(world: World) -> None:
    for fields in ({"read_by": "remote"}, {"read_by": "operator"}, {"closed_on": date(2026, 1, 10)}):
        MeteringPoint.objects.update(**{"read_by": "consumer", "closed_on": None, **fields})
        assert send_reading_reminders().mails == 0, fields


def test_a_terminated_account_reminds_of_nothing(world: World) -> None:
    Account.objects.update(terminated_on=date(2026, 1, 29))
    assert send_reading_reminders().mails == 0


def test_a_closed_access_an_ended_attorney_and_a_sleeping_user_are_not_reminded(world: World) -> None:
    Access.objects.update(closed_at=timezone.now())
    assert send_reading_reminders(dry_run=True).mails == 0
    Access.objects.update(closed_at=None, valid_until=date(2026, 1, 28))
    assert send_reading_reminders(dry_run=True).mails == 0
    Access.objects.update(valid_until=None)
    type(world.owner).objects.filter(pk=world.owner.pk).update(is_active=False)
    assert send_reading_reminders(dry_run=True).mails == 0


def test_a_person_turns_reminders_off_in_the_profile_and_on_again(world: World) -> None:
    client = Client()
    client.force_login(world.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/my/profile/").content.decode()
    assert "Подання показів починається або скоро закінчиться" in page
    typed = {"first_name": "Олена", "last_name": "Ґалаґан", "language": "uk"}
    client.post("/my/profile/", typed)
    assert send_reading_reminders().mails == 0
    client.post("/my/profile/", {**typed, "notify-window-mail": "on"})
    assert send_reading_reminders().mails == 1


def test_the_settings_name_the_occasions(world: World, settings: Any) -> None:
    settings.WAGTAIL_CABINET = {**settings.WAGTAIL_CABINET, "READING_REMINDERS": ("closing",)}
    assert send_reading_reminders().mails == 0


def test_a_dry_run_counts_and_writes_nothing(world: World) -> None:
    output = StringIO()
    call_command("send_reading_reminders", dry_run=True, stdout=output)
    assert output.getvalue() == "Нагадувань до запису: 1, точок без показів: 1\n"
    assert mails() == []
    call_command("send_reading_reminders", stdout=output)
    assert len(mails()) == 1


def test_more_people_and_points_need_no_more_queries(world: World) -> None:
    send_reading_reminders()
    OutgoingMail.objects.all().delete()
    with CaptureQueriesContext(connection) as few:
        send_reading_reminders()
    OutgoingMail.objects.all().delete()
    for number in range(5):
        account = factories.make_account(f"80-9{number}")
        for point in range(3):
            factories.make_register(account, f"ТУ-{point}", initial_value=Decimal(1))
        factories.grant(factories.make_user(), account)
        factories.grant(world.owner, account)
    with CaptureQueriesContext(connection) as many:
        assert send_reading_reminders().mails == 6
    assert len(many) == len(few)
    assert JANUARY.strftime("%Y%m") in mails()[0].event_key


def test_people_come_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cabinet_pages.readings.reminders.digest.PEOPLE_AT_ONCE", 1)
    for number in range(3):
        factories.grant(factories.make_user(f"p{number}@example.com"), world.point.account)
    assert send_reading_reminders().mails == 4
