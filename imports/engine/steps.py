"""Named steps of a batch's way: whoever listens hears each as it is reached.

The engine itself needs no listener, so without one a step costs a look at an empty list. The tests of crashes end the
process at each of them.
"""

from typing import Final

from django.dispatch import Signal

#: Every step, in the order of a batch's way; `chunk_staged` and `page_compared` come once for each of theirs.
STEPS: Final = (
    "receiving",  # nothing is stored yet
    "file_stored",  # the bytes are private, the batch is not there yet
    "received",  # the batch is there
    "preparing",  # an earlier preview is forgotten
    "opened",  # format and headings are known
    "chunk_staged",
    "staged",  # every row is staged
    "page_compared",
    "compared",  # counts are known
    "previewed",
    "promoting",  # before the promotion's lock
    "locked",  # the lock is held, nothing is written
    "promotion_begun",  # inside the transaction from here …
    "verified",
    "rows_written",
    "journal_written",
    "before_commit",  # … to here
    "committed",  # before anything is announced
    "finished",
)

#: Every step of an undo; `undo_page_staged` comes once for each page.
UNDO_STEPS: Final = (
    "undoing",  # the locks are held, nothing is written
    "undo_begun",  # inside the transaction from here …
    "undo_page_staged",
    "undo_judged",  # everything that goes back is staged, and the conflicts
    "undo_restored",
    "undo_removed",
    "undo_before_commit",  # … to here
    "undo_committed",
    "undo_finished",
)

#: Sent with `name`, one of STEPS or UNDO_STEPS, and `batch_id`, 0 where there is no batch yet.
step_reached: Final = Signal()


def reached(name: str, batch_id: int = 0) -> None:
    """Tell the listeners that a step is reached."""
    if step_reached.receivers:
        step_reached.send(sender=None, name=name, batch_id=batch_id)
