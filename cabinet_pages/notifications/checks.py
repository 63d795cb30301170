"""System checks: what is plugged in as an event or a channel can be kept, told apart and asked."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from cabinet_pages.notifications.channels import MAIL, NotificationChannel, plugged_channels
from cabinet_pages.notifications.events import NotificationEvent, plugged_events

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


@register("cabinet")
def check_notifications(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Events and channels follow their contracts, and each has a code of its own."""
    return [
        *_judged(plugged_channels(), NotificationChannel, "cabinet_pages.E019", taken=[MAIL]),
        *_judged(plugged_events(), NotificationEvent, "cabinet_pages.E020", taken=[]),
    ]


def _judged(found: Sequence[Any], contract: type[Any], code: str, *, taken: list[str]) -> Iterator[CheckMessage]:
    codes = Counter([*taken, *(getattr(one, "code", "") for one in found)])
    for one in found:
        name = f"{type(one).__module__}.{type(one).__qualname__}"
        told = getattr(one, "code", "")
        if not isinstance(one, contract):
            yield Error(f"{name} is no {contract.__name__}.", obj=one, id=code)
        elif not _CODE.match(told) or codes[told] > 1:
            yield Error(
                f"{name} must have a `code` of its own of at most 40 lower-case letters, digits and underscores; "
                f"it has {told!r}.",
                obj=one,
                id=code,
            )
