"""Taking imported readings back: what stands on them, and their removal."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from cabinet_pages.readings.models import Reading, ReadingKind
from cabinet_pages.removal import delete_rows


def readings_computed_from(ids: Iterable[int]) -> set[int]:
    """Of readings, those from which the volume of a customer's later reading was computed, or which divide it."""
    began_before = Q(previous_on__isnull=True) | Q(previous_on__lt=OuterRef("read_on"))
    divided = began_before & Q(read_on__gte=OuterRef("read_on")) & ~Q(steps=[])
    computed = Reading.objects.filter(
        Q(previous_on=OuterRef("read_on")) | divided,
        register=OuterRef("register"),
        kind=ReadingKind.CUSTOMER,
        pk__gt=OuterRef("pk"),
    )
    return set(Reading.objects.filter(Exists(computed), pk__in=list(ids)).values_list("pk", flat=True))


def readings_replaced_since(ids: Iterable[int], moment: datetime) -> set[int]:
    """Of customers' readings, those of which the customer has sent a newer version after a moment."""
    newer = Reading.objects.filter(
        register=OuterRef("register"),
        period=OuterRef("period"),
        kind=ReadingKind.CUSTOMER,
        version__gt=OuterRef("version"),
        submission__submitted_at__gt=moment,
    )
    customers = Reading.objects.filter(Exists(newer), pk__in=list(ids), kind=ReadingKind.CUSTOMER)
    return set(customers.values_list("pk", flat=True))


def remove_readings(*, ids: Iterable[int]) -> int:
    """Delete readings that an undone file had brought; return how many."""
    return delete_rows(Reading, ids)
