"""Writes of the outbox: post a mail, drop what is no longer true, deliver what is due."""

import smtplib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Min, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from cabinet_pages.conf import cabinet_settings
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.notifications.rendering import render_mail

# A sender that does not report back within the lease is taken for dead.
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 12


def post_mail(
    *, event_key: str, to: str, subject: str, text: str, html: str = "", send_after: datetime | None = None
) -> OutgoingMail:
    """Write a mail into the outbox, within the caller's transaction; an event key already posted changes nothing.

    Args:
        event_key: what the mail tells of, unique; the same event is never mailed twice.
        to: one address.
        send_after: the earliest moment of sending; now when absent.
    """
    mail, created = OutgoingMail.objects.get_or_create(
        event_key=event_key,
        defaults={
            "to": to,
            "subject": " ".join(subject.split())[:255],
            "text": text,
            "html": html,
            "send_after": send_after or timezone.now(),
        },
    )
    if created:
        # Robust: a mail that nobody was woken for is still in the outbox and goes with the next one.
        transaction.on_commit(lambda: _wake_sender(send_after), robust=True)
    return mail


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail to post, as for `post_mail`."""

    event_key: str
    to: str
    subject: str
    text: str
    html: str = ""


def posted_events(event_keys: Collection[str]) -> set[str]:
    """Those of the event keys that a mail was already posted for."""
    return set(OutgoingMail.objects.filter(event_key__in=event_keys).values_list("event_key", flat=True))


def post_mails(mails: Sequence[NewMail]) -> None:
    """Write many mails into the outbox at once, within the caller's transaction, and wake the sender once.

    Event keys already posted change nothing.
    """
    OutgoingMail.objects.bulk_create(
        [
            OutgoingMail(
                event_key=mail.event_key,
                to=mail.to,
                subject=" ".join(mail.subject.split())[:255],
                text=mail.text,
                html=mail.html,
            )
            for mail in mails
        ],
        ignore_conflicts=True,
    )
    if mails:
        transaction.on_commit(_wake_sender, robust=True)


def post_template_mail(
    *,
    event_key: str,
    to: str,
    template: str,
    context: dict[str, Any],
    language: str = "",
    send_after: datetime | None = None,
) -> OutgoingMail:
    """Render a mail from its templates in the reader's language and write it into the outbox.

    Args:
        event_key, to, send_after: as for `post_mail`.
        template, context, language: as for `cabinet_pages.notifications.rendering.render_mail`.
    """
    mail = render_mail(template, context, language=language)
    return post_mail(
        event_key=event_key, to=to, subject=mail.subject, text=mail.text, html=mail.html, send_after=send_after
    )


def drop_mails(*, event_prefix: str) -> int:
    """Take back mails that still wait and whose event key starts with a prefix; return how many.

    What is sent, or being sent right now, stays.
    """
    now = timezone.now()
    waiting = OutgoingMail.objects.filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=now),
        event_key__startswith=event_prefix,
        sent_at__isnull=True,
    )
    return waiting.delete()[0]


def deliver_due(*, limit: int = 100) -> int:
    """Send the mails that are due, each under a lease; return how many were sent.

    What is left for later, a retry or a mail that waits, wakes the sender at its time where the task backend can.
    """
    sent = 0
    now = timezone.now()
    due = OutgoingMail.objects.filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=now),
        sent_at__isnull=True,
        send_after__lte=now,
        attempts__lt=MAX_ATTEMPTS,
    ).order_by("send_after", "pk")
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        taken = OutgoingMail.objects.filter(
            Q(leased_until__isnull=True) | Q(leased_until__lt=now), pk=pk, sent_at__isnull=True
        ).update(leased_until=timezone.now() + LEASE, attempts=F("attempts") + 1)
        if taken and _deliver(OutgoingMail.objects.get(pk=pk)):
            sent += 1
    if later := next_due():
        _wake_sender(max(later, timezone.now() + timedelta(seconds=1)))
    return sent


def next_due() -> datetime | None:
    """The moment when the next unsent mail may be sent; None when the outbox is empty or only holds hopeless ones."""
    found: datetime | None = OutgoingMail.objects.filter(sent_at__isnull=True, attempts__lt=MAX_ATTEMPTS).aggregate(
        moment=Min(Greatest("send_after", Coalesce("leased_until", "send_after")))
    )["moment"]
    return found


def _deliver(mail: OutgoingMail) -> bool:
    message = EmailMultiAlternatives(subject=mail.subject, body=mail.text, to=[mail.to])
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        # A ValueError is a header that no mail may have; it is tried like the others and given up in the end.
        delay = timedelta(minutes=2 ** min(mail.attempts, 8))
        OutgoingMail.objects.filter(pk=mail.pk).update(
            leased_until=None, send_after=timezone.now() + delay, last_error=type(error).__name__
        )
        return False
    sent: dict[str, Any] = {"leased_until": None, "sent_at": timezone.now(), "last_error": ""}
    if not cabinet_settings.KEEP_SENT_MAIL:
        # Codes and links of a sent mail are secrets of its reader; a backup must not hold them.
        sent |= {"text": "", "html": ""}
    OutgoingMail.objects.filter(pk=mail.pk).update(**sent)
    return True


def _wake_sender(moment: datetime | None = None) -> None:
    # The task calls deliver_due(), so it can only be imported when it is needed.
    from cabinet_pages.notifications.tasks import wake_sender

    wake_sender(moment)
