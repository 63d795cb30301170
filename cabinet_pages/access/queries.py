"""The one door to customer data: what a user may see, computed live from access rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from cabinet_pages.access.models import Access, BranchOperator, Role
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
    today = kyiv_today()
    readable_since = months_before(today, cabinet_settings.TERMINATED_ACCOUNT_MONTHS)
    return (
        Access.objects.live(today)
        .filter(
            Q(account__terminated_on__isnull=True) | Q(account__terminated_on__gte=readable_since),
            user_id=user.pk,
        )
        .select_related("account__customer", "account__branch")
        .order_by("account__number")
    )


def scope_of(access: Access) -> Scope:
    """The scope that a live access row opens."""
    return Scope(account=access.account, role=Role(access.role), visible_from=access.account.owned_since)


def scopes_for(user: Any) -> Iterator[Scope]:
    """Every scope of a user, by account number."""
    return (scope_of(access) for access in accesses_for(user).iterator())


def scope_for(user: Any, slug: str) -> Scope | None:
    """The scope of one account by its number in an address; None for a foreign and for an absent one alike."""
    access = accesses_for(user).filter(account__number=slug.replace("~", "/")).first()
    return None if access is None else scope_of(access)


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


def works_for_all_branches(user: Any) -> bool:
    """Whether an employee belongs to the central office."""
    if not user.is_authenticated or not user.is_active:
        return False
    return bool(user.is_superuser) or BranchOperator.objects.filter(user_id=user.pk, branch__isnull=True).exists()
