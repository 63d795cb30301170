"""Rows that templates show: of the entry form, of the calculation, of the history; each explains its volume."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cabinet_pages.clock import kyiv_today
from cabinet_pages.metering.models import Channel, Register
from cabinet_pages.metering.rules import Verification, verification_state
from cabinet_pages.readings import rules
from cabinet_pages.readings.calculation import Calculation
from cabinet_pages.readings.checks import RaisedFinding, labels_of, registered_checks
from cabinet_pages.readings.explanation import Explanation, explain_channel
from cabinet_pages.readings.messages import unit_of
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingSource, ReadingState
from cabinet_pages.readings.queries import EntryRegister, EntrySheet
from cabinet_pages.readings.receipts.lifeline import LifeStep, life_line

# How the lamp of a state looks.
LAMPS = {
    ReadingState.SUBMITTED: "waiting",
    ReadingState.EXPORTED: "info",
    ReadingState.ACCEPTED: "success",
    ReadingState.BILLED: "success",
    ReadingState.REJECTED: "error",
}


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A reading with what a customer reads beside it.

    Args:
        formula: the left side of the explanation, «(1 234,5 − 1 200) × 200»; empty where there is no volume.
        unit: kWh, or kVAr·h for reactive energy.
        labels: short names of what was unusual.
        source: who the reading is from.
        lamp: the kind of the status; empty for a superseded version.
        invoices: addresses of the account's invoices by number.
    """

    reading: Reading
    formula: str
    unit: str
    labels: list[str]
    source: str
    lamp: str
    invoices: Mapping[str, str] = field(default_factory=dict)

    @property
    def life(self) -> list[LifeStep]:
        """The life line of a consumer's reading; empty for one that the operator took."""
        return life_line(self.reading, invoices=self.invoices)

    @property
    def difference(self) -> Decimal:
        """By how much the accepted volume is another one than the computed; 0 while one of them is not known."""
        volume, accepted = self.reading.volume, self.reading.accepted_volume
        return Decimal(0) if volume is None or accepted is None else accepted - volume

    @property
    def differs(self) -> bool:
        """Whether the accepted volume is another one than the computed."""
        return self.difference != 0


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A register on the entry form."""

    entry: EntryRegister
    field: BoundField
    multiplier: Decimal

    @property
    def is_overdue(self) -> bool:
        """Whether the meter should have been verified by today; said, never a block."""
        due = self.entry.register.meter.next_verification_on
        return verification_state(due, kyiv_today()) is Verification.OVERDUE


@dataclass(frozen=True, slots=True)
class CalculatedRow:
    """A typed reading with the steps of its volume.

    Args:
        formula: the left side of the explanation; empty where the volume cannot be computed.
        exact: what the formula comes to, kWh or kVAr·h.
        volume: the same in whole units; with zones the rounding is shared.
    """

    register: Register
    previous: rules.KnownReading | None
    value: Decimal
    formula: str
    exact: Decimal | None
    volume: Decimal | None
    unit: str
    warnings: list[RaisedFinding]

    @property
    def is_rounded(self) -> bool:
        """Whether the volume differs from the exact product."""
        return self.exact != self.volume


@dataclass(frozen=True, slots=True)
class TotalRow:
    """The volume of a meter's channel over its zones."""

    meter: str
    channel: str
    volume: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of the readings of a point that were sent for the period, as the entry form says it.

    Args:
        code: `rejected`, `passed` (billing has all of them), `partly_passed`, `kept` (a late one is not corrected),
            `sent` (a correction is taken), or nothing where nothing was sent.
        reason: why billing rejected them.
    """

    code: str
    reason: str = ""

    @property
    def takes_readings(self) -> bool:
        """Whether anything on the form can be sent."""
        return self.code not in ("passed", "kept")


def standing_of(sheet: EntrySheet, reasons: Mapping[int, str]) -> Standing:
    """See `Standing`.

    Args:
        reasons: why billing rejected readings, by their ids.
    """
    sent = [one.sent for one in sheet.registers if one.sent is not None]
    rejected = [one for one in sent if one.state == ReadingState.REJECTED]
    if rejected:
        told = dict.fromkeys(reasons[one.pk].rstrip(". ") for one in rejected if reasons.get(one.pk))
        return Standing("rejected", "; ".join(told))
    passed = sum(one.is_passed for one in sheet.registers)
    if passed:
        return Standing("passed" if passed == len(sheet.registers) else "partly_passed")
    if not sent:
        return Standing("")
    is_whole = len(sent) == len(sheet.registers)
    return Standing("kept" if is_whole and not sheet.window.takes_corrections else "sent")


def entry_rows(sheet: EntrySheet, form: BaseForm) -> list[EntryRow]:
    """The registers of a point with the fields they are typed into."""
    return [
        EntryRow(
            entry=entry,
            field=form[f"value_{entry.register.pk}"],
            multiplier=rules.multiplier_on(entry.facts.ratios, sheet.window.latest),
        )
        for entry in sheet.registers
    ]


def calculated_rows(calculation: Calculation) -> list[CalculatedRow]:
    """The rows of «Попередній розрахунок»."""
    language = get_language() or "uk"
    return [
        CalculatedRow(
            register=row.register,
            previous=row.line.facts.previous,
            value=row.line.value,
            formula=row.line.formula(language=language),
            exact=row.line.exact,
            volume=row.line.volume,
            unit=unit_of(row.register.channel),
            warnings=row.warnings,
        )
        for row in calculation.rows
    ]


def totals_of(calculation: Calculation) -> list[TotalRow]:
    """Sums over the zones of each meter and channel."""
    return [
        TotalRow(one.meter, str(Channel(one.channel).label), one.volume, unit_of(one.channel))
        for one in calculation.totals
    ]


def point_totals(calculation: Calculation) -> list[tuple[str, Explanation]]:
    """The channels of the point that more adds to than the typed rows: meters taken away and losses, with the parts."""
    return [
        (str(Channel(one.channel).label), explain_channel(one))
        for one in calculation.volume.channels
        if one.is_known and (one.removed or one.losses is not None)
    ]


def formula_of(reading: Reading) -> str:
    """The left side of the explanation of a stored volume, its steps joined with «+»; empty where it cannot be told."""
    return rules.formula_of(steps_of(reading), language=get_language() or "uk")


def steps_of(reading: Reading) -> tuple[rules.Step, ...]:
    """How a stored volume came about; none where it cannot be told. Reads the reading's register."""
    if reading.volume is None:
        return ()
    before = reading.previous_value
    return rules.steps_from_stored(
        reading.steps,
        previous=None if before is None else rules.KnownReading(before, reading.previous_on),
        current=rules.KnownReading(reading.value, reading.read_on),
        multiplier=reading.multiplier,
        digits=reading.register.digits,
    )


def history_rows(readings: Any, invoices: Mapping[str, str] | None = None) -> Any:
    """Rows of readings; of a page of a paginator the same page with rows in the readings' place.

    Args:
        invoices: addresses of the account's invoices by number, for the life lines.
    """
    checks = registered_checks()
    rows = [_row(reading, checks, invoices or {}) for reading in readings]
    return Page(rows, readings.number, readings.paginator) if isinstance(readings, Page) else rows


def _row(reading: Reading, checks: Any, invoices: Mapping[str, str]) -> HistoryRow:
    register = reading.register
    return HistoryRow(
        reading=reading,
        formula=formula_of(reading),
        unit=unit_of(register.channel),
        labels=labels_of(reading.warnings, checks),
        source=_source(reading),
        lamp=LAMPS[ReadingState(reading.state)] if reading.is_current else "",
        invoices=invoices,
    )


def _source(reading: Reading) -> str:
    if reading.kind != ReadingKind.CUSTOMER:
        return reading.get_kind_display()
    if reading.submission is None:
        return _("delivered by the branch")
    return _("entered by the branch") if reading.submission.source == ReadingSource.STAFF else _("cabinet")
