"""The background task that empties the outbox."""

from datetime import datetime

from django.utils import timezone
from django_tasks import task, task_backends

from cabinet_pages.conf import cabinet_settings
from cabinet_pages.notifications.delivery import deliver_due


@task()
def send_due_mails() -> int:
    """Send every mail that is due."""
    return deliver_due()


def wake_sender(moment: datetime | None = None) -> None:
    """Ask the worker to send, now or at a moment; the alias is looked up at call time, so a host may rename it.

    A backend that cannot wait is not asked to: `manage.py send_mail_queue` from a timer does it there.
    """
    alias = cabinet_settings.TASK_BACKEND
    if moment is None or moment <= timezone.now():
        send_due_mails.using(backend=alias, queue_name="mail").enqueue()
    elif task_backends[alias].supports_defer:
        send_due_mails.using(backend=alias, queue_name="mail", run_after=moment).enqueue()
