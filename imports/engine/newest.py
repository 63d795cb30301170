"""Batches among each other: the newest one, those it superseded, and how often a kind was written."""

from django.db.models import F, Q, QuerySet

from imports.models import BatchSource, BatchState, ImportBatch


def newest_batch(batch: ImportBatch, *, of_branch_alone: bool = False) -> ImportBatch | None:
    """The newest promoted and not undone file of a batch's kind that touched its branch; None when there is none.

    Args:
        batch: itself never the answer; where it is promoted, what was the newest before it.
        of_branch_alone: leave files of all branches out, unless the batch is one.
    """
    files = _promoted(batch, of_branch_alone)
    if batch.state in (BatchState.APPLIED, BatchState.UNDONE) and batch.finished_at is not None:
        files = files.filter(finished_at__lt=batch.finished_at)
    return files.order_by("-finished_at", "-pk").first()


def latest_export(batch: ImportBatch) -> ImportBatch | None:
    """The promoted file of a batch's kind and branch that speaks of the latest moment; None where none tells any.

    The moment of receipt, which stands for one that nobody told, is no moment to compare with.
    """
    told = _promoted(batch, of_branch_alone=False).filter(Q(as_of_given=True) | ~Q(as_of=F("created_at")))
    return told.filter(as_of__isnull=False).order_by("-as_of", "-pk").first()


def superseded_twin(batch: ImportBatch) -> ImportBatch | None:
    """The last promoted file of the same bytes, kind and branch, where another one came after it; else None."""
    newest = newest_batch(batch)
    twin = _promoted(batch, of_branch_alone=True).filter(sha256=batch.sha256).order_by("-finished_at", "-pk").first()
    return None if twin is None or newest is None or newest.pk == twin.pk else twin


def taken_back_since(batch: ImportBatch) -> bool:
    """Whether something of the kind was taken back after a promoted batch, so that its rows may have changed."""
    undone = ImportBatch.objects.filter(kind=batch.kind, source=BatchSource.UNDO)
    return undone.filter(Q(finished_at__gte=batch.finished_at) | Q(pk__gt=batch.pk)).exists()


def times_written(kind: str) -> int:
    """How often batches of a kind were applied or taken back, of whatever branch.

    It grows with every one of them, so a preview made at another number is old.
    """
    return ImportBatch.objects.filter(kind=kind, state__in=(BatchState.APPLIED, BatchState.UNDONE)).count()


def _promoted(batch: ImportBatch, of_branch_alone: bool) -> "QuerySet[ImportBatch]":
    """Taking something back is a batch too, but no file: it is never the newest."""
    files = ImportBatch.objects.filter(kind=batch.kind, state=BatchState.APPLIED).exclude(
        Q(source=BatchSource.UNDO) | Q(pk=batch.pk)
    )
    if of_branch_alone:
        return files.filter(branch=batch.branch)
    # A file of all branches touches each of them, and is touched by each.
    return files if batch.branch is None else files.filter(Q(branch=batch.branch) | Q(branch__isnull=True))
