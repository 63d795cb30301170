"""What people are told of readings that the branch sent back."""

from collections import defaultdict
from collections.abc import Sequence

from cabinet_pages.access.announcing import Item, Listener, Occasion, announce_occasions, listeners
from cabinet_pages.readings.events import ReadingVerdict
from cabinet_pages.readings.models import Reading, ReadingSource


def announce_rejections(readings: Sequence[Reading]) -> None:
    """Tell who sent the readings, one message for each account and sender, within the caller's transaction.

    A sender who has lost access is told nothing; then, and where the branch itself had sent, those who may send for
    the account are told.

    Args:
        readings: sent back at one moment, with registers, points, accounts and submissions loaded.
    """
    senders: dict[int, dict[int | None, list[Item]]] = defaultdict(lambda: defaultdict(list))
    for one in readings:
        account = one.register.meter.point.account_id
        item = {"account": account, "on": one.read_on.isoformat(), "reading": one.pk}
        senders[account][_sender(one)].append(item)
    people: dict[int, list[Listener]] = defaultdict(list)
    for listener in listeners(ReadingVerdict.code, senders):
        people[listener.account_id].append(listener)
    moment = f"{readings[0].decided_at:%Y%m%d%H%M%S%f}" if readings else ""
    occasions = []
    for account, groups in senders.items():
        told: dict[Listener, list[Item]] = defaultdict(list)
        for sender, items in groups.items():
            own = [one for one in people[account] if one.user_id == sender]
            for listener in own or people[account]:
                told[listener] += items
        # A person stands once among the listeners of an account.
        occasions += [
            Occasion(f"readings-rejected:{account}:{moment}:", items, [listener]) for listener, items in told.items()
        ]
    announce_occasions(event=ReadingVerdict.code, occasions=occasions)


def _sender(reading: Reading) -> int | None:
    submission = reading.submission
    if submission is None or submission.source == ReadingSource.STAFF:
        return None
    return submission.user_id
