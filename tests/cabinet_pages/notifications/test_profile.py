"""The profile's matrix of events and channels, and what is plugged into it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from wagtail import hooks

from cabinet_pages.notifications.channels import HOOK, Message, NotificationChannel
from cabinet_pages.notifications.checks import check_notifications
from cabinet_pages.notifications.choices import choose, matrix_of
from cabinet_pages.notifications.delivery import deliver_due
from cabinet_pages.notifications.models import NotificationChoice, OutgoingMail
from cabinet_pages.notifications.services import Notice, post_mail, post_notices
from tests import factories
from tests.cabinet_pages.notifications.test_announcing import TODAY, invoices

pytestmark = pytest.mark.django_db
TYPED = {"first_name": "Олена", "last_name": "Ґалаґан", "language": "uk"}
ROWS = [
    "Новий рахунок",
    "Платіж зараховано",
    "Документ на підпис",
    "Відхилені покази",
    "Подання показів починається або скоро закінчиться",
]


class Pager(NotificationChannel):
    """Reaches those whose address says so."""

    code = "pager"
    label = "Пейджер"
    sent: list[Message]

    def __init__(self) -> None:
        self.sent = []

    def address(self, user: Any) -> str:
        return "pager:7" if user.email.startswith("paged") else ""

    def send(self, message: Message) -> None:
        self.sent.append(message)


@pytest.fixture
def pager() -> Iterator[Pager]:
    channel = Pager()
    with hooks.register_temporarily(HOOK, lambda: [channel]):
        yield channel


@pytest.fixture
def user() -> Any:
    factories.make_site()
    return factories.make_user("paged@example.com")


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_every_event_is_a_row_and_mail_is_on_from_the_beginning(user: Any) -> None:
    page = browser(user).get("/my/profile/").content.decode()
    assert [row for row in ROWS if row not in page] == []
    assert page.count('type="checkbox"') == page.count("checked") >= len(ROWS)


def test_what_is_unticked_stays_so_and_can_be_ticked_again(user: Any) -> None:
    client = browser(user)
    boxes = {f"notify-{event}-mail": "on" for event in ("payment", "document", "verdict", "window")}
    assert client.post("/my/profile/", {**TYPED, **boxes}).status_code == 302
    wanted = matrix_of(user).wanted
    assert (wanted["invoice", "mail"], wanted["payment", "mail"]) == (False, True)
    client.post("/my/profile/", {**TYPED, **boxes, "notify-invoice-mail": "on"})
    assert matrix_of(user).wanted["invoice", "mail"]
    assert NotificationChoice.objects.filter(user=user, event="invoice").count() == 1


def test_a_refused_form_changes_nothing(user: Any) -> None:
    assert browser(user).post("/my/profile/", {**TYPED, "first_name": ""}).status_code == 422
    assert not NotificationChoice.objects.exists()


def test_a_channel_is_offered_to_those_whom_it_reaches_and_is_off_until_chosen(pager: Pager, user: Any) -> None:
    assert "Пейджер" in browser(user).get("/my/profile/").content.decode()
    assert not matrix_of(user).wanted["invoice", "pager"]
    other = factories.make_user("other@example.com")
    assert "Пейджер" not in browser(other).get("/my/profile/").content.decode()


def test_a_message_goes_by_every_chosen_channel_once(pager: Pager, user: Any) -> None:
    factories.grant(user, factories.make_account("80-431930"))
    choose(user=user, wanted={("invoice", "pager"): True})
    with time_machine.travel(TODAY):
        invoices("101")
    assert (deliver_due(), deliver_due()) == (2, 0)
    (message,) = pager.sent
    assert (message.to, message.subject) == ("pager:7", "Новий рахунок № 101")
    assert message.key == str(OutgoingMail.objects.get(channel="pager").uuid)


def test_an_event_or_a_channel_that_is_wrong_in_itself_holds_up_no_other_message(user: Any, pager: Pager) -> None:
    choose(user=user, wanted={("invoice", "pager"): True})
    nothing_told = [Notice("broken", "invoice", "mail", user.pk, {}), Notice("also", "invoice", "pager", user.pk, {})]
    post_notices(notices=nothing_told)
    post_mail(event_key="behind", to="other@example.com", subject="Тема", text="Текст")
    assert deliver_due() == 1
    assert set(OutgoingMail.objects.values_list("event_key", "attempts", "last_error", "leased_until")) >= {
        ("broken", 1, "KeyError", None),
        ("also", 1, "KeyError", None),
    }
    assert deliver_due() == 0, "they wait like any other that failed"


def test_a_message_that_another_worker_has_put_off_is_not_tried_again_at_once(user: Any, pager: Pager) -> None:
    factories.grant(user, factories.make_account("80-431930"))
    choose(user=user, wanted={("invoice", "pager"): True, ("invoice", "mail"): False})
    with time_machine.travel(TODAY):
        invoices("101")
    post_mail(event_key="second", to="other@example.com", subject="Тема", text="Текст")
    later = timezone.now() + timedelta(hours=1)

    def meanwhile(message: Message) -> None:
        OutgoingMail.objects.filter(event_key="second").update(attempts=1, send_after=later)

    pager.send = meanwhile  # type: ignore[method-assign]
    assert deliver_due() == 1
    assert OutgoingMail.objects.get(event_key="second").attempts == 1


def test_a_channel_that_is_not_installed_at_present_keeps_its_messages(user: Any, pager: Pager) -> None:
    post_notices(notices=[Notice("key", "invoice", "gone", user.pk, {"items": []})])
    assert deliver_due() == 0
    assert OutgoingMail.objects.get().last_error == "no channel gone"


@pytest.mark.parametrize("code", ["mail", "Pager", "", "p" * 41])
def test_a_channel_without_a_code_of_its_own_fails_the_checks(pager: Pager, code: str) -> None:
    assert check_notifications(None) == []
    pager.code = code  # type: ignore[misc]
    assert [message.id for message in check_notifications(None)] == ["cabinet_pages.E019"]


def test_what_is_no_channel_fails_the_checks() -> None:
    with hooks.register_temporarily(HOOK, lambda: [object()]):
        assert "is no NotificationChannel" in check_notifications(None)[0].msg
