"""A town's Wagtail site that took in the cabinet by following `docs/install.md`: every block of it is here."""

import os
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parents[1]
DATA_DIR = Path(os.environ.get("TOWN_DATA", BASE_DIR / "data"))

# --- the town's own, as Wagtail's project template has it -----------------------------------------------------------
SECRET_KEY = "a-town-of-its-own-with-a-key-that-is-long-enough-for-a-test"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "town.urls"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": environ.Env().db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'town.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # The worker writes beside the web server: a transaction takes the lock when it begins, and waits for it.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
WAGTAIL_SITE_NAME = "Town"
WAGTAILADMIN_BASE_URL = "https://town.example"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# --- apps -------------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "town_pages",
    # The cabinet stands above allauth: its templates of allauth's screens win.
    "cabinet_pages",
    "imports",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "wagtail_modeladmin",
    "import_export",
    "django_tasks",
    "django_tasks_db",
    "wagtail.contrib.settings",
    # Wagtail and Django, as every Wagtail site has them.
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    # modeladmin's filters need it; it may be without an address.
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

# --- middleware -------------------------------------------------------------------------------------------------------
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "cabinet_pages.access.middleware.PrivateAnswersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cabinet_pages.access.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

# --- templates --------------------------------------------------------------------------------------------------------
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "cabinet_pages.windows.context.cabinet",
            ],
        },
    },
]

# --- signing in -------------------------------------------------------------------------------------------------------
# The town keeps Django's own user, who has a user name: allauth makes one up from the e-mail address.
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "cabinet_landing"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "cabinet_pages.access.adapter.CabinetAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_FORMS = {
    "signup": "cabinet_pages.access.forms.RegistrationForm",
    "login": "cabinet_pages.access.forms.LoginForm",
    "reset_password": "cabinet_pages.access.forms.PasswordResetForm",
    "reset_password_from_key": "cabinet_pages.access.forms.NewPasswordForm",
}

# --- private files ----------------------------------------------------------------------------------------------------
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "private", "base_url": None},
    },
}

# --- background work --------------------------------------------------------------------------------------------------
TASKS = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    "jobs": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "imports", "mail"]},
}
