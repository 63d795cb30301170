"""Push tokens: shown once, in the employee's branches alone, audited; and the command that makes them."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from imports.doctor import import_topics
from imports.models import PushToken
from imports.push.services import issue_token, token_of
from tests.cabinet_pages.staff.world import StaffWorld, make_world, staff_routes

BASE = "imports_pushtoken_modeladmin_"
INDEX, CREATE = reverse(f"{BASE}index"), reverse(f"{BASE}create")
ACTIONS = {"inspect", "edit", "delete", "history", "revoke"}


@pytest.fixture
def world(db: None) -> StaffWorld:
    return make_world()


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def administrator(world: StaffWorld) -> Client:
    """An operator of one branch who was given the right to make tokens."""
    world.vin.operator.user_permissions.add(*Permission.objects.filter(codename__endswith="pushtoken"))
    return signed_in(world.vin.operator)


def test_every_route_of_the_screen_has_a_case() -> None:
    routes = {action for screen, action in staff_routes("imports") if screen == "pushtoken"}
    assert routes == {"index", "create", *ACTIONS}


def test_a_token_is_shown_once_and_works(world: StaffWorld) -> None:
    client = signed_in(world.central)
    answer = client.post(CREATE, {"name": "1С", "branch": "VIN", "auto_apply": "on"})
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    token = token_of(secret)
    assert token is not None
    assert (token.branch, token.auto_apply, token.created_by) == (world.vin.branch, True, world.central)
    for url in (INDEX, reverse(f"{BASE}inspect", args=[token.pk]), reverse(f"{BASE}history", args=[token.pk])):
        text = client.get(url).content.decode()
        assert "1С" in text
        assert secret not in text
        assert token.digest not in text
    entry = ModelLogEntry.objects.get(action="imports.token.issue")
    assert entry.user == world.central
    assert secret not in str(entry.data)


def test_a_repeated_click_makes_no_second_token(world: StaffWorld) -> None:
    client = signed_in(world.central)
    client.post(CREATE, {"name": "1С", "branch": "ALL"})
    again = client.post(CREATE, {"name": "1С", "branch": "ALL"})
    assert again.status_code == 422
    assert "вже є" in again.content.decode()
    assert PushToken.objects.count() == 1


def test_a_token_is_revoked_after_a_question(world: StaffWorld) -> None:
    client = signed_in(world.central)
    token, secret = issue_token(name="1С", branch=world.vin.branch)
    url = reverse(f"{BASE}revoke", args=[token.pk])
    assert url in client.get(reverse(f"{BASE}inspect", args=[token.pk])).content.decode()
    assert client.get(url).status_code == 200
    assert token_of(secret) is not None
    for _ in range(2):
        assert client.post(url).status_code == 302
    assert token_of(secret) is None
    assert ModelLogEntry.objects.filter(action="imports.token.revoke").count() == 1


def test_a_branch_administrator_sees_and_makes_tokens_of_the_branch_alone(world: StaffWorld) -> None:
    client = administrator(world)
    foreign = [issue_token(name="ТРО", branch=world.tro.branch)[0], issue_token(name="Усі", branch=None)[0]]
    for token in foreign:
        for action in ACTIONS:
            for method in (client.get, client.post):
                assert method(reverse(f"{BASE}{action}", args=[token.pk])).status_code == 404
    assert list(client.get(INDEX).context["object_list"]) == []
    for branch in ("TRO", "ALL"):
        assert client.post(CREATE, {"name": "1С", "branch": branch}).status_code == 422
    assert client.post(CREATE, {"name": "1С", "branch": "VIN"}).status_code == 200
    assert PushToken.objects.exclude(pk__in=[token.pk for token in foreign]).get().branch == world.vin.branch
    assert not PushToken.objects.filter(revoked_at__isnull=False).exists()


def test_an_operator_without_the_right_and_a_customer_get_nothing(world: StaffWorld) -> None:
    token, _ = issue_token(name="Канарейка-токен", branch=world.vin.branch)
    urls = [INDEX, CREATE, *(reverse(f"{BASE}{action}", args=[token.pk]) for action in ACTIONS)]
    for client in (signed_in(world.vin.operator), signed_in(world.vin.person), Client()):
        for url in urls:
            for method in (client.get, client.post):
                answer = method(url, {"name": "x", "branch": "VIN"})
                assert answer.status_code in {302, 403, 404}
                assert "Канарейка-токен" not in answer.content.decode()
    assert PushToken.objects.get().revoked_at is None


def test_the_command_prints_a_token_once(world: StaffWorld) -> None:
    told, remark = StringIO(), StringIO()
    call_command("add_push_token", "1С", branch="vin", auto_apply=True, stdout=told, stderr=remark)
    token = token_of(told.getvalue().strip())
    assert token is not None
    assert (token.branch, token.auto_apply) == (world.vin.branch, True)
    assert "вдруге" in remark.getvalue()
    for name, branch in (("1С", "NON"), (" ", "VIN"), ("x" * 81, "VIN")):
        with pytest.raises(CommandError) as error:
            call_command("add_push_token", name, branch=branch)
        assert error.value.returncode == 2


def test_the_doctor_tells_where_1c_pushes_and_misses_the_address_where_tokens_need_it(
    world: StaffWorld, settings: Any
) -> None:
    def push_topic() -> Any:
        return next(topic for topic in import_topics() if topic.title == "Push from 1C")

    assert push_topic().lines == ("address: /api/imports/payments/", "tokens: 0")
    issue_token(name="1С", branch=None)
    settings.ROOT_URLCONF = "cabinet_pages.urls"
    assert "imports.urls" in push_topic().problems[0]
