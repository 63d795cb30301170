"""Readings on their way to billing: numbered batches, each reading in one of them at most, bytes that never change."""

import hashlib
import random
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, NamedTuple, Protocol
from uuid import UUID, uuid4

from django.contrib.auth import get_user_model
from django.core.files import File
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Count, F, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from cabinet_pages.access.queries import branches_for
from cabinet_pages.accounts.models import Account, Branch, Customer
from cabinet_pages.bulk import CHUNK
from cabinet_pages.clock import kyiv_clock
from cabinet_pages.metering.models import Meter, MeteringPoint, Register
from cabinet_pages.readings import audit
from cabinet_pages.readings.collecting.queries import is_unusual
from cabinet_pages.readings.models import Reading, ReadingExport, ReadingKind, ReadingState, ReadingSubmission

# Whoever loses the race for a number finds fewer readings waiting, so a few attempts always suffice.
ATTEMPTS = 32
# PostgreSQL's code for a transaction that it gave up in favour of another; SQLite has no such thing.
_DEADLOCK = "40P01"
_ACCOUNT = "register__meter__point__account"
_MESSAGES = {
    "not_your_branch": _("You do not work for this branch."),
    "busy": _("Others are exporting readings of this branch right now. Please try again."),
}


class ExportRefused(Exception):
    """Nothing was exported. Args: code: `not_your_branch` or `busy`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        return str(_MESSAGES[self.code])


class ExportedReading(NamedTuple):
    """A reading as billing gets it, with names and numbers of the moment of the export.

    Args:
        batch: the number of the batch inside its branch.
        period: the first day of the settled month.
        difference: of the register, a rollover counted; None where no volume can be told of it.
        multiplier: the newest one, where there were several.
        volume: kWh (kVAr·h), before billing has looked at it.
        submitted_at: Kyiv time.
        sender: who sent it, as a person reads it.
    """

    batch: int
    account: str
    customer_code: str
    point: str
    eic: str
    serial: str
    meter_type: str
    channel: str
    zone: int
    period: date
    previous_on: date | None
    previous_value: Decimal | None
    read_on: date
    value: Decimal
    difference: Decimal | None
    multiplier: Decimal | None
    volume: Decimal | None
    submitted_at: datetime | None
    sender: str
    reading_id: UUID


class ReadingsWriter(Protocol):
    """Writes a file of readings, row by row; `target` is empty, seekable and kept by the caller."""

    def __call__(self, target: IO[bytes], rows: Iterable[ExportedReading], /) -> None: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is not exported yet of a branch and a period.

    Args:
        flagged: of the readings, those with something unusual.
        unreviewed: of the flagged, those that no employee has looked at.
    """

    branch: Branch
    period: date
    readings: int
    flagged: int
    unreviewed: int
    accounts: int


def waiting_by_period(user: Any) -> list[Waiting]:
    """What waits in an employee's branches, the newest period first; two queries."""
    flagged = is_unusual()
    branches = branches_for(user).in_bulk()
    rows = (
        Reading.objects.filter(_waits(), **{f"{_ACCOUNT}__branch__in": list(branches)})
        .order_by()
        .values("period", branch=F(f"{_ACCOUNT}__branch"))
        .annotate(
            readings=Count("pk"),
            flagged=Count("pk", filter=flagged),
            unreviewed=Count("pk", filter=flagged & Q(reviewed_at__isnull=True)),
            accounts=Count(_ACCOUNT, distinct=True),
        )
    )
    found = [
        Waiting(
            branch=branches[row["branch"]],
            period=row["period"],
            readings=row["readings"],
            flagged=row["flagged"],
            unreviewed=row["unreviewed"],
            accounts=row["accounts"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.period.toordinal(), one.branch.name))


def exports_for(user: Any) -> "QuerySet[ReadingExport]":
    """The batches that an employee may see: those of their branches."""
    return ReadingExport.objects.filter(branch__in=branches_for(user)).select_related("branch", "created_by")


def export_readings(
    *,
    branch: Branch,
    period: date,
    file_format: str,
    write: ReadingsWriter,
    by: Any = None,
    token: UUID | None = None,
) -> ReadingExport | None:
    """Make the next batch of a branch of what waits for a period; None when nothing waits, and no batch is made.

    All in one transaction: the batch takes its number, the readings are claimed by a conditional update, and the
    file is written of those alone. Two exports at once are parted by the unique number, an export and a correction by
    the conditions of their updates: a reading is in one batch or was corrected before, never both. A process that dies
    leaves at most a file that nothing refers to, under a name that is never used again.

    Args:
        branch: whose accounts are meant.
        period: the first day of the settled month.
        file_format: kept with the batch: csv, xlsx, dbf or xml.
        write: writes the file.
        by: the employee; None for a command.
        token: of a form, so that a repeated click finds the batch it already made; it becomes the batch's UUID.

    Raises:
        ExportRefused: the employee does not work for the branch, or others were faster again and again.
    """
    if by is not None and not branches_for(by).filter(pk=branch.pk).exists():
        raise ExportRefused("not_your_branch")
    for attempt in range(ATTEMPTS):
        stored: list[File[bytes]] = []
        if token is not None and (made := ReadingExport.objects.filter(uuid=token, branch=branch).first()):
            return made
        try:
            with transaction.atomic():
                export = _export_once(branch, period.replace(day=1), file_format, write, by, token or uuid4(), stored)
                if export is None:
                    # The number is free again.
                    transaction.set_rollback(True)
            return export
        except IntegrityError:
            _forget(stored)
        except OperationalError as error:
            _forget(stored)
            if getattr(error.__cause__, "sqlstate", "") != _DEADLOCK:
                raise
        except BaseException:
            _forget(stored)
            raise
        # A short pause of random length parts those who collided.
        time.sleep(random.uniform(0, 0.005 * min(attempt + 1, 10)))  # noqa: S311
    raise ExportRefused("busy")


def exported_readings(export: ReadingExport) -> Iterator[ExportedReading]:
    """The readings of a batch by account, point, meter and register.

    Table by table, each by its ids: right after a large import PostgreSQL takes the tables for empty, and a join of all
    of them would then be looked for by trying every row with every other.
    """
    rows = list(Reading.objects.filter(export=export).order_by().values(*_READING))
    registers = _by_id(Register, {row["register_id"] for row in rows}, "meter_id", "channel", "zone", "digits")
    meters = _by_id(Meter, {one["meter_id"] for one in registers.values()}, "point_id", "serial", "meter_type")
    points = _by_id(MeteringPoint, {one["point_id"] for one in meters.values()}, "account_id", "code", "eic")
    accounts = _by_id(Account, {one["account_id"] for one in points.values()}, "number", "customer_id")
    customers = _by_id(Customer, {one["customer_id"] for one in accounts.values()}, "code")
    submissions = _by_id(
        ReadingSubmission, {row["submission_id"] for row in rows} - {None}, "submitted_at", "sender", "user_id"
    )
    users = _by_id(get_user_model(), {one["user_id"] for one in submissions.values()} - {None}, "email")
    found = []
    for row in rows:
        register = registers[row["register_id"]]
        meter = meters[register["meter_id"]]
        point = points[meter["point_id"]]
        account = accounts[point["account_id"]]
        sent = submissions.get(row["submission_id"], _UNSENT)
        found.append(
            ExportedReading(
                batch=export.number,
                account=account["number"],
                customer_code=customers[account["customer_id"]]["code"],
                point=point["code"],
                eic=point["eic"],
                serial=meter["serial"],
                meter_type=meter["meter_type"],
                channel=register["channel"],
                zone=register["zone"],
                period=row["period"],
                previous_on=row["previous_on"],
                previous_value=row["previous_value"],
                read_on=row["read_on"],
                value=row["value"],
                difference=_difference(row, register["digits"]),
                multiplier=row["multiplier"],
                volume=row["volume"],
                submitted_at=sent["submitted_at"] and kyiv_clock(sent["submitted_at"]),
                sender=sent["sender"] or users.get(sent["user_id"], _UNKNOWN)["email"] or "",
                reading_id=row["uuid"],
            )
        )
    found.sort(key=lambda one: (one.account, one.point, one.serial, one.channel, one.zone, one.reading_id))
    return iter(found)


def _export_once(
    branch: Branch,
    period: date,
    file_format: str,
    write: ReadingsWriter,
    by: Any,
    uuid: UUID,
    stored: "list[File[bytes]]",
) -> ReadingExport | None:
    last = ReadingExport.objects.filter(branch=branch).aggregate(last=Max("number"))["last"] or 0
    # The row comes first: whoever exports at once waits here for the number, and then finds fewer readings.
    export = ReadingExport.objects.create(
        uuid=uuid, branch=branch, number=last + 1, period=period, format=file_format, created_by=by
    )
    claimed = _claim(export)
    if not claimed:
        return None
    with tempfile.TemporaryFile() as target:
        write(target, exported_readings(export))
        target.seek(0)
        export.sha256 = hashlib.file_digest(target, "sha256").hexdigest()
        target.seek(0)
        # The random name is the batch's own: a file of an export that died never stands in another's way.
        export.file.save(f"{period:%Y%m}-{export.number}-{export.uuid.hex}.{file_format}", File(target), save=False)
        stored.append(export.file)
    export.rows = claimed
    export.save(update_fields=["file", "sha256", "rows"])
    log(
        export,
        audit.READINGS_EXPORT,
        user=by,
        data={
            "branch": branch.code,
            "number": export.number,
            "period": f"{period:%Y-%m}",
            "format": file_format,
            "rows": claimed,
            "sha256": export.sha256,
        },
    )
    return export


def _claim(export: ReadingExport) -> int:
    """Put into a batch what waits for its branch and period; return how many readings those are.

    The readings are looked for table by table, for the reason that `exported_readings` gives. Every condition of the
    update is on the table of readings, and that matters to PostgreSQL: a row that another transaction holds is looked
    at again once it is free, and what stands inside a subquery is not. A correction made meanwhile would be exported.
    """
    open_ones = Reading.objects.filter(_waits(), period=export.period)
    waiting = dict(open_ones.order_by().values_list("pk", "register_id"))
    meters = {pk: one["meter_id"] for pk, one in _by_id(Register, set(waiting.values()), "meter_id").items()}
    points = {pk: one["point_id"] for pk, one in _by_id(Meter, set(meters.values()), "point_id").items()}
    accounts = {pk: one["account_id"] for pk, one in _by_id(MeteringPoint, set(points.values()), "account_id").items()}
    branches = {pk: one["branch_id"] for pk, one in _by_id(Account, set(accounts.values()), "branch_id").items()}
    own = sorted(
        pk for pk, register in waiting.items() if branches[accounts[points[meters[register]]]] == export.branch_id
    )
    return sum(
        open_ones.filter(pk__in=own[first : first + CHUNK]).update(state=ReadingState.EXPORTED, export=export)
        for first in range(0, len(own), CHUNK)
    )


def _forget(stored: "Sequence[File[bytes]]") -> None:
    """Delete the file of an export that did not come to its end; a file that stays does no harm."""
    for file in stored:
        with suppress(OSError):
            file.delete(save=False)  # type: ignore[attr-defined]


def _waits() -> Q:
    return Q(
        kind=ReadingKind.CUSTOMER,
        state=ReadingState.SUBMITTED,
        is_current=True,
        export__isnull=True,
        withdrawn=False,
    )


_READING = (
    "uuid", "register_id", "submission_id", "period", "previous_on", "previous_value", "read_on", "value",
    "rolled_over", "steps", "multiplier", "volume",
)  # fmt: skip
_UNSENT: Mapping[str, Any] = {"submitted_at": None, "sender": "", "user_id": None}
_UNKNOWN: Mapping[str, Any] = {"email": ""}


def _by_id(model: Any, ids: set[Any], *fields: str) -> dict[Any, dict[str, Any]]:
    """The fields of rows of one table, by id."""
    wanted = sorted(ids)
    found: dict[Any, dict[str, Any]] = {}
    for first in range(0, len(wanted), CHUNK):
        rows = model._default_manager.filter(pk__in=wanted[first : first + CHUNK]).order_by()
        found.update((row["pk"], row) for row in rows.values("pk", *fields))
    return found


def _difference(row: Mapping[str, Any], digits: int) -> Decimal | None:
    """What the register has counted; where the volume has several intervals, in all of them."""
    steps = row["steps"] or []
    if row["volume"] is None:
        # Nothing is known from before, or the meter was replaced since.
        return None
    if len(steps) > 1:
        told = [(Decimal(one["previous"]), Decimal(one["value"]), bool(one["rolled_over"])) for one in steps]
    elif row["previous_value"] is not None:
        told = [(row["previous_value"], row["value"], row["rolled_over"])]
    else:
        return None
    whole = Decimal(10) ** digits
    return sum((value - before + (whole if rolled else 0) for before, value, rolled in told), Decimal(0))
