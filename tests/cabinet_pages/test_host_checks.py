"""A host that lacks something the cabinet stands on is told so by `manage.py check`."""

from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.urls import clear_url_caches, include, path, set_urlconf
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from cabinet_pages import host_checks


def _all() -> list[CheckMessage]:
    return [message for check in host_checks.HOST_CHECKS for message in check(None)]


def _ids() -> list[str]:
    return [str(message.id).removeprefix("cabinet_pages.") for message in _all()]


def test_a_well_set_up_site_has_no_remarks() -> None:
    assert _all() == []


@pytest.mark.parametrize("name", host_checks.APPS)
def test_an_app_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(host_checks.apps, "is_installed", lambda asked: asked != name)
    (message,) = host_checks.check_apps(None)
    assert name in message.msg


@pytest.mark.parametrize("name", host_checks.CONTEXT_PROCESSORS)
def test_a_context_processor_that_is_missing_is_named(settings: Any, name: str) -> None:
    engine = settings.TEMPLATES[0]
    kept = [one for one in engine["OPTIONS"]["context_processors"] if one != name]
    settings.TEMPLATES = [{**engine, "OPTIONS": {**engine["OPTIONS"], "context_processors": kept}}]
    (message,) = host_checks.check_templates(None)
    assert name in message.msg


def test_a_site_that_finds_no_templates_in_apps_is_told(settings: Any) -> None:
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "APP_DIRS": False}]
    assert _ids() == ["E010"]


def test_a_task_backend_that_is_missing_or_lacks_a_queue_is_named(settings: Any) -> None:
    backends = settings.TASKS
    settings.WAGTAIL_CABINET = {"TASK_BACKEND": "elsewhere"}
    assert _ids() == ["E011"]
    settings.WAGTAIL_CABINET = {"TASK_BACKEND": "default"}
    assert backends["default"].get("QUEUES") is None
    (message,) = host_checks.check_tasks(None)
    assert "imports, mail" in message.msg


def _urlconf(*patterns: Any) -> ModuleType:
    module = ModuleType("urls_of_a_host")
    module.urlpatterns = list(patterns)  # type: ignore[attr-defined]
    return module


CABINET = path("", include("cabinet_pages.urls"))
ALLAUTH = path("accounts/", include("allauth.urls"))
ADMIN = path("admin/", include(wagtailadmin_urls))
PAGES = path("", include(wagtail_urls))


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ((CABINET, ADMIN, PAGES), ["E013"]),
        ((ALLAUTH, ADMIN, PAGES), ["E013"]),
        ((ADMIN, CABINET, ALLAUTH, PAGES), ["W004"]),
        ((CABINET, ALLAUTH, ADMIN, PAGES), []),
    ],
)
def test_addresses_that_are_missing_or_hidden_by_wagtails_are_named(
    settings: Any, patterns: tuple[Any, ...], expected: list[str]
) -> None:
    settings.ROOT_URLCONF = _urlconf(*patterns)
    clear_url_caches()
    set_urlconf(None)
    try:
        assert [str(one.id).removeprefix("cabinet_pages.") for one in host_checks.check_addresses(None)] == expected
    finally:
        clear_url_caches()


def test_another_login_page_than_the_cabinets_is_an_error(settings: Any) -> None:
    settings.LOGIN_URL = "/elsewhere/"
    assert _ids() == ["E014"]


def test_a_user_name_field_that_the_user_model_has_not_is_an_error(settings: Any) -> None:
    settings.ACCOUNT_USER_MODEL_USERNAME_FIELD = "nickname"
    assert _ids() == ["E015"]


def test_logins_that_are_not_by_email_are_errors(settings: Any) -> None:
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    settings.ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
    assert _ids() == ["E017", "E018"]


def test_a_site_in_other_languages_than_the_cabinets_is_told(settings: Any) -> None:
    settings.LANGUAGES = [("de", "Deutsch")]
    assert _ids() == ["W005"]


def test_sqlite_without_immediate_transactions_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    database = SimpleNamespace(vendor="sqlite", settings_dict={"OPTIONS": {"timeout": 20}})
    monkeypatch.setattr(host_checks, "connection", database)
    assert _ids() == ["W006"]
