"""The mail about readings that the branch sent back."""

from collections.abc import Sequence
from typing import Any

from cabinet_pages.access.models import Access, Role
from cabinet_pages.accounts.models import Account
from cabinet_pages.clock import kyiv_today
from cabinet_pages.notifications.services import post_template_mail
from cabinet_pages.readings.models import Reading, ReadingSource


def mail_rejections(readings: Sequence[Reading], reason: str) -> None:
    """Tell who sent the readings, one mail for each account and sender, within the caller's transaction.

    A sender who has lost access is told nothing; then, and where the branch itself had sent, those who may send for
    the account are told.

    Args:
        readings: sent back at one moment, with registers, points, accounts and submissions loaded.
        reason: of the branch.
    """
    accounts: dict[int, Account] = {}
    senders: dict[int, dict[int | None, list[Reading]]] = {}
    for one in readings:
        account = one.register.meter.point.account
        accounts[account.pk] = account
        senders.setdefault(account.pk, {}).setdefault(_sender(one), []).append(one)
    people = _people(accounts)
    for pk, groups in senders.items():
        told: dict[int, tuple[Any, list[Reading]]] = {}
        for sender, sent in groups.items():
            own = [user for user in people[pk] if user.pk == sender]
            for user in own or people[pk]:
                told.setdefault(user.pk, (user, []))[1].extend(sent)
        for user, sent in told.values():
            _mail(accounts[pk], user, sent, reason)


def _sender(reading: Reading) -> int | None:
    submission = reading.submission
    if submission is None or submission.source == ReadingSource.STAFF:
        return None
    return submission.user_id


def _people(accounts: dict[int, Account]) -> dict[int, list[Any]]:
    """Those who may send for each account, in one query."""
    found: dict[int, list[Any]] = {pk: [] for pk in accounts}
    rows = (
        Access.objects.live(kyiv_today())
        .filter(account__in=accounts, role__in=(Role.OWNER, Role.SUBMITTER), user__is_active=True)
        .select_related("user__cabinet_person")
        .order_by("granted_at", "pk")
    )
    for access in rows:
        found[access.account_id].append(access.user)
    return found


def _mail(account: Account, user: Any, readings: Sequence[Reading], reason: str) -> None:
    person = getattr(user, "cabinet_person", None)
    moment = readings[0].decided_at
    post_template_mail(
        event_key=f"readings-rejected:{account.pk}:{user.pk}:{moment:%Y%m%d%H%M%S%f}",
        to=user.email,
        template="cabinet_pages/mail/readings_rejected",
        context={
            "person_name": "" if person is None else str(person),
            "account": account,
            "period": readings[0].period,
            "readings": readings,
            "reason": reason,
        },
        language="" if person is None else person.language,
    )
