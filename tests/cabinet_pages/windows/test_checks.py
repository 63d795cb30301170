"""The system checks find what would make the cabinet unsafe in a site."""

from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from wagtail.contrib.routable_page.models import RoutablePageMixin

from cabinet_pages import checks
from cabinet_pages.windows.pages import CabinetBasePage, Guard


def found(settings: Any, **changes: Any) -> set[str]:
    for name, value in changes.items():
        setattr(settings, name, value)
    return {str(message.id) for check in checks.CHECKS for message in check(None)}


def test_the_projects_own_settings_pass(settings: Any) -> None:
    assert found(settings) == set()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("ACCOUNT_EMAIL_VERIFICATION", "optional", "E001"),
        ("ACCOUNT_LOGIN_METHODS", {"username"}, "E001"),
        ("ACCOUNT_PREVENT_ENUMERATION", False, "E001"),
        ("ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS", True, "E001"),
        ("ACCOUNT_ADAPTER", "allauth.account.adapter.DefaultAccountAdapter", "E002"),
        ("ACCOUNT_FORMS", {}, "W001"),
    ],
)
def test_wrong_allauth_settings_are_named(settings: Any, name: str, value: Any, code: str) -> None:
    assert found(settings, **{name: value}) == {f"cabinet_pages.{code}"}


def test_a_missing_and_a_misplaced_middleware_are_named(settings: Any) -> None:
    language = "cabinet_pages.access.middleware.LanguageMiddleware"
    without = [name for name in settings.MIDDLEWARE if name != language]
    assert found(settings, MIDDLEWARE=without) == {"cabinet_pages.E003"}
    assert found(settings, MIDDLEWARE=[*without, language]) == {"cabinet_pages.E004"}
    assert found(settings, MIDDLEWARE=[language, *without]) == {"cabinet_pages.E004"}


def test_djangos_locale_middleware_is_warned_about(settings: Any) -> None:
    both = [*settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]
    assert found(settings, MIDDLEWARE=both) == {"cabinet_pages.W002"}


def test_allauths_templates_must_not_win(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong:
        INSTALLED_APPS = ["allauth", "allauth.account", "cabinet_pages"]

    monkeypatch.setattr(checks, "settings", Wrong)
    assert {message.id for message in checks.check_template_order(None)} == {"cabinet_pages.E005"}


def test_private_files_must_not_lie_among_the_public_ones(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    inside = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "private")},
    }
    assert found(settings, STORAGES={**settings.STORAGES, "private": inside}) == {"cabinet_pages.E008"}
    without = {name: value for name, value in settings.STORAGES.items() if name != "private"}
    assert found(settings, STORAGES=without) == {"cabinet_pages.E007"}


class GuardLast(CabinetBasePage, Guard):
    """The page before its guard: `serve` of the page answers everybody."""

    class Meta:
        abstract = True


class RoutesFirst(RoutablePageMixin, Guard, CabinetBasePage):  # type: ignore[misc]
    """The routes before the guard: they answer everybody."""

    class Meta:
        abstract = True


def test_a_deployment_must_name_its_public_address(settings: Any) -> None:
    settings.WAGTAILADMIN_BASE_URL = "http://127.0.0.1:8000"
    assert [message.id for message in checks.check_base_url(None)] == ["cabinet_pages.W003"]
    settings.WAGTAILADMIN_BASE_URL = "https://cabinet.example"
    assert checks.check_base_url(None) == []


@pytest.mark.parametrize("model", [GuardLast, RoutesFirst])
def test_a_page_type_with_its_mixins_in_the_wrong_order_is_named(monkeypatch: pytest.MonkeyPatch, model: Any) -> None:
    monkeypatch.setattr("wagtail.models.get_page_models", lambda: [model])
    assert [message.id for message in checks.check_page_types(None)] == ["cabinet_pages.E006"]


def test_a_site_without_allauth_is_told_so_before_anything_obscure(monkeypatch: pytest.MonkeyPatch) -> None:
    config = apps.get_app_config("cabinet_pages")
    monkeypatch.setattr(config.apps, "is_installed", lambda name: not name.startswith("allauth"))
    with pytest.raises(ImproperlyConfigured, match="needs allauth and allauth"):
        config.import_models()
