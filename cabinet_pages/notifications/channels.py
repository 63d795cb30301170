"""Ways to reach people: each a `NotificationChannel` registered by the hook `register_notification_channel`.

A hook function takes nothing and returns channels. The outbox keeps what is to be sent, tries again with growing pauses
and asks a channel for one message at a time, so a channel needs neither a queue nor retries of its own.
"""

import smtplib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

HOOK = "register_notification_channel"
MAIL = "mail"
#: Seconds that a mail server may be silent where the site does not say.
TIMEOUT = 15


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel sends.

    Args:
        key: the same at every attempt, so that a receiver can tell a repeated message from a new one.
        to: what the channel's `address()` said.
        subject: one line, without sums.
        text: plain.
        html: the same as a document of its own; '' for a mail that has none.
    """

    key: str
    to: str
    subject: str
    text: str
    html: str


class NotSent(Exception):
    """The message has not gone; it is tried again.

    Args:
        reason: a few words for the administrator, without the reader's address.
        stalled: whether the service itself fails, so that other messages would fail as well.
    """

    def __init__(self, reason: str, *, stalled: bool = False) -> None:
        super().__init__(reason)
        self.stalled = stalled


class NotificationChannel(ABC):
    """One way to reach people.

    `code` names it in the database, `label` is its column in the profile. `on_by_default` says whether people who
    have chosen nothing are told by it.
    """

    code: ClassVar[str]
    label: ClassVar[str | Promise]
    on_by_default: ClassVar[bool] = False

    @abstractmethod
    def address(self, user: Any) -> str:
        """Where the person is reached; '' for one who cannot be, whom the channel is then not offered."""

    @abstractmethod
    def send(self, message: Message) -> None:
        """Hand one message over. Raises NotSent; it must end within a minute, for others wait."""


class MailChannel(NotificationChannel):
    """E-mail, by the site's mail settings."""

    code = MAIL
    label = _("Mail")
    on_by_default = True

    def address(self, user: Any) -> str:
        """The address that the person signs in with."""
        return str(user.email)

    def send(self, message: Message) -> None:
        """Send a mail whose Message-ID is that of its key."""
        connection: Any = get_connection()
        if getattr(connection, "timeout", TIMEOUT) is None:
            # Without a limit a server that hangs would hold the worker for ever.
            connection.timeout = TIMEOUT
        mail = EmailMultiAlternatives(
            subject=message.subject,
            body=message.text,
            to=[message.to],
            headers={"Message-ID": message_id(message.key)},
            connection=connection,
        )
        if message.html:
            mail.attach_alternative(message.html, "text/html")
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = sorted({code for code, _text in error.recipients.values()})
            raise NotSent(f"SMTPRecipientsRefused {' '.join(map(str, codes))}") from error
        except smtplib.SMTPDataError as error:
            raise NotSent(f"SMTPDataError {error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(type(error).__name__, stalled=True) from error
        except ValueError as error:
            # A header that no mail may have; it is tried like the others and given up in the end.
            raise NotSent(type(error).__name__) from error


def message_id(key: str) -> str:
    """The Message-ID of a mail, by which a reader's mailbox knows a repeated one."""
    host = urlsplit(getattr(settings, "WAGTAILADMIN_BASE_URL", "") or "").hostname or "localhost"
    return f"<{key}@{host}>"


def plugged_channels() -> list[NotificationChannel]:
    """What the `register_notification_channel` hooks give, in their order."""
    return [channel for function in hooks.get_hooks(HOOK) for channel in function()]


def installed_channels() -> dict[str, NotificationChannel]:
    """Code → channel, mail first."""
    return {channel.code: channel for channel in (MailChannel(), *plugged_channels())}
