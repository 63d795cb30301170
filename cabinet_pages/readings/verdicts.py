"""What customers are told of billing's verdicts on their readings."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from cabinet_pages.access.announcing import Item, announce, listeners
from cabinet_pages.bulk import CHUNK
from cabinet_pages.readings.events import ReadingVerdict
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState


def announce_rejections(*, reading_ids: Iterable[int], event: str, send_after: datetime) -> int:
    """Tell those who may send readings again that billing has rejected some; return how many messages were written.

    One message for each person and channel. What the customer has replaced meanwhile is not told of, nor what an
    earlier owner of the account has sent.

    Args:
        reading_ids: readings with a verdict; those that are not rejected are passed over.
        event: the first part of the event keys, `import:<batch>:`, so that undoing the batch drops the messages.
        send_after: the earliest moment of sending.
    """
    items: list[Item] = []
    iterator = iter(reading_ids)
    while chunk := list(islice(iterator, CHUNK)):
        rejected = Reading.objects.filter(
            pk__in=chunk,
            kind=ReadingKind.CUSTOMER,
            state=ReadingState.REJECTED,
            is_current=True,
            withdrawn=False,
        )
        items += [
            {"account": account, "on": read_on.isoformat(), "reading": pk}
            for account, read_on, pk in rejected.order_by("register__meter__point__account", "pk").values_list(
                "register__meter__point__account", "read_on", "pk"
            )
        ]
    if not items:
        return 0
    to = listeners(ReadingVerdict.code, {item["account"] for item in items})
    return announce(event=ReadingVerdict.code, items=items, key=event, to=to, send_after=send_after)
