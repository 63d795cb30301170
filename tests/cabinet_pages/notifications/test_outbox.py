"""The outbox: posted once, sent once, kept through every failure."""

import re
import smtplib
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone, translation
from django_tasks import task_backends

from cabinet_pages.notifications.delivery import LEASE, MAX_ATTEMPTS, deliver_due, next_due
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.notifications.rendering import frame, render_mail
from cabinet_pages.notifications.services import drop_mails, post_mail, post_template_mail
from cabinet_pages.utility.models import UtilitySettings
from tests import factories

pytestmark = pytest.mark.django_db


class DeadServer(EmailBackend):
    """A mail server that refuses every connection."""

    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("gone")


@pytest.fixture
def dead_server(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.DeadServer"


def post(key: str = "event", **fields: Any) -> OutgoingMail:
    return post_mail(event_key=key, to="reader@example.com", subject="Тема", text="Текст", **fields)


def test_one_event_is_mailed_once() -> None:
    assert post() == post()
    assert deliver_due() == 1
    assert deliver_due() == 0
    assert [message.to for message in outbox.outbox] == [["reader@example.com"]]


def test_a_mail_is_written_with_its_act_or_not_at_all(django_capture_on_commit_callbacks: Any) -> None:
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        post()
    assert len(outbox.outbox) == 1, "the sender was woken after the commit"


def test_both_parts_are_sent() -> None:
    post(html="<p>Текст</p>")
    deliver_due()
    message = outbox.outbox[0]
    assert message.body == "Текст"
    assert message.alternatives[0][:2] == ("<p>Текст</p>", "text/html")


@pytest.mark.usefixtures("dead_server")
def test_a_dead_server_delays_a_mail_and_fails_nothing(django_capture_on_commit_callbacks: Any, settings: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        kept = post()
    kept.refresh_from_db()
    assert (kept.sent_at, kept.attempts, kept.last_error) == (None, 1, "SMTPServerDisconnected")
    assert kept.leased_until is None
    assert kept.send_after > timezone.now() + timedelta(minutes=1)
    assert deliver_due() == 0, "not before its time"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with time_machine.travel(kept.send_after + timedelta(seconds=1)):
        assert deliver_due() == 1


@pytest.mark.usefixtures("dead_server")
def test_a_hopeless_mail_is_given_up_in_the_end() -> None:
    kept = post()
    moment = timezone.now()
    for _ in range(MAX_ATTEMPTS + 3):
        moment += timedelta(hours=6)
        with time_machine.travel(moment):
            deliver_due()
    kept.refresh_from_db()
    assert kept.attempts == MAX_ATTEMPTS
    assert next_due() is None


def test_a_mail_under_a_lease_is_left_to_its_sender_until_the_lease_ends() -> None:
    kept = post()
    OutgoingMail.objects.filter(pk=kept.pk).update(leased_until=timezone.now() + timedelta(minutes=5))
    assert deliver_due() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert deliver_due() == 1


def test_a_mail_waits_for_its_time_and_can_be_taken_back_until_then() -> None:
    later = timezone.now() + timedelta(minutes=30)
    post("import:7:a", send_after=later)
    post("import:8:a", send_after=later)
    post("import:7:b")
    assert deliver_due() == 1
    assert drop_mails(event_prefix="import:7:") == 1
    assert set(OutgoingMail.objects.values_list("event_key", flat=True)) == {"import:8:a", "import:7:b"}
    with time_machine.travel(later + timedelta(seconds=1)):
        assert deliver_due() == 1


@pytest.mark.usefixtures("dead_server")
def test_a_backend_that_can_wait_is_asked_to_try_again(settings: Any) -> None:
    settings.TASKS = {
        **settings.TASKS,
        "jobs": {"BACKEND": "django_tasks.backends.dummy.DummyBackend", "QUEUES": ["default", "imports", "mail"]},
    }
    kept = post()
    deliver_due()
    kept.refresh_from_db()
    results = task_backends["jobs"].results  # type: ignore[attr-defined]
    look_again, retry = (result.task.run_after for result in results)
    assert retry == kept.send_after
    assert look_again > timezone.now() + LEASE - timedelta(seconds=30), "should this process die meanwhile"


def test_the_queue_can_be_sent_by_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    post()
    call_command("send_mail_queue")
    assert "Надіслано листів: 1" in capsys.readouterr().out
    assert len(outbox.outbox) == 1


def test_a_template_mail_speaks_the_readers_language_and_names_the_utility() -> None:
    site = factories.make_site().get_site()
    utility = UtilitySettings.for_site(site)
    utility.short_name, utility.call_centre_phones = 'АТ "Приклад"', "0 (800) 217-217"
    utility.cabinet_title = 'Особистий кабінет споживача АТ "Приклад"'
    utility.save()
    context = {"accounts": ["80-1"], "reason": "<b>&</b>", "person_name": "О'Ґала"}
    with translation.override("en"):
        mail = post_template_mail(
            event_key="x",
            to="a@example.com",
            template="cabinet_pages/mail/access_closed",
            context=context,
            language="uk",
        )
    assert mail.subject == "Доступ до особових рахунків закрито"
    assert mail.text.startswith("О'Ґала, доброго дня!")
    for part in ("80-1", "<b>&</b>", 'АТ "Приклад"', "0 (800) 217-217"):
        assert part in mail.text, part
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in mail.html
    assert "<b>" not in mail.html
    assert "Особистий кабінет споживача АТ &quot;Приклад&quot;" in mail.html
    english = render_mail("cabinet_pages/mail/access_closed", context, language="en")
    assert english.subject == "Access to accounts is closed"


def test_the_frame_shows_links_and_codes_as_what_they_are() -> None:
    html = frame("Тема", "Добрий день\nтут\n\nhttps://cabinet.example/x?a=1&b=2\n\nABCD-EFGH-2345\n", UtilitySettings())
    assert 'href="https://cabinet.example/x?a=1&amp;b=2"' in html
    assert "letter-spacing" in html
    below = frame("Тема", "Рахунок № 1\nhttps://cabinet.example/invoice/\n", UtilitySettings())
    assert 'Рахунок № 1<br><a href="https://cabinet.example/invoice/" style="' in below, "with the look of other links"
    assert "Добрий день<br>тут" in html


def test_every_mail_template_has_a_subject_that_is_no_title_case() -> None:
    from pathlib import Path

    import cabinet_pages

    folder = Path(cabinet_pages.__file__).parent / "templates"
    messages = sorted(folder.glob("**/*_message.txt"))
    assert len(messages) > 10
    with translation.override("en"):
        for path in messages:
            if path.name == "base_message.txt":
                continue
            subject = path.with_name(path.name.replace("_message", "_subject"))
            text = subject.read_text(encoding="utf-8")
            told = re.findall(r'{% translate "([^"]+)"', text) + re.findall(r"{% blocktranslate.*?%}(.*?){% ", text)
            assert told, subject.name
            for one in told:
                words = re.sub("{{.*?}}", "", one).split()
                assert not any(word[0].isupper() for word in words[1:]), subject.name


@pytest.mark.django_db
@pytest.mark.parametrize(("keeps", "expected"), [(False, ""), (True, "код AAAA-BBBB-CCCC")])
def test_the_text_of_a_sent_mail_is_forgotten_unless_a_demo_keeps_it(settings: Any, keeps: bool, expected: str) -> None:
    settings.WAGTAIL_CABINET = {"KEEP_SENT_MAIL": keeps}
    mail = post_mail(event_key="secret", to="one@example.com", subject="Код", text="код AAAA-BBBB-CCCC")
    deliver_due()
    mail.refresh_from_db()
    assert mail.sent_at is not None
    assert mail.text == expected
