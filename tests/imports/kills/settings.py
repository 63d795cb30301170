"""Settings of the processes that are killed: the tests' own, with the database as task queue and small chunks."""

from website.settings import base
from website.settings.test import *  # noqa: F403

TASKS = base.TASKS
# No lease: whoever looks after a batch may take it up as soon as its worker is dead.
WAGTAIL_CABINET_IMPORTS = {"CHUNK_ROWS": 25, "LEASE_SECONDS": 0, "RESUME_ATTEMPTS": 100}
