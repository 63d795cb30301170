"""Pure rules of points and meters; no Django."""

import enum
from datetime import date, timedelta

# A meter whose verification ends within this many days is pointed out before it is overdue.
VERIFICATION_NOTICE = timedelta(days=90)
# The horizons, in days, that meters to be verified are listed by; the farthest is the notice.
VERIFICATION_HORIZONS = (90, 60, 30)


class Verification(enum.StrEnum):
    """How a meter's verification (повірка) stands."""

    UNKNOWN = "unknown"
    VALID = "valid"
    ENDING = "ending"
    OVERDUE = "overdue"


def verification_state(next_on: date | None, today: date) -> Verification:
    """How a verification stands on a Kyiv day; overdue is a flag and never forbids anything.

    Args:
        next_on: the last day by which the meter must be verified again.
        today: the Kyiv day.
    """
    if next_on is None:
        return Verification.UNKNOWN
    if next_on < today:
        return Verification.OVERDUE
    return Verification.ENDING if next_on <= today + VERIFICATION_NOTICE else Verification.VALID


def in_place(*, installed_on: date | None, removed_on: date | None, day: date) -> bool:
    """Whether a meter hangs at its point on a Kyiv day; on the day of removal it does no more."""
    return (installed_on is None or installed_on <= day) and (removed_on is None or removed_on > day)
