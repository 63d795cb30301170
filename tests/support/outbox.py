"""What waits in the outbox, as its readers would get it now."""

from dataclasses import dataclass

from cabinet_pages.notifications.channels import installed_channels
from cabinet_pages.notifications.delivery import letter_of
from cabinet_pages.notifications.models import OutgoingMail


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that waits."""

    event_key: str
    channel: str
    to: str
    subject: str
    text: str
    html: str


def letters(prefix: str = "") -> list[Letter]:
    """The messages whose event keys begin so and that would be sent now, oldest first."""
    channels = installed_channels()
    found = []
    for mail in OutgoingMail.objects.filter(event_key__startswith=prefix, sent_at__isnull=True).order_by("pk"):
        if (letter := letter_of(mail)) is not None:
            to = channels[mail.channel].address(mail.user) if mail.event else mail.to
            found.append(Letter(mail.event_key, mail.channel, to, letter.subject, letter.text, letter.html))
    return found
