"""Writes of calendar feeds: made, replaced, removed; the token is known to its reader alone."""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from wagtail.log_actions import log

from cabinet_pages.readings import audit
from cabinet_pages.readings.models import CalendarFeed

TOKEN_BYTES = 32
#: How exactly the last use is remembered: programs ask often, and each answer shall not write.
USE_NOTED_EVERY = timedelta(hours=1)


@transaction.atomic
def create_feed(*, user: Any) -> str:
    """Open a calendar to whoever holds the returned token; the one before is closed by it."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed, _created = CalendarFeed.objects.update_or_create(
        user=user, defaults={"digest": token_digest(token), "created_at": timezone.now(), "last_used_at": None}
    )
    log(feed, audit.CALENDAR_CREATE, user=user)
    return token


@transaction.atomic
def remove_feed(*, user: Any) -> bool:
    """Close a person's calendar; False where there is none, as at a repeated click."""
    feed = CalendarFeed.objects.filter(user=user).first()
    if feed is None:
        return False
    log(feed, audit.CALENDAR_REMOVE, user=user)
    feed.delete()
    return True


def feed_of_token(token: str) -> CalendarFeed | None:
    """The feed that a token opens, of a person who may sign in; its use is noted."""
    feed = (
        CalendarFeed.objects.filter(digest=token_digest(token), user__is_active=True)
        .select_related("user__cabinet_person")
        .first()
    )
    if feed is not None:
        now = timezone.now()
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
        CalendarFeed.objects.filter(stale, pk=feed.pk).update(last_used_at=now)
    return feed


def token_digest(token: str) -> str:
    """What is stored of a token."""
    return sha256(token.encode()).hexdigest()
