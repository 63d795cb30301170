"""The steps of a volume as a reading keeps them, and back."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cabinet_pages.readings.rules.consumption import ConsumptionRefused, KnownReading, Step, step_between


def steps_as_stored(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What a reading keeps in `steps`: exact text; nothing for one step, which the reading's own columns tell."""
    return [_as_stored(one) for one in steps] if len(steps) > 1 else []


def steps_from_stored(
    stored: Sequence[Mapping[str, Any]],
    *,
    previous: KnownReading | None,
    current: KnownReading,
    multiplier: Decimal | None,
    digits: int,
) -> tuple[Step, ...]:
    """The steps of a stored volume: of `steps`, else the one of the reading's own columns; none where they do not tell.

    Args:
        stored: the reading's `steps`.
        previous, current, multiplier: the reading's own columns.
        digits: digits of the register before the decimal mark.
    """
    try:
        if stored:
            return tuple(_from_stored(one, digits) for one in stored)
        if previous is None or multiplier is None:
            return ()
        return (step_between(previous, current, digits=digits, multiplier=multiplier),)
    except ConsumptionRefused:
        return ()


def _as_stored(step: Step) -> dict[str, Any]:
    return {
        "previous": f"{step.previous.value:f}",
        "previous_on": step.previous.read_on.isoformat() if step.previous.read_on else None,
        "value": f"{step.current.value:f}",
        "read_on": step.current.read_on.isoformat() if step.current.read_on else None,
        "multiplier": f"{step.multiplier:f}",
        "rolled_over": step.rolled_over,
    }


def _from_stored(stored: Mapping[str, Any], digits: int) -> Step:
    return step_between(
        _known(stored["previous"], stored["previous_on"]),
        _known(stored["value"], stored["read_on"]),
        digits=digits,
        multiplier=Decimal(stored["multiplier"]),
    )


def _known(value: str, day: str | None) -> KnownReading:
    return KnownReading(Decimal(value), date.fromisoformat(day) if day else None)
