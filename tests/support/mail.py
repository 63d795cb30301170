"""A mail server of the tests' own: what the product sends over SMTP is kept and can be read."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Lock

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.postgres import free_port


class MailSink:
    """Keeps the mails that arrive, oldest first."""

    def __init__(self, port: int) -> None:
        self.host = "127.0.0.1"
        self.port = port
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

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, as the SMTP server asks."""
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        mail = message_from_bytes(raw, policy=policy.default)
        with self._lock:
            self._mails.append(mail)
        return "250 OK"


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
