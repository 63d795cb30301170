"""Reads of receipts: those of an account through a Scope, and the one that the public check asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cabinet_pages.access.queries import Scope
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingSubmission
from cabinet_pages.readings.receipts.digest import digest_of


class Validity(StrEnum):
    """What became of a receipt."""

    VALID = "valid"
    # Some of its readings were corrected by a newer receipt, or all of them.
    PARTLY = "partly"
    SUPERSEDED = "superseded"
    # What is stored is not what the receipt was made of.
    ALTERED = "altered"
    # Sent before receipts had a hash.
    UNSEALED = "unsealed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A submission with all its readings, in the order of points, meters and registers.

    Args:
        validity: found by computing the hash anew.
        newer: the receipts that replaced readings of this one, oldest first.
    """

    submission: ReadingSubmission
    readings: list[Reading]
    validity: Validity
    newer: list[ReadingSubmission]


def receipts_for(scope: Scope) -> "QuerySet[ReadingSubmission]":
    """Submissions of an account that its present owner may see, newest first.

    Each has `rows`, the number of its readings, and `replaced`, how many of them were corrected since.
    """
    readings = Reading.objects.filter(submission=OuterRef("pk")).order_by()
    submissions = ReadingSubmission.objects.filter(Exists(readings), account=scope.account)
    if scope.visible_from is not None:
        submissions = submissions.exclude(Exists(readings.filter(read_on__lt=scope.visible_from)))
    return submissions.annotate(rows=_count(readings), replaced=_count(readings.filter(is_current=False))).order_by(
        "-submitted_at", "-pk"
    )


def receipt_for(scope: Scope, uuid: UUID) -> Receipt | None:
    """A receipt of the account; None for a foreign one, an absent one and an earlier owner's alike."""
    submission = ReadingSubmission.objects.filter(account=scope.account, uuid=uuid).first()
    if submission is None:
        return None
    # The scope has loaded the account with its customer and branch.
    submission.account = scope.account
    readings = _readings_of(submission)
    since = scope.visible_from
    if not readings or any(since is not None and one.read_on < since for one in readings):
        return None
    return Receipt(submission, readings, validity_of(submission, readings), _newer(submission, readings))


def receipt_to_check(uuid: UUID) -> Receipt | None:
    """A receipt for the public check, which shows nothing of it but number, time and validity."""
    submission = ReadingSubmission.objects.select_related("account").filter(uuid=uuid).first()
    if submission is None:
        return None
    readings = _readings_of(submission)
    return Receipt(submission, readings, validity_of(submission, readings), [])


def validity_of(submission: ReadingSubmission, readings: Sequence[Reading]) -> Validity:
    """What became of a receipt, by its stored rows: all of them, with register, meter and point loaded."""
    if not submission.digest:
        return Validity.UNSEALED
    if submission.digest != digest_of(submission, readings):
        return Validity.ALTERED
    replaced = sum(not one.is_current for one in readings)
    if not replaced:
        return Validity.VALID
    return Validity.SUPERSEDED if replaced == len(readings) else Validity.PARTLY


def _readings_of(submission: ReadingSubmission) -> list[Reading]:
    readings = (
        Reading.objects.filter(submission=submission)
        .select_related("register__meter__point", "export")
        .order_by(
            "register__meter__point__code", "register__meter__serial", "register__channel", "register__zone", "pk"
        )
    )
    rows = list(readings)
    for one in rows:
        one.submission = submission
    return rows


def _newer(submission: ReadingSubmission, readings: Sequence[Reading]) -> list[ReadingSubmission]:
    replaced = Reading.objects.filter(submission=submission, is_current=False).order_by()
    if all(one.is_current for one in readings):
        return []
    current = Reading.objects.filter(
        kind=ReadingKind.CUSTOMER,
        period=submission.period,
        is_current=True,
        register__in=replaced.values("register"),
        submission__account=submission.account,
    ).order_by()
    return list(ReadingSubmission.objects.filter(pk__in=current.values("submission")).order_by("submitted_at", "pk"))


def _count(readings: "QuerySet[Reading]") -> Coalesce:
    counted = readings.values("submission").annotate(rows=Count("pk")).values("rows")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
