"""Writes of the outbox: post a mail, deliver what is due."""

import smtplib
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from cabinet_pages.notifications.models import OutgoingMail

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
        transaction.on_commit(_wake_sender)
    return mail


def deliver_due(*, limit: int = 100) -> int:
    """Send the mails that are due, each under a lease; return how many were sent."""
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
        ).update(leased_until=now + LEASE, attempts=F("attempts") + 1)
        if taken and _deliver(OutgoingMail.objects.get(pk=pk)):
            sent += 1
    return sent


def _deliver(mail: OutgoingMail) -> bool:
    message = EmailMultiAlternatives(subject=mail.subject, body=mail.text, to=[mail.to])
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        delay = timedelta(minutes=2 ** min(mail.attempts, 8))
        OutgoingMail.objects.filter(pk=mail.pk).update(
            leased_until=None, send_after=timezone.now() + delay, last_error=type(error).__name__
        )
        return False
    OutgoingMail.objects.filter(pk=mail.pk).update(leased_until=None, sent_at=timezone.now(), last_error="")
    return True


def _wake_sender() -> None:
    # The task calls deliver_due(), so it can only be imported when it is needed.
    from cabinet_pages.notifications.tasks import wake_sender

    wake_sender()
