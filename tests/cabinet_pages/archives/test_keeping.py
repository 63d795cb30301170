"""How long an archive is kept, what is noted of it, and the kinds of others."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone
from wagtail import hooks
from wagtail.models import ModelLogEntry

from cabinet_pages.access.models import private_storage
from cabinet_pages.access.queries import scopes_for
from cabinet_pages.archives.building import build_archive
from cabinet_pages.archives.kinds import ArchiveFile, ArchiveKind, Column, Content, Entry
from cabinet_pages.archives.models import Archive
from cabinet_pages.archives.services.orders import KEPT_FOR_A_PERSON, order_archive
from cabinet_pages.archives.services.sweeping import sweep_archives
from tests.cabinet_pages.archives.orders import INVOICES, content_of, ordered, stored
from tests.cabinet_pages.archives.zips import opened
from tests.support.windows import client_of


@pytest.mark.usefixtures("quick")
class TestItIsKeptForAWhile:
    def test_what_is_over_is_absent_at_once_and_swept_by_the_daily_timer(self, user: Any) -> None:
        archive = ordered(user)
        build_archive(archive.pk)
        client = client_of(user)
        assert client.get(f"/my/archives/{archive.uuid}/file/").status_code == 200
        assert sweep_archives() == 0
        Archive.objects.update(expires_at=timezone.now())
        assert client.get(f"/my/archives/{archive.uuid}/file/").status_code == 404
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.db.transaction.on_commit", lambda function, **options: function())
            call_command("send_reading_reminders", verbosity=0)
        assert not Archive.objects.exists()
        assert stored(user) == []

    def test_an_order_that_nobody_ever_made_does_not_stand_in_the_way_of_the_next(self, user: Any) -> None:
        first = ordered(user)
        Archive.objects.update(expires_at=timezone.now())
        assert ordered(user, 1).pk != first.pk

    def test_files_that_dead_workers_left_are_swept_after_a_day(self, user: Any) -> None:
        archive = ordered(user)
        build_archive(archive.pk)
        archive.refresh_from_db()
        storage = private_storage()
        orphan = storage.save(f"archives/{user.pk}/orphan.zip", ContentFile(b"PK"))
        assert sweep_archives() == 0
        day_ago = (timezone.now() - timedelta(hours=25)).timestamp()
        for name in (orphan, str(archive.file.name)):
            os.utime(storage.path(name), (day_ago, day_ago))
        assert sweep_archives() == 1
        assert stored(user) == [Path(str(archive.file.name)).name]

    def test_the_newest_few_of_a_person_are_kept_and_files_go_with_their_person(
        self, user: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        for _number in range(KEPT_FOR_A_PERSON + 2):
            with django_capture_on_commit_callbacks(execute=True):
                ordered(user)
        assert Archive.objects.count() == len(stored(user)) == KEPT_FOR_A_PERSON
        with django_capture_on_commit_callbacks(execute=True):
            user.delete()
        assert not Archive.objects.exists()
        assert stored(user) == []

    def test_orders_and_downloads_are_in_the_log(self, user: Any) -> None:
        archive = ordered(user)
        build_archive(archive.pk)
        client = client_of(user)
        client.head(f"/my/archives/{archive.uuid}/file/")
        answer = client.get(f"/my/archives/{archive.uuid}/file/")
        assert answer.headers["Content-Type"] == "application/zip"
        assert answer.streaming
        entries = ModelLogEntry.objects.filter(action__startswith="cabinet.archive.").order_by("pk")
        assert [(entry.action, entry.user_id) for entry in entries] == [
            ("cabinet.archive.order", user.pk),
            ("cabinet.archive.download", user.pk),
        ]
        assert entries[0].data == {"title": "Рахунки", "accounts": ["80-1"], "files": INVOICES}

    def test_a_file_that_the_storage_has_lost_is_absent(self, user: Any) -> None:
        archive = ordered(user)
        build_archive(archive.pk)
        archive.refresh_from_db()
        private_storage().delete(str(archive.file.name))
        assert client_of(user).get(f"/my/archives/{archive.uuid}/file/").status_code == 404


# --- the contract ---------------------------------------------------------------------------------------------------


class Letters(ArchiveKind):
    """A kind of somebody else's, with two files that belong together."""

    code = "letters"

    def content(self, scopes: Any, items: Any) -> Content:
        entries = [
            Entry(
                "../лист",
                [
                    ArchiveFile(".txt", lambda: BytesIO(b"words"), ["лист"]),
                    ArchiveFile(".txt.p7s", lambda: BytesIO(b"signed"), ["підпис"]),
                ],
            )
            for _item in items
        ]
        return Content([Column("Що це")], entries)


def test_a_kind_of_somebody_elses_is_registered_by_a_hook(user: Any) -> None:
    scopes = list(scopes_for(user))
    items = [(scopes[0].account.pk, number) for number in (1, 2)]
    archive = order_archive(user=user, kind=Letters, scopes=scopes, items=items, title="Листи", source_url="/")
    with hooks.register_temporarily("cabinet_archive_kinds", lambda: [Letters()]):
        assert build_archive(archive.pk) == "ready"
    found = opened(content_of(archive))
    assert list(found.files) == ["лист.txt", "лист.txt.p7s", "лист (2).txt", "лист (2).txt.p7s"]
    assert [row["Що це"] for row in found.rows] == ["лист", "підпис"] * 2
    assert found.totals == {}


def test_a_kind_that_nobody_registers_any_more_is_told(user: Any) -> None:
    scopes = list(scopes_for(user))
    archive = order_archive(
        user=user, kind=Letters, scopes=scopes, items=[(scopes[0].account.pk, 1)], title="Листи", source_url="/"
    )
    assert build_archive(archive.pk) == "failed"
    archive.refresh_from_db()
    assert archive.error_code == "kind_gone"
