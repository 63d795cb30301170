"""Reads of archives: a person's own, as long as every account in them is open to that person."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from cabinet_pages.access.queries import Scope, accesses_for, scope_of
from cabinet_pages.archives.models import Archive, ArchivedAccount

# The papers in the archive are those of the account's present owner.
_SAME_OWNER = Q(owned_since=F("account__owned_since")) | Q(owned_since__isnull=True, account__owned_since__isnull=True)


def archives_of(user: Any) -> "QuerySet[Archive]":
    """The archives of a person that are kept and hold nothing but papers open to them now, the newest first."""
    if not user.is_authenticated:
        return Archive.objects.none()
    opened = Q(account__in=accesses_for(user).order_by().values("account")) & _SAME_OWNER
    # A condition over absent values is neither true nor false, and an account that is not surely open is closed.
    closed = (
        ArchivedAccount.objects.filter(archive=OuterRef("pk"))
        .annotate(is_open=Case(When(opened, then=Value(True)), default=Value(False)))
        .filter(is_open=False)
    )
    return Archive.objects.filter(~Exists(closed), user_id=user.pk, expires_at__gt=timezone.now())


def archive_of(user: Any, uuid: UUID) -> Archive | None:
    """One archive of a person; None for a foreign, a closed, an expired and an absent one alike."""
    return archives_of(user).filter(uuid=uuid).first()


def open_scopes(user: Any, accounts: Iterable[int]) -> list[Scope]:
    """The person's scopes of some accounts, by primary key, as far as they are open at this moment."""
    return [scope_of(access) for access in accesses_for(user).filter(account__in=list(accounts))]


def scopes_of(archive: Archive) -> list[Scope] | None:
    """The scopes of an archive's accounts; None where one is closed, or has another owner than when it was ordered."""
    owned = dict(archive.archived_accounts.values_list("account_id", "owned_since"))
    scopes = open_scopes(archive.user, owned)
    same = {scope.account.pk: scope.account.owned_since for scope in scopes} == owned
    return scopes if same else None
