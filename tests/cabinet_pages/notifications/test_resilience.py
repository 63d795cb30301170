"""A mail server that is down, slow, refusing or rude: nobody who uses the cabinet notices, and the mail goes once.

Over real SMTP. What «once» can mean where a connection ends before the answer is in
`docs/decisions/0014-delivery-of-messages.md`.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cabinet_pages.notifications.channels import MailChannel, Message, NotSent
from cabinet_pages.notifications.delivery import STALL, deliver_due
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.notifications.services import post_mail
from tests import factories
from tests.imports.kills.clones import clone, migrated_database, url_of
from tests.support.mail import MailSink, Mood, mail_sink
from tests.support.postgres import free_port
from tests.support.site import ROOT

READER = "reader@example.com"
#: Moods in which the mail was not kept by the server.
UNKEPT = [
    Mood.HANGS,
    Mood.REFUSES_RECIPIENT,
    Mood.REFUSES_NOW,
    Mood.REFUSES_CONTENT,
    Mood.DROPS_BEFORE_ACCEPT,
]


@pytest.fixture
def sink(settings: Any) -> Iterator[MailSink]:
    with mail_sink() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = server.host, server.port, 0.3
        yield server


@pytest.fixture
def worker(settings: Any) -> None:
    """Mails are sent by a worker, as they are outside of tests."""
    settings.TASKS = {
        **settings.TASKS,
        "jobs": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": ["default", "imports", "mail"]},
    }


def post(key: str = "event", to: str = READER) -> OutgoingMail:
    return post_mail(event_key=key, to=to, subject="Тема", text="Текст", html="<p>Текст</p>")


def time_passes() -> None:
    """A day, in which no clock moves: what is waited for is moved back."""
    day = timedelta(days=1)
    moments = ("send_after", "leased_until", "stalled_at")
    OutgoingMail.objects.update(**{name: F(name) - day for name in moments})


@pytest.mark.django_db
@pytest.mark.parametrize("mood", [*UNKEPT, Mood.DROPS_AFTER_ACCEPT, None])
def test_whatever_the_server_does_the_user_goes_on_and_the_mail_goes_once(
    sink: MailSink, worker: None, mood: Mood | None, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    factories.make_user(READER)
    if mood is None:
        settings.EMAIL_PORT = free_port()
    else:
        sink.mood = mood
    started = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        answer = Client().post(reverse("account_reset_password"), {"email": READER})
    assert answer.status_code == 302
    assert time.monotonic() - started < 2
    assert not sink.reached.is_set(), "the server is no business of a request"
    first = deliver_due()
    assert first == (mood is Mood.DROPS_AFTER_ACCEPT)
    settings.EMAIL_PORT, sink.mood = sink.port, Mood.WELL
    assert deliver_due() == 0, "not before its time"
    time_passes()
    assert deliver_due() == 1 - first
    time_passes()
    assert deliver_due() == 0
    assert len(sink.to(READER)) == 1
    assert OutgoingMail.objects.get(to=READER).sent_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize("mood", [Mood.DROPS_UNHEARD, Mood.HANGS_AFTER_ACCEPT])
def test_a_mail_whose_acceptance_was_never_heard_of_comes_again_and_is_known_by_its_id(
    sink: MailSink, mood: Mood
) -> None:
    kept = post()
    sink.mood = mood
    assert deliver_due() == 0
    sink.mood = Mood.WELL
    time_passes()
    assert deliver_due() == 1
    time_passes()
    assert deliver_due() == 0
    first, second = sink.to(READER)
    assert first["Message-ID"] == second["Message-ID"] == f"<{kept.uuid}@127.0.0.1>"


@pytest.mark.django_db
def test_two_mails_never_share_an_id(sink: MailSink) -> None:
    post("a")
    post("b")
    assert deliver_due() == 2
    assert len({mail["Message-ID"] for mail in sink.mails}) == 2


@pytest.mark.django_db
def test_a_server_that_hangs_is_asked_once_a_minute_and_not_once_a_mail(sink: MailSink) -> None:
    for number in range(5):
        post(str(number))
    sink.mood = Mood.HANGS
    started = time.monotonic()
    assert deliver_due() == 0
    assert time.monotonic() - started < 2 * 0.3 + 1
    assert sum(OutgoingMail.objects.values_list("attempts", flat=True)) == 1
    sink.mood = Mood.WELL
    assert deliver_due() == 0, "a pause for all"
    OutgoingMail.objects.filter(stalled_at__isnull=False).update(stalled_at=timezone.now() - STALL)
    assert deliver_due() == 4, "all but the one that has a pause of its own"


@pytest.mark.django_db
def test_one_refused_reader_holds_up_no_other(sink: MailSink) -> None:
    sink.mood = Mood.REFUSES_RECIPIENT
    post("a", "gone@example.com")
    post("b", "gone2@example.com")
    deliver_due()
    assert list(OutgoingMail.objects.values_list("attempts", "last_error")) == [(1, "SMTPRecipientsRefused 550")] * 2


def test_a_server_gets_a_limit_where_the_site_sets_none(sink: MailSink, settings: Any, monkeypatch: Any) -> None:
    settings.EMAIL_TIMEOUT = None
    monkeypatch.setattr("cabinet_pages.notifications.channels.TIMEOUT", 0.3)
    sink.mood = Mood.HANGS
    with pytest.raises(NotSent) as failure:
        MailChannel().send(Message(key="k", to=READER, subject="Тема", text="Текст", html=""))
    assert failure.value.stalled


CHILD = """
import os, sys, django
django.setup()
from datetime import timedelta
from django.utils import timezone
from cabinet_pages.notifications.delivery import deliver_due
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.notifications.services import post_mail
if sys.argv[1] == "first":
    post_mail(event_key="event", to="reader@example.com", subject="S", text="T")
    deliver_due()
else:
    before = deliver_due()
    OutgoingMail.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    print(before, deliver_due(), deliver_due(), OutgoingMail.objects.get().attempts)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("mood", "copies"), [(Mood.HANGS, 1), (Mood.HANGS_AFTER_ACCEPT, 2)])
def test_what_a_killed_worker_had_in_hand_is_sent_by_the_next(mood: Mood, copies: int, tmp_path: Path) -> None:
    with mail_sink() as sink, clone(migrated_database(), tmp_path) as database:
        environment = {
            **os.environ,
            "DATABASE_URL": url_of(database),
            "DJANGO_SETTINGS_MODULE": "tests.cabinet_pages.notifications.killed_settings",
            "EMAIL_URL": sink.url,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "site")]),
        }
        environment.pop("TEST_DATABASE", None)
        sink.mood = mood
        child = [sys.executable, "-c", CHILD]
        with subprocess.Popen([*child, "first"], env=environment, cwd=ROOT) as dying:
            while not sink.reached.wait(0.1):
                assert dying.poll() is None, "it ended before it could be killed"
            dying.send_signal(signal.SIGKILL)
        sink.mood = Mood.WELL
        done = subprocess.run(
            [sys.executable, "-c", CHILD, "second"],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stdout.split() == ["0", "1", "0", "2"], "left alone under its lease, sent after it, once"
    assert len(sink.to(READER)) == copies
    assert len({mail["Message-ID"] for mail in sink.mails}) == 1
