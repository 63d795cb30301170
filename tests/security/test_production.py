"""Production starts only with a secret and hosts of its own, and has nothing of the demo."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {"SECRET_KEY": "r4nd0m-" * 10, "ALLOWED_HOSTS": "cabinet.example", "DEBUG": ""}
WALK = """
import django; django.setup()
from django.conf import settings
from django.urls import resolve, reverse, NoReverseMatch
assert resolve("/demo/mail/").url_name == "wagtail_serve"
try: reverse("demo_mailbox")
except NoReverseMatch: pass
else: raise SystemExit("the demo's mailbox is there")
assert not settings.DEBUG and "website.demo" not in settings.INSTALLED_APPS
assert settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"), "mails would be printed"
assert settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE and settings.SESSION_COOKIE_HTTPONLY
assert settings.SESSION_COOKIE_NAME.startswith("__Host-") and settings.SECURE_HSTS_SECONDS >= 31_536_000
"""


def start(**changes: str) -> "subprocess.CompletedProcess[str]":
    names = {"SECRET_KEY", "ALLOWED_HOSTS", "DEBUG", "EMAIL_URL", "DJANGO_SETTINGS_MODULE"}
    outer = {name: value for name, value in os.environ.items() if name not in names}
    given = {name: value for name, value in {**GOOD, **changes}.items() if value}
    environment = {
        **outer,
        **given,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'site'}",
        "DJANGO_SETTINGS_MODULE": "website.settings.production",
    }
    return subprocess.run(
        [sys.executable, "-c", WALK], env=environment, capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_production_starts_without_anything_of_the_demo() -> None:
    done = start()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "change",
    [
        {"DEBUG": "1"},
        {"SECRET_KEY": ""},
        {"SECRET_KEY": "short"},
        {"SECRET_KEY": "development-only-secret-key-never-used-in-production"},
        {"SECRET_KEY": "change-me-" * 10},
        {"ALLOWED_HOSTS": ""},
        {"ALLOWED_HOSTS": "*"},
    ],
    ids=lambda change: "-".join(f"{name}={value[:8]}" for name, value in change.items()),
)
def test_production_refuses_to_start_half_configured(change: dict[str, str]) -> None:
    done = start(**change)
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
