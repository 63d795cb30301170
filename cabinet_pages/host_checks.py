"""System checks of the host site: apps, templates, addresses, tasks and logins that the cabinet stands on."""

from collections.abc import Callable
from typing import Any

from allauth.account import app_settings as allauth_settings
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.module_loading import import_string
from django_tasks import task_backends
from django_tasks.exceptions import InvalidTaskBackendError

from cabinet_pages.access.language import offered_languages
from cabinet_pages.conf import cabinet_settings

TAG = "cabinet"

# App → what is missing without it.
APPS = {
    "wagtail_modeladmin": "the staff screens have no templates",
    "wagtail.contrib.settings": "nobody can edit the utility's name, phones and requisites",
    "django.contrib.admin": "the filters of the staff screens do not work (it needs no address of its own)",
    "django.contrib.messages": "screens cannot answer what was done",
}
CONTEXT_PROCESSORS = (
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "wagtail.contrib.settings.context_processors.settings",
    "cabinet_pages.windows.context.cabinet",
)
# Name of an address → what the host's URLconf includes for it.
ADDRESSES = {
    "cabinet_landing": 'path("", include("cabinet_pages.urls"))',
    "account_login": 'path("accounts/", include("allauth.urls"))',
    "wagtailadmin_home": 'path("admin/", include("wagtail.admin.urls"))',
    "wagtail_serve": 'path("", include("wagtail.urls"))',
}
QUEUES = {"imports", "mail"}
ALLAUTH_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@register(TAG)
def check_apps(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The apps whose templates and screens the cabinet uses are installed."""
    return [
        Error(f"INSTALLED_APPS lacks {name!r}: {reason}.", id="cabinet_pages.E009")
        for name, reason in APPS.items()
        if not apps.is_installed(name)
    ]


@register(TAG)
def check_templates(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Templates are found in apps, and get what the cabinet's base template shows."""
    engines: list[dict[str, Any]] = [
        one for one in settings.TEMPLATES if str(one["BACKEND"]).endswith(".DjangoTemplates")
    ]
    if not engines:
        return [Error("TEMPLATES has no DjangoTemplates backend.", id="cabinet_pages.E010")]
    options = engines[0].get("OPTIONS", {})
    found: list[CheckMessage] = [
        Error(f"TEMPLATES lacks the context processor {name!r}.", id="cabinet_pages.E010")
        for name in CONTEXT_PROCESSORS
        if name not in options.get("context_processors", [])
    ]
    if not engines[0].get("APP_DIRS") and "loaders" not in options:
        found.append(Error("TEMPLATES must set APP_DIRS: the cabinet ships its templates.", id="cabinet_pages.E010"))
    return found


@register(TAG)
def check_tasks(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Imports and mails have a task backend with their queues."""
    alias = cabinet_settings.TASK_BACKEND
    try:
        backend = task_backends[alias]
    except InvalidTaskBackendError as error:
        return [
            Error(
                f"TASKS has no usable {alias!r}, which runs imports and mails: {error}",
                hint="See «Background work» in docs/install.md.",
                id="cabinet_pages.E011",
            )
        ]
    lacking = QUEUES - backend.queues if backend.queues else set()
    if lacking:
        return [Error(f"TASKS[{alias!r}]['QUEUES'] lacks {', '.join(sorted(lacking))}.", id="cabinet_pages.E012")]
    return []


@register(TAG)
def check_addresses(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The cabinet's, allauth's and Wagtail's addresses are there, the cabinet's before Wagtail's."""
    found: list[CheckMessage] = []
    for name, included in ADDRESSES.items():
        try:
            reverse(name, args=[""] if name == "wagtail_serve" else [])
        except NoReverseMatch:
            found.append(Error(f"The URLconf has no {name!r}.", hint=f"Add {included}.", id="cabinet_pages.E013"))
    if found:
        return found
    if resolve_url(settings.LOGIN_URL) != reverse("account_login"):
        found.append(Error("LOGIN_URL must be 'account_login'.", id="cabinet_pages.E014"))
    try:
        gate = resolve(reverse("wagtailadmin_login")).url_name
    except NoReverseMatch:
        return found
    if gate != "cabinet_staff_gate":
        found.append(
            Warning(
                "Wagtail's own login stands before the cabinet's gate: employees would have a second login, by "
                "another name and without its limits.",
                hint="Include cabinet_pages.urls first; where the admin is not at admin/, put "
                "cabinet_pages.access.views.staff_gate at its login/ under the name cabinet_staff_gate.",
                id="cabinet_pages.W004",
            )
        )
    return found


@register(TAG)
def check_logins(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """People of the host's user model can sign in by their e-mail address."""
    found: list[CheckMessage] = []
    model = get_user_model()
    for setting, field in (
        ("ACCOUNT_USER_MODEL_EMAIL_FIELD", allauth_settings.USER_MODEL_EMAIL_FIELD),
        ("ACCOUNT_USER_MODEL_USERNAME_FIELD", allauth_settings.USER_MODEL_USERNAME_FIELD),
    ):
        if field is None and setting.endswith("USERNAME_FIELD"):
            continue
        try:
            model._meta.get_field(field)
        except FieldDoesNotExist:
            found.append(
                Error(
                    f"{setting} names {field!r}, which {settings.AUTH_USER_MODEL} has not.",
                    hint="A user model without a user name needs ACCOUNT_USER_MODEL_USERNAME_FIELD = None.",
                    id="cabinet_pages.E015",
                )
            )
    try:
        model._meta.get_field("email")
    except FieldDoesNotExist:
        found.append(
            Error(f"{settings.AUTH_USER_MODEL} needs a field «email»: people sign in by it.", id="cabinet_pages.E016")
        )
    ours = import_string(ALLAUTH_BACKEND)
    if not any(issubclass(import_string(name), ours) for name in settings.AUTHENTICATION_BACKENDS):
        found.append(Error(f"AUTHENTICATION_BACKENDS must have {ALLAUTH_BACKEND!r}.", id="cabinet_pages.E017"))
    fields = getattr(settings, "ACCOUNT_SIGNUP_FIELDS", [])
    if "email*" not in fields or any(name.startswith("username") for name in fields):
        found.append(
            Error(
                "ACCOUNT_SIGNUP_FIELDS must ask for an e-mail and for no user name.",
                hint='ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]',
                id="cabinet_pages.E018",
            )
        )
    return found


@register(TAG)
def check_languages(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The host has a language that the cabinet speaks."""
    if offered_languages():
        return []
    return [
        Warning(
            f"LANGUAGES has none of {', '.join(cabinet_settings.LANGUAGES)}: the cabinet shows its English texts.",
            id="cabinet_pages.W005",
        )
    ]


@register(TAG)
def check_sqlite(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """On SQLite a transaction takes the lock when it begins, so that writers wait for each other."""
    mode = str(connection.settings_dict.get("OPTIONS", {}).get("transaction_mode", "")).upper()
    if connection.vendor != "sqlite" or mode in ("IMMEDIATE", "EXCLUSIVE"):
        return []
    return [
        Warning(
            "SQLite transactions that begin with a read fail with «database is locked» when the worker writes.",
            hint="DATABASES['default']['OPTIONS'] = {'transaction_mode': 'IMMEDIATE', 'timeout': 20}",
            id="cabinet_pages.W006",
        )
    ]


HOST_CHECKS: tuple[Callable[..., list[CheckMessage]], ...] = (
    check_apps,
    check_templates,
    check_tasks,
    check_addresses,
    check_logins,
    check_languages,
    check_sqlite,
)
