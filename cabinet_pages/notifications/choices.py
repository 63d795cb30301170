"""Who wants to hear of what by which channel: the matrix of the profile."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from cabinet_pages.notifications.channels import NotificationChannel, installed_channels
from cabinet_pages.notifications.events import NotificationEvent, installed_events
from cabinet_pages.notifications.models import NotificationChoice

#: An event and a channel.
Cell = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Matrix:
    """What a person may choose, and has chosen.

    Args:
        wanted: by event and channel; a channel that cannot reach the person has no place in it.
    """

    events: tuple[NotificationEvent, ...]
    channels: tuple[NotificationChannel, ...]
    wanted: Mapping[Cell, bool]


def matrix_of(user: Any) -> Matrix:
    """Every installed event and every channel that reaches a person; one query."""
    events = tuple(installed_events().values())
    channels = tuple(channel for channel in installed_channels().values() if channel.address(user))
    chosen = {
        (event, channel): wanted
        for event, channel, wanted in NotificationChoice.objects.filter(user_id=user.pk).values_list(
            "event", "channel", "wanted"
        )
    }
    wanted = {
        (event.code, channel.code): chosen.get((event.code, channel.code), channel.on_by_default)
        for event in events
        for channel in channels
    }
    return Matrix(events, channels, wanted)


@transaction.atomic
def choose(*, user: Any, wanted: Mapping[Cell, bool]) -> None:
    """Keep what a person wants; what is not named stays as it was."""
    choices = [
        NotificationChoice(user_id=user.pk, event=event, channel=channel, wanted=value)
        for (event, channel), value in wanted.items()
    ]
    NotificationChoice.objects.bulk_create(
        choices,
        update_conflicts=True,
        unique_fields=["user", "event", "channel"],
        update_fields=["wanted"],
    )


def wishes(event: str, users: "QuerySet[Any, Any] | Iterable[int]") -> dict[tuple[int, str], bool]:
    """What people have chosen for an event, by their id and the channel; one query."""
    rows = NotificationChoice.objects.filter(event=event, user__in=users).values_list("user_id", "channel", "wanted")
    return {(user, channel): wanted for user, channel, wanted in rows}


def wants(event: str, channel: NotificationChannel, user: Any) -> bool:
    """Whether a person wants to hear of an event by a channel."""
    return wishes(event, [user.pk]).get((user.pk, channel.code), channel.on_by_default)
