"""Puts an archive together from what its kind gives, as a worker does it."""

import logging
import tempfile
import time
from collections.abc import Callable

from django.conf import settings
from django.utils import translation

from cabinet_pages.archives.kinds import ContentUnavailable, installed_kinds
from cabinet_pages.archives.models import Archive, ArchiveState
from cabinet_pages.archives.queries import scopes_of
from cabinet_pages.archives.rules import safe_name
from cabinet_pages.archives.services.work import ClaimLost, claim_archive, fail_archive, finish_archive, tell_progress
from cabinet_pages.archives.writing import TooLarge, write_archive
from cabinet_pages.conf import cabinet_settings

logger = logging.getLogger(__name__)

# Told no more often: each time is a write, and SQLite has one writer.
_SECONDS_BETWEEN_SIGNS = 1.0
_MEGABYTE = 1024 * 1024


def build_archive(archive_id: int) -> str:
    """Make an archive that waits or whose worker died; return its state, '' where there was nothing to do.

    Begun anew it does no rendering twice: what was issued for it is kept.
    """
    archive = claim_archive(archive_id=archive_id)
    if archive is None:
        return ""
    try:
        with translation.override(archive.language or settings.LANGUAGE_CODE):
            return str(_build(archive))
    except ClaimLost:
        logger.warning("Archive %s was taken over by another worker", archive.uuid)
        return ""


def _build(archive: Archive) -> ArchiveState:
    if archive.attempts > cabinet_settings.ARCHIVE_ATTEMPTS:
        return _fail(archive, "gave_up", attempts=archive.attempts - 1)
    kind = installed_kinds().get(archive.kind)
    if kind is None:
        return _fail(archive, "kind_gone")
    scopes = scopes_of(archive)
    if scopes is None:
        return _fail(archive, "access_closed")
    limit = cabinet_settings.ARCHIVE_MAX_BYTES
    try:
        with tempfile.TemporaryFile() as target:
            content = kind.content(scopes, archive.items)
            written = write_archive(target, content, limit=limit, tell=_teller(archive))
            if not written.entries:
                return _fail(archive, "nothing_left")
            target.seek(0)
            finish_archive(
                archive=archive,
                content=target,
                file_name=f"{safe_name(archive.title)}.zip",
                written=written,
            )
    except ContentUnavailable as unavailable:
        logger.exception("Archive %s cannot be made", archive.uuid)
        return _fail(archive, "unavailable", name=unavailable.name)
    except TooLarge:
        return _fail(archive, "too_large", limit=limit // _MEGABYTE)
    except OSError:
        logger.exception("Archive %s cannot be made", archive.uuid)
        return _fail(archive, "storage")
    return ArchiveState.READY


def _fail(archive: Archive, code: str, **params: object) -> ArchiveState:
    fail_archive(archive=archive, code=code, **params)
    return ArchiveState.FAILED


def _teller(archive: Archive) -> Callable[[int], None]:
    told_at = time.monotonic()

    def tell(done: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= _SECONDS_BETWEEN_SIGNS:
            tell_progress(archive=archive, done=done)
            told_at = time.monotonic()

    return tell
