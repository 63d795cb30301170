"""Another way to reach people, and something else to tell them of."""

import logging
from collections.abc import Mapping
from typing import Any

from cabinet_pages.notifications.channels import Message, NotificationChannel
from cabinet_pages.notifications.events import NotificationEvent
from cabinet_pages.notifications.rendering import RenderedMail

logger = logging.getLogger("stranger.pager")


class TownPager(NotificationChannel):
    """The town's pagers, by the mobile phone of the profile."""

    code = "pager"
    label = "Pager"

    def address(self, user: Any) -> str:
        """Nobody without a phone is offered the column."""
        person = getattr(user, "cabinet_person", None)
        return "" if person is None else str(person.phone)

    def send(self, message: Message) -> None:
        """One message; a failure is a `NotSent`, and the outbox comes again."""
        logger.info("%s %s: %s", message.key, message.to, message.subject)


class PowerIsBack(NotificationEvent):
    """A street has power again."""

    code = "power_is_back"
    label = "Power is back"

    def letter(self, user: Any, told: Mapping[str, Any]) -> RenderedMail | None:
        """Worded when it is sent; None for what is not true any more."""
        return RenderedMail(subject="Power is back", text=f"Power is back in {told['street']}.\n", html="")
