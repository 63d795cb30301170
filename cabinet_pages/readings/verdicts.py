"""What customers are told of billing's verdicts on their readings."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from cabinet_pages.access.models import Access, Person, Role
from cabinet_pages.accounts.models import Account
from cabinet_pages.bulk import CHUNK
from cabinet_pages.clock import kyiv_today
from cabinet_pages.notifications.services import post_template_mail
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState

MAIL = "cabinet_pages/mail/readings_rejected"
#: So many readings of an account are named in its mail; the cabinet shows all of them.
NAMED = 30


def mail_rejections(*, reading_ids: Iterable[int], event: str, send_after: datetime) -> int:
    """Tell those who may send readings again that billing has rejected some; return how many mails were written.

    One mail for each account and person. What the customer has replaced meanwhile is not told of, nor what an earlier
    owner of the account has sent.

    Args:
        reading_ids: readings with a verdict; those that are not rejected are passed over.
        event: the first part of the event keys, `import:<batch>:`, so that undoing the batch drops the mails.
        send_after: the earliest moment of sending.
    """
    readings = _rejected(list(reading_ids))
    people = _people({reading.register.meter.point.account_id for reading in readings})
    count = 0
    for account, group in groupby(readings, key=lambda one: one.register.meter.point.account):
        told = [one for one in group if account.owned_since is None or one.read_on >= account.owned_since]
        for access, person in people.get(account.pk, []) if told else []:
            _mail(account, told, access, person, event, send_after)
            count += 1
    return count


def _rejected(ids: list[int]) -> list[Reading]:
    """The rejected readings among some, by account and point."""
    found: list[Reading] = []
    for first in range(0, len(ids), CHUNK):
        found += Reading.objects.filter(
            pk__in=ids[first : first + CHUNK],
            kind=ReadingKind.CUSTOMER,
            state=ReadingState.REJECTED,
            is_current=True,
            withdrawn=False,
        ).select_related("register__meter__point__account")
    return sorted(
        found,
        key=lambda one: (
            one.register.meter.point.account.number,
            one.register.meter.point.code,
            one.register.meter.serial,
            one.register.channel,
            one.register.zone,
        ),
    )


def _people(account_ids: set[int]) -> dict[int, list[tuple[Access, Person | None]]]:
    """Those who may send readings of accounts today, with their profiles."""
    ids = sorted(account_ids)
    found: dict[int, list[tuple[Access, Person | None]]] = {}
    for first in range(0, len(ids), CHUNK):
        rows = list(
            Access.objects.live(kyiv_today())
            .filter(
                account_id__in=ids[first : first + CHUNK],
                role__in=(Role.OWNER, Role.SUBMITTER),
                user__is_active=True,
            )
            .select_related("user")
            .order_by("account_id", "pk")
        )
        persons = {one.user_id: one for one in Person.objects.filter(user__in=[row.user_id for row in rows])}
        for row in rows:
            found.setdefault(row.account_id, []).append((row, persons.get(row.user_id)))
    return found


def _mail(
    account: Account, readings: list[Reading], access: Access, person: Person | None, event: str, send_after: datetime
) -> None:
    if not access.user.email:
        return
    post_template_mail(
        event_key=f"{event}readings-rejected:{account.pk}:{access.user_id}",
        to=access.user.email,
        template=MAIL,
        context={
            "account": account,
            "person_name": "" if person is None else str(person),
            "readings": readings[:NAMED],
            "more": max(len(readings) - NAMED, 0),
        },
        language="" if person is None else person.language,
        send_after=send_after,
    )
