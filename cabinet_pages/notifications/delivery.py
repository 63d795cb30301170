"""Delivery of the outbox: what is due is sent, one message under one lease; what fails is tried again later.

What is guaranteed is written down in `docs/decisions/0014-delivery-of-messages.md`.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.db.models import F, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.utils import timezone

from cabinet_pages.conf import cabinet_settings
from cabinet_pages.notifications.channels import Message, NotificationChannel, NotSent, installed_channels
from cabinet_pages.notifications.choices import wants
from cabinet_pages.notifications.events import installed_events
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.notifications.rendering import RenderedMail

# A sender that does not report back within the lease is taken for dead.
LEASE = timedelta(minutes=5)
#: With pauses that grow to four hours, more than four days: as long as mail servers themselves keep trying.
MAX_ATTEMPTS = 30
#: How long everything else of a channel waits after its server itself has failed.
STALL = timedelta(minutes=1)
# What an event or a channel raises that is wrong in itself. Such a message waits like a refused one, so that those
# behind it go; what concerns the database concerns all of them, and ends the run.
_FAULTS = (
    ArithmeticError, AssertionError, AttributeError, ImportError, ImproperlyConfigured, LookupError, NameError,
    ObjectDoesNotExist, OSError, RuntimeError, TemplateDoesNotExist, TemplateSyntaxError, TypeError, ValueError,
)  # fmt: skip

logger = logging.getLogger(__name__)


def deliver_due(*, limit: int = 100) -> int:
    """Send the messages that are due, each under a lease; return how many were sent.

    A server that fails as such ends the run of its channel: its other messages would fail as well, and each might hold
    the worker for as long as the server keeps silent. What is left for later, a retry or a message that waits, wakes
    the sender at its time where the task backend can.
    """
    sent = 0
    now = timezone.now()
    channels = installed_channels()
    stalled = _stalled(now)
    due = _free(now).filter(sent_at__isnull=True, send_after__lte=now, attempts__lt=MAX_ATTEMPTS)
    rows = list(due.exclude(channel__in=stalled).order_by("send_after", "pk").values_list("pk", "channel")[:limit])
    if rows:
        # Whoever looks then finds what this process may leave behind.
        _wake_sender(now + LEASE + timedelta(seconds=1))
    for pk, code in rows:
        if code in stalled:
            continue
        taken = (
            # Another worker may have tried meanwhile, and put the message off.
            _free(now)
            .filter(pk=pk, sent_at__isnull=True, send_after__lte=now)
            .update(leased_until=timezone.now() + LEASE, attempts=F("attempts") + 1)
        )
        if not taken:
            continue
        mail = OutgoingMail.objects.select_related("user__cabinet_person").get(pk=pk)
        try:
            sent += _deliver(mail, channels.get(code))
        except NotSent as failure:
            _put_off(mail, failure)
            if failure.stalled:
                stalled.add(code)
        except _FAULTS as fault:
            logger.exception("The message %s of the event %s by %s cannot be made or sent", pk, mail.event, code)
            _put_off(mail, NotSent(type(fault).__name__))
    if rows and (later := next_due()):
        # Only a run that had something to do asks for another, so that wakings never multiply.
        _wake_sender(max(later, timezone.now() + (STALL if stalled else timedelta(seconds=1))))
    return sent


def next_due() -> datetime | None:
    """The moment when the next unsent mail may be sent; None when the outbox is empty or only holds hopeless ones."""
    found: datetime | None = OutgoingMail.objects.filter(sent_at__isnull=True, attempts__lt=MAX_ATTEMPTS).aggregate(
        moment=Min(Greatest("send_after", Coalesce("leased_until", "send_after")))
    )["moment"]
    return found


def letter_of(mail: OutgoingMail) -> RenderedMail | None:
    """What a message of the outbox says now; None for one that must not be sent any more."""
    if not mail.event:
        return RenderedMail(subject=mail.subject, text=mail.text, html=mail.html)
    event = installed_events().get(mail.event)
    user = mail.user
    if event is None or user is None or not user.is_active:
        return None
    return event.letter(user, mail.told)


def _free(now: datetime) -> "QuerySet[OutgoingMail]":
    return OutgoingMail.objects.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now))


def _stalled(now: datetime) -> set[str]:
    """Channels whose server has failed just now."""
    rows = (
        OutgoingMail.objects.filter(sent_at__isnull=True)
        .values("channel")
        .annotate(last=Max("stalled_at"))
        .filter(last__gt=now - STALL)
    )
    return {row["channel"] for row in rows}


def _deliver(mail: OutgoingMail, channel: NotificationChannel | None) -> bool:
    """Send one message; a notice that nobody may or wants to read any more is dropped. Raises NotSent."""
    if channel is None:
        # Its app is not installed at present.
        raise NotSent(f"no channel {mail.channel}")
    letter = letter_of(mail)
    to = mail.to
    if mail.event and mail.user is not None:
        to = channel.address(mail.user) if wants(mail.event, channel, mail.user) else ""
    if letter is None or not to:
        mail.delete()
        return False
    channel.send(Message(key=str(mail.uuid), to=to, subject=letter.subject, text=letter.text, html=letter.html))
    sent: dict[str, Any] = {"leased_until": None, "sent_at": timezone.now(), "last_error": "", "stalled_at": None}
    sent |= {"to": to if channel.code == "mail" else "", "subject": letter.subject[:255]}
    if cabinet_settings.KEEP_SENT_MAIL:
        sent |= {"text": letter.text, "html": letter.html}
    else:
        # Codes and links of a sent mail are secrets of its reader; a backup must not hold them.
        sent |= {"text": "", "html": "", "told": {}}
    OutgoingMail.objects.filter(pk=mail.pk).update(**sent)
    return True


def _put_off(mail: OutgoingMail, failure: NotSent) -> None:
    now = timezone.now()
    delay = timedelta(minutes=2 ** min(mail.attempts, 8))
    OutgoingMail.objects.filter(pk=mail.pk).update(
        leased_until=None,
        send_after=now + delay,
        last_error=str(failure)[:255],
        stalled_at=now if failure.stalled else None,
    )


def _wake_sender(moment: datetime) -> None:
    # The task calls deliver_due(), so it can only be imported when it is needed.
    from cabinet_pages.notifications.tasks import wake_sender

    wake_sender(moment)
