"""The background task that empties the outbox."""

from django_tasks import task

from cabinet_pages.conf import cabinet_settings
from cabinet_pages.notifications.services import deliver_due


@task()
def send_due_mails() -> int:
    """Send every mail that is due."""
    return deliver_due()


def wake_sender() -> None:
    """Ask the worker to send; the alias is looked up at call time, so a host may rename its backends."""
    send_due_mails.using(backend=cabinet_settings.TASK_BACKEND, queue_name="mail").enqueue()
