"""What the submissions of one point and of a sheet have in common when they store readings."""

import random
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Q

from cabinet_pages.readings import rules
from cabinet_pages.readings.calculation import Calculation, Row
from cabinet_pages.readings.messages import message_of
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState, ReadingSubmission

# Every lost race means that somebody else's submission went through, so a few dozen attempts always suffice.
ATTEMPTS = 64
# PostgreSQL's code for a transaction that it gave up in favour of another; SQLite has no such thing.
DEADLOCK = "40P01"
# Ids in one statement; both databases take more.
MOST_IDS = 10_000
# Accounts that one submission waits for; PostgreSQL has room for some thousands of such locks, of everybody together.
MOST_TURNS = 50
# The first four bytes of the keys of these locks, so that no other lock of the database has one of them.
_TURNS = 0x52656164

_Stored = TypeVar("_Stored")


class SubmissionRefused(Exception):
    """The readings were not taken, and nothing was stored.

    Args:
        findings: why, each with the id of its register or None for the whole.
        calculation: what the readings come to as the data stand now, where that is known.
    """

    def __init__(self, *findings: tuple[int | None, rules.Finding], calculation: Calculation | None = None) -> None:
        super().__init__(", ".join(finding.code for _, finding in findings))
        self.findings = findings
        self.calculation = calculation

    @property
    def code(self) -> str:
        """The code of the first finding."""
        return self.findings[0][1].code

    @property
    def messages(self) -> list[str]:
        """The sentences in the active language."""
        return [message_of(finding) for _, finding in self.findings]


class LostRace(Exception):
    """Somebody else changed the current readings between our reading and our writing."""


def store(once: Callable[[], _Stored]) -> _Stored:
    """Do all of a submission in one transaction, and again where somebody else was faster.

    Raises:
        SubmissionRefused: of `once`; `busy` after too many races.
    """
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return once()
        except (IntegrityError, LostRace):
            pass
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != DEADLOCK:
                raise
        # A short pause of random length parts those who collided.
        time.sleep(random.uniform(0, 0.002 * min(attempt + 1, 10)))  # noqa: S311
    raise SubmissionRefused((None, rules.Finding("busy")))


def take_turns(accounts: Iterable[int]) -> None:
    """Let the submissions of an account go one after another until the transaction ends.

    Nothing relies on it: it only saves work that would be lost, for of all who compute side by side what becomes of the
    same registers but one begins anew. SQLite lets in one writer at a time by itself.

    Args:
        accounts: ids of the accounts that are sent for.
    """
    if connection.vendor != "postgresql":
        return
    # In one order for everybody, so that two sheets never wait for each other.
    keys = [(_TURNS << 32) | (account & 0xFFFFFFFF) for account in sorted(set(accounts))[:MOST_TURNS]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])


def supersede(rows: Iterable[Row]) -> None:
    """Take the mark `is_current` from the versions before, by one conditional update.

    Raises:
        LostRace: one of them was replaced or passed to billing meanwhile.
    """
    # In one order for everybody, so that two sheets rather wait for each other than lock each other out.
    before = sorted(row.entry.current.pk for row in rows if row.entry.current is not None)
    flipped = sum(
        Reading.objects.filter(
            Q(state__in=(ReadingState.SUBMITTED, ReadingState.REJECTED)) | Q(withdrawn=True),
            pk__in=before[start : start + MOST_IDS],
            is_current=True,
        ).update(is_current=False)
        for start in range(0, len(before), MOST_IDS)
    )
    if flipped != len(before):
        raise LostRace


def reading_of(row: Row, submission: ReadingSubmission, *, is_late: bool, reason: str) -> Reading:
    """The reading that a calculated row becomes; not stored yet."""
    line = row.line
    before = line.facts.previous
    return Reading(
        register=row.register,
        kind=ReadingKind.CUSTOMER,
        period=submission.period,
        read_on=line.read_on,
        version=row.entry.current.version + 1 if row.entry.current else 1,
        value=line.value,
        previous_value=before.value if before else None,
        previous_on=before.read_on if before else None,
        multiplier=line.multiplier,
        volume=line.volume,
        steps=rules.steps_as_stored(line.steps),
        rolled_over=line.rolled_over,
        is_late=is_late,
        warnings=[
            *(one.as_stored() for one in row.warnings),
            *([{"code": "replaced", "params": {}}] if line.replaced else []),
        ],
        remark=reason if row.warnings else "",
        submission=submission,
    )


def is_as_sent(row: Row) -> bool:
    """Whether a typed reading is the one that was sent before."""
    sent = row.entry.sent
    return (
        sent is not None
        and sent.state == ReadingState.SUBMITTED
        and sent.value == row.line.value
        and sent.read_on == row.line.read_on
    )
