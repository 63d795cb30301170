"""What happened to accounts, told to the people who may open them: when it happens, and again when it is sent."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from cabinet_pages.access.models import Access, Role
from cabinet_pages.access.queries import Scope, readable_accesses, scope_of
from cabinet_pages.notifications.channels import NotificationChannel, installed_channels
from cabinet_pages.notifications.choices import wishes
from cabinet_pages.notifications.events import NotificationEvent, installed_events
from cabinet_pages.notifications.rendering import RenderedMail, absolute_url, render_mail
from cabinet_pages.notifications.services import Notice, post_notices

#: Something that happened to an account, as JSON: `account`, its id, `on`, the Kyiv day that it is dated, or ''; the
#: rest is the event's own.
Item = Mapping[str, Any]
#: So many things are named in one message; of more it gives the number.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Told:
    """What one person is told.

    Args:
        scopes: by the account's id, those alone that the person may open.
        items: those of these accounts, dated since the account is theirs.
        facts: what is common to all.
    """

    scopes: Mapping[int, Scope]
    items: Sequence[Item]
    facts: Mapping[str, Any]


class AccountEvent(NotificationEvent):
    """Something that happens to accounts. Many of one occasion become one message to each person.

    `template` is the common path of the mail's templates, `roles` are those who are told.
    """

    template: ClassVar[str]
    roles: ClassVar[Collection[Role]] = tuple(Role)

    @abstractmethod
    def context(self, told: Told) -> dict[str, Any] | None:
        """What the templates show; None when nothing of it is true any more.

        It is asked when the message is sent, in the reader's language.
        """

    def letter(self, user: Any, told: Mapping[str, Any]) -> RenderedMail | None:
        """The message about what the person may see at this moment."""
        accesses = readable_accesses().filter(
            user=user, account__in={item["account"] for item in told["items"]}, role__in=self.roles
        )
        scopes = {
            access.account_id: scope_of(access)
            for access in accesses.select_related("account__customer", "account__branch")
        }
        items = [
            item
            for item in told["items"]
            if item["account"] in scopes and _is_theirs(item, scopes[item["account"]].visible_from)
        ]
        if not items:
            return None
        person = getattr(user, "cabinet_person", None)
        language = ("" if person is None else person.language) or settings.LANGUAGE_CODE
        with translation.override(language):
            context = self.context(Told(scopes, items, told.get("facts", {})))
            if context is None:
                return None
            context |= {
                "person_name": "" if person is None else str(person),
                "profile_url": absolute_url(reverse("cabinet_profile")),
            }
            return render_mail(self.template, context, language=language)


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody who may open an account.

    Args:
        since: the Kyiv day since which it belongs to the present customer, as ISO text; '' for ever.
    """

    user_id: int
    account_id: int
    since: str


def listeners(event: str, accounts: "Iterable[int] | QuerySet[Any, Any]") -> list[Listener]:
    """Who is to be told of an event of accounts, by a query or ids; one query."""
    rows = _accesses(event).filter(account__in=accounts).order_by("user_id", "account__number")
    return [
        Listener(user, account, since.isoformat() if since else "")
        for user, account, since in rows.values_list("user_id", "account_id", "account__owned_since")
    ]


def has_listeners(event: str, branch_id: int | None) -> bool:
    """Whether anybody may open an account of a branch, of any branch without one; one query."""
    accesses = _accesses(event)
    return (accesses if branch_id is None else accesses.filter(account__branch=branch_id)).exists()


def listened_accounts(event: str) -> "QuerySet[Any, Any]":
    """The ids of the accounts that somebody may open, as a query."""
    return _accesses(event).order_by().values("account_id")


def announce(
    *,
    event: str,
    items: Iterable[Item],
    key: str,
    to: Iterable[Listener],
    facts: Mapping[str, Any] | None = None,
    send_after: datetime | None = None,
) -> int:
    """Write one message for each person and channel into the outbox, within the caller's transaction.

    Args:
        event: the code of an installed `AccountEvent`.
        items: what happened, in the order in which it is told.
        key: the first part of the event keys; with the person it names the occasion. An import's begins with
            `import:<batch>:`, so that undoing it drops the messages.
        to: who may be told, as `listeners()` says.
        facts: what is common to all items.
        send_after: the earliest moment of sending.

    Returns:
        how many messages were new.
    """
    return announce_occasions(event=event, occasions=[Occasion(key, items, to)], facts=facts, send_after=send_after)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something of which people get a message of its own; see `announce`."""

    key: str
    items: Iterable[Item]
    to: Iterable[Listener]


def announce_occasions(
    *,
    event: str,
    occasions: Iterable[Occasion],
    facts: Mapping[str, Any] | None = None,
    send_after: datetime | None = None,
) -> int:
    """Announce several occasions, one message for each person, channel and occasion; as many queries as for one.

    Args:
        occasions: no two of one key tell the same person.
        event, facts, send_after: as for `announce`.
    """
    told = [(occasion.key, _told(occasion)) for occasion in occasions]
    users = {user for _key, mine in told for user in mine}
    if not users:
        return 0
    channels = _channels(event, users)
    notices = [
        Notice(
            event_key=f"{key}{event}:{channel}:{user}",
            event=event,
            channel=channel,
            user_id=user,
            told={"items": items, "facts": dict(facts or {})},
        )
        for key, mine in told
        for user, items in mine.items()
        for channel in channels[user]
    ]
    return post_notices(notices=notices, send_after=send_after)


def _told(occasion: Occasion) -> dict[int, list[Item]]:
    """What each person is told of an occasion."""
    by_account: dict[int, list[Item]] = defaultdict(list)
    for item in occasion.items:
        by_account[item["account"]].append(item)
    by_user: dict[int, list[Item]] = defaultdict(list)
    for one in occasion.to:
        by_user[one.user_id] += [item for item in by_account.get(one.account_id, ()) if _since(item, one.since)]
    return {user: items for user, items in by_user.items() if items}


def _accesses(event: str) -> "QuerySet[Access]":
    roles = _event(event).roles
    return readable_accesses().filter(user__is_active=True, role__in=roles)


def _event(code: str) -> AccountEvent:
    event = installed_events()[code]
    if not isinstance(event, AccountEvent):
        raise TypeError(f"{code} is no event of accounts")
    return event


def _channels(event: str, users: Collection[int]) -> dict[int, list[str]]:
    """By which channels people want to hear of an event; whether one reaches them is asked when it is sent."""
    installed: list[NotificationChannel] = list(installed_channels().values())
    chosen = wishes(event, _among(users))
    return {
        user: [channel.code for channel in installed if chosen.get((user, channel.code), channel.on_by_default)]
        for user in users
    }


def _among(users: Collection[int]) -> "Collection[int] | QuerySet[Any, Any]":
    # So many ids are no parameters for a statement; those who can open something are a query.
    return users if len(users) <= 1000 else readable_accesses().order_by().values("user_id")


def _is_theirs(item: Item, visible_from: Any) -> bool:
    return _since(item, visible_from.isoformat() if visible_from else "")


def _since(item: Item, day: str) -> bool:
    return not day or not item.get("on") or item["on"] >= day
