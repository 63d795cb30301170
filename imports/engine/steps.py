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

#: Sent with `name`, one of STEPS, and `batch_id`, 0 where there is no batch yet.
step_reached: Final = Signal()


def reached(name: str, batch_id: int = 0) -> None:
    """Tell the listeners that a step is reached."""
    if step_reached.receivers:
        step_reached.send(sender=None, name=name, batch_id=batch_id)
