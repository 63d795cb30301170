"""What becomes of each row of a workbook, said before anything is saved."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from django.utils import timezone

from cabinet_pages.access.queries import Scope
from cabinet_pages.metering.models import ReadBy
from cabinet_pages.readings.facts import EntryRegister, EntrySheet
from cabinet_pages.readings.rules import Finding
from cabinet_pages.readings.sheet.calculation import SheetCalculation, calculate_sheet, parsed, typed_of
from cabinet_pages.readings.sheet.queries import Draft, ReadingSheet, reading_sheet
from cabinet_pages.readings.sheet.services import DraftCell
from cabinet_pages.readings.sheet.typing import day_of_sheet
from cabinet_pages.readings.workbook.cells import Cell, Kind
from cabinet_pages.readings.workbook.container import WorkbookRefused
from cabinet_pages.readings.workbook.layout import account_of, explanations, key_of, month_of
from cabinet_pages.readings.workbook.messages import sentence_of
from cabinet_pages.readings.workbook.parsing import (
    Fault,
    fault,
    typed_day,
    typed_explanation,
    typed_reason,
    typed_value,
)
from cabinet_pages.readings.workbook.table import ENTRY, KEY, VALUE, Table, TableRow


class Outcome(Enum):
    """What becomes of a row."""

    DRAFT = "draft"
    UNCHANGED = "unchanged"
    ERROR = "error"
    EMPTY = "empty"


@dataclass(slots=True)
class RowVerdict:
    """A row of the file.

    Args:
        row: the row; its number is the one that a person sees.
        entry: the register it is about; None for none of this sheet.
        typed: the reading as it was typed.
        cell: the draft that it becomes.
        errors: sentences of what is wrong.
        notes: sentences of what is odd; they do not keep the row from being a draft.
    """

    row: TableRow
    point: EntrySheet | None = None
    entry: EntryRegister | None = None
    typed: str = ""
    outcome: Outcome = Outcome.EMPTY
    cell: DraftCell | None = None
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The number of the row in the file."""
        return self.row.number

    def refuse(self, sentence: str) -> None:
        """Make the row one with an error."""
        self.outcome, self.cell = Outcome.ERROR, None
        if sentence not in self.errors:
            self.errors.append(sentence)


@dataclass(frozen=True, slots=True)
class WorkbookVerdict:
    """What becomes of a workbook.

    Args:
        rows: of every row that is not empty, in the order of the file.
        absent: registers of the sheet that the file has no row for.
        missing: names of columns to fill in that the file has not.
    """

    sheet: ReadingSheet
    table: Table
    rows: list[RowVerdict]
    absent: int
    missing: tuple[str, ...]

    def count(self, outcome: Outcome) -> int:
        """How many rows have an outcome."""
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def cells(self) -> list[DraftCell]:
        """The drafts that the good rows become."""
        return [row.cell for row in self.rows if row.cell is not None]


def judge(table: Table, *, user: Any, scopes: Sequence[Scope]) -> WorkbookVerdict:
    """Say of each row whether it becomes a draft, changes nothing, or is wrong; nothing is saved.

    Foreign registers and absent ones are told alike. The number of queries does not depend on the number of rows.

    Args:
        table: of the file.
        user: whose drafts the good rows become.
        scopes: of the accounts of the sheet.

    Raises:
        WorkbookRefused: `window_closed` where no account takes readings, `other_period` for a workbook of months that
            take none.
    """
    sheet = reading_sheet(user, scopes, periods=_periods(table, scopes))
    if not sheet.windows:
        raise WorkbookRefused("window_closed", opens=min(window.opens_on for _, window in sheet.closed))
    return _Judge(sheet, table).verdict()


def _periods(table: Table, scopes: Sequence[Scope]) -> dict[int, date]:
    """The month that most rows of each account are for."""
    found: dict[str, Counter[str]] = {}
    for row in table.rows:
        key = row.text(KEY)
        if key:
            found.setdefault(account_of(key), Counter())[month_of(key)] += 1
    periods = {}
    for scope in scopes:
        months = found.get(scope.account.number)
        if months:
            try:
                periods[scope.account.pk] = date.fromisoformat(f"{months.most_common(1)[0][0]}-01")
            except ValueError:
                continue
    return periods


class _Judge:
    """The rows of one workbook on their way to a verdict."""

    def __init__(self, sheet: ReadingSheet, table: Table) -> None:
        self.sheet = sheet
        self.table = table
        self.known: dict[str, tuple[EntrySheet, EntryRegister]] = {}
        numbers = {pk: scope.account.number for pk, scope in sheet.by_account.items()}
        self.asked = sheet.registers
        for point in sheet.points:
            for entry in point.registers:
                self.known[key_of(numbers[point.point.account_id], point, entry.register)] = point, entry
        self.months = {number: f"{sheet.windows[pk].period:%Y-%m}" for pk, number in numbers.items()}
        self.closed = {scope.account.number for scope, _ in sheet.closed}

    def verdict(self) -> WorkbookVerdict:
        rows = [self._read(row) for row in self.table.rows]
        self._refuse_other_period(rows)
        self._refuse_twice(rows)
        self._compute(rows)
        named = {row.entry.register.pk for row in rows if row.entry is not None}
        return WorkbookVerdict(
            self.sheet,
            self.table,
            [row for row in rows if row.entry is not None or row.errors],
            absent=len(self.asked.keys() - named),
            missing=self.table.missing,
        )

    # --- one row ----------------------------------------------------------------------------------------------------

    def _read(self, row: TableRow) -> RowVerdict:
        found = RowVerdict(row)
        is_filled = any(row.text(name) or name in row.cells for name in ENTRY)
        place = self.known.get(row.text(KEY))
        if place is None:
            if is_filled:
                found.refuse(sentence_of(self._unknown(row)))
            return found
        found.point, found.entry = place
        if not is_filled and row.number not in self.table.merged:
            return found
        self._judge(found, *place)
        return found

    def _unknown(self, row: TableRow) -> Fault:
        key = row.text(KEY)
        if not key:
            return fault("no_key")
        account, month = account_of(key), month_of(key)
        if account in self.closed:
            return fault("account_closed", account=account)
        if account in self.months and month != self.months[account]:
            return fault("other_month", month=month, wanted=self.months[account])
        return fault("absent")

    def _judge(self, found: RowVerdict, point: EntrySheet, entry: EntryRegister) -> None:
        row = found.row
        value = typed_value(row.cells.get(VALUE))
        day = typed_day(row.cells.get("read_on"), is_1904=self.table.is_1904)
        explanation = typed_explanation(row.cells.get("explanation"), explanations())
        reason = typed_reason(row.cells.get("reason"))
        found.typed = value if isinstance(value, str) else row.text(VALUE)
        faults = [one for one in (value, day, explanation, reason) if isinstance(one, Fault)]
        if row.number in self.table.merged:
            faults.append(fault("merged"))
        faults += _moved(row, point, entry)
        if value == "" and not faults:
            faults.append(fault("value_missing"))
        if not faults and point.point.read_by != ReadBy.CONSUMER:
            faults.append(fault("not_asked"))
        elif not faults and entry.register.pk not in self.asked:
            faults.append(fault("absent"))
        for one in faults:
            found.refuse(sentence_of(one))
        if faults or isinstance(value, Fault) or isinstance(day, Fault):
            return
        if isinstance(explanation, Fault) or isinstance(reason, Fault):
            return
        found.notes += [sentence_of(one) for one in _changed_previous(row, entry)]
        draft = self.sheet.drafts.get(entry.register.pk)
        if draft is not None:
            # A column that the file has not says nothing about what was typed there before.
            missing = self.table.missing
            day = draft.read_on if "read_on" in missing else day
            explanation = draft.explanation if "explanation" in missing else explanation
            reason = draft.remark if "reason" in missing else reason
        cell = DraftCell(entry.register.pk, point.window.period, value, day, explanation, reason)
        if _is_unchanged(cell, draft, entry):
            found.outcome = Outcome.UNCHANGED
        elif entry.is_passed:
            found.refuse(sentence_of(Finding("already_passed")))
        else:
            found.outcome, found.cell = Outcome.DRAFT, cell

    # --- all rows together ------------------------------------------------------------------------------------------

    def _refuse_other_period(self, rows: Iterable[RowVerdict]) -> None:
        """Refuse the workbook of another month as a whole: no row of it is for a window that takes readings."""
        others: Counter[str] = Counter()
        for one in rows:
            key = one.row.text(KEY)
            if one.entry is not None:
                return
            if key and account_of(key) in self.months and month_of(key) != self.months[account_of(key)]:
                others[month_of(key)] += 1
        if others:
            month = others.most_common(1)[0][0]
            raise WorkbookRefused("other_period", month=month, wanted=", ".join(sorted(set(self.months.values()))))

    def _refuse_twice(self, rows: Iterable[RowVerdict]) -> None:
        filled: dict[int, list[RowVerdict]] = {}
        for one in rows:
            if one.entry is not None and one.outcome is not Outcome.EMPTY:
                filled.setdefault(one.entry.register.pk, []).append(one)
        for group in filled.values():
            for one in group if len(group) > 1 else ():
                others = ", ".join(str(other.number) for other in group if other is not one)
                one.refuse(sentence_of(fault("twice", rows=others)))

    def _compute(self, rows: Iterable[RowVerdict]) -> None:
        """Let the rules look at the rows as the sheet would: with the drafts that stand there already."""
        rows = list(rows)
        now = timezone.now()
        added = {
            one.cell.register: Draft(0, one.cell.typed, one.cell.read_on, one.cell.explanation, one.cell.remark, now)
            for one in rows
            if one.cell is not None
        }
        sheet = self.sheet.with_drafts({**self.sheet.drafts, **added})
        calculation = calculate_sheet(sheet, typed_of(sheet, day_of_sheet(sheet)))
        for one in rows:
            if one.entry is not None and one.outcome is not Outcome.ERROR:
                _take_findings(one, one.entry.register.pk, calculation)


def _is_unchanged(cell: DraftCell, draft: Draft | None, entry: EntryRegister) -> bool:
    """Whether a row says what the draft says, or, where there is none, what was sent."""
    digits = entry.facts.digits
    value = parsed(cell.typed, digits=digits)
    if draft is not None and draft.typed:
        before = parsed(draft.typed, digits=digits)
        same = value == before if isinstance(value, Decimal) else cell.typed == draft.typed
        answers = cell.read_on, cell.explanation, cell.remark
        return same and answers == (draft.read_on, draft.explanation, draft.remark)
    sent = entry.sent
    if sent is None or sent.state == "rejected":
        return False
    return value == sent.value and cell.read_on in (None, sent.read_on)


def _take_findings(found: RowVerdict, register: int, calculation: SheetCalculation) -> None:
    for finding in calculation.errors.get(register, ()):
        found.refuse(sentence_of(finding))
    row = calculation.rows.get(register)
    if row is not None and found.outcome is not Outcome.EMPTY:
        found.notes += [one.message for one in row.warnings]


def _changed_previous(row: TableRow, entry: EntryRegister) -> list[Fault]:
    """The previous reading in the file is for the eye; another one than ours is said and passed over."""
    cell = row.cells.get("previous")
    if cell is None:
        return []
    ours = entry.facts.previous
    told = parsed(cell.text, digits=18) if cell.kind in (Kind.NUMBER, Kind.TEXT) else None
    if ours is not None and told == ours.value:
        return []
    return [fault("previous_differs", text=cell.text.strip()[:40], ours=ours.value if ours else None)]


def _moved(row: TableRow, point: EntrySheet, entry: EntryRegister) -> list[Fault]:
    """Whether the hidden key and the point or meter beside it are of different rows, as after sorting half a table."""
    told: Mapping[str, str] = {"code": point.point.code, "meter": entry.register.meter.serial}
    return [
        fault("row_moved", told=row.text(name), key=ours)
        for name, ours in told.items()
        if row.text(name) and _plain(row.cells[name]) != _plain_text(ours)
    ][:1]


def _plain(cell: Cell) -> str:
    return _plain_text(cell.text)


def _plain_text(text: str) -> str:
    """An identifier as it is compared: a spreadsheet may have taken its leading zeros."""
    return text.strip().lstrip("'").casefold().lstrip("0")
