"""The background task that checks the signatures of new documents."""

from django_tasks import task

from cabinet_pages.conf import cabinet_settings
from cabinet_pages.documents.verifying import verify_new_documents


@task()
def verify_documents() -> int:
    """Check every document that nobody has looked at yet."""
    return verify_new_documents()


def ask_to_verify() -> None:
    """Ask the worker to check what has come; the alias is looked up at call time, so a host may rename it."""
    verify_documents.using(backend=cabinet_settings.TASK_BACKEND, queue_name="imports").enqueue()
