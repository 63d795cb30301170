"""Writes about requests: a person submits and withdraws, the branch confirms and refuses."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.log_actions import log

from cabinet_pages.access import audit, mails
from cabinet_pages.access.models import AccessRequest, ActivationCode, Basis, RequestedAccount, RequestState
from cabinet_pages.access.queries import branches_for
from cabinet_pages.access.refusals import Refused
from cabinet_pages.access.rules import check_request, scan_kind
from cabinet_pages.access.services.codes import issue_code, kill_codes
from cabinet_pages.accounts.models import Account, Branch
from cabinet_pages.clock import kyiv_today
from cabinet_pages.conf import cabinet_settings


def submit_request(
    *,
    user: Any,
    token: UUID,
    branch: Branch,
    customer_code: str,
    account_numbers: list[str],
    contract_number: str = "",
    position: str = "",
    basis: str = Basis.HEAD,
    attorney_number: str = "",
    valid_until: date | None = None,
    scan: "File[bytes] | None" = None,
) -> AccessRequest:
    """Put a person's request into the inbox of one branch; the same token again returns the request it made.

    Args:
        token: the form's idempotency token.
        customer_code: normalised ЄДРПОУ, РНОКПП or passport.
        account_numbers: normalised numbers as typed; nothing tells the person whether they exist.
        valid_until: the last day of the power of attorney (Kyiv date).
        scan: a PDF, JPEG or PNG file, told by its content.

    Raises:
        Refused: something is missing, the scan is of another kind or too large, or the branch takes no requests.
    """
    by_attorney = basis == Basis.POWER_OF_ATTORNEY
    if not by_attorney:
        attorney_number, valid_until = "", None
    violations = check_request(
        account_numbers=account_numbers,
        contract_number=contract_number,
        by_attorney=by_attorney,
        attorney_number=attorney_number,
        valid_until=valid_until,
        today=kyiv_today(),
    )
    if violations:
        code, params = violations[0][1]
        raise Refused(code, **params)
    if not branch.is_active:
        raise Refused("branch_inactive")
    earlier = AccessRequest.objects.filter(user_id=user.pk, token=token).first()
    if earlier is not None:
        return earlier
    request = AccessRequest(
        user=user,
        token=token,
        branch=branch,
        customer_code=customer_code,
        account_numbers="\n".join(account_numbers),
        contract_number=contract_number,
        position=position,
        basis=basis,
        attorney_number=attorney_number,
        valid_until=valid_until,
    )
    if scan is not None:
        request.scan_name = (scan.name or "")[-255:]
        request.scan.save(f"{uuid4()}.{checked_scan(scan)}", scan, save=False)
    try:
        with transaction.atomic():
            request.save()
            log(request, audit.REQUEST_SUBMIT, user=user, data={"branch": branch.code})
    except IntegrityError:
        # The same click, twice at once: the other one made the request.
        if request.scan:
            request.scan.delete(save=False)
        return AccessRequest.objects.get(user_id=user.pk, token=token)
    return request


def checked_scan(scan: "File[bytes]") -> str:
    """The kind of a scan by its content: pdf, jpg or png. Raises Refused for anything else and for a large file."""
    limit: int = cabinet_settings.SCAN_MAX_BYTES
    if scan.size > limit:
        raise Refused("scan_size", limit=limit // (1024 * 1024))
    if not scan.size:
        raise Refused("scan_empty")
    scan.seek(0)
    kind = scan_kind(scan.read(16))
    scan.seek(0)
    if kind is None:
        raise Refused("scan_kind")
    return kind


@transaction.atomic
def withdraw_request(*, user: Any, request: AccessRequest) -> None:
    """Take a person's own open request back; its code dies. Raises Refused when it is decided otherwise."""
    if request.user_id != user.pk:
        raise Refused("already_decided")
    taken = AccessRequest.objects.filter(
        pk=request.pk, state__in=[RequestState.SUBMITTED, RequestState.CONFIRMED]
    ).update(state=RequestState.WITHDRAWN, decided_at=timezone.now(), decided_by=user)
    if not taken:
        raise Refused("already_decided")
    kill_codes(request)
    log(request, audit.REQUEST_WITHDRAW, user=user)


@transaction.atomic
def confirm_request(*, by: Any, request: AccessRequest, account_ids: Collection[int]) -> ActivationCode:
    """Confirm a request for accounts of its branch and mail the activation code to its person.

    Args:
        by: an employee who works for the request's branch.
        account_ids: the accounts the employee picked.

    Raises:
        Refused: another's branch, an account of another branch, no account, or a request that is decided.
    """
    _check_branch(by, request)
    wanted = set(account_ids)
    if not wanted:
        raise Refused("no_accounts")
    accounts = list(Account.objects.filter(pk__in=wanted, branch_id=request.branch_id))
    if len(accounts) != len(wanted):
        raise Refused("foreign_account")
    _decide(by, request, RequestState.CONFIRMED)
    RequestedAccount.objects.bulk_create(RequestedAccount(request=request, account=account) for account in accounts)
    code = issue_code(request)
    numbers = sorted(account.number for account in accounts)
    log(request, audit.REQUEST_CONFIRM, user=by, data={"accounts": numbers})
    return code


@transaction.atomic
def refuse_request(*, by: Any, request: AccessRequest, reason: str) -> None:
    """Refuse a request with a reason, which is mailed to its person. Raises Refused as `confirm_request` does."""
    _check_branch(by, request)
    reason = reason.strip()
    if not reason:
        raise Refused("reason_required")
    _decide(by, request, RequestState.REFUSED, refusal_reason=reason)
    mails.mail_refusal(request)
    log(request, audit.REQUEST_REFUSE, user=by, data={"reason": reason})


@transaction.atomic
def take_back_confirmation(*, by: Any, request: AccessRequest, reason: str) -> None:
    """Refuse a request that was confirmed by mistake, while its code is unused; the code dies, the reason is mailed.

    Apart from `refuse_request`, so that a refusal on a page grown old never undoes a colleague's confirmation.

    Raises:
        Refused: another's branch, no reason, or a request whose code was used or never sent.
    """
    _check_branch(by, request)
    reason = reason.strip()
    if not reason:
        raise Refused("reason_required")
    kill_codes(request)
    _decide(by, request, RequestState.REFUSED, before=RequestState.CONFIRMED, refusal_reason=reason)
    mails.mail_refusal(request)
    log(request, audit.REQUEST_REFUSE, user=by, data={"reason": reason})


def _check_branch(by: Any, request: AccessRequest) -> None:
    if not branches_for(by).filter(pk=request.branch_id).exists():
        raise Refused("not_your_branch")


def _decide(
    by: Any,
    request: AccessRequest,
    state: RequestState,
    *,
    before: RequestState = RequestState.SUBMITTED,
    **fields: str,
) -> None:
    decided = {"state": state, "decided_at": timezone.now(), "decided_by": by, **fields}
    if not AccessRequest.objects.filter(pk=request.pk, state=before).update(**decided):
        raise Refused("already_decided")
    for name, value in decided.items():
        setattr(request, name, value)
