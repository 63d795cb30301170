"""The horizon of verifications: the customer's list and file, and the branch's filter."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from cabinet_pages.access.models import Role
from cabinet_pages.accounts.models import Account
from cabinet_pages.metering.models import Meter
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/cabinet/legal/meters/all/verification/"
TODAY = date(2026, 1, 31)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def viewer() -> Any:
    """A person with two accounts whose meters are due in −1, 0, 30, 31, 60, 90 and 91 days."""
    with time_machine.travel("2026-01-31T10:00:00+02:00", tick=False):
        factories.make_site()
        person = factories.make_user()
        for number, days in (("80-1", (-1, 0, 30, 31)), ("80-2", (60, 90, 91))):
            account = factories.make_account(number)
            factories.grant(person, account, Role.VIEWER)
            for day in days:
                due(account, day)
        due(factories.make_account("80-3"), 5)
        yield person


def due(account: Account, days: int) -> Meter:
    meter: Meter = factories.make_register(account, f"ТУ{days}").meter
    Meter.objects.filter(pk=meter.pk).update(serial=f"S{days}", next_verification_on=TODAY + timedelta(days=days))
    return Meter.objects.get(pk=meter.pk)


def listed(client: Client, within: str = "") -> list[str]:
    response = client.get(URL, {"within": within})
    return [row["meter"].serial for row in response.context["rows"]]


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        ("", ["S-1", "S0", "S30", "S31", "S60", "S90"]),
        ("90", ["S0", "S30", "S31", "S60", "S90"]),
        ("60", ["S0", "S30", "S31", "S60"]),
        ("30", ["S0", "S30"]),
        ("overdue", ["S-1"]),
        ("made-up", ["S-1", "S0", "S30", "S31", "S60", "S90"]),
    ],
)
def test_meters_are_listed_by_horizon_the_most_urgent_first(viewer: Any, within: str, expected: list[str]) -> None:
    assert listed(signed_in(viewer), within) == expected


def test_the_page_says_how_urgent_each_is(viewer: Any) -> None:
    text = signed_in(viewer).get(URL).content.decode()
    assert "прострочена на 1 день" in text
    assert "залишилося 60 днів" in text
    assert "до 30 днів (2)" in text
    assert "S5" not in text


def test_meters_that_are_not_used_any_more_are_left_out(viewer: Any) -> None:
    client = signed_in(viewer)
    Meter.objects.filter(serial="S0").update(removed_on=TODAY)
    Meter.objects.get(serial="S30").point.__class__.objects.filter(meters__serial="S30").update(closed_on=TODAY)
    Account.objects.filter(number="80-2").update(terminated_on=TODAY)
    assert listed(client) == ["S-1", "S31"]


def test_the_file_has_what_the_list_has(viewer: Any) -> None:
    response = signed_in(viewer).get(f"{URL}csv/", {"within": "30"})
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("Особовий рахунок;")
    assert [line.split(";")[6] for line in lines[1:]] == ["S0", "S30"]
    assert lines[2].endswith("02.03.2026;30")


def test_the_account_list_leads_to_it(viewer: Any) -> None:
    assert f'href="{URL}"' in signed_in(viewer).get("/cabinet/legal/accounts/").content.decode()


def test_without_an_account_there_is_no_list(viewer: Any) -> None:
    assert signed_in(factories.make_user()).get(URL).status_code == 404


def test_a_branch_filters_its_meters_by_verification_and_area(viewer: Any) -> None:
    Account.objects.filter(number="80-1").update(area="Північна")
    Account.objects.filter(number="80-2").update(area="Південна")
    due(factories.make_account("90-1", factories.make_branch("TRO")), 7)
    client = signed_in(factories.make_operator("op@example.com", factories.make_branch("VIN")))

    def serials(**filters: str) -> set[str]:
        response = client.get("/admin/cabinet_pages/meter/", filters)
        assert response.status_code == 200
        return {meter.serial for meter in response.context["object_list"]}

    assert serials(verification="30") == {"S0", "S5", "S30"}
    assert serials(verification="overdue") == {"S-1"}
    assert serials(verification="90", area="Південна") == {"S60", "S90"}


def test_a_branch_takes_its_horizon_out_as_a_list_of_visits_the_most_urgent_first(viewer: Any) -> None:
    Account.objects.update(area="Північна", phone="(0432) 00-11-22", physical_address="Зарічна 7")
    client = signed_in(factories.make_operator("op@example.com", factories.make_branch("VIN")))
    url = "/admin/cabinet_pages/meter/?verification=60"
    days = [meter.next_verification_on for meter in client.get(url).context["object_list"]]
    assert days == sorted(days)
    assert len(days) > 2
    exported = b"".join(client.get(f"{url}&export=csv").streaming_content)  # type: ignore[attr-defined]
    heading, first, *_rest = exported.decode("utf-8-sig").splitlines()
    for name in ("Дільниця", "Адреса", "Телефон"):
        assert name in heading.split(";"), heading
    for text in ("Північна", "Зарічна 7", "(0432) 00-11-22"):
        assert text in first
