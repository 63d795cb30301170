"""Rows that the sheet's templates show; plain dictionaries, because hundreds of them are looked at field by field."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cabinet_pages.clock import kyiv_today
from cabinet_pages.metering.models import Channel, PointRole, ReadBy, Zone
from cabinet_pages.metering.rules import Verification, verification_state
from cabinet_pages.quantities.folding import fold_search
from cabinet_pages.quantities.formatting import ABSENT, format_energy, format_ratio
from cabinet_pages.readings import rules
from cabinet_pages.readings.calculation import Row
from cabinet_pages.readings.facts import EntryRegister, EntrySheet
from cabinet_pages.readings.messages import message_of, unit_of
from cabinet_pages.readings.models import ReadingState
from cabinet_pages.readings.sheet.calculation import SheetCalculation
from cabinet_pages.readings.sheet.queries import ReadingSheet, fits, is_sent
from cabinet_pages.readings.sheet.typing import own_day, texts_of, typed_text

# What the filter «show» may ask for.
MISSING, WARNED = "missing", "warned"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows of a sheet are shown.

    Args:
        show: `missing`, `warned`, or nothing for all.
        site: the site's name; empty for all.
        words: a part of the point's name, code, EIC, address or meter.
    """

    show: str = ""
    site: str = ""
    words: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        return bool(self.show or self.site or self.words)


class Wording:
    """The words of one answer, each made once."""

    def __init__(self) -> None:
        self.language = get_language() or "uk"
        self.channels = {str(value): str(label) for value, label in Channel.choices}
        self.zones = {value: str(label) for value, label in Zone.choices}
        self.roles = {PointRole.SUBCONSUMER: str(PointRole.SUBCONSUMER.label)}
        self.roles[PointRole.TECHNICAL] = str(PointRole.TECHNICAL.label)
        self.units = {channel: unit_of(channel) for channel in self.channels}
        self.states = {str(value): str(label) for value, label in ReadingState.choices}
        self.read_by = {str(value): str(label) for value, label in ReadBy.choices}
        self.overdue = _("verification overdue")
        self.no_meter = _("no meter")
        self.draft = _("draft")
        self.late = _("late")
        self.closed = _("the point is closed")
        self.today = kyiv_today()
        self._ratios: dict[Decimal, str] = {}

    def energy(self, value: Decimal | None) -> str:
        """A reading or a volume."""
        return format_energy(value, language=self.language)

    def ratio(self, value: Decimal) -> str:
        """A multiplier; few of them differ."""
        if value not in self._ratios:
            self._ratios[value] = format_ratio(value, language=self.language)
        return self._ratios[value]


def day_text(day: date | None) -> str:
    """dd.mm.yyyy, faster than strftime."""
    return "" if day is None else f"{day.day:02}.{day.month:02}.{day.year}"


def sheet_rows(sheet: ReadingSheet, calculation: SheetCalculation, day: date, filters: Filters) -> list[dict[str, Any]]:
    """The rows of the entry form: registers that are asked for, and the points that are not in a row of their own."""
    words = Wording()
    wanted = fold_search(filters.words)
    asked = {id(one) for one in sheet.asked}
    several = len(sheet.scopes) > 1
    rows: list[dict[str, Any]] = []
    for one in sheet.points:
        point = one.point
        if (filters.site and point.site != filters.site) or (wanted and not fits(one, wanted)):
            continue
        if id(one) not in asked:
            if not filters.show:
                rows.append(_row_of_point(one, words, sheet, several))
            continue
        if filters.show == MISSING and is_sent(one):
            continue
        if filters.show == WARNED and not _is_warned(one, calculation):
            continue
        place = _place(one, words, sheet, several)
        rows += [place | _row(entry, calculation, sheet, day, words) for entry in one.registers]
    return rows


def _is_warned(sheet: EntrySheet, calculation: SheetCalculation) -> bool:
    return any(
        entry.register.pk in calculation.errors
        or (entry.register.pk in calculation.rows and calculation.rows[entry.register.pk].warnings)
        for entry in sheet.registers
    )


def _place(one: EntrySheet, words: Wording, sheet: ReadingSheet, several: bool) -> dict[str, Any]:
    point = one.point
    account = sheet.by_account[point.account_id].account.number if several else ""
    return {
        "name": point.name,
        "note": texts_of([account, *dict.fromkeys(text for text in (point.site, point.address) if text != point.name)]),
        "role": words.roles.get(PointRole(point.role), "") if point.role != "billing" else "",
    }


def _row_of_point(one: EntrySheet, words: Wording, sheet: ReadingSheet, several: bool) -> dict[str, Any]:
    """A point that the customer does not read."""
    if one.point.read_by != ReadBy.CONSUMER:
        why = words.read_by[one.point.read_by]
    else:
        why = words.closed if one.registers else words.no_meter
    serials = dict.fromkeys(entry.register.meter.serial for entry in one.registers)
    return {**_place(one, words, sheet, several), "why": why, "meter": ", ".join(serials)}


def _row(
    entry: EntryRegister, calculation: SheetCalculation, sheet: ReadingSheet, day: date, words: Wording
) -> dict[str, Any]:
    register, facts, sent = entry.register, entry.facts, entry.sent
    draft = sheet.drafts.get(register.pk)
    base, ratio, offset = live_facts(facts, day)
    row = calculation.rows.get(register.pk)
    sent_text = typed_text(sent.value) if sent is not None else ""
    typed = draft.typed if draft is not None and not entry.is_passed else sent_text
    # What was sent and is not touched shows the volume of its receipt.
    stands = sent is not None and typed in {sent_text, ""}
    volume = row.line.volume if row is not None else sent.volume if sent is not None and typed == sent_text else None
    own = own_day(draft, day) if draft is not None and draft.read_on else None
    return {
        "id": str(register.pk),
        "meter": register.meter.serial,
        "energy": words.channels[register.channel],
        "zone": words.zones[register.zone] if register.zone else "",
        "ratio": words.ratio(ratio),
        "previous": words.energy(facts.previous.value) if facts.previous else ABSENT,
        "previous_on": day_text(facts.previous.read_on) if facts.previous else "",
        "typed": typed,
        "sent": sent_text,
        "passed": entry.is_passed,
        "own_day": f"{own:%Y-%m-%d}" if own else "",
        "unit": words.units[register.channel],
        "volume": "" if volume is None else words.energy(volume),
        "base": "" if base is None else str(int(base.scaleb(3))),
        "factor": str(int(ratio.scaleb(4))),
        "offset": str(int(offset.scaleb(7))) if offset else "",
        "digits": str(register.digits),
        "group": f"{register.meter_id}{register.channel}" if register.zone else "",
        "errors": [message_of(one) for one in calculation.errors.get(register.pk, ())],
        "warnings": [*_rejected(entry, sheet), *(one.message for one in (row.warnings if row is not None else ()))],
        "overdue": words.overdue
        if verification_state(register.meter.next_verification_on, words.today) is Verification.OVERDUE
        else "",
        "state": words.states[sent.state] if stands and sent is not None else words.draft if typed else "",
        "lamp": _lamp(sent.state) if stands and sent is not None else "neutral" if typed else "",
    }


def _rejected(entry: EntryRegister, sheet: ReadingSheet) -> list[str]:
    """Why billing rejected what was sent, where it did and said why."""
    reason = sheet.rejections.get(entry.sent.pk, "") if entry.sent is not None else ""
    return [_("billing rejected it: %(reason)s") % {"reason": reason}] if reason else []


def _lamp(state: str) -> str:
    return {"submitted": "success", "rejected": "error"}.get(state, "info")


def live_facts(facts: rules.RegisterFacts, day: date) -> tuple[Decimal | None, Decimal, Decimal]:
    """What the script needs to show a volume while it is typed: the last known value, its multiplier, and the exact
    kWh of the steps before. The page that follows computes all of it anew.
    """
    if facts.previous is None:
        return None, rules.multiplier_on(facts.ratios, day), Decimal(0)
    if len(facts.ratios) == 1 and not facts.waypoints:
        return facts.previous.value, facts.ratios[0].multiplier, Decimal(0)
    passed = rules.waypoints_between(facts.previous, facts.waypoints, day)
    last = passed[-1] if passed else facts.previous
    ratio = rules.multiplier_between(facts.ratios, last.read_on, day)
    if not passed:
        return last.value, ratio, Decimal(0)
    try:
        steps = rules.steps_of(facts.previous, passed[:-1], last, digits=facts.digits, ratios=facts.ratios)
    except rules.ConsumptionRefused:
        return None, ratio, Decimal(0)
    return last.value, ratio, rules.exact_of(steps) or Decimal(0)


def calculated_sheet(calculation: SheetCalculation) -> list[dict[str, Any]]:
    """The rows of «Попередній розрахунок», bad ones among them at their places."""
    words = Wording()
    several = len(calculation.sheet.scopes) > 1
    rows: list[dict[str, Any]] = []
    for one in calculation.sheet.asked:
        found = [
            entry
            for entry in one.registers
            if entry.register.pk in calculation.typed or entry.register.pk in calculation.errors
        ]
        if found:
            place = _place(one, words, calculation.sheet, several)
            rows += [place | _calculated(entry, calculation, words) for entry in found]
    return rows


def _calculated(entry: EntryRegister, calculation: SheetCalculation, words: Wording) -> dict[str, Any]:
    register, facts = entry.register, entry.facts
    typed = calculation.typed.get(register.pk)
    row = calculation.rows.get(register.pk)
    found: dict[str, Any] = {
        "id": str(register.pk),
        "meter": register.meter.serial,
        "energy": words.channels[register.channel],
        "zone": words.zones[register.zone] if register.zone else "",
        "previous": words.energy(facts.previous.value) if facts.previous else ABSENT,
        "previous_on": day_text(facts.previous.read_on) if facts.previous else "",
        "typed": calculation.text_of(register.pk),
        "unit": words.units[register.channel],
        "errors": [message_of(one) for one in calculation.errors.get(register.pk, ())],
        "explanation": typed.explanation if typed else "",
        "reason": typed.reason if typed else "",
    }
    return found | (_volume_of(row, words, found["unit"]) if row is not None else {"held": not found["errors"]})


def _volume_of(row: Row, words: Wording, unit: str) -> dict[str, Any]:
    line = row.line
    exact = line.exact
    return {
        "value": words.energy(line.value),
        "formula": line.formula(language=words.language),
        "exact": "" if exact is None else f"{words.energy(exact)}\u00a0{unit}",
        "rounded": exact is not None and line.volume is not None and exact != line.volume,
        "volume": ABSENT if line.volume is None else f"{words.energy(line.volume)}\u00a0{unit}",
        "warnings": [one.message for one in row.warnings],
        "asks": row.asks_explanation,
    }


def totals_of_sheet(totals: Iterable[tuple[str, Decimal]]) -> list[dict[str, str]]:
    """Sums by channel, written out."""
    words = Wording()
    return [
        {"label": words.channels[channel], "value": f"{words.energy(volume)}\u00a0{words.units[channel]}"}
        for channel, volume in totals
    ]
