"""Writes about access rows: the branch grants and revokes, an owner revokes, a change of owner closes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from cabinet_pages.access import audit, mails
from cabinet_pages.access.models import Access, AccessRequest, ActivationCode, RequestState, Role
from cabinet_pages.access.queries import branches_for
from cabinet_pages.access.refusals import Refused
from cabinet_pages.access.services.codes import open_rights
from cabinet_pages.accounts.models import Account
from cabinet_pages.clock import kyiv_today
from cabinet_pages.notifications.services import drop_mails

# Below SQLite's and PostgreSQL's limits on the parameters of one statement.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class ClosedAccess:
    """An access row that a change of owner closed, as the import's journal keeps it."""

    access_id: int
    account_id: int
    user_id: int


@transaction.atomic
def grant_access(*, by: Any, user: Any, account_ids: Collection[int], role: Role = Role.OWNER) -> tuple[Account, ...]:
    """Open further accounts of a branch to a person who has a live access there; no code is needed, a mail tells.

    Args:
        by: an employee who works for the branch of every account.

    Returns:
        the accounts that were not open to the person before.

    Raises:
        Refused: another's branch, no account, no live access in the branch yet, or nothing left to open.
    """
    wanted = set(account_ids)
    if not wanted:
        raise Refused("no_accounts")
    accounts = list(
        Account.objects.filter(pk__in=wanted, branch__in=branches_for(by)).select_related("branch").order_by("number")
    )
    if len(accounts) != len(wanted):
        raise Refused("not_your_branch")
    live = Access.objects.live(kyiv_today()).filter(user_id=user.pk)
    opened: list[Account] = []
    by_branch: dict[int, list[Account]] = defaultdict(list)
    for account in accounts:
        by_branch[account.branch_id].append(account)
    for branch_id, group in by_branch.items():
        basis = live.filter(account__branch_id=branch_id).order_by("-pk").first()
        if basis is None:
            raise Refused("no_live_access")
        held = set(live.filter(account__in=group).values_list("account_id", flat=True))
        fresh = [account for account in group if account.pk not in held]
        if not fresh:
            continue
        # A right that rests on a power of attorney ends with it, on the added accounts too.
        open_rights(
            user=user,
            accounts=fresh,
            role=role,
            valid_until=basis.valid_until,
            request=basis.request,
            by=by,
            now=timezone.now(),
        )
        numbers = [account.number for account in fresh]
        mails.mail_granted(user=user, branch=fresh[0].branch, numbers=numbers, event=str(uuid4()))
        for account in fresh:
            log(account, audit.ACCESS_GRANT, user=by, data={"user": user.pk, "role": str(role)})
        opened += fresh
    if not opened:
        raise Refused("already_open")
    return tuple(opened)


@transaction.atomic
def revoke_access(*, by: Any, access: Access, reason: str) -> None:
    """Close one access with a reason, which is mailed; the person's next click gets the 404 of an absent account.

    Args:
        by: an employee who works for the account's branch, or a live owner of the account.

    Raises:
        Refused: no reason, no such right, one's own access, or an access closed before.
    """
    reason = " ".join(reason.split())[:255]
    if not reason:
        raise Refused("reason_required")
    account = access.account
    if not branches_for(by).filter(pk=account.branch_id).exists():
        owner = Access.objects.live(kyiv_today()).filter(user_id=by.pk, account=account, role=Role.OWNER)
        if not owner.exists():
            raise Refused("not_your_branch")
        if access.user_id == by.pk:
            raise Refused("own_access")
    closed = Access.objects.filter(pk=access.pk, closed_at__isnull=True).update(
        closed_at=timezone.now(), closed_by=by, close_reason=reason
    )
    if not closed:
        raise Refused("already_closed")
    mails.mail_closed(user=access.user, numbers=[account.number], reason=reason, event=f"access-revoked:{access.pk}")
    log(account, audit.ACCESS_REVOKE, user=by, data={"user": access.user_id, "reason": reason})


@transaction.atomic
def close_accesses_of_accounts(
    *,
    account_ids: Iterable[int],
    reason: str,
    moment: datetime | None = None,
    by: Any = None,
    event: str = "",
    mail_delay: timedelta = timedelta(0),
    mail: bool = True,
) -> list[ClosedAccess]:
    """Close every open access of accounts that changed hands, and every code that would still open them.

    Set-based: the number of statements grows with the accounts' chunks and the people, not with the rows.

    Args:
        reason: what the people are told, in their mail and in the log.
        moment: when the accesses end; now when absent.
        by: who promoted the import.
        event: the first part of the mails' event keys, `import:<batch>:` for an import; unique for each call.
        mail_delay: how long the mails wait, so that an undone import announces nothing.
        mail: False for an initial load, which announces nothing.

    Returns:
        the closed rows, for `reopen_accesses`.
    """
    moment = moment or timezone.now()
    event = event or f"{uuid4()}:"
    closed: list[ClosedAccess] = []
    told: dict[int, tuple[Any, list[str]]] = {}
    for ids in _chunks(account_ids):
        rows = list(Access.objects.filter(account_id__in=ids, closed_at__isnull=True).select_related("user", "account"))
        Access.objects.filter(pk__in=[row.pk for row in rows], closed_at__isnull=True).update(
            closed_at=moment, closed_by=by, close_reason=reason[:255]
        )
        for row in rows:
            closed.append(ClosedAccess(row.pk, row.account_id, row.user_id))
            told.setdefault(row.user_id, (row.user, []))[1].append(row.account.number)
        for request in _refuse_pending(ids, reason, by):
            if mail:
                mails.mail_refusal(request, event=event, send_after=moment + mail_delay)
    for user, numbers in told.values():
        if mail:
            mails.mail_closed(
                user=user,
                numbers=sorted(numbers),
                reason=reason,
                event=mails.closed_event(event, user.pk),
                send_after=moment + mail_delay,
            )
        log(user, audit.ACCESS_CLOSE, user=by, data={"accounts": sorted(numbers), "reason": reason})
    return closed


@transaction.atomic
def reopen_accesses(*, access_ids: Iterable[int], by: Any = None) -> int:
    """Open again what `close_accesses_of_accounts` closed, when its import is undone; return how many rows.

    A person who got a newer right to the account in between keeps that one.
    """
    reopened = 0
    for ids in _chunks(access_ids):
        rows = list(Access.objects.filter(pk__in=ids, closed_at__isnull=False).select_related("account"))
        held = set(
            Access.objects.filter(account__in=[row.account_id for row in rows], closed_at__isnull=True).values_list(
                "user_id", "account_id"
            )
        )
        free = [row for row in rows if (row.user_id, row.account_id) not in held]
        reopened += Access.objects.filter(pk__in=[row.pk for row in free]).update(
            closed_at=None, closed_by=None, close_reason=""
        )
        for row in free:
            log(row.account, audit.ACCESS_REOPEN, user=by, data={"user": row.user_id})
    return reopened


@transaction.atomic
def reopen_accounts(
    *,
    access_ids: Iterable[int],
    request_ids: Iterable[int],
    kept_accounts: Collection[int] = (),
    event: str,
    by: Any = None,
) -> None:
    """Take back a whole `close_accesses_of_accounts`: accesses, requests with their codes, and mails that still wait.

    Args:
        access_ids, request_ids: what it closed and refused.
        kept_accounts: accounts that stay with their new customer; what concerns them stays as it is.
        event: as it was given there.
    """
    kept = set(kept_accounts)
    told: set[int] = set()
    kept_told: set[int] = set()
    for ids in _chunks(access_ids):
        closed = list(Access.objects.filter(pk__in=ids).values_list("pk", "account_id", "user_id"))
        told.update(user for *_, user in closed)
        kept_told.update(user for _, account, user in closed if account in kept)
        reopen_accesses(access_ids=[pk for pk, account, _ in closed if account not in kept], by=by)
    for user in told - kept_told:
        drop_mails(event_prefix=mails.closed_event(event, user))
    for ids in _chunks(request_ids):
        refused = AccessRequest.objects.filter(pk__in=ids, state=RequestState.REFUSED)
        for request in refused.exclude(picked__account_id__in=kept):
            if _confirm_again(request, by):
                drop_mails(event_prefix=mails.refusal_event(event, request))


def _confirm_again(request: AccessRequest, by: Any) -> bool:
    """Give a refused request its code back; it is mailed no more, for the person has it."""
    # It was refused and its code killed at one moment; a code that was killed earlier had been replaced.
    killed = ActivationCode.objects.filter(request=request, used_at__isnull=True, killed_at=request.decided_at)
    if not killed.update(killed_at=None):
        return False
    AccessRequest.objects.filter(pk=request.pk).update(
        state=RequestState.CONFIRMED, refusal_reason="", decided_by=by, decided_at=timezone.now()
    )
    log(request, audit.REQUEST_REOPEN, user=by)
    return True


def _refuse_pending(account_ids: list[int], reason: str, by: Any) -> list[AccessRequest]:
    """Confirmed requests for these accounts were confirmed for the earlier customer: their codes open nothing now."""
    pending = AccessRequest.objects.filter(state=RequestState.CONFIRMED, picked__account_id__in=account_ids)
    ids = list(pending.distinct().values_list("pk", flat=True))
    if not ids:
        return []
    now = timezone.now()
    ActivationCode.objects.filter(request_id__in=ids, used_at__isnull=True, killed_at__isnull=True).update(
        killed_at=now
    )
    AccessRequest.objects.filter(pk__in=ids, state=RequestState.CONFIRMED).update(
        state=RequestState.REFUSED, refusal_reason=reason, decided_at=now, decided_by=by
    )
    refused = list(AccessRequest.objects.filter(pk__in=ids).select_related("user", "branch"))
    for request in refused:
        log(request, audit.REQUEST_REFUSE, user=by, data={"reason": reason})
    return refused


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
