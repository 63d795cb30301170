"""How files name kinds and states of readings, the readings that they give a verdict on, and what follows from one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cabinet_pages.conf import cabinet_settings
from cabinet_pages.quantities.folding import fold_name
from cabinet_pages.readings.models import Reading, ReadingKind, ReadingState
from cabinet_pages.readings.rules import check_value
from cabinet_pages.readings.verdicts import announce_rejections
from imports.models import BatchRow, ImportBatch, RowStatus
from imports.resources.rows import AccountRef, Change, Entry, Row, Stored
from imports.values import ValueRefused, clean_text, parse_choice

#: Sentences of the issues of a verdict.
MESSAGES: Final[Mapping[str, Any]] = {
    "not_a_reading_id": _("“%(value)s” is not a ReadingId."),
    "reading_not_in_branch": _("Reading %(value)s was not found in branch %(branch)s"),
    "reading_unknown": _("Reading %(value)s was not found"),
    "value_differs": _("The reading that was sent is %(stored)s; «Показання прийняте» is the column for another."),
    "not_current": _("The customer has replaced this reading by a newer one."),
    "not_exported": _("This reading has not been passed to billing yet."),
    "verdict_without_state": _("There is no «Стан» for it: «прийнято», «відхилено» or «у рахунку»."),
    "billed_without_number": _("There is no «Рахунок №»: the customer will not know which invoice it is in."),
    "decided_before": _("The verdict before was another one: «%(stored)s». Check which of them holds."),
    "export_without_id": _(
        "The row is from our export, but its ReadingId is missing: it cannot be told whose verdict this is."
    ),
    "rejected_without_reason": _("There is no «Причина»: the customer will not know what to correct."),
}
KINDS = {
    "прийняте": ReadingKind.ACCEPTED.value,
    "контрольне": ReadingKind.CONTROL.value,
    "початкове": ReadingKind.INITIAL.value,
    "кінцеве": ReadingKind.FINAL.value,
}
# Files name the states before a verdict too: such a row comes back without one.
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
#: Of them, the words that a person is told of.
TOLD: Final = ("прийнято", "відхилено", "у рахунку")
#: The columns that billing fills in, by their names.
VERDICT: Final = ("state", "state_reason", "invoice_number", "accepted_value", "accepted_volume")
#: The value that no column tells: when billing decided. None in a change stands for the moment of its promotion.
DECIDED_AT: Final = "decided_at"
_DECISIONS = frozenset({ReadingState.ACCEPTED.value, ReadingState.REJECTED.value, ReadingState.BILLED.value})
_UNDECIDED = frozenset({ReadingState.SUBMITTED.value, ReadingState.EXPORTED.value})
_NOWHERE: tuple[Any, ...] = (None, True, 0, "", 0, "", "", "", 0)
# How a decision that stands is told; a reading that was accepted goes on into an invoice, and that is no change.
_WORDS = {
    ReadingState.ACCEPTED.value: TOLD[0],
    ReadingState.REJECTED.value: TOLD[1],
    ReadingState.BILLED.value: TOLD[2],
}
_GOES_ON = (ReadingState.ACCEPTED.value, ReadingState.BILLED.value)


def parse_state(text: str) -> str | None:
    """Return the state that a word stands for, '' for one before a verdict, or None for an empty cell.

    Raises:
        ValueRefused: `not_a_choice`, with the words of verdicts.
    """
    try:
        return parse_choice(text, choices=STATES)
    except ValueRefused as error:
        raise ValueRefused(error.code, text, choices=TOLD) from error


def check_accepted(row: Row, digits: int) -> None:
    """Reject a row whose «Показання прийняте» no register shows: the next reading is counted from it.

    Args:
        row: of the file.
        digits: in front of the register's decimal mark.
    """
    told = row.cells.get("accepted_value")
    if told is None:
        return
    for finding in check_value(told, digits=digits):
        code = "negative_reading" if finding.code == "negative" else "beyond_register"
        row.reject(code, "accepted_value", value=f"{told.normalize():f}", digits=digits)


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


def find_readings(rows: Sequence[Row]) -> None:
    """Find the readings that rows name by ReadingId; one of another branch and an absent one get the same sentence."""
    if not rows:
        return
    place = "register__meter__point__account"
    known = {
        str(uuid): rest
        for uuid, *rest in Reading.objects.filter(uuid__in={row.cells["reading_id"] for row in rows}).values_list(
            "uuid", "value", "is_current", f"{place}_id", f"{place}__number", f"{place}__branch_id", "kind", "state",
            "invoice_number", "register__digits",
        )
    }  # fmt: skip
    for row in rows:
        if row.rejected:
            continue
        reading_id = row.cells["reading_id"]
        value, is_current, owner, number, branch_id, kind, state, invoice, digits = known.get(reading_id, _NOWHERE)
        branch = row.branch
        told_number = row.cells.get("account")
        if (
            value is None
            or (branch is not None and branch_id != branch.pk)
            # An old encoding may have changed letters of the number.
            or (told_number and fold_name(told_number) != fold_name(number))
        ):
            if branch is None:
                row.reject("reading_unknown", "reading_id", value=reading_id)
            else:
                row.reject("reading_not_in_branch", "reading_id", value=reading_id, branch=branch.code)
            continue
        row.account = AccountRef(owner, number, branch_id)
        told = row.cells.get("value")
        if told is not None and told != value:
            row.warn("value_differs", "value", stored=f"{value.normalize():f}")
        check_accepted(row, digits)
        _weigh(row, is_current, state if kind == ReadingKind.CUSTOMER else "", invoice)


def _weigh(row: Row, is_current: bool, stored_state: str, stored_invoice: str) -> None:
    """Say what is odd about a verdict; what billing has not filled in is none."""
    cells = row.cells
    if not any(cells.get(name) not in (None, "") for name in VERDICT):
        return
    state = cells.get("state")
    if not state and stored_state in _UNDECIDED:
        row.reject("verdict_without_state", "state" if "state" in row.texts else "reading_id")
    elif state == ReadingState.REJECTED and not cells.get("state_reason"):
        row.warn("rejected_without_reason", "state_reason" if "state_reason" in row.texts else "state")
    invoice = cells.get("invoice_number", stored_invoice) or ""
    if state == ReadingState.BILLED and not invoice:
        row.warn("billed_without_number", "invoice_number" if "invoice_number" in row.texts else "state")
    _compare(row, state, invoice, stored_state, stored_invoice)
    if not is_current:
        row.warn("not_current", "reading_id")
    elif state and stored_state == ReadingState.SUBMITTED:
        row.warn("not_exported", "reading_id")


def _compare(row: Row, state: str | None, invoice: str, stored_state: str, stored_invoice: str) -> None:
    """Point out a verdict that contradicts the one before; only people can tell which of them is meant."""
    if not state or stored_state not in _WORDS or (stored_state, state) == _GOES_ON:
        return
    if state == stored_state and (state != ReadingState.BILLED or not stored_invoice or invoice == stored_invoice):
        return
    stored = f"{_WORDS[stored_state]} № {stored_invoice}" if stored_invoice else _WORDS[stored_state]
    row.warn("decided_before", "state", stored=stored)


def decide(entry: Entry, stored: Stored) -> None:
    """Have a compared verdict set the moment of the decision where it is one, and keep it where it is none."""
    if entry.status != RowStatus.CHANGED or entry.before is None:
        return
    was = stored.values[DECIDED_AT]
    if entry.values.get("state") in _DECISIONS and ("state" in entry.before or not was):
        entry.before = {**entry.before, DECIDED_AT: was}
        entry.values = {**entry.values, DECIDED_AT: None}
        entry.touched = True


def is_decision(change: Change) -> bool:
    """Whether a change gives a reading another state."""
    return "state" in (change.before or {})


class Rejections:
    """The mails of one batch about readings that billing has rejected.

    Args:
        batch_id: the batch that brings the verdicts.
    """

    def __init__(self, batch_id: int) -> None:
        self._batch_id = batch_id

    def announce(self, reading_ids: Iterable[int]) -> None:
        """Tell the people of each account, once, what was rejected; an initial load announces nothing."""
        ids = list(reading_ids)
        if not ids or ImportBatch.objects.filter(pk=self._batch_id, initial_load=True).exists():
            return
        delay = timedelta(minutes=cabinet_settings.IMPORT_MAIL_DELAY)
        announce_rejections(reading_ids=ids, event=f"import:{self._batch_id}:", send_after=timezone.now() + delay)

    def announce_kept(self) -> None:
        """Tell again of what stays rejected after an undo, for it dropped every mail that still waited."""
        given_back = BatchRow.objects.filter(batch__undoes=self._batch_id, status=RowStatus.CHANGED)
        rows = BatchRow.objects.filter(batch=self._batch_id, status=RowStatus.CHANGED, before__has_key="state")
        kept = rows.exclude(object_id__in=given_back.values("object_id")).values_list("object_id", flat=True)
        self.announce(pk for pk in kept if pk is not None)
