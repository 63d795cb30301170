"""Limits of tries hold against floods and forged headers."""

from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests import factories as make
from website.settings import base

pytestmark = pytest.mark.django_db


WRONG = "not-the-password"


def guess(email: str, password: str = WRONG, **headers: str) -> Client:
    client = Client(headers=headers)
    client.post(reverse("account_login"), {"login": email, "password": password})
    return client


def test_a_flood_of_other_keys_does_not_push_counted_tries_out(settings: Any) -> None:
    settings.CACHES = base.CACHES
    call_command("createcachetable")
    cache.set("0-counted", 1, 3600)
    for number in range(900):
        cache.set(f"flood-{number}", number, 3600)
    assert cache.get("0-counted") == 1


@pytest.mark.parametrize("spelling", ["{}", " {} ", "{}\t"])
def test_five_wrong_passwords_close_a_login_whatever_its_spelling_and_forged_address(spelling: str) -> None:
    user = make.make_user("victim@example.com")
    for number in range(5):
        email = spelling.format(user.email.upper() if number % 2 else user.email)
        guess(email, **{"X-Forwarded-For": f"10.0.0.{number}", "X-Real-IP": f"10.0.0.{number}"})
    assert SESSION_KEY not in guess(user.email, make.PASSWORD, **{"X-Forwarded-For": "10.9.9.9"}).session


def test_guesses_over_many_logins_are_counted_by_the_real_address() -> None:
    user = make.make_user("victim@example.com")
    for number in range(10):
        guess(f"somebody{number}@example.com", **{"X-Forwarded-For": f"10.0.1.{number}"})
    assert SESSION_KEY not in guess(user.email, make.PASSWORD, **{"X-Forwarded-For": "10.9.9.9"}).session


def test_a_success_of_another_login_between_forgives_no_wrong_password() -> None:
    user, own = make.make_user("victim@example.com"), make.make_user("attacker@example.com")
    for _ in range(5):
        guess(user.email)
        guess(own.email, make.PASSWORD)
    assert SESSION_KEY not in guess(user.email, make.PASSWORD).session
