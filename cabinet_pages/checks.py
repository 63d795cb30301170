"""System checks of the cabinet: what a site must have set right before the cabinet is safe in it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, InvalidStorageError, storages

from cabinet_pages.conf import cabinet_settings

TAG = "cabinet"

# What allauth must be told for the cabinet's promises to hold, and what breaks without it.
ALLAUTH_SETTINGS: tuple[tuple[str, Any, str], ...] = (
    ("ACCOUNT_LOGIN_METHODS", {"email"}, "people sign in with their e-mail address"),
    ("ACCOUNT_EMAIL_VERIFICATION", "mandatory", "a login works only after its e-mail is confirmed"),
    ("ACCOUNT_PREVENT_ENUMERATION", True, "nothing tells whether an address is registered"),
    ("ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS", False, "nobody can have strangers mailed"),
)
ALLAUTH_FORMS = {
    "signup": "RegistrationForm",
    "login": "LoginForm",
    "reset_password": "PasswordResetForm",
    "reset_password_from_key": "NewPasswordForm",
}
MIDDLEWARE_ORDER = (
    "cabinet_pages.access.middleware.PrivateAnswersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cabinet_pages.access.middleware.LanguageMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
)


@register(TAG)
def check_allauth(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """allauth's settings are those that registration, recovery and secrecy rest on."""
    found: list[CheckMessage] = [
        Error(f"{name} must be {wanted!r}: {reason}.", id="cabinet_pages.E001")
        for name, wanted, reason in ALLAUTH_SETTINGS
        if getattr(settings, name, None) != wanted
    ]
    adapter = _imported(getattr(settings, "ACCOUNT_ADAPTER", ""))
    ours = _imported("cabinet_pages.access.adapter.CabinetAccountAdapter")
    if not (isinstance(adapter, type) and issubclass(adapter, ours)):
        found.append(
            Error(
                "ACCOUNT_ADAPTER must be CabinetAccountAdapter or a class of yours over it: "
                "otherwise mails do not go through the outbox.",
                id="cabinet_pages.E002",
            )
        )
    forms = getattr(settings, "ACCOUNT_FORMS", {})
    found += [
        Warning(
            f"ACCOUNT_FORMS[{name!r}] is not cabinet_pages.access.forms.{form} or a form over it.",
            id="cabinet_pages.W001",
        )
        for name, form in ALLAUTH_FORMS.items()
        if not _derives(forms.get(name, ""), f"cabinet_pages.access.forms.{form}")
    ]
    return found


@register(TAG)
def check_middleware(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The middleware that the cabinet needs is there, in an order in which it works."""
    installed = list(settings.MIDDLEWARE)
    found: list[CheckMessage] = [
        Error(f"{name} is missing from MIDDLEWARE.", id="cabinet_pages.E003")
        for name in MIDDLEWARE_ORDER
        if name not in installed
    ]
    places = [installed.index(name) for name in MIDDLEWARE_ORDER if name in installed]
    if places != sorted(places):
        found.append(
            Error(f"MIDDLEWARE must have these in this order: {', '.join(MIDDLEWARE_ORDER)}.", id="cabinet_pages.E004")
        )
    if "django.middleware.locale.LocaleMiddleware" in installed:
        found.append(
            Warning(
                "LocaleMiddleware gives every browser its own language; the cabinet speaks that of the profile or of "
                "the cookie, else Ukrainian. Leave LanguageMiddleware alone.",
                id="cabinet_pages.W002",
            )
        )
    return found


@register(TAG)
def check_template_order(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Our templates of allauth's screens and mails are found before allauth's own."""
    apps = list(settings.INSTALLED_APPS)
    ours = next((place for place, name in enumerate(apps) if name.startswith("cabinet_pages")), None)
    theirs = [place for place, name in enumerate(apps) if name == "allauth" or name.startswith("allauth.")]
    if ours is not None and theirs and ours > min(theirs):
        return [
            Error(
                "cabinet_pages must stand before allauth in INSTALLED_APPS: otherwise allauth's templates win.",
                id="cabinet_pages.E005",
            )
        ]
    return []


@register(TAG)
def check_page_types(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every cabinet page type has its guard first: guard, then RoutablePageMixin, then the page."""
    from wagtail.contrib.routable_page.models import RoutablePageMixin
    from wagtail.models import AbstractPage, get_page_models

    from cabinet_pages.windows.pages import Guard

    found: list[CheckMessage] = []
    for model in get_page_models():
        order = model.__mro__
        if Guard not in order:
            continue
        page = next(place for place, base in enumerate(order) if base is AbstractPage)
        routes = order.index(RoutablePageMixin) if RoutablePageMixin in order else None
        guard = order.index(Guard)
        if guard > page or (routes is not None and not guard < routes < page):
            found.append(
                Error(
                    f"{model.__module__}.{model.__name__} must name its bases in the order guard, RoutablePageMixin, "
                    "page: in any other the guard or the routes are skipped without a word.",
                    obj=model,
                    id="cabinet_pages.E006",
                )
            )
    return found


@register(TAG)
def check_private_storage(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Customers' files lie where no web server hands them out."""
    alias = cabinet_settings.PRIVATE_STORAGE
    try:
        storage = storages[alias]
    except (InvalidStorageError, ImproperlyConfigured):
        return [Error(f"STORAGES has no {alias!r}, where customers' files go.", id="cabinet_pages.E007")]
    if not isinstance(storage, FileSystemStorage):
        return []
    place = Path(storage.location).resolve()
    public = [Path(root).resolve() for root in (settings.MEDIA_ROOT, settings.STATIC_ROOT) if root]
    if any(place == root or root in place.parents for root in public):
        return [
            Error(
                f"STORAGES[{alias!r}] lies under MEDIA_ROOT or STATIC_ROOT, so anybody can fetch customers' files.",
                id="cabinet_pages.E008",
            )
        ]
    return []


@register(TAG, deploy=True)
def check_base_url(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The links of mails lead to the site's public address."""
    host = urlsplit(getattr(settings, "WAGTAILADMIN_BASE_URL", "") or "").hostname
    if host in (None, "localhost", "127.0.0.1", "::1"):
        return [
            Warning(
                "WAGTAILADMIN_BASE_URL must be the public address of the site: the links of mails begin with it.",
                id="cabinet_pages.W003",
            )
        ]
    return []


def _imported(name: str) -> Any:
    from django.utils.module_loading import import_string

    try:
        return import_string(name)
    except ImportError:
        return None


def _derives(name: str, base: str) -> bool:
    form, ours = _imported(name), _imported(base)
    return isinstance(form, type) and issubclass(form, ours)


CHECKS: tuple[Callable[..., list[CheckMessage]], ...] = (
    check_allauth,
    check_middleware,
    check_template_order,
    check_page_types,
    check_private_storage,
)
