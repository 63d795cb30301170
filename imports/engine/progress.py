"""How far a batch has come, told to whoever watches it; and the lease of whoever works on it."""

from django.utils import timezone

from imports.engine.errors import Cancelled
from imports.engine.steps import reached
from imports.models import BatchStep, ImportBatch

_PARTS = {BatchStep.READING.value: "chunk_staged", BatchStep.COMPARING.value: "page_compared"}


class Progress:
    """Tells the steps of one batch's way; every call renews the lease and hears whether the batch was cancelled.

    Args:
        batch: the batch at work.
    """

    def __init__(self, batch: ImportBatch) -> None:
        self.batch = batch
        self.step = ""

    def begin(self, step: BatchStep) -> None:
        """Begin a step: nothing of it is done yet.

        Raises:
            Cancelled: somebody asked for it before now; once `WRITING` has begun nobody can any more.
        """
        self.step = step.value
        self.advance(0)

    def advance(self, rows: int, permille: int | None = None) -> None:
        """Tell how many rows of the step are done, and parts in a thousand where they are known.

        Raises:
            Cancelled: somebody asked for it.
        """
        # One statement: a cancellation that comes beside it waits for the row and then sees the new step.
        renewed = ImportBatch.objects.filter(pk=self.batch.pk, cancel_requested_at__isnull=True).update(
            step=self.step, progress=rows, progress_permille=permille, heartbeat_at=timezone.now()
        )
        if not renewed:
            raise Cancelled(self.batch.pk)
        if rows and self.step in _PARTS:
            reached(_PARTS[self.step], self.batch.pk)
