"""What a browser sends from the sheet: fields of the form, or the changed cells alone."""

import json
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from cabinet_pages.clock import kyiv_today
from cabinet_pages.readings.sheet.calculation import TypedReading
from cabinet_pages.readings.sheet.queries import Draft, ReadingSheet
from cabinet_pages.readings.sheet.services import DraftCell
from cabinet_pages.windows.fields import DayField

_VALUE, _DAY, _EXPLANATION, _REASON, _PERIOD = "value_", "date_", "explanation_", "reason_", "period_"
# Digits of an id; what is longer is none.
LONGEST_ID = 19


@dataclass(slots=True)
class Posted:
    """The fields of a sheet by register.

    Args:
        read_on: «Дата зняття» of the sheet; None where it is no date.
        values: texts of the readings.
        days: «Дата зняття» of rows that have their own; None takes it away.
        explanations, reasons: answers to warnings.
    """

    read_on: date | None = None
    values: dict[int, str] = field(default_factory=dict)
    days: dict[int, date | None] = field(default_factory=dict)
    explanations: dict[int, str] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)


def day_of(text: Any) -> date | None:
    """A day as ISO or dd.mm.yyyy; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        found: date | None = DayField(required=False).clean(text)
    except ValidationError:
        return None
    return found


def posted_from(data: Mapping[str, Any]) -> Posted:
    """Read the fields of a form; those of other names are passed over."""
    found = Posted(read_on=day_of(data.get("read_on")))
    for name, register, text in _numbered(data):
        if name == _VALUE:
            found.values[register] = text
        elif name == _DAY:
            found.days[register] = day_of(text)
        elif name == _EXPLANATION:
            found.explanations[register] = text
        elif name == _REASON:
            found.reasons[register] = text
    return found


def periods_from(data: Mapping[str, Any]) -> dict[int, date]:
    """The periods that a form was made for, by account."""
    found = {}
    for name, account, text in _numbered(data):
        period = day_of(f"{text}-01") if name == _PERIOD else None
        if period is not None:
            found[account] = period
    return found


def _numbered(data: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    """Fields whose names end with an id."""
    for name, text in data.items():
        stem, _, number = name.rpartition("_")
        if number.isdecimal() and number.isascii() and len(number) < LONGEST_ID:
            yield f"{stem}_", int(number), str(text)


def cells_of(
    sheet: ReadingSheet, posted: Posted, *, before: date, over: AbstractSet[int] = frozenset()
) -> list[DraftCell]:
    """What the drafts of a sheet become with what was sent; cells that show what was sent for the period are none.

    Args:
        before: «Дата зняття» that the sheet had; rows of that day follow when it is changed.
        over: ids of accounts whose fields were of another month than the sheet now has.
    """
    today = kyiv_today()
    day = posted.read_on or before
    shared = None if day == today else day
    cells = []
    touched = {*posted.values, *posted.days, *posted.explanations, *posted.reasons} & sheet.registers.keys()
    if day != before:
        touched |= sheet.drafts.keys() & sheet.registers.keys()
    for register in touched:
        point, entry = sheet.registers[register]
        if point.point.account_id in over:
            continue
        draft = sheet.drafts.get(register)
        typed = posted.values.get(register, draft.typed if draft else "")
        if draft is None and typed.strip() == (typed_text(entry.sent.value) if entry.sent else ""):
            continue
        own = posted.days.get(register, draft.read_on if draft and draft.read_on != before else None)
        cells.append(
            DraftCell(
                register=register,
                period=point.window.period,
                typed=typed,
                read_on=shared if own is None or own == day else own,
                explanation=posted.explanations.get(register, draft.explanation if draft else ""),
                remark=posted.reasons.get(register, draft.remark if draft else ""),
            )
        )
    return cells


def typed_text(value: Any) -> str:
    """A stored reading as a person would type it."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def day_of_sheet(sheet: ReadingSheet) -> date:
    """«Дата зняття» of a sheet: the one that most of its drafts were typed for, else today inside the window."""
    if not sheet.windows:
        return kyiv_today()
    days: dict[date, int] = {}
    today = sheet.default_day
    for draft in sheet.drafts.values():
        if draft.typed:
            days[draft.read_on or today] = days.get(draft.read_on or today, 0) + 1
    return max(days, key=lambda day: (days[day], day == today)) if days else today


def own_day(draft: Draft | None, day: date) -> date | None:
    """The day of a row where it is another one than the sheet's."""
    return draft.read_on if draft is not None and draft.read_on != day else None


# --- what the calculation carries to the second «Зберегти» ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Carried:
    """The rows that were shown: good ones as they will be sent, and the texts of the bad ones."""

    good: dict[int, tuple[str, date]]
    bad: dict[int, str]

    def as_text(self) -> str:
        """For one hidden field: five hundred fields are more than a form should have twice."""
        good = {str(register): [typed, f"{day:%Y-%m-%d}"] for register, (typed, day) in self.good.items()}
        bad = {str(register): typed for register, typed in self.bad.items()}
        return json.dumps({"good": good, "bad": bad}, ensure_ascii=False, separators=(",", ":"))


def carried_from(text: str) -> Carried | None:
    """The rows of a hidden field; None for what no page of ours wrote."""
    try:
        told = told_from(text)
        good = {_id(name): (str(typed), date.fromisoformat(day)) for name, (typed, day) in told["good"].items()}
        bad = {_id(name): str(typed) for name, typed in told["bad"].items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return Carried(good, bad)


def told_from(text: str | bytes) -> Any:
    """What a browser tells as JSON.

    Raises:
        ValueError: it is none, it nests deeper than anything of ours, or it has half a character, which no database and
            no page takes.
    """
    try:
        told = json.loads(text)
        json.dumps(told, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return told


def _id(name: str) -> int:
    if not (name.isdecimal() and len(name) < LONGEST_ID):
        raise ValueError(name)
    return int(name)


def typed_from(carried: Carried, posted: Posted) -> dict[int, TypedReading]:
    """The good rows with the answers that were given to their warnings."""
    return {
        register: TypedReading(typed, day, posted.explanations.get(register, ""), posted.reasons.get(register, ""))
        for register, (typed, day) in carried.good.items()
    }


def posted_from_json(told: Any) -> Posted | None:
    """Changed cells as the script sends them: {"read_on": …, "cells": {"7": "1234,5"}}; None for anything else."""
    if not isinstance(told, dict) or not isinstance(told.get("cells"), dict):
        return None
    found = Posted(read_on=day_of(told.get("read_on")))
    found.values = {
        int(name): text
        for name, text in told["cells"].items()
        if isinstance(text, str) and name.isdecimal() and len(name) < LONGEST_ID
    }
    return found


def texts_of(values: Sequence[str]) -> str:
    """Texts in one line, the empty ones left out."""
    return " · ".join(value for value in values if value)
