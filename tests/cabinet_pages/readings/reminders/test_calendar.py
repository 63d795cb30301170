"""The calendar of a person: its address, who may read it, and what stands in it."""

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import ModelLogEntry

from cabinet_pages.access import limits
from cabinet_pages.access.models import Access
from cabinet_pages.accounts.models import Account
from cabinet_pages.metering.models import Meter, MeteringPoint
from cabinet_pages.readings.models import CalendarFeed, WindowReopening
from cabinet_pages.readings.reminders.services import create_feed
from tests import factories
from tests.cabinet_pages.readings.world import World

pytestmark = pytest.mark.django_db
PAGE = "/my/calendar/"


def signed_in(user: Any, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def feed(token: str) -> Any:
    return Client().get(f"/my/calendar/{token}.ics")


def unfolded(response: Any) -> str:
    return response.content.decode().replace("\r\n ", "")


def summaries(token: str) -> list[str]:
    return re.findall(r"SUMMARY:(.*)\r\n", unfolded(feed(token)))


def made_on(client: Client) -> str:
    shown = client.post(PAGE, {"step": "create"}).content.decode()
    found = re.search(r"/my/calendar/([\w-]{40,})\.ics", shown)
    assert found is not None
    return found[1]


def test_the_address_is_shown_once_and_only_its_hash_is_stored(world: World) -> None:
    client = signed_in(world.owner)
    assert "Створити адресу" in client.get(PAGE).content.decode()
    token = made_on(client)
    stored = CalendarFeed.objects.get(user=world.owner)
    assert token not in client.get(PAGE).content.decode()
    assert token not in str(stored.__dict__)
    assert len(stored.digest) == 64
    assert feed(token).status_code == 200


def test_a_new_address_closes_the_old_one_and_a_removed_one_opens_nothing(world: World) -> None:
    client = signed_in(world.owner)
    old = made_on(client)
    new = made_on(client)
    assert (feed(old).status_code, feed(new).status_code) == (404, 200)
    client.post(PAGE, {"step": "remove"})
    client.post(PAGE, {"step": "remove"})
    assert feed(new).status_code == 404
    actions = ModelLogEntry.objects.filter(action__startswith="cabinet.calendar").order_by("pk")
    assert [entry.action.rpartition(".")[2] for entry in actions] == ["create", "create", "remove"]


def test_the_page_is_for_signed_in_people_and_its_forms_are_protected(world: World) -> None:
    assert Client().get(PAGE).status_code == 302
    assert signed_in(world.owner, enforce_csrf_checks=True).post(PAGE, {"step": "create"}).status_code == 403
    assert not CalendarFeed.objects.exists()
    assert f'href="{PAGE}"' in signed_in(world.owner).get("/my/profile/").content.decode()


def test_an_absent_token_and_that_of_an_inactive_person_are_one_404(world: World) -> None:
    token = create_feed(user=world.owner)
    type(world.owner).objects.filter(pk=world.owner.pk).update(is_active=False)
    inactive, absent = feed(token), feed("x" * 43)
    assert (inactive.status_code, absent.status_code) == (404, 404)
    assert Client().post(f"/my/calendar/{token}.ics").status_code == 405


def test_the_calendar_is_private_and_says_what_it_is(world: World) -> None:
    response = feed(create_feed(user=world.owner))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert CalendarFeed.objects.get(user=world.owner).last_used_at == timezone.now()


def test_too_many_requests_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.RATES, "calendar_feed", "2/m/ip")
    token = create_feed(user=world.owner)
    assert [feed(token).status_code for _ in range(3)] == [200, 200, 429]


def test_windows_settlement_days_and_verifications_stand_in_it(world: World) -> None:
    Meter.objects.update(serial="777", next_verification_on=date(2026, 5, 14))
    text = unfolded(feed(create_feed(user=world.owner)))
    assert "SUMMARY:Покази за січень 2026: 80-431930\r\n" in text
    assert "DTSTART;VALUE=DATE:20260129\r\nDTEND;VALUE=DATE:20260204\r\n" in text
    assert "SUMMARY:Розрахунковий день за лютий 2026: 80-431930\r\n" in text
    assert "DTSTART;VALUE=DATE:20260514\r\nDTEND;VALUE=DATE:20260515\r\n" in text
    assert "SUMMARY:Повірка лічильника № 777: 80-431930\r\n" in text
    assert text.count("SUMMARY:Покази") == 13
    assert "80-36" not in text


def test_windows_of_several_accounts_on_the_same_days_are_one_event(world: World) -> None:
    second = factories.make_account("80-500")
    factories.make_register(second, "ТУ-1")
    factories.grant(world.owner, second)
    token = create_feed(user=world.owner)
    assert summaries(token).count("Покази за січень 2026: 2 рахунки") == 1
    assert "80-431930\\, 80-500" in unfolded(feed(token))


def test_an_event_keeps_its_uid_from_day_to_day(world: World, settlement_day: time_machine.Traveller) -> None:
    token = create_feed(user=world.owner)
    before = re.findall("UID:.*", unfolded(feed(token)))
    settlement_day.move_to("2026-02-01T10:00:00+02:00")
    after = re.findall("UID:.*", unfolded(feed(token)))
    assert len(set(before)) == len(before)
    assert len(set(before) & set(after)) >= len(before) - 1


def test_access_is_computed_at_every_fetch(world: World) -> None:
    token = create_feed(user=world.owner)
    assert summaries(token)
    Access.objects.filter(user=world.owner).update(closed_at=timezone.now())
    response = feed(token)
    assert response.status_code == 200
    assert "VEVENT" not in response.content.decode()


def test_terminated_accounts_closed_points_and_removed_meters_are_left_out(world: World) -> None:
    token = create_feed(user=world.owner)
    Meter.objects.update(next_verification_on=date(2026, 5, 14), removed_on=date(2026, 1, 20))
    assert not any("Повірка" in one for one in summaries(token))
    Meter.objects.update(removed_on=None)
    MeteringPoint.objects.update(read_by="remote")
    assert summaries(token) == [f"Повірка лічильника № {Meter.objects.get().serial}: 80-431930"]
    Account.objects.update(terminated_on=date(2026, 1, 31))
    assert summaries(token) == []


def test_a_window_that_staff_opened_again_stands_in_it_until_its_day(
    world: World, settlement_day: time_machine.Traveller
) -> None:
    token = create_feed(user=world.owner)
    WindowReopening.objects.create(
        account=world.point.account, period=date(2025, 12, 1), open_until=date(2026, 2, 6), reason="акт"
    )
    told = unfolded(feed(token))
    assert "DTSTART;VALUE=DATE:20260131\r\nDTEND;VALUE=DATE:20260207\r\nSUMMARY:Покази за грудень 2025" in told
    assert "Структурна одиниця знову відкрила приймання\\, до 06.02.2026 включно." in told
    settlement_day.move_to("2026-02-07T10:00:00+02:00")
    assert "грудень 2025" not in unfolded(feed(token))


def test_more_accounts_need_no_more_queries(world: World) -> None:
    token = create_feed(user=world.owner)
    feed(token)
    with CaptureQueriesContext(connection) as few:
        feed(token)
    for number in range(4):
        account = factories.make_account(f"80-9{number}")
        factories.make_register(account, "ТУ-1")
        factories.grant(world.owner, account)
    Meter.objects.update(next_verification_on=date(2026, 5, 14))
    with CaptureQueriesContext(connection) as many:
        feed(token)
    assert len(many) == len(few)
