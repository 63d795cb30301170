"""Settings of the worker that is killed: the tests' own, with a real mail server."""

from website.settings import base
from website.settings.test import *  # noqa: F403

EMAIL_BACKEND = base.EMAIL_BACKEND
EMAIL_TIMEOUT = 30
TASKS = base.TASKS
