"""Pure rules of reminders; no Django."""

import enum
from datetime import date, timedelta

from cabinet_pages.readings.rules import Phase, ReadingWindow


class Stage(enum.StrEnum):
    """On what occasion a person is reminded, once for each window and last day."""

    OPENED = "opened"
    CLOSING = "closing"
    REOPENED = "reopened"


def last_day(window: ReadingWindow, *, always_open: bool) -> date:
    """The Kyiv day until which a reminder asks for readings.

    A branch that is always open has no closing day to warn of; it is the settlement that readings are needed for.
    """
    return window.settlement.day if always_open else window.closes_on


def stage_on(window: ReadingWindow, today: date, *, always_open: bool, closing_days: int) -> Stage | None:
    """The stage that a window is at on a Kyiv day; None where nobody is reminded of it.

    Late and closed windows remind of nothing, and of a reopened one people hear when staff open it. An always open
    branch reminds of nothing after the settlement day.

    Args:
        window: as it stands on `today`.
        today: the Kyiv day.
        always_open: whether the branch takes readings on any day.
        closing_days: the last days that are called «closing soon».
    """
    if window.phase not in (Phase.OPEN, Phase.CLOSING):
        return None
    left = last_day(window, always_open=always_open) - today
    if left < timedelta(0):
        return None
    return Stage.CLOSING if left < timedelta(days=closing_days) else Stage.OPENED
