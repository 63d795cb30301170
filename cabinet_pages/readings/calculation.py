"""«Попередній розрахунок»: typed readings with their volumes, errors and findings, before anything is stored."""

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cabinet_pages.clock import kyiv_today
from cabinet_pages.metering.models import Register
from cabinet_pages.readings import rules
from cabinet_pages.readings.checks import RaisedFinding, registered_checks, warnings_of
from cabinet_pages.readings.queries import EntryRegister, EntrySheet


@dataclass(frozen=True, slots=True)
class Row:
    """A typed reading with its computed volume and what is unusual about it."""

    entry: EntryRegister
    line: rules.Line
    warnings: list[RaisedFinding]

    @property
    def register(self) -> Register:
        """The register that was read."""
        return self.entry.register

    @property
    def asks_explanation(self) -> bool:
        """Whether a person must say if the register rolled over or the meter was replaced."""
        return any(one.code == "less_than_previous" for one in self.warnings)


@dataclass(frozen=True, slots=True)
class Total:
    """The volume of one channel of a meter over its zones, whole kWh (kVAr·h)."""

    channel: str
    meter: str
    volume: Decimal


@dataclass(frozen=True, slots=True)
class Calculation:
    """What the readings of a point come to.

    Args:
        read_on: «Дата зняття»; a line may have been read on another day.
        errors: findings that refuse the readings, each with its register or None for the whole.
    """

    sheet: EntrySheet
    read_on: date
    rows: list[Row]
    errors: list[tuple[int | None, rules.Finding]]

    @property
    def needs_confirmation(self) -> bool:
        """Whether a person must confirm something unusual."""
        return any(row.warnings for row in self.rows)

    @property
    def asks_explanation(self) -> list[Row]:
        """Rows whose smaller value needs an explanation."""
        return [row for row in self.rows if row.asks_explanation]

    @property
    def totals(self) -> list[Total]:
        """Sums of the meters and channels that have zones and whose every volume is known."""
        groups: dict[tuple[int, str], list[Row]] = {}
        for row in self.rows:
            if not row.line.is_total:
                groups.setdefault(row.line.facts.group, []).append(row)
        totals = []
        for rows in groups.values():
            volumes = [row.line.volume for row in rows if row.line.volume is not None]
            if len(rows) > 1 and len(volumes) == len(rows):
                register = rows[0].register
                totals.append(Total(register.channel, register.meter.serial, rules.exact_sum(volumes)))
        return totals

    @property
    def volume(self) -> rules.PointVolume:
        """What the point comes to: zones, meters taken away inside the period, losses."""
        return rules.point_volume(self.sheet.point_facts, [row.line for row in self.rows])

    @property
    def fingerprint(self) -> str:
        """Tells this calculation from another: a person confirms what they were shown and nothing else."""
        parts = [str(self.read_on), str(self.sheet.window.period)]
        for row in self.rows:
            before = row.line.facts.previous
            parts.append(
                f"{row.line.facts.register}|{row.line.value.normalize()}|{before.value.normalize() if before else ''}|"
                f"{row.line.multiplier.normalize()}|{row.line.volume}|{','.join(one.code for one in row.warnings)}|"
                f"{row.line.read_on}|{row.line.exact}"
            )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def calculate(
    sheet: EntrySheet,
    entries: Mapping[int, Decimal],
    read_on: date,
    *,
    replaced: AbstractSet[int] = frozenset(),
    dates: Mapping[int, date] | None = None,
) -> Calculation:
    """Check typed readings and compute their volumes; nothing is stored.

    Args:
        sheet: the point with its registers and the window.
        entries: the typed value of each register that was read; others are refused as absent ones.
        read_on: «Дата зняття», a Kyiv date.
        replaced: registers whose smaller value is explained by a replaced meter.
        dates: «Дата зняття» of the registers that were read on another day.
    """
    window = sheet.window
    lines = rules.assess(sheet.facts, entries, read_on, replaced=replaced, dates=dates)
    errors: list[tuple[int | None, rules.Finding]] = [
        (line.facts.register, one) for line in lines for one in line.errors
    ]
    if not window.accepts:
        errors.append((None, rules.Finding("window_closed")))
    today = kyiv_today()
    days: dict[date, int | None] = {line.read_on: line.facts.register for line in reversed(lines)}
    if read_on in days or not days:
        days[read_on] = None
    wrong = {day: rules.check_date(day, today=today, earliest=window.earliest, latest=window.latest) for day in days}
    errors += [(register, one) for day, register in days.items() for one in wrong[day]]
    if not lines:
        errors.append((None, rules.Finding("nothing_entered")))
    errors += [
        (facts.register, rules.Finding("missing")) for facts in rules.incomplete_groups(sheet.facts, entries.keys())
    ]
    by_register = {one.register.pk: one for one in sheet.registers}
    errors += _refused_corrections([by_register[line.facts.register] for line in lines], window)
    checks = registered_checks()
    rows = [
        Row(
            entry=by_register[line.facts.register],
            line=line,
            # What is unusual about a day of which no reading is taken tells nothing, were it to be computed at all.
            warnings=[] if line.errors or wrong[line.read_on] else warnings_of(line, checks),
        )
        for line in lines
    ]
    return Calculation(sheet=sheet, read_on=read_on, rows=rows, errors=errors)


def _refused_corrections(
    entries: Sequence[EntryRegister], window: rules.ReadingWindow
) -> list[tuple[int | None, rules.Finding]]:
    """What was sent for the period stands once billing has it, and once the window is closed."""
    found: list[tuple[int | None, rules.Finding]] = []
    for entry in entries:
        if entry.is_passed:
            found.append((entry.register.pk, rules.Finding("already_passed")))
        elif entry.sent is not None and entry.sent.state == "submitted" and not window.takes_corrections:
            found.append((entry.register.pk, rules.Finding("correction_closed")))
    return found
