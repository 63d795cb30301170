"""An archive is made once, whatever becomes of its workers, and is swept when it is over."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from cabinet_pages.access.models import private_storage
from cabinet_pages.access.queries import scopes_for
from cabinet_pages.archives import building
from cabinet_pages.archives.building import build_archive
from cabinet_pages.archives.messages import ArchiveRefused
from cabinet_pages.archives.models import Archive, ArchiveState
from cabinet_pages.archives.services.orders import order_archive
from cabinet_pages.archives.services.work import ClaimLost, claim_archive, tell_progress
from cabinet_pages.archives.tasks import enqueue_if_dead, look_after_archive
from cabinet_pages.billing.archive import InvoiceArchive
from cabinet_pages.billing.models import IssuedInvoice
from cabinet_pages.printing import rendering
from tests import factories
from tests.cabinet_pages.archives.orders import INVOICES, content_of, ordered, silent, stored
from tests.cabinet_pages.archives.zips import opened
from tests.support.windows import client_of

NOBODY_WORKS = {
    name: {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": ["default", "imports", "mail"]}
    for name in ("default", "jobs")
}


# --- workers --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick")
def test_a_worker_that_is_killed_midway_is_followed_by_one_that_renders_nothing_twice(
    user: Any, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    in_this_process, settings.TASKS = settings.TASKS, NOBODY_WORKS
    archive = ordered(user)
    whole, this_process = rendering.Xhtml2PdfRenderer.render, os.getpid()

    def dies_at_the_third(self: Any, template: str, context: Any) -> bytes:
        if os.getpid() != this_process and IssuedInvoice.objects.count() == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(self, template, context)

    monkeypatch.setattr(rendering.Xhtml2PdfRenderer, "render", dies_at_the_third)
    connections.close_all()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]
    child = os.fork()
    if not child:
        try:
            build_archive(archive.pk)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL

    archive.refresh_from_db()
    assert (archive.state, archive.attempts) == (ArchiveState.BUILDING, 1)
    kept = set(IssuedInvoice.objects.values_list("sha256", flat=True))
    assert len(kept) == 2
    # As long as the lease lasts nobody else takes it up.
    assert build_archive(archive.pk) == ""

    silent(archive)
    rendered: list[str] = []

    def counts(self: Any, template: str, context: Any) -> bytes:
        rendered.append(context["document"].invoice.number)
        return whole(self, template, context)

    monkeypatch.setattr(rendering.Xhtml2PdfRenderer, "render", counts)
    settings.TASKS = in_this_process
    # Whoever looks at the page notices.
    assert client_of(user).get(f"/my/archives/{archive.uuid}/").status_code == 200
    archive.refresh_from_db()
    assert archive.state == ArchiveState.READY
    assert len(rendered) == INVOICES - 2
    found = opened(content_of(archive))
    assert len(found.files) == INVOICES
    assert kept < {row["SHA-256"] for row in found.rows}


@pytest.mark.usefixtures("quick")
class TestOneWorkerAtATime:
    def test_one_that_was_silent_for_longer_than_its_lease_writes_nothing_any_more(
        self, user: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive = ordered(user)
        slow = claim_archive(archive_id=archive.pk)
        assert slow is not None
        silent(archive)
        archive.refresh_from_db()
        assert enqueue_if_dead(archive)
        archive.refresh_from_db()
        assert archive.state == ArchiveState.READY
        with pytest.raises(ClaimLost):
            tell_progress(archive=slow, done=3)
        monkeypatch.setattr(building, "claim_archive", lambda *, archive_id: slow)
        assert build_archive(archive.pk) == ""
        before = archive.sha256
        archive.refresh_from_db()
        assert (archive.state, archive.sha256) == (ArchiveState.READY, before)
        assert stored(user) == [Path(str(archive.file.name)).name]

    def test_it_is_taken_once(self, user: Any) -> None:
        archive = ordered(user)
        assert claim_archive(archive_id=archive.pk) is not None
        assert claim_archive(archive_id=archive.pk) is None

    def test_one_that_ends_its_workers_again_and_again_is_given_up(self, user: Any, settings: Any) -> None:
        archive = ordered(user)
        for _attempt in range(3):
            assert claim_archive(archive_id=archive.pk) is not None
            silent(archive)
        assert build_archive(archive.pk) == "failed"
        page = client_of(user).get(f"/my/archives/{archive.uuid}/").content.decode()
        assert "Архів починали формувати стільки разів: 3" in page
        assert client_of(user).post(f"/my/archives/{archive.uuid}/").status_code == 302
        assert build_archive(archive.pk) == "ready"

    def test_somebody_looks_after_what_its_person_does_not_look_at(self, user: Any) -> None:
        archive = ordered(user)
        look: Callable[[int], str] = look_after_archive.func
        assert look(archive.pk) == "alive"
        silent(archive)
        assert look(archive.pk) == "queued"
        assert look(archive.pk) == "over"

    def test_it_tells_how_far_it_is(self, user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(building, "_SECONDS_BETWEEN_SIGNS", 0)
        archive = ordered(user)
        client = client_of(user)
        waiting = client.get(f"/my/archives/{archive.uuid}/").content.decode()
        assert "Архів очікує своєї черги." in waiting
        assert "Оновити" in waiting
        told = []

        def render(self: Any, template: str, context: Any) -> bytes:
            told.append(client.get(f"/my/archives/{archive.uuid}/status/").json())
            return b"%PDF-1.4"

        monkeypatch.setattr(rendering.Xhtml2PdfRenderer, "render", render)
        assert build_archive(archive.pk) == "ready"
        assert told[2] == {"running": True, "done": 2, "text": "Додано: 2 з 4."}
        assert client.get(f"/my/archives/{archive.uuid}/status/").json()["running"] is False


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick")
def test_the_worker_is_asked_when_the_order_is_stored(user: Any) -> None:
    archive = ordered(user)
    archive.refresh_from_db()
    assert archive.state == ArchiveState.READY


@pytest.mark.django_db(transaction=True)
def test_of_orders_at_once_one_is_begun(user: Any, settings: Any) -> None:
    settings.TASKS = NOBODY_WORKS
    start = threading.Barrier(4)
    found: list[Any] = []

    def order(items: int) -> None:
        try:
            start.wait()
            found.append(ordered(user, items).uuid)
        except ArchiveRefused as refused:
            found.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=order, args=(items,)) for items in (1, 2, 1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Archive.objects.count() == 1
    assert sorted(map(str, found)) == sorted([str(Archive.objects.get().uuid)] * 2 + ["running"] * 2)


# --- what goes wrong ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("quick")
def test_files_beyond_the_limit_make_no_archive_and_leave_nothing(user: Any, settings: Any) -> None:
    settings.WAGTAIL_CABINET = {**settings.WAGTAIL_CABINET, "ARCHIVE_MAX_BYTES": 20}
    archive = ordered(user)
    assert build_archive(archive.pk) == "failed"
    archive.refresh_from_db()
    assert archive.error_code == "too_large"
    assert stored(user) == []


@pytest.mark.usefixtures("quick")
def test_a_storage_that_takes_nothing_is_told(user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = ordered(user)

    def full(self: Any, name: str, content: Any, max_length: Any = None) -> str:
        raise OSError("No space left on device")

    monkeypatch.setattr(type(private_storage()), "save", full)
    assert build_archive(archive.pk) == "failed"
    page = client_of(user).get(f"/my/archives/{archive.uuid}/").content.decode()
    assert "Не вдалося прочитати або записати файли." in page


def test_an_order_takes_only_accounts_that_are_open_and_shown(user: Any) -> None:
    foreign = factories.make_account("80-9")
    invoice = factories.make_invoice(foreign, "1")
    with pytest.raises(ArchiveRefused) as refused:
        order_archive(
            user=user,
            kind=InvoiceArchive,
            scopes=list(scopes_for(user)),
            items=[(foreign.pk, invoice.pk)],
            title="Чужі",
            source_url="/",
        )
    assert refused.value.code == "access_closed"
    # An invoice of a foreign account under the number of an own one is not put in either.
    own = next(scopes_for(user)).account
    archive = order_archive(
        user=user,
        kind=InvoiceArchive,
        scopes=list(scopes_for(user)),
        items=[(own.pk, invoice.pk)],
        title="Чужі",
        source_url="/",
    )
    assert build_archive(archive.pk) == "failed"
    archive.refresh_from_db()
    assert archive.error_code == "nothing_left"
