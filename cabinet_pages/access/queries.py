"""The one door to customer data: what a user may see, computed live from access rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When

from cabinet_pages.access.models import (
    Access,
    AccessRequest,
    BranchOperator,
    RequestedAccount,
    RequestState,
    Role,
)
from cabinet_pages.accounts.models import Account, Branch
from cabinet_pages.accounts.rules import months_before
from cabinet_pages.clock import kyiv_today
from cabinet_pages.conf import cabinet_settings


@dataclass(frozen=True, slots=True)
class Scope:
    """A person's live right to one account; every query for a screen takes one.

    Args:
        account: the account, with its customer and branch loaded.
        role: what the person may do with it.
        visible_from: rows dated before this day belong to an earlier owner and are hidden; None hides nothing.
    """

    account: Account
    role: Role
    visible_from: date | None

    @property
    def can_submit(self) -> bool:
        """Whether readings may be sent: not by a viewer, and not for a terminated contract."""
        return self.role in (Role.OWNER, Role.SUBMITTER) and not self.is_terminated

    @property
    def is_terminated(self) -> bool:
        """Whether the contract has ended."""
        return self.account.terminated_on is not None and self.account.terminated_on <= kyiv_today()

    def visible(self, field: str) -> Q:
        """The condition that keeps rows whose date in `field` belongs to the present owner."""
        return Q() if self.visible_from is None else Q(**{f"{field}__gte": self.visible_from})


def accesses_for(user: Any) -> "QuerySet[Access]":
    """Live access rows of a user, ordered by account number, ready for paging; empty for anonymous people."""
    if not user.is_authenticated or not user.is_active:
        return Access.objects.none()
    return (
        readable_accesses()
        .filter(user_id=user.pk)
        .select_related("account__customer", "account__branch")
        .order_by("account__number")
    )


def opened_to(user: Any, day: str) -> Q:
    """The condition on rows of accounts that a user may see today, for an answer that needs no more of the scope.

    Args:
        user: the reader.
        day: the field whose date must belong to the present owner.
    """
    accesses = accesses_for(user).filter(account=OuterRef("account")).select_related(None).order_by()
    return Q(Exists(accesses)) & of_present_owner(day)


def of_present_owner(day: str) -> Q:
    """The condition on rows of accounts that keeps those whose date in a field belongs to the present owner."""
    return Q(account__owned_since__isnull=True) | Q(**{f"{day}__gte": F("account__owned_since")})


def readable_accesses() -> "QuerySet[Access]":
    """Access rows of anybody that open their account today."""
    today = kyiv_today()
    readable_since = months_before(today, cabinet_settings.TERMINATED_ACCOUNT_MONTHS)
    return Access.objects.live(today).filter(
        Q(account__terminated_on__isnull=True) | Q(account__terminated_on__gte=readable_since)
    )


def scope_of(access: Access) -> Scope:
    """The scope that a live access row opens."""
    return Scope(account=access.account, role=Role(access.role), visible_from=access.account.owned_since)


def scopes_for(user: Any) -> Iterator[Scope]:
    """Every scope of a user, by account number."""
    return (scope_of(access) for access in accesses_for(user).iterator())


def scope_for(user: Any, slug: str) -> Scope | None:
    """The scope of one account by its number in an address; None for a foreign and for an absent one alike."""
    opened = accesses_for(user).select_related("user__cabinet_person")
    access = opened.filter(account__number=slug.replace("~", "/")).first()
    if access is None:
        return None
    if person := getattr(access.user, "cabinet_person", None):
        # Every screen of an account names the person, so the one query that opens it brings the name along.
        user.cabinet_person = person
    return scope_of(access)


def branches_for(user: Any) -> "QuerySet[Branch]":
    """The branches an employee works for: all for the central office and superusers, none for anybody else."""
    if not user.is_authenticated or not user.is_active:
        return Branch.objects.none()
    if user.is_superuser:
        return Branch.objects.all()
    rights = BranchOperator.objects.filter(user_id=user.pk)
    if rights.filter(branch__isnull=True).exists():
        return Branch.objects.all()
    return Branch.objects.filter(pk__in=rights.values("branch"))


def staff_scope(user: Any, account: Account) -> Scope | None:
    """The scope in which an employee sends readings for a customer; None for an account of a foreign branch.

    Args:
        user: the employee.
        account: with its customer and branch loaded.
    """
    if not branches_for(user).filter(pk=account.branch_id).exists():
        return None
    return Scope(account=account, role=Role.SUBMITTER, visible_from=account.owned_since)


def works_for_all_branches(user: Any) -> bool:
    """Whether an employee belongs to the central office."""
    if not user.is_authenticated or not user.is_active:
        return False
    return bool(user.is_superuser) or BranchOperator.objects.filter(user_id=user.pk, branch__isnull=True).exists()


def confirmed_requests(account_ids: Iterable[int]) -> "QuerySet[AccessRequest]":
    """Requests whose activation code would open one of the accounts."""
    return AccessRequest.objects.filter(
        state=RequestState.CONFIRMED, picked__account_id__in=list(account_ids)
    ).distinct()


def accounts_opened_since(account_ids: Iterable[int], moment: datetime) -> set[int]:
    """Accounts that are open to somebody, were opened after a moment, or can be opened with a code."""
    ids = list(account_ids)
    granted = Access.objects.filter(Q(closed_at__isnull=True) | Q(granted_at__gt=moment), account_id__in=ids)
    asked = RequestedAccount.objects.filter(request__state=RequestState.CONFIRMED, account_id__in=ids)
    return {*granted.values_list("account_id", flat=True), *asked.values_list("account_id", flat=True)}


def requests_of(user: Any) -> "QuerySet[AccessRequest]":
    """A person's own requests, newest first, with their branches."""
    return AccessRequest.objects.filter(user_id=user.pk).select_related("branch")


def requests_for_staff(user: Any) -> "QuerySet[AccessRequest]":
    """The requests that an employee may see: those made to the branches they work for."""
    return AccessRequest.objects.filter(branch__in=branches_for(user)).select_related("branch", "user")


def colleagues_of(scope: Scope, user: Any) -> "QuerySet[Access]":
    """The other people's live accesses to an account, with their profiles; for an owner's page «Доступ»."""
    return (
        Access.objects.live(kyiv_today())
        .filter(account=scope.account)
        .exclude(user_id=user.pk)
        .select_related("user__cabinet_person", "account")
        .order_by("granted_at", "pk")
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that a request may mean, beside what the request says of it.

    Args:
        account: with its customer.
        is_named: the request names its number.
        code_differs: the account's code is not the request's, or one of them is empty.
        contract_differs: the request names a contract, and the account's is another.
        open_to: how many other people have a live access to it.
    """

    account: Account
    is_named: bool
    code_differs: bool
    contract_differs: bool
    open_to: int


# An inbox shows the first of them; a search finds the rest.
MAX_CANDIDATES = 200


def candidates(request: AccessRequest) -> list[Candidate]:
    """The accounts of the request's branch that its numbers, code or contract point to; named ones come first.

    Accounts of other branches are never among them: one request, one branch.
    """
    numbers = request.account_numbers.split("\n") if request.account_numbers else []
    wanted = Q(number__in=numbers)
    if request.customer_code:
        wanted |= Q(customer__code=request.customer_code)
    if request.contract_number:
        wanted |= Q(contract_number=request.contract_number)
    live = Q(accesses__closed_at__isnull=True) & (
        Q(accesses__valid_until__isnull=True) | Q(accesses__valid_until__gte=kyiv_today())
    )
    accounts = (
        Account.objects.filter(wanted, branch_id=request.branch_id)
        .select_related("customer", "branch")
        .annotate(
            open_to=Count("accesses", filter=live & ~Q(accesses__user_id=request.user_id)),
            named=Case(When(number__in=numbers, then=0), default=1),
        )
        .order_by("named", "number")[:MAX_CANDIDATES]
    )
    return [
        Candidate(
            account=account,
            is_named=account.number in numbers,
            code_differs=account.customer.code != request.customer_code or not request.customer_code,
            contract_differs=bool(request.contract_number) and account.contract_number != request.contract_number,
            open_to=account.open_to,
        )
        for account in accounts
    ]


def unknown_numbers(request: AccessRequest) -> list[str]:
    """The numbers of a request that its branch has no account for; for the branch's eyes alone."""
    numbers = request.account_numbers.split("\n") if request.account_numbers else []
    found = set(
        Account.objects.filter(branch_id=request.branch_id, number__in=numbers).values_list("number", flat=True)
    )
    return [number for number in numbers if number not in found]
