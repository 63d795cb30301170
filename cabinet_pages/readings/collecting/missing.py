"""«Не подали»: the points that nothing was sent for, with the phones to call and what was read before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cabinet_pages.access.models import Access
from cabinet_pages.clock import kyiv_today
from cabinet_pages.metering.models import MeteringPoint, Register
from cabinet_pages.metering.queries import registers_in_place
from cabinet_pages.readings.collecting.queries import Collecting, asked_points
from cabinet_pages.readings.models import Reading, ReadingState

#: Points whose phones and readings are read at a time while a list of any length goes out.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class LastReading:
    """The newest reading of a register; nothing where it was never read."""

    register: Register
    value: Decimal | None
    read_on: date | None


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone to call.

    Args:
        person: whose it is; '' for the phone of the account itself.
    """

    number: str
    person: str = ""

    def __str__(self) -> str:
        return f"{self.number} ({self.person})" if self.person else self.number


@dataclass(frozen=True, slots=True)
class MissingRow:
    """A point that is not sent whole."""

    point: MeteringPoint
    area: str
    phones: tuple[Phone, ...]
    last: tuple[LastReading, ...]

    @property
    def last_on(self) -> date | None:
        """The day of the newest reading of the point."""
        return max((one.read_on for one in self.last if one.read_on), default=None)


def missing_points(what: Collecting) -> "QuerySet[Any]":
    """Points that are not sent whole, by area, account and name, ready for paging."""
    return (
        asked_points(what)
        .filter(is_missing=True)
        .select_related("account__customer", "account__branch")
        .order_by("area_shown", "account__number", "site", "name", "pk")
    )


def missing_rows(points: Sequence[MeteringPoint], day: date) -> list[MissingRow]:
    """The points of one page with phones and last readings, in two queries.

    Args:
        points: of `missing_points`.
        day: the Kyiv day whose meters are meant.
    """
    phones = _phones(points)
    last = _last_readings(points, day)
    return [
        MissingRow(
            point=point,
            area=getattr(point, "area_shown", point.area),
            phones=tuple(phones.get(point.account_id, ())),
            last=tuple(last.get(point.pk, ())),
        )
        for point in points
    ]


def every_missing_row(what: Collecting) -> Iterator[MissingRow]:
    """All rows, however many, read chunk by chunk."""
    points = missing_points(what).iterator(chunk_size=CHUNK)
    while chunk := list(islice(points, CHUNK)):
        yield from missing_rows(chunk, what.day)


def _phones(points: Sequence[MeteringPoint]) -> dict[int, list[Phone]]:
    accounts = {point.account_id: point.account for point in points}
    phones = {pk: [Phone(account.phone)] if account.phone else [] for pk, account in accounts.items()}
    people = (
        Access.objects.live(kyiv_today())
        .filter(account__in=accounts, user__is_active=True)
        .exclude(user__cabinet_person__phone="")
        .exclude(user__cabinet_person=None)
        .select_related("user__cabinet_person")
        .order_by("granted_at", "pk")
    )
    for access in people:
        person = access.user.cabinet_person
        phones[access.account_id].append(Phone(person.phone, str(person)))
    return phones


def _last_readings(points: Sequence[MeteringPoint], day: date) -> dict[int, list[LastReading]]:
    known = (
        Reading.objects.filter(register=OuterRef("pk"), is_current=True, withdrawn=False)
        .exclude(state=ReadingState.REJECTED)
        .order_by("-read_on", "-pk")
    )
    registers = (
        Register.objects.filter(registers_in_place(day), meter__point__in=[point.pk for point in points])
        .select_related("meter")
        .annotate(
            last_value=Subquery(known.annotate(known=Coalesce("accepted_value", "value")).values("known")[:1]),
            last_on=Subquery(known.values("read_on")[:1]),
        )
        .order_by("meter__serial", "channel", "zone")
    )
    found: dict[int, list[LastReading]] = {}
    for register in registers:
        value, read_on = (getattr(register, name) for name in ("last_value", "last_on"))
        found.setdefault(register.meter.point_id, []).append(LastReading(register, value, read_on))
    return found
