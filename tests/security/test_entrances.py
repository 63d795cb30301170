"""Ways in beside the front door: a second login, an employee's address taken beforehand, names that are messages."""

import re
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse

from cabinet_pages.access.models import Person
from cabinet_pages.access.services import add_operator
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.staff.invitations import invite_operator
from tests import factories as make
from tests.cabinet_pages.staff.world import StaffWorld

pytestmark = pytest.mark.django_db

ATTACKERS_PASSWORD = "Zelena-Vulytsia-7"
FORM = {
    "first_name": "Олена",
    "last_name": "Ґалаґан-О'Ніл",
    "email": "victim@example.com",
    "phone": "",
    "password1": ATTACKERS_PASSWORD,
    "password2": ATTACKERS_PASSWORD,
    "consent": "on",
}


def sign_in(email: str, password: str) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": email, "password": password})
    return client


@pytest.mark.parametrize("path", ["/_util/login/", "/admin/login/", "/_util/login/?next=/cabinet/"])
@pytest.mark.parametrize("field", ["username", "login", "email"])
def test_no_second_login_stands_beside_the_one_that_counts_tries(path: str, field: str, world: StaffWorld) -> None:
    client = Client()
    response = client.post(path, {field: world.vin.operator.email, "password": make.PASSWORD})
    assert SESSION_KEY not in client.session
    assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/accounts/login/")


def test_the_closed_login_leads_to_no_other_site(client: Client) -> None:
    for target in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"):
        assert "evil" not in client.get("/_util/login/", {"next": target})["Location"]
        assert "alert" not in client.get("/_util/login/", {"next": target})["Location"]


@pytest.mark.parametrize("by_mail", [True, False])
def test_whoever_registers_an_employees_address_beforehand_does_not_become_one(
    by_mail: bool, world: StaffWorld
) -> None:
    Client().post(reverse("account_signup"), FORM)
    if by_mail:
        assert invite_operator(email=FORM["email"], branch=world.vin.branch, by=world.central)
        assert OutgoingMail.objects.filter(to=FORM["email"], text__contains="/password/reset/key/").exists()
    else:
        add_operator(email=FORM["email"], branch=None)
    attacker = sign_in(FORM["email"], ATTACKERS_PASSWORD)
    assert SESSION_KEY not in attacker.session
    assert attacker.get("/admin/").status_code == 302


def test_an_employee_who_confirmed_the_address_keeps_the_password(world: StaffWorld) -> None:
    assert not invite_operator(email=world.vin.person.email, branch=world.vin.branch, by=world.central)
    assert SESSION_KEY in sign_in(world.vin.person.email, make.PASSWORD).session


@pytest.mark.parametrize(
    "name",
    [
        "Приз\n\nhttps://evil.example/x\n\n",
        "https://evil.example",
        "зайдіть на evil.example",
        "boss@evil.example",
        "<b>Олена</b>",
        "а\x0bб",
    ],
)
@pytest.mark.parametrize("field", ["first_name", "last_name"])
def test_nobody_sends_strangers_a_message_in_the_place_of_a_name(
    name: str, field: str, client: Client, world: StaffWorld
) -> None:
    client.post(reverse("account_signup"), {**FORM, field: name})
    for mail in OutgoingMail.objects.filter(to=FORM["email"]):
        assert "evil" not in mail.text + mail.html
    assert (
        not Person.objects.filter(user__email=FORM["email"])
        .exclude(first_name="аб")
        .filter(**{f"{field}__regex": r"[\x01-\x1f<@/]"})
    )
    assert client.login(email=world.vin.person.email, password=make.PASSWORD)
    client.post(reverse("cabinet_profile"), {"first_name": "О", "last_name": "Ґ", "language": "uk", field: name})
    person: Any = Person.objects.get(user=world.vin.person)
    assert not re.search(r"[\x00-\x1f<@/]|evil", person.first_name + person.last_name)


def test_names_as_people_write_them_are_taken(client: Client, world: StaffWorld) -> None:
    client.post(reverse("account_signup"), {**FORM, "first_name": "  Анна-Марія  О. ", "last_name": "Д’Артаньян"})
    person = Person.objects.get(user__email=FORM["email"])
    assert (person.first_name, person.last_name) == ("Анна-Марія О.", "Д’Артаньян")
