"""Tests: fast hashing, mail and tasks in this process, private files in a temporary folder."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

TEMP_ROOT = Path(tempfile.mkdtemp(prefix="cabinet-tests-"))
atexit.register(shutil.rmtree, TEMP_ROOT, ignore_errors=True)
# `make test` gives every test to one worker on each database, and a worker is told the database by a short name.
if os.environ.get("TEST_DATABASE") == "sqlite":
    os.environ["DATABASE_URL"] = f"sqlite:///{TEMP_ROOT / 'db.sqlite3'}"
elif os.environ.get("TEST_DATABASE") == "postgresql":
    os.environ["DATABASE_URL"] = os.environ["POSTGRES_URL"]
    # Races of fifty people are fifty transactions at once, not eight and a queue for the pool.
    os.environ.setdefault("DATABASE_POOL_SIZE", "60")

from website.settings.base import *  # noqa: E402, F403
from website.settings.base import DATABASES, INSTALLED_APPS, STORAGES  # noqa: E402

DEBUG = False
SECRET_KEY = "tests-only-secret-key"  # noqa: S105
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [*INSTALLED_APPS, "website.demo"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {
    "default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"},
    "jobs": {
        "BACKEND": "django_tasks.backends.immediate.ImmediateBackend",
        "QUEUES": ["default", "imports", "mail"],
    },
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in real life: threads and processes of a test meet the same locks as those of the product.
    DATABASES["default"]["TEST"] = {"NAME": str(TEMP_ROOT / "test.sqlite3")}
MEDIA_ROOT = str(TEMP_ROOT / "media")
PRIVATE_ROOT = str(TEMP_ROOT / "private")
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
}
DEMO_ENABLED = True
# The mailbox of the demo shows what was sent.
WAGTAIL_CABINET = {"KEEP_SENT_MAIL": True}
