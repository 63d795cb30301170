"""The life line of a reading: чернетка → подано → вивантажено → прийнято or відхилено → у рахунку."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState

_ORDER = (ReadingState.SUBMITTED, ReadingState.EXPORTED, ReadingState.ACCEPTED, ReadingState.BILLED)


@dataclass(frozen=True, slots=True)
class LifeStep:
    """A step of a reading's life.

    Args:
        code: `submitted`, `exported`, `accepted`, `rejected`, `billed` or `replaced`.
        label: its name in the reader's language.
        at: when it was reached, where that is known.
        detail: the batch, the reason, the invoice.
        reached: whether the reading has come so far.
        url: where the detail leads.
    """

    code: str
    label: str
    at: datetime | None = None
    detail: str = ""
    reached: bool = True
    url: str = ""


def life_line(
    reading: Reading, *, invoices: Mapping[str, str] | None = None, may_send_again: bool | None = None
) -> list[LifeStep]:
    """The steps of a consumer's reading, in order; those still to come are not reached.

    No query where `submission` and `export` are loaded.

    Args:
        reading: a consumer's; a reading that the operator took has no life line.
        invoices: addresses of the account's invoices by number.
        may_send_again: whether a new reading may be sent in place of a rejected one; None where nobody asks.
    """
    if reading.kind != ReadingKind.CUSTOMER:
        return []
    steps = [_submitted(reading)]
    is_rejected = reading.state == ReadingState.REJECTED
    reached = 0 if is_rejected else _ORDER.index(ReadingState(reading.state))
    steps += _exported(reading, is_expected=not is_rejected and reached == 0)
    if is_rejected:
        steps.append(LifeStep("rejected", _("rejected"), reading.decided_at, _rejection(reading, may_send_again)))
    elif reading.is_current or reached > 1:
        steps += _accepted(reading, reached)
    if not reading.is_current:
        steps = [step for step in steps if step.reached]
        steps.append(LifeStep("replaced", _("replaced by a correction")))
    elif not is_rejected:
        steps.append(_billed(reading, reached, invoices or {}))
    return steps


def _submitted(reading: Reading) -> LifeStep:
    submission = reading.submission
    if submission is None:
        return LifeStep("submitted", _("submitted"))
    detail = _("receipt № %s") % submission.number
    return LifeStep("submitted", _("submitted"), submission.submitted_at, detail)


def _exported(reading: Reading, *, is_expected: bool) -> list[LifeStep]:
    """The batch; a verdict may also come without one, and then the step is left out."""
    if reading.export is not None:
        detail = _("batch № %s") % reading.export.number
        return [LifeStep("exported", _("exported"), reading.export.created_at, detail)]
    if reading.state == ReadingState.EXPORTED:
        return [LifeStep("exported", _("exported"))]
    return [LifeStep("exported", _("exported"), reached=False)] if is_expected else []


def _accepted(reading: Reading, reached: int) -> list[LifeStep]:
    if reached < _ORDER.index(ReadingState.ACCEPTED):
        return [LifeStep("accepted", _("accepted"), reached=False)]
    return [LifeStep("accepted", _("accepted"), reading.decided_at, reading.state_reason)]


def _billed(reading: Reading, reached: int, invoices: Mapping[str, str]) -> LifeStep:
    number = reading.invoice_number
    if reached < _ORDER.index(ReadingState.BILLED) and not number:
        return LifeStep("billed", _("in an invoice"), reached=False)
    return LifeStep("billed", _("in an invoice"), detail=f"№ {number}" if number else "", url=invoices.get(number, ""))


def _rejection(reading: Reading, may_send_again: bool | None) -> str:
    reason = reading.state_reason
    if may_send_again is None:
        return reason
    answer = _("a new reading may be sent") if may_send_again else _("the window is closed, no new reading is taken")
    return "; ".join(filter(None, [reason, answer]))
