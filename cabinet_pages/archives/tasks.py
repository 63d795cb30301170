"""Background tasks of archives: the worker makes one, and somebody looks after it meanwhile.

A queue may forget a task whose worker died, so each order gets a second task that looks again after a while; the
person's own page of the archive looks as well.
"""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task, task_backends

from cabinet_pages.archives.building import build_archive
from cabinet_pages.archives.models import RUNNING, Archive
from cabinet_pages.archives.services.work import is_dead, renew_lease
from cabinet_pages.conf import cabinet_settings

_QUEUE = "imports"


@task()
def make_archive(archive_id: int) -> str:
    """Put an archive together; return what became of it, '' where there was nothing to do."""
    return build_archive(archive_id)


@task()
def look_after_archive(archive_id: int) -> str:
    """Have an archive taken up if its worker died; look again later while it is unfinished."""
    archive = Archive.objects.filter(pk=archive_id, state__in=RUNNING).first()
    if archive is None:
        return "over"
    _look_later(archive_id)
    return "queued" if enqueue_if_dead(archive) else "alive"


def enqueue_archive(archive_id: int) -> None:
    """Have the worker make an archive; the alias is looked up now, so a host may rename its backends."""
    _look_later(archive_id)
    _enqueue(archive_id)


def enqueue_if_dead(archive: Archive) -> bool:
    """Have the worker take an archive up if the one before has died; return whether that was so."""
    if not is_dead(archive) or not renew_lease(archive=archive):
        return False
    _enqueue(archive.pk)
    return True


def _enqueue(archive_id: int) -> None:
    make_archive.using(backend=cabinet_settings.TASK_BACKEND, queue_name=_QUEUE).enqueue(archive_id)


def _look_later(archive_id: int) -> None:
    """A backend that cannot wait is not asked to: there the page does it, at which whoever waits looks."""
    alias = cabinet_settings.TASK_BACKEND
    if task_backends[alias].supports_defer:
        moment = timezone.now() + timedelta(seconds=cabinet_settings.ARCHIVE_LEASE_SECONDS * 1.5)
        look_after_archive.using(backend=alias, queue_name=_QUEUE, run_after=moment).enqueue(archive_id)
