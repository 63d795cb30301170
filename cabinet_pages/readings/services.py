"""Writes of readings."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from wagtail.log_actions import log

from cabinet_pages.access.queries import Scope
from cabinet_pages.clock import kyiv_date, kyiv_today
from cabinet_pages.metering.models import MeteringPoint, ReadBy
from cabinet_pages.readings import audit, rules
from cabinet_pages.readings.calculation import Calculation, calculate
from cabinet_pages.readings.models import Reading, ReadingSource, ReadingSubmission
from cabinet_pages.readings.queries import EntrySheet, entry_sheet, window_for
from cabinet_pages.readings.receipts.services import issue_receipts, sender_name
from cabinet_pages.readings.storing import SubmissionRefused as SubmissionRefused
from cabinet_pages.readings.storing import is_as_sent, reading_of, store, supersede, take_turns


@dataclass(frozen=True, slots=True)
class _Typed:
    """What a person confirmed."""

    period: date
    read_on: date
    entries: Mapping[int, Decimal]
    replaced: AbstractSet[int]
    confirmed: bool
    reason: str
    shown: str | None
    source: ReadingSource
    basis: str


def submit_readings(
    *,
    scope: Scope,
    user: Any,
    token: UUID,
    point: MeteringPoint,
    period: date,
    read_on: date,
    entries: Mapping[int, Decimal],
    replaced: AbstractSet[int] = frozenset(),
    confirmed: bool = False,
    reason: str = "",
    shown: str | None = None,
    source: ReadingSource = ReadingSource.CABINET,
    basis: str = "",
) -> ReadingSubmission:
    """Store the readings of a point, all in one transaction; the second «Зберегти».

    The same token again returns the submission it made. Within the window readings sent before are superseded by
    a new version; nothing is overwritten. Two submissions at once are kept apart by unique constraints and by the
    conditional update of `is_current`, and the loser tries again on what the winner left.

    Args:
        scope: the sender's right to the account.
        user: the sender.
        token: of the form, one for each calculation shown.
        point: a metering point of the account.
        period: the first day of the month that is settled.
        read_on: «Дата зняття», a Kyiv date.
        entries: the value of each register, by register id.
        replaced: registers whose smaller value is explained by a replaced meter.
        confirmed: whether the person confirmed what is unusual.
        reason: and why it is so.
        shown: the fingerprint of the calculation that the person saw; another one is refused.
        source: the door; an employee who sends for a customer comes through STAFF.
        basis: how that employee knows the values; STAFF cannot go without.

    Raises:
        SubmissionRefused: nothing was stored; its findings say why.
    """
    texts = (reason.strip()[:255], shown, source, basis.strip()[:255])
    typed = _Typed(period, read_on, dict(entries), frozenset(replaced), confirmed, *texts)
    if not scope.can_submit:
        raise SubmissionRefused((None, rules.Finding("not_allowed")))
    if source == ReadingSource.STAFF and not typed.basis:
        raise SubmissionRefused((None, rules.Finding("basis_required")))
    return store(lambda: _submit_once(scope, user, token, point, typed))


def _submit_once(scope: Scope, user: Any, token: UUID, point: MeteringPoint, typed: _Typed) -> ReadingSubmission:
    made = ReadingSubmission.objects.filter(token=token).first()
    if made is not None:
        if made.period == typed.period and _is_same(made, scope, user, point, typed.read_on, typed.entries):
            return made
        raise SubmissionRefused((None, rules.Finding("token_reused")))
    take_turns([scope.account.pk])
    # The row comes first: a click that arrives twice at once waits here for the other, and then finds what it made.
    submission = ReadingSubmission.objects.create(
        account=scope.account,
        user=user,
        sender=sender_name(user),
        token=token,
        period=typed.period,
        source=typed.source,
        basis=typed.basis,
    )
    # One moment decides about the window and stands on the receipt.
    window = window_for(scope, typed.period, today=kyiv_date(submission.submitted_at))
    if window is None or not window.accepts:
        raise SubmissionRefused((None, rules.Finding("window_closed")))
    sheet = entry_sheet(scope, point.pk, window)
    if sheet is None:
        raise SubmissionRefused((None, rules.Finding("not_allowed")))
    if sheet.point.closed_on is not None and sheet.point.closed_on <= kyiv_today():
        raise SubmissionRefused((None, rules.Finding("point_closed")))
    if sheet.point.read_by != ReadBy.CONSUMER:
        raise SubmissionRefused((None, rules.Finding("not_asked")))
    calculation = _checked(sheet, typed)
    supersede(calculation.rows)
    readings = [reading_of(row, submission, is_late=window.is_late, reason=typed.reason) for row in calculation.rows]
    Reading.objects.bulk_create(readings)
    issue_receipts(user=user, sent=[(submission, readings)])
    log(
        submission,
        audit.READINGS_SUBMIT,
        user=user,
        data={
            "account": scope.account.number,
            "point": sheet.point.code,
            "period": f"{typed.period:%Y-%m}",
            "registers": len(calculation.rows),
            "late": window.is_late,
            **({"source": typed.source.value, "reason": typed.basis} if typed.basis else {}),
        },
    )
    return submission


def submission_of_click(
    *, scope: Scope, user: Any, token: str, point: MeteringPoint, read_on: date, entries: Mapping[int, Decimal]
) -> ReadingSubmission | None:
    """The submission that the same click made before, however long ago and whatever became of it; else None.

    Args: as of `submit_readings`; a token that is no UUID made nothing.
    """
    try:
        made = ReadingSubmission.objects.filter(token=UUID(token)).first()
    except ValueError:
        return None
    return made if made is not None and _is_same(made, scope, user, point, read_on, entries) else None


def _is_same(
    made: ReadingSubmission,
    scope: Scope,
    user: Any,
    point: MeteringPoint,
    read_on: date,
    entries: Mapping[int, Decimal],
) -> bool:
    stored = list(made.readings.select_related("register__meter"))
    return (
        made.account_id == scope.account.pk
        and made.user_id == user.pk
        and {one.register_id: one.value for one in stored} == entries
        and all(one.read_on == read_on and one.register.meter.point_id == point.pk for one in stored)
    )


def _checked(sheet: EntrySheet, typed: _Typed) -> Calculation:
    """The calculation of what was typed, refused if anything is wrong with it or nothing changes."""
    absent = [register for register in typed.entries if register not in {one.register.pk for one in sheet.registers}]
    if absent:
        raise SubmissionRefused(*((register, rules.Finding("inactive_register")) for register in absent))
    plain = calculate(sheet, typed.entries, typed.read_on)
    if plain.errors:
        raise SubmissionRefused(*plain.errors, calculation=plain)
    if typed.shown is not None and typed.shown != plain.fingerprint:
        raise SubmissionRefused((None, rules.Finding("calculation_changed")), calculation=plain)
    if plain.needs_confirmation and not (typed.confirmed and typed.reason):
        raise SubmissionRefused((None, rules.Finding("not_confirmed")), calculation=plain)
    if all(is_as_sent(row) for row in plain.rows):
        raise SubmissionRefused((None, rules.Finding("unchanged")), calculation=plain)
    replaced = {row.register.pk for row in plain.asks_explanation} & typed.replaced
    return calculate(sheet, typed.entries, typed.read_on, replaced=replaced) if replaced else plain
