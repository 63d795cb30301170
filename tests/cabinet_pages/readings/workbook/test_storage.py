"""How long an uploaded workbook is kept."""

import io
import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from cabinet_pages.access.models import private_storage
from cabinet_pages.readings.workbook.storage import keep_workbook, kept_workbook
from tests import factories

pytestmark = pytest.mark.django_db
DAY = 24 * 60 * 60


def keep(user: Any, content: bytes = b"PK") -> str:
    return keep_workbook(user, io.BytesIO(content))


def files_of(user: Any) -> list[Path]:
    folder = Path(settings.PRIVATE_ROOT) / "reading-workbooks" / str(user.pk)
    return sorted(folder.iterdir()) if folder.exists() else []


def age(user: Any, seconds: float) -> None:
    for path in files_of(user):
        moment = time.time() - seconds
        os.utime(path, (moment, moment))


def test_a_workbook_is_kept_for_a_day_and_not_longer() -> None:
    user = factories.make_user()
    digest = keep(user)
    age(user, DAY - 60)
    file = kept_workbook(user, digest)
    assert file is not None
    file.close()
    age(user, DAY + 60)
    assert kept_workbook(user, digest) is None
    # Uploaded again it is kept for another day.
    assert keep(user) == digest
    file = kept_workbook(user, digest)
    assert file is not None
    file.close()


def test_the_daily_run_clears_away_what_nobody_came_back_to() -> None:
    gone, here = factories.make_user(), factories.make_user()
    keep(gone)
    keep(here)
    age(gone, DAY + 60)
    call_command("send_reading_reminders", "--dry-run")
    assert files_of(gone)
    call_command("send_reading_reminders")
    assert not files_of(gone)
    assert len(files_of(here)) == 1


def test_a_workbook_goes_with_its_person(django_capture_on_commit_callbacks: Any) -> None:
    user, other = factories.make_user(), factories.make_user()
    keep(user)
    keep(other)
    folder = f"reading-workbooks/{user.pk}"
    with django_capture_on_commit_callbacks(execute=True):
        user.delete()
    assert private_storage().listdir(folder)[1] == []
    assert files_of(other)
