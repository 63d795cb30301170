"""Why an object that an undone batch has made must stay: what stands on it."""

from collections.abc import Collection, Iterable

from django.db import models
from django.db.models.fields.json import KT

from cabinet_pages.removal import referrers
from imports.models import BatchRow, BatchSource, BatchState, ImportBatch, RowStatus
from imports.resources.rows import Entry, ObjectKey

_REASONS = {
    "access": "has_access",
    "requestedaccount": "has_access",
    "meteringpoint": "has_metering",
    "readingsubmission": "has_readings",
    "windowreopening": "has_readings",
    "reading": "has_readings",
    "payment": "has_billing",
    "bankcredit": "has_billing",
    "invoice": "has_billing",
    "balance": "has_billing",
    "signeddocument": "has_billing",
    "countersignature": "has_counter_signature",
}


def made(entries: Iterable[Entry]) -> dict[int, Entry]:
    """The entries whose objects their batch has made, by the object's id."""
    return {entry.object_id: entry for entry in entries if entry.status == RowStatus.NEW and entry.object_id}


def held(
    entries: Iterable[Entry], model: type[models.Model], *, passing_over: Collection[str] = ()
) -> dict[ObjectKey, str]:
    """Of the objects that their batch has made, those that others refer to: key → code of the reason.

    What a plug-in keeps counts too, as `has_others`.

    Args:
        model: of the objects.
        passing_over: names of models that go with an object.
    """
    new = made(entries)
    in_use = referrers(model, new, passing_over=passing_over)
    return {
        new[pk].object_key: _REASONS.get(other._meta.model_name or "", "has_others") for pk, other in in_use.items()
    }


def corrected_since(batch_id: int, named: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Of invoices, by account and number, those that a later invoice of another batch corrects.

    Args:
        batch_id: the batch that made the invoices.
    """
    return _written_since(batch_id, "invoices", "corrects_number", named)


def billed_since(batch_id: int, named: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Of invoices, by account and number, those that verdicts on readings have named since.

    Args:
        batch_id: the batch that made the invoices.
    """
    return _written_since(batch_id, "readings", "invoice_number", named)


def _written_since(batch_id: int, kind: str, name: str, wanted: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Accounts and values of a column that batches of a kind have written after a batch, and that are wanted."""
    batch = ImportBatch.objects.filter(pk=batch_id)
    since = batch.values_list("finished_at", flat=True).first()
    if since is None or not wanted:
        return set()
    later = ImportBatch.objects.filter(kind=kind, state=BatchState.APPLIED, finished_at__gt=since)
    ids = list(later.exclude(source=BatchSource.UNDO).values_list("pk", flat=True))
    if not ids:
        return set()
    rows = BatchRow.objects.filter(
        batch__in=ids,
        owner_id__in={owner for owner, _ in wanted},
        status__in=(RowStatus.NEW, RowStatus.CHANGED),
        **{f"values__{name}__in": list({value for _, value in wanted})},
    )
    return set(rows.values_list("owner_id", KT(f"values__{name}"))) & set(wanted)
