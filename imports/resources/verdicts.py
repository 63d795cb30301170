"""How files name kinds and states of readings, and the readings that they give a verdict on."""

from uuid import UUID

from cabinet_pages.readings.models import ReadingKind, ReadingState
from imports.values import ValueRefused, clean_text

KINDS = {
    "прийняте": ReadingKind.ACCEPTED.value,
    "контрольне": ReadingKind.CONTROL.value,
    "початкове": ReadingKind.INITIAL.value,
    "кінцеве": ReadingKind.FINAL.value,
}
# Our own export names the states before a verdict too: such a row comes back without one.
STATES = {
    "прийнято": ReadingState.ACCEPTED.value,
    "відхилено": ReadingState.REJECTED.value,
    "у рахунку": ReadingState.BILLED.value,
    "в рахунку": ReadingState.BILLED.value,
    "подано": "",
    "надіслано": "",
    "передано": "",
    "передано до розрахунку": "",
    "submitted": "",
    "exported": "",
    "accepted": ReadingState.ACCEPTED.value,
    "rejected": ReadingState.REJECTED.value,
    "billed": ReadingState.BILLED.value,
}


def parse_reading_id(text: str) -> str | None:
    """Return a ReadingId in its normal form, or None for an empty cell.

    Raises:
        ValueRefused: `not_a_reading_id`.
    """
    told = clean_text(text)
    if not told:
        return None
    try:
        return str(UUID(told))
    except ValueError as error:
        raise ValueRefused("not_a_reading_id", text) from error
