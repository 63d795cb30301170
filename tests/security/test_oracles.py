"""Questions whose answers would tell what the asker may not see: by a hit, by a clock, by a mail."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from cabinet_pages.notifications import rendering
from cabinet_pages.notifications.models import OutgoingMail
from tests import factories as make
from tests.cabinet_pages.staff.world import StaffWorld

pytestmark = pytest.mark.django_db

PASSWORD = "Zelena-Vulytsia-7"
FORM = {
    "first_name": "Олена",
    "last_name": "Ґалаґан",
    "phone": "",
    "password1": PASSWORD,
    "password2": PASSWORD,
    "consent": "on",
}


def test_a_shared_customer_is_not_found_by_the_numbers_of_another_branch(
    world: StaffWorld, as_user: Callable[[Any], Client]
) -> None:
    make.make_account("80-77777", world.tro.branch, customer=world.vin.records["customer"])
    url = reverse("cabinet_pages_customer_modeladmin_index")

    def finds(user: Any, number: str) -> bool:
        return world.vin.canary in as_user(user).get(url, {"q": number}).content.decode()

    assert not finds(world.vin.operator, "80-77777")
    assert finds(world.vin.operator, world.vin.account.number)
    assert finds(world.tro.operator, "80-7777")
    assert finds(world.central, "80-77777")


def test_recovery_renders_one_mail_whoever_exists_and_keeps_none_for_nobody(
    world: StaffWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str] = []
    render = rendering.render_mail

    def counted(template: str, *args: Any, **kwargs: Any) -> Any:
        rendered.append(template)
        return render(template, *args, **kwargs)

    monkeypatch.setattr("cabinet_pages.notifications.services.render_mail", counted)
    for email in (world.vin.person.email, "nobody@example.com"):
        rendered.clear()
        Client().post(reverse("account_reset_password"), {"email": email})
        assert rendered == ["account/email/password_reset_key"], email
    assert [mail.to for mail in OutgoingMail.objects.filter(subject="Зміна пароля")] == [world.vin.person.email]


def test_the_mail_about_a_taken_address_never_leads_to_a_host_that_the_request_named(
    world: StaffWorld, settings: Any
) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://cabinet.example"
    email = world.vin.person.email
    headers = {"host": "evil.example", "x-forwarded-host": "evil.example"}
    Client().post(reverse("account_signup"), {**FORM, "email": email}, headers=headers)
    mail = OutgoingMail.objects.get(to=email)
    assert "https://cabinet.example/accounts/password/reset/" in mail.text
    assert "evil" not in mail.text + mail.html


def test_the_link_sent_again_tells_no_more_about_a_taken_address_than_the_registration(
    world: StaffWorld, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    answers = []
    for email in ("new@example.com", world.vin.person.email):
        client = Client()
        client.post(reverse("account_signup"), {**FORM, "email": email})
        answer = client.post(reverse("cabinet_resend_verification"), follow=True)
        page = answer.content.decode()
        answers.append((answer.redirect_chain, page.count("notice"), "Посилання надіслано ще раз" in page))
        assert OutgoingMail.objects.filter(to=email).count() == 2
    assert answers[0] == answers[1]


def test_a_signed_in_person_learns_nothing_by_adding_anothers_address(world: StaffWorld) -> None:
    client = Client()
    client.post(reverse("account_login"), {"login": world.vin.person.email, "password": make.PASSWORD})
    url = reverse("account_email")
    client.post(f"{reverse('account_reauthenticate')}?next={url}", {"password": make.PASSWORD})
    answers = []
    for email in ("new@example.com", world.tro.person.email):
        answer = client.post(url, {"action_add": "", "email": email}, follow=True)
        answers.append((answer.status_code, answer.redirect_chain, answer.content.decode().count(email)))
    assert answers[0] == answers[1]
    taken = EmailAddress.objects.filter(email=world.tro.person.email)
    assert [address.user for address in taken if address.verified] == [world.tro.person]
