"""The hash of a receipt: SHA-256 over a canonical text of everything the receipt says."""

import json
from collections.abc import Iterable
from datetime import UTC
from decimal import Decimal
from hashlib import sha256
from typing import Any

from cabinet_pages.readings.models import Reading, ReadingSubmission

#: Raised with every change of the text, so that older receipts can still be told apart.
VERSION = 1


def digest_of(submission: ReadingSubmission, readings: Iterable[Reading]) -> str:
    """The SHA-256 of a receipt in hexadecimal digits.

    Args:
        submission: stored, so that it has its number; with its account loaded.
        readings: all that were sent with it, in any order, with register, meter and point loaded.
    """
    return sha256(canonical_text(submission, readings).encode()).hexdigest()


def canonical_text(submission: ReadingSubmission, readings: Iterable[Reading]) -> str:
    """What the hash is taken of: JSON without blanks, exact numbers as text, moments in UTC to the second."""
    text = {
        "v": VERSION,
        "number": submission.number,
        "uuid": str(submission.uuid),
        "submitted_at": f"{submission.submitted_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "account": submission.account.number,
        "sender": submission.sender,
        "channel": submission.source,
        "basis": submission.basis,
        "period": f"{submission.period:%Y-%m-%d}",
        "words": submission.receipt,
        "readings": sorted((_canonical(reading) for reading in readings), key=json.dumps),
    }
    return json.dumps(text, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def seal(submission: ReadingSubmission, readings: Iterable[Reading]) -> None:
    """Set the words and the digest of a receipt on a stored submission; the caller saves `receipt` and `digest`.

    Args: as of `digest_of`; the account with its customer and branch.
    """
    rows = list(readings)
    submission.receipt = words_of(submission, rows)
    submission.digest = digest_of(submission, rows)


def words_of(submission: ReadingSubmission, readings: Iterable[Reading]) -> dict[str, Any]:
    """The names that a later import may change, as they stand on the day of the submission."""
    account = submission.account
    points = {reading.register.meter.point.code: reading.register.meter.point.name for reading in readings}
    return {
        "customer": account.customer.name,
        "code": account.customer.code,
        "branch": account.branch.name,
        "points": points,
    }


def _canonical(reading: Reading) -> list[Any]:
    register = reading.register
    return [
        register.meter.point.code,
        register.meter.serial,
        register.channel,
        register.zone,
        f"{reading.period:%Y-%m-%d}",
        f"{reading.read_on:%Y-%m-%d}",
        reading.version,
        _exact(reading.value),
        _exact(reading.previous_value),
        "" if reading.previous_on is None else f"{reading.previous_on:%Y-%m-%d}",
        _exact(reading.multiplier),
        _exact(reading.volume),
        reading.rolled_over,
        reading.is_late,
        reading.steps,
    ]


def _exact(value: Decimal | None) -> str:
    """A number without an exponent and without trailing zeros, the same before and after the database."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
