"""Meters by the day of their next verification; each read takes Scopes or a condition for the staff's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Q, QuerySet

from cabinet_pages.access.queries import Scope
from cabinet_pages.clock import kyiv_today
from cabinet_pages.metering.models import Meter
from cabinet_pages.metering.rules import VERIFICATION_HORIZONS

#: The key of meters whose day has passed; the others are numbers of days.
OVERDUE = "overdue"
#: The horizons in the order of a screen, the farthest first.
HORIZONS = (*(str(days) for days in VERIFICATION_HORIZONS), OVERDUE)


@dataclass(frozen=True, slots=True)
class HorizonCount:
    """How many meters a horizon has."""

    horizon: str
    meters: int

    @property
    def days(self) -> int | None:
        """Days ahead; None for those overdue."""
        return None if self.horizon == OVERDUE else int(self.horizon)


def within(horizon: str, today: date | None = None) -> Q:
    """The condition on meters of a horizon on a Kyiv day (today): due in so many days and not overdue, or overdue."""
    today = today or kyiv_today()
    if horizon == OVERDUE:
        return Q(next_verification_on__lt=today)
    return Q(next_verification_on__gte=today, next_verification_on__lte=today + timedelta(days=int(horizon)))


def in_use(today: date | None = None) -> Q:
    """The condition on meters that hang at an open point of an account whose contract lasts, on a Kyiv day (today)."""
    today = today or kyiv_today()
    return (
        (Q(installed_on__isnull=True) | Q(installed_on__lte=today))
        & (Q(removed_on__isnull=True) | Q(removed_on__gt=today))
        & (Q(point__closed_on__isnull=True) | Q(point__closed_on__gt=today))
        & (Q(point__account__terminated_on__isnull=True) | Q(point__account__terminated_on__gt=today))
    )


def meters_to_verify(scopes: Sequence[Scope], until: date | None = None) -> "QuerySet[Meter]":
    """Meters in use of accounts whose next verification is known, the most urgent first.

    Args:
        scopes: the accounts.
        until: the last day of interest; the farthest horizon when absent.
    """
    today = kyiv_today()
    until = until or today + timedelta(days=max(VERIFICATION_HORIZONS))
    return (
        Meter.objects.filter(
            in_use(today), point__account__in=[scope.account.pk for scope in scopes], next_verification_on__lte=until
        )
        .select_related("point__account__customer", "point__account__branch")
        .order_by(F("next_verification_on").asc(), "point__account__number", "point__name", "serial", "pk")
    )


def horizon_counts(scopes: Sequence[Scope]) -> list[HorizonCount]:
    """How many meters of accounts each horizon has, the farthest first; one query."""
    counted = (
        meters_to_verify(scopes)
        .order_by()
        .aggregate(**{f"in_{horizon}": Count("pk", filter=within(horizon)) for horizon in HORIZONS})
    )
    return [HorizonCount(horizon, counted[f"in_{horizon}"]) for horizon in HORIZONS]
