"""Windows opened again: by the branch, for a reason, until a day; seen in a list."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cabinet_pages.readings import audit
from cabinet_pages.readings.models import WindowReopening
from tests.cabinet_pages.staff.readings.conftest import Desk

LIST = "cabinet_pages_windowreopening_modeladmin_index"
CREATE = "cabinet_pages_windowreopening_modeladmin_create"
FORM = {"account": "80-431930", "period": "2025-12", "open_until": "2026-02-05", "reason": "Лічильник замінено"}


def test_a_window_is_opened_again_and_stands_in_the_list(desk: Desk) -> None:
    answer = desk.client.post(reverse(CREATE), FORM, follow=True)
    assert "05.02.2026" in answer.content.decode()
    reopening = WindowReopening.objects.get()
    assert (reopening.period, reopening.open_until) == (date(2025, 12, 1), date(2026, 2, 5))
    assert reopening.opened_by == desk.operator
    entry = ModelLogEntry.objects.get(action=audit.WINDOW_REOPEN)
    assert entry.data["reason"] == "Лічильник замінено"
    assert [one.pk for one in desk.client.get(reverse(LIST)).context["object_list"]] == [reopening.pk]
    assert "грудень 2025" in desk.client.get(reverse(LIST)).content.decode().lower()
    # A customer sends at once.
    sent = desk.world.submit("1210", period=date(2025, 12, 1), read_on=date(2025, 12, 31))
    assert sent.period == date(2025, 12, 1)


def test_the_same_window_gets_a_new_last_day(desk: Desk) -> None:
    for day in ("2026-02-05", "2026-02-09"):
        desk.client.post(reverse(CREATE), {**FORM, "open_until": day})
    assert WindowReopening.objects.get().open_until == date(2026, 2, 9)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account", "80-36"),
        ("account", "00-0"),
        ("period", "2030-01"),
        ("open_until", "2026-01-30"),
        ("open_until", "2027-01-30"),
        ("open_until", "завтра"),
        ("reason", " "),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_opened(desk: Desk, name: str, value: str) -> None:
    answer = desk.client.post(reverse(CREATE), {**FORM, name: value})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not WindowReopening.objects.exists()


def test_a_terminated_account_is_not_opened_again(desk: Desk) -> None:
    account = desk.world.point.account
    type(account).objects.filter(pk=account.pk).update(terminated_on="2026-01-10")
    assert desk.client.post(reverse(CREATE), FORM).status_code == 422


def test_a_foreign_account_is_an_absent_one(desk: Desk) -> None:
    foreign: Any = desk.foreign.post(reverse(CREATE), FORM)
    absent: Any = desk.foreign.post(reverse(CREATE), {**FORM, "account": "00-000000"})
    errors = [page.context["form"].errors["account"][0] for page in (foreign, absent)]
    assert errors[0].replace("80-431930", "N") == errors[1].replace("00-000000", "N")
    assert not WindowReopening.objects.exists()


def test_the_list_can_be_narrowed_to_windows_that_are_open_now(desk: Desk, settlement_day: Any) -> None:
    desk.client.post(reverse(CREATE), FORM)
    assert len(desk.client.get(reverse(LIST) + "?open_now=1").context["object_list"]) == 1
    settlement_day.move_to("2026-02-06T10:00:00+02:00")
    assert len(desk.client.get(reverse(LIST) + "?open_now=1").context["object_list"]) == 0
