"""Writes of the outbox: post a mail or a notice, drop what is no longer true. `delivery` sends what is due."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from cabinet_pages.bulk import CHUNK, insert_rows
from cabinet_pages.notifications.models import OutgoingMail
from cabinet_pages.notifications.rendering import render_mail


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
class Notice:
    """One message to post, whose text is made when it is sent.

    Args:
        event_key: as for `post_mail`.
        event: the code of a `NotificationEvent`.
        channel: the code of a `NotificationChannel`.
        user_id: whom it is for.
        told: what happened, as the event's `letter()` reads it.
    """

    event_key: str
    event: str
    channel: str
    user_id: int
    told: Mapping[str, Any]


def posted_events(event_keys: Collection[str]) -> set[str]:
    """Those of the event keys that a mail was already posted for."""
    return set(OutgoingMail.objects.filter(event_key__in=event_keys).values_list("event_key", flat=True))


def post_notices(*, notices: Collection[Notice], send_after: datetime | None = None) -> int:
    """Write notices into the outbox as sets, within the caller's transaction, and wake the sender once.

    Event keys already posted change nothing.

    Args:
        notices: no two of one event key.
        send_after: the earliest moment of sending; now when absent.

    Returns:
        how many were new.
    """
    moment = timezone.now()
    count = 0
    iterator = iter(notices)
    while chunk := list(islice(iterator, CHUNK)):
        posted = posted_events([notice.event_key for notice in chunk])
        new = [notice for notice in chunk if notice.event_key not in posted]
        _insert(new, moment, send_after or moment)
        count += len(new)
    if count:
        transaction.on_commit(lambda: _wake_sender(send_after), robust=True)
    return count


def _insert(notices: Sequence[Notice], written: datetime, send_after: datetime) -> None:
    shared = {"created_at": written, "send_after": send_after, "to": "", "subject": "", "text": "", "html": ""}
    fields = ("uuid", "event_key", "channel", "user_id", "event", "told", "attempts", "last_error", *shared)
    rows = [
        (
            uuid4(),
            notice.event_key,
            notice.channel,
            notice.user_id,
            notice.event,
            json.dumps(notice.told, ensure_ascii=False),
            0,
            "",
            *shared.values(),
        )
        for notice in notices
    ]
    try:
        with transaction.atomic():
            insert_rows(OutgoingMail, fields, rows)
    except IntegrityError:
        # Somebody posts the same events at this moment; what is theirs stays theirs.
        names = [name for name in fields if name != "told"]
        place = fields.index("told")
        OutgoingMail.objects.bulk_create(
            [
                OutgoingMail(told=notice.told, **dict(zip(names, row[:place] + row[place + 1 :], strict=True)))
                for notice, row in zip(notices, rows, strict=True)
            ],
            ignore_conflicts=True,
        )


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


def _wake_sender(moment: datetime | None = None) -> None:
    # The task calls deliver_due(), so it can only be imported when it is needed.
    from cabinet_pages.notifications.tasks import wake_sender

    wake_sender(moment)
