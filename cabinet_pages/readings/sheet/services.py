"""Writes of «Відомість показів»: drafts, and the submission of a whole sheet."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Exists, OuterRef
from django.utils import timezone
from wagtail.log_actions import log

from cabinet_pages.access.queries import Scope
from cabinet_pages.bulk import insert_rows, update_rows
from cabinet_pages.clock import kyiv_today
from cabinet_pages.metering.models import Register
from cabinet_pages.readings import audit, rules
from cabinet_pages.readings.models import Reading, ReadingDraft, ReadingSource, ReadingSubmission, WindowReopening
from cabinet_pages.readings.receipts.services import issue_receipts, sender_name
from cabinet_pages.readings.sheet.calculation import SheetCalculation, TypedReading, calculate_sheet, parsed
from cabinet_pages.readings.sheet.queries import batches, reading_sheet
from cabinet_pages.readings.storing import SubmissionRefused, is_as_sent, reading_of, store, supersede, take_turns

# Ids in one statement.
BATCH = 1_000
MOST_TYPED = 40
#: A draft goes so many months after the month that it was typed for. No window but one that staff reopen is open then.
MONTHS_KEPT = 3
_CELL = ("register_id", "period", "typed", "read_on", "explanation", "remark")
_STORED = (
    "uuid", "register_id", "kind", "period", "read_on", "version", "is_current", "value", "previous_value",
    "previous_on", "multiplier", "volume", "steps", "rolled_over", "is_late", "warnings", "remark", "submission_id",
    "state", "state_reason", "invoice_number", "withdrawn",
)  # fmt: skip
_STEPS, _WARNINGS = _STORED.index("steps"), _STORED.index("warnings")
_values = attrgetter(*_STORED)


@dataclass(frozen=True, slots=True)
class DraftCell:
    """What a person has typed for a register.

    Args:
        period: the first day of the month that is settled.
        typed: as it was typed, also what is no number; empty for a cell that was cleared.
        read_on: «Дата зняття» where it is another one than the sheet's.
        explanation: `rollover`, `replaced` or nothing.
        remark: why the reading is unusual.
    """

    register: int
    period: date
    typed: str
    read_on: date | None = None
    explanation: str = ""
    remark: str = ""


def save_draft(
    *,
    user: Any,
    scopes: Sequence[Scope],
    cells: Iterable[DraftCell],
    source: str = ReadingSource.SHEET,
) -> int:
    """Keep what a person has typed, set by set; return how many cells are new or other than before.

    Registers of other accounts are passed over. Nothing of it is a reading before it is submitted.

    Args:
        user: the person; drafts are their own.
        scopes: of the accounts that the cells may belong to.
        cells: the later one counts where a register and period come twice.
        source: the sheet or the workbook.
    """
    wanted = {(cell.register, cell.period): _trimmed(cell) for cell in cells}
    accounts = [scope.account.pk for scope in scopes if scope.can_submit]
    if not wanted or not accounts:
        return 0
    return store(lambda: _save_once(user, accounts, wanted, source))


def _save_once(user: Any, accounts: list[int], wanted: Mapping[tuple[int, date], DraftCell], source: str) -> int:
    own: dict[int, int] = {}
    before: dict[tuple[int, date], tuple[int, DraftCell]] = {}
    for part in batches(sorted({register for register, _ in wanted}), BATCH):
        registers = Register.objects.filter(pk__in=part, meter__point__account__in=accounts)
        own |= dict(registers.values_list("pk", "meter__point__account_id"))
        drafts = ReadingDraft.objects.filter(user_id=user.pk, register__in=part)
        for pk, *draft in drafts.values_list("pk", *_CELL):
            cell = DraftCell(*draft)
            before[cell.register, cell.period] = pk, cell
    now = timezone.now()
    # In one order for everybody, so that two devices rather wait for each other than lock each other out.
    changed = [
        cell
        for key, cell in sorted(wanted.items())
        if cell.register in own and (key not in before or before[key][1] != cell)
    ]
    said = ("typed", "read_on", "explanation", "remark", "source", "updated_at")

    def words(cell: DraftCell) -> tuple[Any, ...]:
        return cell.typed, cell.read_on, cell.explanation, cell.remark, source, now

    known = [cell for cell in changed if (cell.register, cell.period) in before]
    update_rows(ReadingDraft, said, ((before[one.register, one.period][0], *words(one)) for one in known))
    insert_rows(
        ReadingDraft,
        ("user_id", "account_id", "register_id", "period", *said),
        (
            (user.pk, own[one.register], one.register, one.period, *words(one))
            for one in changed
            if (one.register, one.period) not in before
        ),
    )
    return len(changed)


def _trimmed(cell: DraftCell) -> DraftCell:
    explanation = cell.explanation if cell.explanation in ("rollover", "replaced") else ""
    return replace(
        cell, typed=_storable(cell.typed, MOST_TYPED), explanation=explanation, remark=_storable(cell.remark)
    )


def _storable(text: str, length: int = 255) -> str:
    """A text as it is kept: PostgreSQL stores no NUL."""
    return text.replace("\x00", "").strip()[:length]


def clear_drafts(*, user: Any, ids: Sequence[int], until: datetime) -> int:
    """Take away drafts of a person; return how many. What was typed after the moment `until` stays."""
    return sum(
        ReadingDraft.objects.filter(user_id=user.pk, pk__in=part, updated_at__lte=until).delete()[0]
        for part in batches(ids, BATCH)
    )


def sweep_drafts() -> int:
    """Delete what everybody typed for months that are long over and not open again; return how many drafts went."""
    today = kyiv_today()
    reopened = WindowReopening.objects.filter(
        account=OuterRef("account"), period=OuterRef("period"), open_until__gte=today
    )
    oldest = rules.shift_period(rules.first_of_month(today), -MONTHS_KEPT)
    return ReadingDraft.objects.filter(~Exists(reopened), period__lt=oldest).delete()[0]


def submit_sheet(
    *,
    user: Any,
    scopes: Sequence[Scope],
    token: UUID,
    periods: Mapping[int, date],
    typed: Mapping[int, TypedReading],
    confirmed: bool = False,
    reason: str = "",
    shown: str | None = None,
    source: str = ReadingSource.SHEET,
) -> list[ReadingSubmission]:
    """Store the readings of a sheet, of one or several accounts, all or none, in one transaction.

    Each account gets one submission under the same `sheet`. The same token again returns what it made. Two
    submissions at once are kept apart by unique constraints and by the conditional update of `is_current`, and the
    loser tries again on what the winner left.

    Args:
        user: the sender.
        scopes: the sender's rights to the accounts; registers of those that they may not send for are refused.
        token: of the calculation that was shown.
        periods: the first day of the month that is settled, by the id of the account.
        typed: the readings by register.
        confirmed: whether the person confirmed what is unusual.
        reason: why it is so, for the rows that give no reason of their own.
        shown: the fingerprint of the calculation that the person saw; another one is refused.
        source: the door through which the readings come.

    Raises:
        SubmissionRefused: nothing was stored; its findings say why, each with its register or None for the whole.
    """
    given = _Given(dict(periods), dict(typed), confirmed, _storable(reason), shown, source)
    # The sheet of all accounts shows nothing of those that the person may only look at, and must not fail for them.
    sending = [scope for scope in scopes if scope.can_submit]
    if not sending:
        raise SubmissionRefused((None, rules.Finding("not_allowed")))
    return store(lambda: _submit_once(user, sending, token, given))


def submissions_of_click(*, user: Any, token: UUID, typed: Mapping[int, TypedReading]) -> list[ReadingSubmission]:
    """The submissions that the same click made before, whatever became of them; none where it made nothing.

    Raises:
        SubmissionRefused: the token made another submission.
    """
    made = list(ReadingSubmission.objects.filter(sheet=token).select_related("account").order_by("account__number"))
    if made and not _is_same(made, user, typed):
        raise SubmissionRefused((None, rules.Finding("token_reused")))
    return made


@dataclass(frozen=True, slots=True)
class _Given:
    """What a person confirmed."""

    periods: dict[int, date]
    typed: dict[int, TypedReading]
    confirmed: bool
    reason: str
    shown: str | None
    source: str


def _submit_once(user: Any, scopes: Sequence[Scope], token: UUID, given: _Given) -> list[ReadingSubmission]:
    made = submissions_of_click(user=user, token=token, typed=given.typed)
    if made:
        return made
    take_turns(scope.account.pk for scope in scopes if scope.account.pk in given.periods)
    # One moment decides about the window and stands on the receipts.
    moment = timezone.now()
    sender = sender_name(user)
    involved = _involved(scopes, given)
    # The rows come first: a click that arrives twice at once waits here for the other, and then finds what it made.
    submissions = {
        scope.account.pk: ReadingSubmission(
            account=scope.account,
            user=user,
            sender=sender,
            token=uuid5(token, scope.account.number),
            sheet=token,
            period=given.periods[scope.account.pk],
            source=given.source,
            submitted_at=moment,
        )
        for scope in involved
    }
    ReadingSubmission.objects.bulk_create(submissions.values())
    calculation = _checked(user, involved, moment, given)
    supersede(calculation.rows.values())
    readings = _readings(calculation, submissions, given.reason)
    insert_rows(Reading, _STORED, (_columns(one) for of_account in readings.values() for one in of_account))
    clear_drafts(user=user, ids=_drafts_sent(calculation), until=moment)
    sent = [(submission, readings[pk]) for pk, submission in submissions.items()]
    issue_receipts(user=user, sent=sent)
    for submission, of_account in sent:
        data = {
            "account": submission.account.number,
            "points": len({one.register.meter.point_id for one in of_account}),
            "period": f"{submission.period:%Y-%m}",
            "registers": len(of_account),
            "late": of_account[0].is_late,
            "source": given.source,
        }
        log(submission, audit.READINGS_SUBMIT, user=user, data=data)
    return [submission for submission, _ in sent]


def _involved(scopes: Sequence[Scope], given: _Given) -> list[Scope]:
    """The accounts whose registers were typed."""
    accounts = [scope.account.pk for scope in scopes if scope.account.pk in given.periods]
    own: dict[int, int] = {}
    for part in batches(list(given.typed), BATCH):
        own |= dict(
            Register.objects.filter(pk__in=part, meter__point__account__in=accounts).values_list(
                "pk", "meter__point__account_id"
            )
        )
    absent = [register for register in given.typed if register not in own]
    if absent:
        raise SubmissionRefused(*((register, rules.Finding("inactive_register")) for register in absent))
    touched = set(own.values())
    if not touched:
        raise SubmissionRefused((None, rules.Finding("nothing_entered")))
    return sorted((one for one in scopes if one.account.pk in touched), key=lambda one: one.account.number)


def _checked(user: Any, scopes: Sequence[Scope], moment: datetime, given: _Given) -> SheetCalculation:
    """The calculation of what was typed, refused if anything is wrong with it or nothing changes."""
    sheet = reading_sheet(user, scopes, periods=given.periods, moment=moment)
    windows = (sheet.windows.get(scope.account.pk) for scope in scopes)
    wanted = (given.periods[scope.account.pk] for scope in scopes)
    if any(window is None or window.period != period for window, period in zip(windows, wanted, strict=True)):
        raise SubmissionRefused((None, rules.Finding("window_closed")))
    calculation = calculate_sheet(sheet, given.typed)
    if calculation.errors:
        raise SubmissionRefused(*((register, one) for register, found in calculation.errors.items() for one in found))
    if given.shown is not None and given.shown != calculation.fingerprint:
        raise SubmissionRefused((None, rules.Finding("calculation_changed")))
    unexplained = [
        (row.register.pk, rules.Finding("not_explained"))
        for row in calculation.warned
        if row.asks_explanation and not given.typed[row.register.pk].explanation
    ]
    if unexplained:
        raise SubmissionRefused(*unexplained)
    silent = [row for row in calculation.warned if not (given.reason or _storable(given.typed[row.register.pk].reason))]
    if silent or (calculation.warned and not given.confirmed):
        raise SubmissionRefused((None, rules.Finding("not_confirmed")))
    if all(is_as_sent(row) for row in calculation.rows.values()):
        raise SubmissionRefused((None, rules.Finding("unchanged")))
    return calculation


def _is_same(made: Sequence[ReadingSubmission], user: Any, typed: Mapping[int, TypedReading]) -> bool:
    if any(one.user_id != user.pk for one in made):
        return False
    stored = {
        register: (value, read_on)
        for register, value, read_on in Reading.objects.filter(submission__in=made).values_list(
            "register_id", "value", "read_on"
        )
    }
    wanted = {register: (parsed(one.typed, digits=0), one.read_on) for register, one in typed.items()}
    return stored == wanted


def _readings(
    calculation: SheetCalculation, submissions: Mapping[int, ReadingSubmission], reason: str
) -> dict[int, list[Reading]]:
    found: dict[int, list[Reading]] = {pk: [] for pk in submissions}
    for one in calculation.good:
        account = one.sheet.point.account_id
        is_late = one.sheet.window.is_late
        for row in one.rows:
            own = _storable(calculation.typed[row.register.pk].reason)
            found[account].append(reading_of(row, submissions[account], is_late=is_late, reason=own or reason))
    return found


def _columns(reading: Reading) -> list[Any]:
    values = list(_values(reading))
    for index in (_STEPS, _WARNINGS):
        values[index] = json.dumps(values[index], ensure_ascii=False) if values[index] else "[]"
    return values


def _drafts_sent(calculation: SheetCalculation) -> list[int]:
    """The drafts whose values are sent; another value, typed on another device, stays."""
    drafts = calculation.sheet.drafts
    return [
        drafts[register].pk
        for register, row in calculation.rows.items()
        if register in drafts and parsed(drafts[register].typed, digits=row.line.facts.digits) == row.line.value
    ]
