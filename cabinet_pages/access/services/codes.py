"""Writes about activation codes: issue, send again, use.

A code is kept only as a keyed hash over the person and the code, so a stolen database opens nothing and a code of one
person means nothing for another. It lives for one use, a number of days and a number of wrong tries, each of which is
decided by one conditional UPDATE, because that is what two databases and many processes agree upon.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from cabinet_pages.access import audit, mails
from cabinet_pages.access.models import Access, AccessRequest, ActivationCode, RequestState, Role
from cabinet_pages.access.queries import branches_for
from cabinet_pages.access.refusals import Refused
from cabinet_pages.access.rules import fold_code, new_code
from cabinet_pages.accounts.models import Account
from cabinet_pages.clock import kyiv_today
from cabinet_pages.conf import cabinet_settings

_SALT = "cabinet_pages.access.ActivationCode"


@dataclass(frozen=True, slots=True)
class Activation:
    """What a code did.

    Args:
        request: the request it belonged to.
        account_numbers: the accounts that it opened.
        repeated: the same person had entered it before, a repeated click for one; nothing changed now.
    """

    request: AccessRequest
    account_numbers: tuple[str, ...]
    repeated: bool = False


def hash_code(user_id: Any, code: str) -> str:
    """The stored form of a folded code of one person."""
    return salted_hmac(_SALT, f"{user_id}:{code}", algorithm="sha256").hexdigest()


def issue_code(request: AccessRequest) -> ActivationCode:
    """Make a code for a confirmed request and mail it, within the caller's transaction."""
    plain = new_code()
    code = ActivationCode.objects.create(
        request=request,
        code_hash=hash_code(request.user_id, plain),
        expires_at=timezone.now() + timedelta(days=cabinet_settings.ACTIVATION_CODE_DAYS),
    )
    mails.mail_code(code, plain)
    return code


@transaction.atomic
def resend_code(*, by: Any, request: AccessRequest) -> ActivationCode:
    """Kill the request's code and mail a new one. Raises Refused for another's branch or a request that waits for none.

    Args:
        by: an employee who works for the request's branch.
    """
    if not branches_for(by).filter(pk=request.branch_id).exists():
        raise Refused("not_your_branch")
    # The conditional UPDATE holds the request's row: nothing else decides it until this transaction ends.
    if not AccessRequest.objects.filter(pk=request.pk, state=RequestState.CONFIRMED).update(decided_by=by):
        raise Refused("not_confirmed")
    kill_codes(request)
    code = issue_code(request)
    log(request, audit.CODE_RESEND, user=by)
    return code


def kill_codes(request: AccessRequest) -> None:
    """End every code of a request that could still be used."""
    ActivationCode.objects.filter(request=request, used_at__isnull=True, killed_at__isnull=True).update(
        killed_at=timezone.now()
    )


def activate(*, user: Any, code: str) -> Activation:
    """Open the accounts of the request whose code a person typed.

    A wrong code counts against every code of the person that still lives. The same code entered again by the same
    person after it worked answers the same and changes nothing.

    Args:
        code: as typed; see `rules.fold_code`.

    Raises:
        Refused: the code is malformed, wrong, expired, replaced, used up, or its right is gone.
    """
    folded = fold_code(code)
    if folded is None:
        raise Refused("code_form")
    found = (
        ActivationCode.objects.filter(code_hash=hash_code(user.pk, folded), request__user_id=user.pk)
        .select_related("request__branch")
        .first()
    )
    if found is None:
        raise _count_wrong_try(user)
    with transaction.atomic():
        if _use(found):
            return Activation(found.request, _open_accounts(found.request, user))
    found.refresh_from_db(fields=["used_at", "killed_at", "expires_at", "tries"])
    if found.used_at is not None:
        opened = found.request.accesses.live(kyiv_today()).order_by("account__number")
        numbers = tuple(opened.values_list("account__number", flat=True))
        if not numbers:
            raise Refused("code_used")
        return Activation(found.request, numbers, repeated=True)
    if found.killed_at is not None:
        raise Refused("code_replaced")
    raise Refused("code_expired" if found.expires_at <= timezone.now() else "code_exhausted")


def _use(code: ActivationCode) -> bool:
    now = timezone.now()
    return bool(
        ActivationCode.objects.filter(
            pk=code.pk,
            used_at__isnull=True,
            killed_at__isnull=True,
            expires_at__gt=now,
            tries__lt=cabinet_settings.ACTIVATION_CODE_TRIES,
        ).update(used_at=now)
    )


def _count_wrong_try(user: Any) -> Refused:
    limit: int = cabinet_settings.ACTIVATION_CODE_TRIES
    living = ActivationCode.objects.filter(
        request__user_id=user.pk, used_at__isnull=True, killed_at__isnull=True, expires_at__gt=timezone.now()
    )
    living.filter(tries__lt=limit).update(tries=F("tries") + 1)
    fewest = living.aggregate(tries=Min("tries"))["tries"]
    log(user, audit.CODE_WRONG, user=user)
    if fewest is None:
        return Refused("code_wrong")
    return Refused("code_wrong", left=limit - fewest) if fewest < limit else Refused("code_exhausted")


def _open_accounts(request: AccessRequest, user: Any) -> tuple[str, ...]:
    """Turn the picked accounts into access rows, within the transaction that used the code; Refused undoes that."""
    today, now = kyiv_today(), timezone.now()
    if request.valid_until is not None and request.valid_until < today:
        raise Refused("code_attorney_ended")
    if not AccessRequest.objects.filter(pk=request.pk, state=RequestState.CONFIRMED).update(
        state=RequestState.ACTIVATED
    ):
        raise Refused("code_replaced")
    # The branch confirmed its own accounts; one that left it since is not opened by this code.
    accounts = list(Account.objects.filter(access_requests=request, branch_id=request.branch_id).order_by("number"))
    if not accounts:
        raise Refused("code_nothing_left")
    open_rights(
        user=user,
        accounts=accounts,
        role=Role.OWNER,
        valid_until=request.valid_until,
        request=request,
        by=request.decided_by,
        now=now,
    )
    numbers = tuple(account.number for account in accounts)
    log(request, audit.CODE_USE, user=user, data={"accounts": list(numbers)})
    return numbers


def open_rights(
    *,
    user: Any,
    accounts: list[Account],
    role: Role,
    valid_until: date | None,
    request: AccessRequest | None,
    by: Any,
    now: datetime,
) -> None:
    """Write access rows, within the caller's transaction; a right that ran out gives way to the new one."""
    ids = [account.pk for account in accounts]
    held = Access.objects.filter(user_id=user.pk, account_id__in=ids, closed_at__isnull=True)
    held.update(closed_at=now, close_reason=_("Replaced by a newer right."), closed_by=by)
    rows = [
        Access(
            user=user,
            account=account,
            role=role,
            request=request,
            granted_at=now,
            granted_by=by,
            valid_until=valid_until,
        )
        for account in accounts
    ]
    # Two codes of one person may name the same account and be entered at once: then the first row is enough.
    Access.objects.bulk_create(rows, ignore_conflicts=True)
