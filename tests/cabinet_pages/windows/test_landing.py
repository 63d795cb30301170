"""Where everybody goes after signing in."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail import hooks

from tests import factories
from tests.cabinet_pages.access.conftest import ask

pytestmark = pytest.mark.django_db
LANDING = "/my/"


@pytest.fixture(autouse=True)
def cabinet() -> Any:
    return factories.make_site()


def landing_of(user: Any) -> str:
    client = Client()
    client.force_login(user)
    response = client.get(LANDING)
    assert response.status_code == 302
    return str(response["Location"])


def test_signing_in_leads_to_the_landing() -> None:
    user = factories.make_user()
    answer = Client().post(reverse("account_login"), {"login": user.email, "password": factories.PASSWORD})
    assert answer["Location"] == LANDING


def test_a_customer_with_accounts_goes_to_their_list() -> None:
    user = factories.make_user()
    factories.grant(user, factories.make_account())
    assert landing_of(user).endswith("/cabinet/legal/accounts/")


def test_a_newcomer_first_chooses_the_section_and_after_a_request_goes_to_it() -> None:
    user = factories.make_user()
    assert landing_of(user).endswith("/cabinet/")
    ask(user)
    assert landing_of(user).endswith("/cabinet/legal/")


def test_an_administrator_goes_to_the_admin_home() -> None:
    assert landing_of(factories.make_user(is_superuser=True, is_staff=True)) == reverse("wagtailadmin_home")


def test_an_operator_goes_where_the_import_desk_says() -> None:
    operator = factories.make_operator("vin@example.com", factories.make_branch())
    with hooks.register_temporarily("cabinet_staff_landing", lambda request: "/desk/", order=-10):
        assert landing_of(operator) == "/desk/"


def test_an_editor_goes_to_the_page_explorer(cabinet: Any) -> None:
    editor = factories.make_user()
    editor.groups.add(*Group.objects.filter(name__in=["Editors", "Moderators"]))
    assert landing_of(editor) == reverse("wagtailadmin_explore_root")


def test_anonymous_people_sign_in_first(client: Client) -> None:
    answer = client.get(LANDING)
    assert answer["Location"] == f"{reverse('account_login')}?next={LANDING}"


def test_wagtails_login_is_ours(client: Client) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert "Замовник послуги" in answer.content.decode()


def test_a_customer_at_the_admin_is_told_so_without_a_loop(client: Client) -> None:
    client.force_login(factories.make_user())
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert len(answer.redirect_chain) == 1
    page = answer.content.decode()
    assert "Лише для працівників" in page
    assert "permission" not in page
    assert "permission" not in client.get(reverse("cabinet_profile")).content.decode()


def test_an_employee_passes_the_gate(client: Client) -> None:
    client.force_login(factories.make_operator("vin@example.com", factories.make_branch()))
    answer = client.get("/admin/login/?next=/admin/reports/locked/")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/reports/locked/")


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_no_next_leads_off_the_site(client: Client, target: str) -> None:
    answer = client.post(reverse("cabinet_set_language"), {"language": "en", "next": target})
    assert answer["Location"] == LANDING
    client.force_login(factories.make_operator("vin@example.com", factories.make_branch()))
    assert client.get("/admin/login/", {"next": target})["Location"] == "/admin/"


def test_the_language_is_kept_by_the_cookie_and_the_profile_never_by_the_browser(client: Client) -> None:
    english = {"accept-language": "en-US,en"}
    assert 'lang="uk"' in client.get(reverse("account_login"), headers=english).content.decode()
    user = factories.make_user()
    client.force_login(user)
    answer = client.post(reverse("cabinet_set_language"), {"language": "en", "next": "/my/profile/"}, follow=True)
    assert 'lang="en"' in answer.content.decode()
    user.cabinet_person.refresh_from_db()
    assert user.cabinet_person.language == "en"
    other = Client()
    login = other.post(reverse("account_login"), {"login": user.email, "password": factories.PASSWORD})
    assert login.cookies["django_language"].value == "en"


@pytest.mark.parametrize("language", ["xx", "", "ru"])
def test_an_unknown_language_changes_nothing(client: Client, language: str) -> None:
    answer = client.post(reverse("cabinet_set_language"), {"language": language, "next": "/my/profile/"})
    assert answer.status_code == 302
    assert "django_language" not in answer.cookies


def test_the_profile_is_read_and_changed(client: Client) -> None:
    user = factories.make_user()
    client.force_login(user)
    address = reverse("cabinet_profile")
    page = client.get(address)
    assert "no-store" in page["Cache-Control"]
    assert "Ґалаґан" in page.content.decode()
    fields = {"first_name": "Іван", "last_name": "Єрмак", "phone": "067 123 45 67", "language": "uk"}
    answer = client.post(address, fields, follow=True)
    assert "Профіль збережено." in answer.content.decode()
    user.cabinet_person.refresh_from_db()
    assert (str(user.cabinet_person), user.cabinet_person.phone) == ("Іван Єрмак", "+380671234567")
    assert client.post(address, {**fields, "phone": "abc"}).status_code == 422


def test_an_employee_without_a_person_gets_one_with_the_profile(client: Client) -> None:
    user = factories.make_user()
    user.cabinet_person.delete()
    client.force_login(type(user).objects.get(pk=user.pk))
    fields = {"first_name": "Іван", "last_name": "Єрмак", "phone": "", "language": "uk"}
    assert client.post(reverse("cabinet_profile"), fields).status_code == 302
    assert type(user).objects.get(pk=user.pk).cabinet_person.last_name == "Єрмак"


@pytest.mark.parametrize(
    "name", ["mfa_index", "usersessions_list", "account_change_password", "account_reauthenticate"]
)
def test_allauths_own_screens_stand_in_our_frame(client: Client, name: str) -> None:
    user = factories.make_user()
    client.post(reverse("account_login"), {"login": user.email, "password": factories.PASSWORD})
    page = client.get(reverse(name)).content.decode()
    assert "site-header" in page
    assert "Ґалаґан" in page
    assert "<script" not in page
    assert " style=" not in page


def test_signing_out_elsewhere_ends_the_other_sessions(client: Client) -> None:
    user = factories.make_user()
    other = Client()
    for browser in (client, other):
        browser.post(reverse("account_login"), {"login": user.email, "password": factories.PASSWORD})
        assert browser.get(reverse("cabinet_profile")).status_code == 200
    assert "Вийти на інших пристроях" in client.get(reverse("usersessions_list")).content.decode()
    client.post(reverse("usersessions_list"))
    assert other.get(reverse("cabinet_profile")).status_code == 302
    assert client.get(reverse("cabinet_profile")).status_code == 200
