"""The background tasks that check signatures, and how they are asked for.

Nothing is known by a task, for a queue leaves one whose worker died running for ever: what is to be checked stands in
the rows of `SignatureVerdict`, and every task puts the next look into the queue before it does anything else.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_tasks import task, task_backends

from cabinet_pages.conf import cabinet_settings
from cabinet_pages.documents.models import CounterSignature, SignedDocument
from cabinet_pages.documents.verifying import (
    LEASE,
    check,
    claim_asking,
    evidence_of,
    mend_spoiled_files,
    unchecked_counter_signatures,
    unchecked_documents,
)


@task()
def verify_documents() -> int:
    """Check everything that nobody has checked yet; return how many files that were."""
    mend_spoiled_files()
    if unchecked_documents().exists() or unchecked_counter_signatures().exists():
        _look_again(verify_documents)
    return sum(_check_all(rows) for rows in (unchecked_documents(), unchecked_counter_signatures()))


@task()
def verify_document(pk: int) -> bool:
    """Check one document, which may be gone by then."""
    return _check_one(verify_document, unchecked_documents(), pk)


@task()
def verify_counter_signature(pk: int) -> bool:
    """Check one file that a consumer signed."""
    return _check_one(verify_counter_signature, unchecked_counter_signatures(), pk)


def ask_to_verify() -> None:
    """Ask the worker to check what has come; the alias is looked up at call time, so a host may rename it."""
    _enqueue(verify_documents)


def ask_to_check(row: SignedDocument | CounterSignature) -> None:
    """Ask the worker to check one file, unless it was asked already and may still be at it."""
    if claim_asking(evidence_of(row)):
        _enqueue(verify_counter_signature if isinstance(row, CounterSignature) else verify_document, row.pk)


def _check_one(own: Any, rows: Any, pk: int) -> bool:
    row = rows.filter(pk=pk).first()
    if row is None:
        return False
    _look_again(own, pk)
    return check(evidence_of(row))


def _check_all(rows: Any) -> int:
    count = 0
    for pk in list(rows.values_list("pk", flat=True)):
        # Another row with the same bytes may have been before, and any may be gone by now.
        row = rows.filter(pk=pk).first()
        count += row is not None and check(evidence_of(row))
    return count


def _enqueue(own: Any, *args: Any) -> None:
    own.using(backend=cabinet_settings.TASK_BACKEND, queue_name="imports").enqueue(*args)


def _look_again(own: Any, *args: Any) -> None:
    """Come back when the lease of a check that began now is over; a backend that cannot wait is not asked to."""
    alias = cabinet_settings.TASK_BACKEND
    if task_backends[alias].supports_defer:
        moment = timezone.now() + LEASE + timedelta(minutes=1)
        own.using(backend=alias, queue_name="imports", run_after=moment).enqueue(*args)
