"""What people are told of: each a `NotificationEvent` registered by the hook `register_notification_event`.

A hook function takes nothing and returns events. Of what an event needs a person's access for, `cabinet_pages.access`
has the class to build upon: `AccountEvent`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.functional import Promise
from wagtail import hooks

from cabinet_pages.notifications.rendering import RenderedMail

HOOK = "register_notification_event"


class NotificationEvent(ABC):
    """One thing that people may want to hear of.

    `code` names it in the database, `label` is its line in the profile.
    """

    code: ClassVar[str]
    label: ClassVar[str | Promise]

    @abstractmethod
    def letter(self, user: Any, told: Mapping[str, Any]) -> RenderedMail | None:
        """The message, in the person's language; None when there is nothing (any more) that this person may be told.

        Args:
            user: with `cabinet_person` where there is one.
            told: what was written when it happened, as JSON has it.
        """


def plugged_events() -> list[NotificationEvent]:
    """What the `register_notification_event` hooks give, in their order."""
    return [event for function in hooks.get_hooks(HOOK) for event in function()]


def installed_events() -> dict[str, NotificationEvent]:
    """Code → event."""
    return {event.code: event for event in plugged_events()}
