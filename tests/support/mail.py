"""A mail server of the tests' own: what the product sends over SMTP is kept and can be read; it may be stubborn."""

import asyncio
import enum
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event, Lock

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.postgres import free_port


class Mood(enum.Enum):
    """What a mail server does to those who send."""

    WELL = "takes mails"
    HANGS = "keeps silent when a mail begins"
    HANGS_AFTER_ACCEPT = "keeps a mail and then keeps silent"
    REFUSES_RECIPIENT = "says that there is no such reader"
    REFUSES_NOW = "asks to come again later"
    REFUSES_CONTENT = "does not like the mail"
    DROPS_BEFORE_ACCEPT = "drops the connection and the mail with it"
    DROPS_UNHEARD = "keeps a mail and drops the connection before it says so"
    DROPS_AFTER_ACCEPT = "keeps a mail, says so, and drops the connection"


class MailSink:
    """Keeps the mails that arrive, oldest first.

    Attributes:
        mood: may be set at any time.
        reached: set when a mood begins to have its way.
    """

    def __init__(self, port: int) -> None:
        self.host = "127.0.0.1"
        self.port = port
        self.mood = Mood.WELL
        self.reached = Event()
        self._mails: list[EmailMessage] = []
        self._lock = Lock()

    @property
    def url(self) -> str:
        """The value of EMAIL_URL that sends everything here."""
        return f"smtp://{self.host}:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        """All mails so far."""
        with self._lock:
            return list(self._mails)

    def to(self, address: str) -> list[EmailMessage]:
        """Return the mails addressed to one person, oldest first."""
        return [mail for mail in self.mails if address.lower() in str(mail["To"]).lower()]

    def wait_for(self, address: str, count: int = 1, seconds: float = 30) -> EmailMessage:
        """Wait until a person has `count` mails and return the newest. Raises AssertionError in vain."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if len(found := self.to(address)) >= count:
                return found[-1]
            time.sleep(0.1)
        raise AssertionError(f"{address} got {len(self.to(address))} mails in {seconds} s instead of {count}.")

    def clear(self) -> None:
        """Forget every mail."""
        with self._lock:
            self._mails.clear()

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Begin a mail, as the SMTP server asks."""
        if self.mood is Mood.HANGS:
            await self._keep_silent()
        if self.mood is Mood.REFUSES_NOW:
            self.reached.set()
            return "451 4.7.1 Greylisted, come again later"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a reader's address, as the SMTP server asks."""
        if self.mood is Mood.REFUSES_RECIPIENT:
            self.reached.set()
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """End a connection, as the SMTP server asks."""
        if self.mood is Mood.DROPS_AFTER_ACCEPT:
            self._drop(server)
        return "221 Bye"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, as the SMTP server asks."""
        if self.mood is Mood.REFUSES_CONTENT:
            self.reached.set()
            return "554 5.7.1 Looks like spam"
        if self.mood is Mood.DROPS_BEFORE_ACCEPT:
            self._drop(server)
            return "421 Gone"
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        mail = message_from_bytes(raw, policy=policy.default)
        with self._lock:
            self._mails.append(mail)
        if self.mood is Mood.HANGS_AFTER_ACCEPT:
            await self._keep_silent()
        if self.mood is Mood.DROPS_UNHEARD:
            self._drop(server)
        return "250 OK"

    async def _keep_silent(self) -> None:
        self.reached.set()
        await asyncio.sleep(60)

    def _drop(self, server: SMTP) -> None:
        self.reached.set()
        if isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()


@contextmanager
def mail_sink() -> Iterator[MailSink]:
    """Run the mail server in a thread of this process."""
    sink = MailSink(free_port())
    controller = Controller(sink, hostname=sink.host, port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


def text_of(mail: EmailMessage) -> str:
    """Return the readable text of a mail, the plain part where there is one."""
    body = mail.get_body(("plain", "html"))
    return str(body.get_content()) if body else ""
