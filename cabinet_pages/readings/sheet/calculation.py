"""«Попередній розрахунок» of a whole sheet: good rows are computed although others are bad."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from cabinet_pages.clock import kyiv_today
from cabinet_pages.quantities.parsing import AmountRefused, parse_decimal
from cabinet_pages.readings import rules
from cabinet_pages.readings.calculation import Calculation, Row, calculate
from cabinet_pages.readings.facts import EntryRegister, EntrySheet
from cabinet_pages.readings.rules import DECIMALS, Finding, check_date
from cabinet_pages.readings.sheet.queries import Draft, ReadingSheet


@dataclass(frozen=True, slots=True)
class TypedReading:
    """A reading as it was typed.

    Args:
        typed: the text.
        read_on: «Дата зняття».
        explanation: `rollover` or `replaced`, where the value is smaller than the previous one.
        reason: why it is unusual.
    """

    typed: str
    read_on: date
    explanation: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A reading whose text is a number."""

    value: Decimal
    read_on: date
    explanation: str = ""
    reason: str = ""


@dataclass(frozen=True)
class SheetCalculation:
    """What the typed readings of a sheet come to.

    Args:
        typed: what was typed, by register.
        good: calculations of points, each of one day, without any error.
        errors: by register, in the order of the sheet; a zone without its siblings is one too.
        fingerprint: tells this calculation from another, whatever is answered about smaller values: a person confirms
            what they were shown and nothing else.
    """

    sheet: ReadingSheet
    typed: Mapping[int, TypedReading]
    good: list[Calculation]
    errors: dict[int, list[Finding]]
    fingerprint: str

    @cached_property
    def rows(self) -> dict[int, Row]:
        """The good rows by register."""
        return {row.register.pk: row for one in self.good for row in one.rows}

    @cached_property
    def entries(self) -> dict[int, Entry]:
        """What may be sent: the good rows."""
        return {
            register: Entry(
                row.line.value, row.line.read_on, self.typed[register].explanation, self.typed[register].reason
            )
            for register, row in self.rows.items()
        }

    def text_of(self, register: int) -> str:
        """What was typed for a register; nothing for a zone that was left out beside its siblings."""
        given = self.typed.get(register)
        return "" if given is None else given.typed

    @property
    def warned(self) -> list[Row]:
        """Good rows that need a confirmation."""
        return [row for row in self.rows.values() if row.warnings]


def parsed(text: str, *, digits: int) -> Decimal | Finding:
    """The number that a text is, or what is wrong with it.

    Args:
        text: as it was typed or pasted; spaces group thousands, a comma or a dot marks decimals.
        digits: digits of the register before the decimal mark.
    """
    try:
        return parse_decimal(text, scale=DECIMALS)
    except AmountRefused as refusal:
        if refusal.code == "scale":
            return Finding("too_many_decimals", {"decimals": DECIMALS})
        return Finding("too_many_digits", {"digits": digits}) if refusal.code == "range" else Finding("not_a_number")


def typed_of(sheet: ReadingSheet, read_on: date) -> dict[int, TypedReading]:
    """What stands in the drafts of a sheet and differs from what was sent, zones of a meter together.

    Args:
        read_on: «Дата зняття» of the sheet.
    """
    found: dict[int, TypedReading] = {}
    for one in sheet.asked:
        groups: dict[tuple[int, str], list[EntryRegister]] = {}
        for entry in one.registers:
            groups.setdefault(entry.facts.group, []).append(entry)
        for group in groups.values():
            if any(_is_new(entry, sheet.drafts.get(entry.register.pk)) for entry in group):
                found |= _typed_together(sheet, group, read_on, one.window)
    return found


def _is_new(entry: EntryRegister, draft: Draft | None) -> bool:
    if draft is None or not draft.typed or entry.is_passed:
        return False
    sent = entry.sent
    if sent is None or sent.state == "rejected":
        return True
    value = parsed(draft.typed, digits=entry.facts.digits)
    return value != sent.value or (draft.read_on is not None and draft.read_on != sent.read_on)


def _typed_together(
    sheet: ReadingSheet, group: Iterable[EntryRegister], read_on: date, window: rules.ReadingWindow
) -> dict[int, TypedReading]:
    found = {}
    for entry in group:
        draft = sheet.drafts.get(entry.register.pk)
        if draft is not None and draft.typed:
            day = draft.read_on or read_on
            found[entry.register.pk] = TypedReading(draft.typed, day, draft.explanation, draft.remark)
        elif draft is None and entry.sent is not None and not entry.is_passed:
            day = entry.sent.read_on if _keeps_its_day(entry, window) else read_on
            found[entry.register.pk] = TypedReading(f"{entry.sent.value:f}", day)
    return found


def _keeps_its_day(entry: EntryRegister, window: rules.ReadingWindow) -> bool:
    """Whether what was sent and is not touched stands for its own day: nobody has read the register again.

    A day that the window does not take, or one before a control reading that came since, would only be refused.
    """
    sent = entry.sent
    if sent is None or sent.state == "rejected" or not window.earliest <= sent.read_on <= window.latest:
        return False
    return all(one.read_on is None or one.read_on <= sent.read_on for one in entry.facts.waypoints)


def calculate_sheet(sheet: ReadingSheet, typed: Mapping[int, TypedReading]) -> SheetCalculation:
    """Compute every row that is right and say what is wrong with the others; nothing is stored.

    Zones of a meter and channel stand and fall together; the other registers of a point do not.
    """
    good: list[Calculation] = []
    errors: dict[int, list[Finding]] = {}
    today = kyiv_today()
    plain: list[str] = []
    for point in sheet.asked:
        given = {one.register.pk: typed[one.register.pk] for one in point.registers if one.register.pk in typed}
        if not given:
            continue
        bad = {}
        entries: dict[int, Entry] = {}
        for one in point.registers:
            register = one.register.pk
            if register not in given:
                continue
            found = _entry(one, given[register], point.window, today)
            if isinstance(found, Entry):
                entries[register] = found
            else:
                bad[register] = found
        calculation = _calculated(point, entries, bad)
        if calculation is not None:
            plain.append(calculation.fingerprint)
            replaced = replaced_of(entries)
            good.append(_calculate(point, entries, calculation, replaced) if replaced else calculation)
        errors |= {one.register.pk: bad[one.register.pk] for one in point.registers if one.register.pk in bad}
    unknown = {register: [Finding("inactive_register")] for register in typed if register not in sheet.registers}
    shown = hashlib.sha256("".join(sorted(plain)).encode()).hexdigest()[:32]
    return SheetCalculation(sheet, typed, good, {**errors, **unknown}, shown)


def _entry(
    entry: EntryRegister, given: TypedReading, window: rules.ReadingWindow, today: date
) -> Entry | list[Finding]:
    found = check_date(given.read_on, today=today, earliest=window.earliest, latest=window.latest)
    value = parsed(given.typed, digits=entry.facts.digits)
    if isinstance(value, Finding):
        return [value, *found]
    return found or Entry(value, given.read_on, given.explanation, given.reason)


def _calculated(point: EntrySheet, entries: dict[int, Entry], bad: dict[int, list[Finding]]) -> Calculation | None:
    """The calculation of a point's good registers; what is wrong with the others goes into `bad`, out of `entries`."""
    calculation = _calculate(point, entries) if entries else None
    if calculation is None or not (calculation.errors or bad):
        return calculation
    for register, finding in calculation.errors:
        for named in entries if register is None else [register]:
            if not (finding.code == "missing" and named in bad):
                bad.setdefault(named, []).append(finding)
    groups = {one.register.pk: one.facts.group for one in point.registers}
    spoilt = {groups[register] for register in bad}
    for register in list(entries):
        if groups[register] in spoilt:
            del entries[register]
    return _calculate(point, entries) if entries else None


def _calculate(
    point: EntrySheet,
    entries: Mapping[int, Entry],
    before: Calculation | None = None,
    replaced: frozenset[int] = frozenset(),
) -> Calculation:
    if before is not None:
        # Only what is smaller can have been replaced.
        replaced &= {row.register.pk for row in before.asks_explanation}
        if not replaced:
            return before
    values = {register: entry.value for register, entry in entries.items()}
    dates = {register: entry.read_on for register, entry in entries.items()}
    return calculate(point, values, next(iter(dates.values())), replaced=replaced, dates=dates)


def replaced_of(entries: Mapping[int, Entry]) -> frozenset[int]:
    """Registers whose smaller value a person explains by a replaced meter."""
    return frozenset(register for register, entry in entries.items() if entry.explanation == "replaced")


def volume_totals(calculation: SheetCalculation) -> list[tuple[str, Decimal]]:
    """Sums of the good rows by channel, in whole kWh (kVAr·h), as a check for the eye."""
    parts: dict[str, list[Decimal]] = {}
    for row in calculation.rows.values():
        if row.line.volume is not None and not row.line.is_total:
            parts.setdefault(row.register.channel, []).append(row.line.volume)
    return [(channel, rules.exact_sum(values)) for channel, values in sorted(parts.items())]
