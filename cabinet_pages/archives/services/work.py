"""What a worker writes into an archive's row; each step holds only while nobody else has taken the archive over."""

from datetime import datetime, timedelta
from typing import IO, Any
from uuid import uuid4

from django.core.files import File
from django.db.models import F, Q
from django.utils import timezone

from cabinet_pages.access.models import private_storage
from cabinet_pages.archives.models import RUNNING, Archive, ArchiveState
from cabinet_pages.archives.writing import Written
from cabinet_pages.conf import cabinet_settings

#: Below the private storage; a folder for each person.
FOLDER = "archives"


class ClaimLost(Exception):
    """Somebody else has the archive by now: this worker was silent for longer than the lease."""


def claim_archive(*, archive_id: int) -> Archive | None:
    """Take an archive that waits, or whose worker has died; None where there is nothing to take."""
    now = timezone.now()
    free = Q(state=ArchiveState.WAITING) | Q(state=ArchiveState.BUILDING, heartbeat_at__lte=_lease_over(now))
    claim = uuid4()
    taken = Archive.objects.filter(free, pk=archive_id).update(
        state=ArchiveState.BUILDING, claim=claim, attempts=F("attempts") + 1, heartbeat_at=now, done=0
    )
    return Archive.objects.filter(pk=archive_id, claim=claim).select_related("user").first() if taken else None


def tell_progress(*, archive: Archive, done: int) -> None:
    """Write down how many things are put in, which renews the lease. Raises ClaimLost."""
    _write(archive, done=done, heartbeat_at=timezone.now())


def finish_archive(*, archive: Archive, content: IO[bytes], file_name: str, written: Written) -> None:
    """Keep the ZIP and open it for download.

    Args:
        archive: claimed.
        content: the ZIP.
        file_name: under which it is downloaded.
        written: what is in it.

    Raises:
        ClaimLost: nothing is kept.
        OSError: of the storage.
    """
    storage = private_storage()
    name = storage.save(f"{FOLDER}/{archive.user_id}/{archive.uuid}-{archive.claim}.zip", File(content))
    now = timezone.now()
    try:
        _write(
            archive,
            state=ArchiveState.READY,
            file=name,
            file_name=file_name,
            sha256=written.sha256,
            size=written.size,
            contents=list(written.keys),
            done=written.entries,
            total=written.entries,
            finished_at=now,
            heartbeat_at=now,
            expires_at=now + timedelta(hours=cabinet_settings.ARCHIVE_HOURS),
        )
    except ClaimLost:
        storage.delete(name)
        raise


def fail_archive(*, archive: Archive, code: str, **params: object) -> None:
    """End an archive with a reason of `messages.sentence`. Raises ClaimLost."""
    _write(archive, state=ArchiveState.FAILED, error_code=code, error_params=params, finished_at=timezone.now())


def is_dead(archive: Archive) -> bool:
    """Whether an archive is unfinished and nobody has given a sign of life for longer than the lease."""
    return archive.state in RUNNING and archive.heartbeat_at <= _lease_over(timezone.now())


def renew_lease(*, archive: Archive) -> bool:
    """Before an archive is queued again: False where somebody else did it meanwhile.

    What waits gets a new lease; what is being built keeps the old one, by which a worker may take it.
    """
    seen = Archive.objects.filter(pk=archive.pk, state=archive.state, heartbeat_at=archive.heartbeat_at)
    if archive.state == ArchiveState.WAITING:
        return bool(seen.update(heartbeat_at=timezone.now()))
    return bool(seen.update(state=ArchiveState.WAITING, claim=None, heartbeat_at=timezone.now()))


def _write(archive: Archive, **changes: Any) -> None:
    if not Archive.objects.filter(pk=archive.pk, claim=archive.claim, state=ArchiveState.BUILDING).update(**changes):
        raise ClaimLost


def _lease_over(now: datetime) -> datetime:
    return now - timedelta(seconds=cabinet_settings.ARCHIVE_LEASE_SECONDS)
