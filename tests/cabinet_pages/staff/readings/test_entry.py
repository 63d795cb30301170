"""Entry for a customer: same calculation, the branch as the source, and nothing beyond the branch."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cabinet_pages.access.queries import staff_scope
from cabinet_pages.metering.models import MeteringPoint
from cabinet_pages.readings import audit
from cabinet_pages.readings.models import Reading, ReadingSource, ReadingSubmission
from cabinet_pages.readings.services import SubmissionRefused
from tests import factories
from tests.cabinet_pages.readings.test_entry import text_of
from tests.cabinet_pages.readings.world import WINDOW
from tests.cabinet_pages.staff.readings.conftest import Desk

BASIS = "телефоном від Галаган О."


def url_of(desk: Desk) -> str:
    return reverse("cabinet_pages_meteringpoint_modeladmin_enter", args=[desk.world.point.pk])


def confirm(desk: Desk, client: Client, value: str = "1234,5", **more: str) -> Any:
    """Both «Зберегти»."""
    data = desk.world.typed(value, basis=BASIS)
    shown = client.post(url_of(desk), data)
    fields = {"token": str(shown.context["confirmation"]["token"].value())}
    fields["shown"] = shown.context["confirmation"]["shown"].value()
    return client.post(url_of(desk), {**data, **fields, "step": "submit", **more}, follow=True)


def test_the_calculation_is_shown_and_nothing_is_stored(desk: Desk) -> None:
    text = desk.client.post(url_of(desk), desk.world.typed("1234,5", basis=BASIS)).content.decode()
    assert "(1\u00a0234,5 − 1\u00a0200) × 200 = 6\u00a0900" in text
    assert "Попередній розрахунок" in text
    assert BASIS in text
    assert not Reading.objects.exists()


def test_the_employee_sees_what_the_point_comes_to_with_its_losses_as_the_customer_does(desk: Desk) -> None:
    MeteringPoint.objects.update(losses=Decimal("2.5"), losses_unit="percent")
    text = text_of(desk.client.post(url_of(desk), desk.world.typed("1234,5", basis=BASIS))).replace("\u00a0", " ")
    assert "втрати 2,5 % від 6 900 кВт·год: 173 кВт·год" in text
    assert "7 073 кВт·год" in text


def test_what_the_branch_enters_is_marked_everywhere(desk: Desk) -> None:
    answer = confirm(desk, desk.client)
    submission = ReadingSubmission.objects.get()
    assert submission.number in answer.content.decode()
    assert (submission.source, submission.basis, submission.user) == (ReadingSource.STAFF, BASIS, desk.operator)
    entry = ModelLogEntry.objects.get(action=audit.READINGS_SUBMIT)
    assert (entry.user, entry.data["source"], entry.data["reason"]) == (desk.operator, "staff", BASIS)
    customer = desk.as_user(desk.world.owner)
    assert "Внесено філією" in customer.get(WINDOW).content.decode()
    record = reverse("cabinet_pages_reading_modeladmin_inspect", args=[submission.readings.get().pk])
    text = desk.client.get(record).content.decode()
    assert "Внесено філією" in text
    assert BASIS in text


def test_how_the_readings_came_must_be_said(desk: Desk) -> None:
    answer = desk.client.post(url_of(desk), desk.world.typed("1234,5", basis=" "))
    assert answer.status_code == 422
    assert "Вкажіть, як споживач передав покази" in answer.content.decode()
    scope = staff_scope(desk.operator, desk.world.scope.account)
    with pytest.raises(SubmissionRefused) as refusal:
        desk.world.submit("1234.5", scope=scope, user=desk.operator, source=ReadingSource.STAFF)
    assert refusal.value.code == "basis_required"


def test_an_unusual_reading_asks_the_employee_as_it_asks_the_customer(desk: Desk) -> None:
    answer = confirm(desk, desk.client, "1200")
    assert "Поясніть" in answer.content.decode() or "причин" in answer.content.decode()
    assert not Reading.objects.exists()
    confirm(desk, desk.client, "1200", confirmed="on", reason="простій")
    assert Reading.objects.get().remark == "простій"


def test_a_repeated_click_makes_one_submission(desk: Desk) -> None:
    data = desk.world.typed("1234,5", basis=BASIS)
    shown = desk.client.post(url_of(desk), data).context["confirmation"]
    data |= {"token": str(shown["token"].value()), "shown": shown["shown"].value(), "step": "submit"}
    for _click in range(2):
        assert desk.client.post(url_of(desk), data).status_code == 302
    assert ReadingSubmission.objects.count() == 1


def test_a_terminated_account_takes_nothing(desk: Desk) -> None:
    account = desk.world.point.account
    type(account).objects.filter(pk=account.pk).update(terminated_on="2026-01-10")
    assert "Договір розірвано" in desk.client.get(url_of(desk)).content.decode()
    desk.client.post(url_of(desk), {**desk.world.typed("1234,5", basis=BASIS), "token": str(uuid4()), "step": "submit"})
    assert not Reading.objects.exists()


def test_another_branch_has_neither_page_nor_scope(desk: Desk) -> None:
    account = desk.world.scope.account
    for url in (url_of(desk), reverse("cabinet_pages_account_modeladmin_enter", args=[account.pk])):
        assert desk.foreign.get(url).status_code == 404
        assert desk.foreign.post(url, desk.world.typed("1234,5", basis=BASIS)).status_code == 404
    assert staff_scope(desk.world.owner, account) is None
    assert not Reading.objects.exists()


def test_who_may_not_enter_readings_is_sent_away(desk: Desk) -> None:
    group = desk.operator.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="add_readingsubmission"))
    assert desk.as_user(desk.operator).get(url_of(desk)).status_code == 302


def test_a_closed_window_says_so_and_offers_to_open_it_again(desk: Desk, settlement_day: Any, settings: Any) -> None:
    settings.WAGTAIL_CABINET = {"LATE_READINGS": "refuse"}
    settlement_day.move_to("2026-02-15T10:00:00+02:00")
    text = desk.as_user(desk.operator).get(url_of(desk)).content.decode()
    assert "Вікно закрите" in text
    assert "/windowreopening/create/?account=80-431930" in text


def test_the_points_of_an_account_say_which_are_sent(desk: Desk) -> None:
    url = reverse("cabinet_pages_account_modeladmin_enter", args=[desk.world.point.account_id])
    assert "Подано: 0 з 1 точок" in desk.client.get(url).content.decode()
    confirm(desk, desk.client)
    assert "Подано: 1 з 1 точок" in desk.client.get(url).content.decode()


def test_a_month_whose_window_is_over_is_not_replaced_by_the_open_one(desk: Desk) -> None:
    """«Внести» beside a point of «Не подали» of an earlier month led to the form of the present one."""
    page = desk.client.get(f"{url_of(desk)}?period=2025-12").content.decode()
    assert "Вікно за грудень 2025 закрите" in page
    assert "/windowreopening/create/?account=80-431930&amp;period=2025-12" in page
    assert 'name="read_on"' not in page
    # The window that is open is one click away.
    assert 'href="?period=2026-01"' in page
    data = desk.world.typed("1234,5", basis=BASIS) | {"period": "2025-12"}
    refused = desk.client.post(url_of(desk), data)
    assert refused.status_code == 422
    assert not ReadingSubmission.objects.exists()


@pytest.mark.parametrize("period", ["2030-01", "0001-01", "2019-12", "2026-13", "x"])
def test_a_made_up_month_is_as_good_as_none(desk: Desk, period: str) -> None:
    page = desk.client.get(f"{url_of(desk)}?period={period}").content.decode()
    assert "Покази за січень 2026" in page


def test_the_pages_of_the_points_stay_in_their_month(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    account = desk.world.point.account
    monkeypatch.setattr("cabinet_pages.staff.readings.entry.PER_PAGE", 1)
    factories.make_register(account, "ТУ-2")
    url = reverse("cabinet_pages_account_modeladmin_enter", args=[account.pk])
    page = desk.client.get(f"{url}?period=2025-12").content.decode()
    assert "?period=2025-12&amp;p=2" in page
