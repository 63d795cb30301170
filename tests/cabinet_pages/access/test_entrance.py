"""Registration, sign-in, verification and recovery, as the manual describes them."""

import re
from html import unescape
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from cabinet_pages.access.models import Person
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.utility.models import UtilitySettings
from tests import factories

pytestmark = pytest.mark.django_db

MANUAL_TEXT = (
    "Дякуємо за реєстрацію! Реєстрація потребує перевірки. Зайдіть на свою поштову скриньку, яку вказали при "
    "реєстрації. На вказану Вами адресу електронної пошти буде надіслано електронне повідомлення з посиланням на "
    "активацію вашого профілю. (Якщо не отримано листа з активацією, будь ласка, перевірте в Вашій електронній пошті "
    "папку Спам)."
)
FORM = {
    "first_name": "Олена",
    "last_name": "Ґалаґан",
    "email": "new@example.com",
    "phone": "067 123-45-67",
    "password1": "Zelena-Vulytsia-7",
    "password2": "Zelena-Vulytsia-7",
    "consent": "on",
}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


@pytest.fixture(autouse=True)
def _site(section: Any) -> None:
    """Every test has the cabinet installed."""


def register(client: Client, **changes: str) -> Any:
    return client.post(reverse("account_signup"), {**FORM, **changes})


def seen(response: Any) -> str:
    """What a person sees, tokens left out."""
    return unescape(TOKEN.sub("", response.content.decode()))


def link(mail: OutgoingMail) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.text)
    assert found is not None
    return found.group(1)


def newest_mail(to: str) -> OutgoingMail:
    mail = OutgoingMail.objects.filter(to=to).order_by("-pk").first()
    assert mail is not None
    return mail


def outline(response: Any) -> tuple[Any, ...]:
    """What an attacker compares: status, address, body, names of cookies and headers."""
    return (
        response.status_code,
        response.headers.get("Location"),
        seen(response),
        sorted(response.cookies),
        sorted(name for name in response.headers if name != "Content-Length"),
    )


def test_the_registration_form_has_the_manuals_fields_and_button(client: Client) -> None:
    page = seen(client.get(reverse("account_signup")))
    for label in (
        "Реєстрація у особистому кабінеті",
        "Ім'я",
        "Прізвище",
        "Логін",
        "Мобільний телефон",
        "Пароль",
        "Підтвердіть пароль",
        "Підтвердіть згоду",
    ):
        assert label in page, label
    assert re.search(r"<button[^>]*>Реєстрація</button>", page)


def test_the_consent_text_is_linked_where_the_site_names_it(client: Client, section: Any) -> None:
    utility = UtilitySettings.for_site(section.get_site())
    utility.consent_page = section.get_parent()
    utility.save()
    assert re.search(r'<a href="[^"]*/cabinet/"[^>]*>Детальніше', seen(client.get(reverse("account_signup"))))


def test_registering_keeps_the_person_and_the_consent_and_mails_a_link(client: Client, section: Any) -> None:
    utility = UtilitySettings.for_site(section.get_site())
    utility.consent_version = "2026-01"
    utility.save()
    response = register(client, email="New@Example.com")
    assert response.status_code == 302
    person = Person.objects.get(user__email="new@example.com")
    assert (str(person), person.phone, person.consent_version) == ("Олена Ґалаґан", "+380671234567", "2026-01")
    assert person.consent_at is not None
    assert not EmailAddress.objects.get(user=person.user).verified
    mail = newest_mail("new@example.com")
    assert mail.subject == "Активація Вашого профілю"
    assert "/confirm-email/" in mail.text
    assert link(mail) in mail.html


def test_the_message_about_the_link_is_the_manuals_and_stays_after_a_refresh(client: Client) -> None:
    address = register(client)["Location"]
    for _ in range(3):
        page = seen(client.get(address))
        assert MANUAL_TEXT in page
        assert "Надіслати посилання ще раз" in page


def test_the_login_works_only_after_the_link(client: Client) -> None:
    register(client)
    browser = Client()
    answer = browser.post(
        reverse("account_login"), {"login": FORM["email"], "password": FORM["password1"]}, follow=True
    )
    assert MANUAL_TEXT in seen(answer)
    assert browser.get(reverse("cabinet_profile")).status_code == 302
    address = link(newest_mail(FORM["email"]))
    assert "Активувати профіль" in seen(browser.get(address))
    assert not EmailAddress.objects.get(email=FORM["email"]).verified, "a GET confirms nothing"
    Client().post(address)
    answer = Client().post(reverse("account_login"), {"login": FORM["email"].upper(), "password": FORM["password1"]})
    assert (answer.status_code, answer["Location"]) == (302, reverse("cabinet_landing"))


def test_the_link_is_sent_again_from_the_page_but_not_every_second(client: Client, settings: Any) -> None:
    register(client)
    settings.ACCOUNT_RATE_LIMITS = {"confirm_email": "2/30s/key"}
    again = client.post(reverse("cabinet_resend_verification"), follow=True)
    assert "Посилання надіслано ще раз" in seen(again)
    assert OutgoingMail.objects.filter(to=FORM["email"]).count() == 2
    client.post(reverse("cabinet_resend_verification"))
    too_soon = client.post(reverse("cabinet_resend_verification"), follow=True)
    assert "менше ніж хвилину тому" in seen(too_soon)
    assert OutgoingMail.objects.filter(to=FORM["email"]).count() <= 3


def test_a_stranger_cannot_have_links_sent(client: Client) -> None:
    answer = client.post(reverse("cabinet_resend_verification"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_login"))
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("email", ["taken@example.com", "Taken@Example.COM"])
def test_registering_a_taken_address_answers_as_a_new_one_and_mails_its_owner(email: str) -> None:
    factories.make_user("taken@example.com")
    new, taken = Client(), Client()
    answers = [outline(register(new)), outline(register(taken, email=email))]
    assert answers[0] == answers[1]
    pages = [outline(browser.get(reverse("account_email_verification_sent"))) for browser in (new, taken)]
    assert pages[0] == pages[1]
    resent = [outline(browser.post(reverse("cabinet_resend_verification"), follow=True)) for browser in (new, taken)]
    assert resent[0] == resent[1]
    assert get_user_model().objects.filter(email__iexact="taken@example.com").count() == 1
    assert "Ви вже зареєстровані" in newest_mail("taken@example.com").subject


def test_the_costly_hashing_is_done_once_whoever_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.make_user("taken@example.com")
    counts = []
    original = get_user_model().set_password

    def counted(user: Any, password: str | None) -> None:
        counts.append(1)
        original(user, password)

    monkeypatch.setattr(get_user_model(), "set_password", counted)
    register(Client())
    for_new = len(counts)
    counts.clear()
    register(Client(), email="taken@example.com")
    assert len(counts) == for_new == 1


def test_a_wrong_password_and_an_unknown_login_get_one_answer() -> None:
    factories.make_user("real@example.com")
    answers = [
        outline(Client().post(reverse("account_login"), {"login": email, "password": "wrong-password"}))
        for email in ("real@example.com", "none@example.com")
    ]
    assert answers[0][2].replace("real@example.com", "none@example.com") == answers[1][2]
    assert answers[0][:2] == answers[1][:2]
    assert answers[0][3:] == answers[1][3:]
    assert "Неправильний логін або пароль" in answers[0][2]


def test_recovery_gives_one_answer_and_mails_only_who_exists() -> None:
    factories.make_user("real@example.com")
    answers = []
    for email in ("real@example.com", "none@example.com"):
        browser = Client()
        first = outline(browser.post(reverse("account_reset_password"), {"email": email}))
        answers.append((first, outline(browser.get(first[1]))))
    assert answers[0] == answers[1]
    assert OutgoingMail.objects.count() == 1


def test_recovery_has_the_manuals_words_and_activates_a_login_whose_mail_was_lost(client: Client) -> None:
    register(client)
    page = seen(client.get(reverse("account_reset_password")))
    assert page.count("Запит на зміну пароля") >= 3
    assert "Логін" in page
    client.post(reverse("account_reset_password"), {"email": "NEW@example.com"})
    mail = newest_mail(FORM["email"])
    assert mail.subject == "Зміна пароля"
    browser = Client()
    form = browser.get(link(mail), follow=True)
    for label in ("Скинути пароль", "Новий пароль:", "Повторити пароль:", "Запит на зміну пароля"):
        assert label in seen(form), label
    new = "Inshyi-Parol-2026"
    done = browser.post(form.request["PATH_INFO"], {"password1": new, "password2": new}, follow=True)
    assert "Пароль змінено" in seen(done)
    assert EmailAddress.objects.get(email=FORM["email"]).verified
    answer = Client().post(reverse("account_login"), {"login": FORM["email"], "password": new})
    assert answer["Location"] == reverse("cabinet_landing")
    assert "недійсне" in seen(Client().get(link(mail), follow=True)), "the link works once"


def test_the_links_of_mails_never_lead_to_a_host_that_the_request_named(client: Client, settings: Any) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://cabinet.example"
    client.post(reverse("account_signup"), FORM, headers={"host": "evil.example"})
    client.post(reverse("account_reset_password"), {"email": FORM["email"]}, headers={"host": "evil.example"})
    mails = list(OutgoingMail.objects.filter(to=FORM["email"]))
    assert len(mails) == 2
    for mail in mails:
        assert "https://cabinet.example/" in mail.text
        assert "evil" not in mail.text + mail.html


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("password1", "short", "8"),
        ("password2", "another-password", "парол"),
        ("consent", "", "Без Вашої згоди"),
        ("phone", "12345", "номер телефону"),
        ("phone", "+48 601 234 567", "номер телефону"),
        ("email", "nobody", "адрес"),
        ("first_name", "", "обов"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(client: Client, field: str, value: str, complaint: str) -> None:
    response = register(client, **{field: value})
    assert response.status_code == 200
    assert complaint in seen(response)
    assert not get_user_model().objects.filter(email=FORM["email"]).exists()


@pytest.mark.parametrize("phone", ["0671234567", "+380671234567", "380671234567", "8 067 1234567", "(067) 123 45 67"])
def test_a_phone_is_kept_in_one_form(client: Client, phone: str) -> None:
    register(client, phone=phone)
    assert Person.objects.get().phone == "+380671234567"


def test_the_phone_may_be_left_empty(client: Client) -> None:
    register(client, phone="")
    assert Person.objects.get().phone == ""


def test_somebody_made_by_createsuperuser_signs_in_at_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", factories.PASSWORD)
    call_command("createsuperuser", interactive=False, email="Root@example.com", verbosity=0)
    answer = client.post(reverse("account_login"), {"login": "root@example.com", "password": factories.PASSWORD})
    assert answer["Location"] == reverse("cabinet_landing")


def test_a_changed_address_of_a_user_closes_the_old_one() -> None:
    user = factories.make_user("old@example.com")
    user.email = "changed@example.com"
    user.save()
    assert list(EmailAddress.objects.filter(user=user).values_list("email", "verified")) == [
        ("changed@example.com", True)
    ]
    answer = Client().post(reverse("account_login"), {"login": "old@example.com", "password": factories.PASSWORD})
    assert answer.status_code == 200


def test_the_account_is_blocked_for_guessers_after_five_wrong_passwords() -> None:
    factories.make_user("real@example.com")
    for _ in range(5):
        Client().post(reverse("account_login"), {"login": "real@example.com", "password": "wrong-password"})
    answer = Client().post(reverse("account_login"), {"login": "real@example.com", "password": factories.PASSWORD})
    assert answer.status_code == 200
    assert "Забагато неправильних паролів" in seen(answer)


def test_signing_out_takes_a_post(client: Client) -> None:
    client.force_login(factories.make_user())
    client.get(reverse("account_logout"))
    assert client.get(reverse("cabinet_profile")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("cabinet_profile")).status_code == 302


def test_somebody_who_tries_too_often_is_told_so_in_words(client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}
    statuses = [client.post(reverse("account_reset_password"), {"email": "a@example.com"}) for _ in range(2)]
    assert [answer.status_code for answer in statuses] == [302, 429]
    assert "Забагато спроб" in seen(statuses[1])
