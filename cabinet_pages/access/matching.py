"""Requests that may be confirmed without a second look: each names one account, and the account is the one it names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy

from cabinet_pages.access.models import AccessRequest
from cabinet_pages.accounts.models import Account
from cabinet_pages.clock import kyiv_today

#: Why a request is left for its own page, by code.
REASONS: dict[str, Any] = {
    "no_account": gettext_lazy("names no account"),
    "several_accounts": gettext_lazy("names several accounts"),
    "unknown_account": gettext_lazy("the branch has no such account"),
    "code_differs": gettext_lazy("the ЄДРПОУ or РНОКПП differs"),
    "contract_differs": gettext_lazy("the contract number differs"),
    "terminated": gettext_lazy("the contract is terminated"),
    "open_to_others": gettext_lazy("the account is open to other people"),
    "attorney_ended": gettext_lazy("the power of attorney is no longer valid"),
}


@dataclass(frozen=True, slots=True)
class Match:
    """A request beside the account that it names.

    Args:
        account: with its customer; None where there is none, or several.
        obstacle: a key of REASONS; '' where the request may be confirmed with others.
    """

    request: AccessRequest
    account: Account | None
    obstacle: str = ""

    @property
    def reason(self) -> str:
        """Why it is left out, in the active language."""
        return str(REASONS[self.obstacle]) if self.obstacle else ""


def matches_of(requests: Sequence[AccessRequest]) -> list[Match]:
    """Each request with the account it names in its own branch; one query for all.

    Args:
        requests: that an employee may see.
    """
    numbers = {request.pk: _numbers(request) for request in requests}
    today = kyiv_today()
    live = Q(accesses__closed_at__isnull=True) & (
        Q(accesses__valid_until__isnull=True) | Q(accesses__valid_until__gte=today)
    )
    accounts = {
        (account.branch_id, account.number): account
        for account in Account.objects.filter(
            branch__in={request.branch_id for request in requests},
            number__in={number for named in numbers.values() for number in named},
        )
        .select_related("customer", "branch")
        .annotate(open_to=Count("accesses", filter=live))
    }
    return [
        _match(request, numbers[request.pk], [accounts.get((request.branch_id, one)) for one in numbers[request.pk]])
        for request in requests
    ]


def _numbers(request: AccessRequest) -> list[str]:
    return [number for number in request.account_numbers.split("\n") if number]


def _match(request: AccessRequest, numbers: list[str], found: list[Account | None]) -> Match:
    if len(numbers) != 1:
        return Match(request, None, "several_accounts" if numbers else "no_account")
    account = found[0]
    if account is None:
        return Match(request, None, "unknown_account")
    today = kyiv_today()
    obstacles = {
        "code_differs": not request.customer_code or account.customer.code != request.customer_code,
        "contract_differs": bool(request.contract_number) and account.contract_number != request.contract_number,
        "terminated": account.terminated_on is not None and account.terminated_on <= today,
        "open_to_others": bool(getattr(account, "open_to", 0)),
        "attorney_ended": request.valid_until is not None and request.valid_until < today,
    }
    return Match(request, account, next((code for code, met in obstacles.items() if met), ""))
