"""Writes of receipts: the words, the hash, and the mail to the sender."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from cabinet_pages.access.models import Person
from cabinet_pages.notifications.rendering import absolute_url
from cabinet_pages.notifications.services import post_template_mail
from cabinet_pages.readings.models import Reading, ReadingSource, ReadingSubmission
from cabinet_pages.readings.receipts.digest import seal

MAIL = "cabinet_pages/mail/reading_receipt"


def sender_name(user: Any) -> str:
    """The sender as a receipt names them: the person's name, the e-mail where there is none."""
    person = Person.objects.filter(user_id=user.pk).first()
    return (str(person) if person else "")[:200] or str(user.email)[:200]


def issue_receipts(*, user: Any, sent: Iterable[tuple[ReadingSubmission, Sequence[Reading]]]) -> None:
    """Seal submissions that were just stored and tell their sender, within the caller's transaction.

    What was sent together from one sheet is told in one mail. An employee who sent for a customer gets none.

    Args:
        user: the sender.
        sent: each submission with all its readings; accounts with customer and branch, registers with meter and
            point are loaded.
    """
    submissions = []
    for submission, readings in sent:
        seal(submission, readings)
        submissions.append(submission)
    ReadingSubmission.objects.bulk_update(submissions, ["receipt", "digest"], batch_size=100)
    told = [one for one in submissions if one.source != ReadingSource.STAFF]
    if told and user.email:
        _mail(user, told)


def check_address(uuid: UUID) -> str:
    """The whole address of the public page on which anybody checks a receipt."""
    return absolute_url(reverse("cabinet_reading_check", args=[uuid]))


def _mail(user: Any, submissions: list[ReadingSubmission]) -> None:
    person = Person.objects.filter(user_id=user.pk).first()
    first = submissions[0]
    post_template_mail(
        event_key=f"reading-receipt:{first.sheet or first.uuid}",
        to=user.email,
        template=MAIL,
        context={
            "person_name": "" if person is None else str(person),
            "submissions": [(one, absolute_url(reverse("cabinet_receipt", args=[one.uuid]))) for one in submissions],
            "submitted_at": first.submitted_at,
            "period": first.period,
        },
        language="" if person is None else person.language,
    )
