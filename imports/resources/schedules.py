"""The prepayment schedule of an account: «5:30; 15:40; 25:30» is thirty per cent by the fifth, and so on. No Django."""

import re

from imports.values import ValueRefused, clean_text

_PART = re.compile(r"(?P<day>[0-9]{1,2})\s*[:\-]\s*(?P<percent>[0-9]{1,3})\s*%?")
_LIMIT = 120


def parse_schedule(text: str) -> str:
    """Return a schedule as `day:percent` parts, in the order of the file; '' for an empty cell.

    Raises:
        ValueRefused: `not_a_schedule`: a part is no day with a percentage, or they are more than the whole.
    """
    told = clean_text(text, _LIMIT)
    if told in {"", "-"}:
        return ""
    parts = [_PART.fullmatch(part.strip()) for part in told.rstrip("; ").split(";")]
    days: list[str] = []
    total = 0
    for part in parts:
        if part is None or not 1 <= int(part["day"]) <= 31:
            raise ValueRefused("not_a_schedule", text)
        total += int(part["percent"])
        days.append(f"{int(part['day'])}:{int(part['percent'])}")
    if total > 100:
        raise ValueRefused("not_a_schedule", text)
    return "; ".join(days)
