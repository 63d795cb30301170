"""Development: DEBUG, a throw-away secret, the demo."""

from website.settings.base import *  # noqa: F403
from website.settings.base import INSTALLED_APPS, LOGGING, STORAGES, env

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="development-only-secret-key-never-used-in-production")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
INSTALLED_APPS = [*INSTALLED_APPS, "website.demo"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Mails are read at the demo's mail page, so nothing is sent anywhere unless EMAIL_URL names a server.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="dummymail://")
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
DEMO_ENABLED = True
# The mailbox of the demo shows what was sent.
WAGTAIL_CABINET = {
    "KEEP_SENT_MAIL": True,
    # Payments over the internet can be tried to the end; no money moves.
    "PAYMENT_PROVIDER": {
        "BACKEND": "website.demo.bank.provider.DemoBank",
        "OPTIONS": {"secret": "the-bank-of-the-demo-signs-with-this"},
    },
}
# The demo's bank account, so that statements and the queue of receipts can be tried.
WAGTAIL_CABINET_IMPORTS = {
    "BANK_ACCOUNTS": {
        "UA213223130000026007233566001": {
            "article": "Плата за розподіл електроенергії",
            "purposes": [("пен[яюі]", "Пеня"), ("річн", "Річні відсотки"), ("інфляц", "Інфляційні відсотки")],
        },
    },
}
# The start shows its own lines: neither every page that is made nor every small task that ran. The level stands at the
# handler, because the task worker sets the levels of its loggers itself.
LOGGING = {
    **LOGGING,
    "handlers": {
        **LOGGING["handlers"],
        "warnings": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "level": env.str("LOG_LEVEL", default="WARNING"),
        },
    },
    "loggers": {
        name: {"handlers": ["warnings"], "propagate": False} for name in ("wagtail", "django_tasks", "django_tasks_db")
    },
}
