"""A person orders an archive, or the same once more after a failure."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from wagtail.log_actions import log

from cabinet_pages.access.queries import Scope
from cabinet_pages.archives import audit
from cabinet_pages.archives.kinds import ArchiveKind, installed_kinds
from cabinet_pages.archives.messages import ArchiveRefused
from cabinet_pages.archives.models import RUNNING, Archive, ArchivedAccount, ArchiveState
from cabinet_pages.archives.queries import open_scopes
from cabinet_pages.archives.tasks import enqueue_archive
from cabinet_pages.conf import cabinet_settings

#: How many archives of a person are kept; an order lets the oldest go.
KEPT_FOR_A_PERSON = 5
_ADDRESS_AT_MOST = 500


def order_archive(
    *,
    user: Any,
    kind: type[ArchiveKind],
    scopes: Sequence[Scope],
    items: Sequence[tuple[int, int]],
    title: str,
    source_url: str,
) -> Archive:
    """Have an archive made; whoever presses twice gets the one that is being made of the same.

    Args:
        user: who orders it and alone may fetch it.
        kind: of its content.
        scopes: of the list that it is ordered from.
        items: primary keys of what is put in, each after that of its account.
        title: what it is, in the person's language; its file is called so.
        source_url: the address of that list.

    Raises:
        ArchiveRefused: `nothing`, `too_many`, `access_closed`, `running`.
    """
    if not items:
        raise ArchiveRefused("nothing")
    limit = cabinet_settings.ARCHIVE_MAX_FILES
    if len(items) > limit:
        raise ArchiveRefused("too_many", count=len(items), limit=limit)
    accounts = {account for account, _item in items}
    opened = {scope.account.pk: scope for scope in open_scopes(user, accounts)}
    # What the list was shown of may have been closed since, and a caller may be wrong.
    if accounts - opened.keys() or accounts - {scope.account.pk for scope in scopes}:
        raise ArchiveRefused("access_closed")
    chosen = [item for _account, item in items]
    # One that nobody made for days, as no worker runs, must not stand in the way of the next.
    Archive.objects.filter(user=user, expires_at__lte=timezone.now()).delete()
    try:
        with transaction.atomic():
            archive = Archive.objects.create(
                user=user,
                kind=kind.code,
                title=title[:255],
                language=translation.get_language() or "",
                source_url=_short_address(source_url),
                items=chosen,
                total=len(chosen),
                expires_at=_expiry(),
            )
            ArchivedAccount.objects.bulk_create(
                ArchivedAccount(archive=archive, account_id=pk, owned_since=opened[pk].account.owned_since)
                for pk in sorted(accounts)
            )
            _let_the_oldest_go(user)
            numbers = sorted(opened[pk].account.number for pk in accounts)
            log(
                archive, audit.ARCHIVE_ORDER, user=user, data={"title": title, "accounts": numbers, "files": len(items)}
            )
            transaction.on_commit(partial(enqueue_archive, archive.pk))
    except IntegrityError:
        running = Archive.objects.filter(user=user, state__in=RUNNING).first()
        if running is None or (running.kind, running.items) != (kind.code, chosen):
            raise ArchiveRefused("running") from None
        return running
    return archive


def order_again(*, user: Any, archive: Archive) -> None:
    """Have a failed archive of a person tried once more; nothing happens to one that has not failed.

    Raises:
        ArchiveRefused: `running`, where another one is.
    """
    try:
        with transaction.atomic():
            changed = Archive.objects.filter(pk=archive.pk, user=user, state=ArchiveState.FAILED).update(
                state=ArchiveState.WAITING,
                done=0,
                attempts=0,
                error_code="",
                error_params={},
                heartbeat_at=timezone.now(),
                finished_at=None,
                expires_at=_expiry(),
            )
            if changed:
                log(archive, audit.ARCHIVE_ORDER, user=user, data={"title": archive.title, "again": True})
                transaction.on_commit(partial(enqueue_archive, archive.pk))
    except IntegrityError:
        raise ArchiveRefused("running") from None


@transaction.atomic
def note_download(*, user: Any, archive: Archive) -> None:
    """Write down that a person has fetched an archive, and let its kind note the same of what is in it."""
    kind = installed_kinds().get(archive.kind)
    if kind is not None:
        kind.note_download(user, archive.contents)
    log(archive, audit.ARCHIVE_DOWNLOAD, user=user, data={"title": archive.title, "sha256": archive.sha256})


def _expiry() -> Any:
    return timezone.now() + timedelta(hours=cabinet_settings.ARCHIVE_HOURS)


def _short_address(url: str) -> str:
    """The address of the list, without its filter where that is too long to be kept: cut, it would be another."""
    return url if len(url) <= _ADDRESS_AT_MOST else url.partition("?")[0]


def _let_the_oldest_go(user: Any) -> None:
    finished = Archive.objects.filter(user=user).exclude(state__in=RUNNING).order_by("-created_at", "-pk")
    # Their files go with them (receivers.py).
    Archive.objects.filter(pk__in=list(finished.values_list("pk", flat=True)[KEPT_FOR_A_PERSON - 1 :])).delete()
