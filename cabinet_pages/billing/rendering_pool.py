"""Issues many invoices in processes of their own, for xhtml2pdf renders one document at a time in a process.

The processes are started anew (spawn), so none inherits a connection or a lock. Whatever ends one, the documents that
are kept stay kept: the same again does the rest.
"""

import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import wait as wait_for

# So few that a worker is seldom left alone with the last ones, so many that handing them over costs nothing.
CHUNK = 10
# How many chunks wait for each worker.
_AHEAD = 2


class WorkerDied(RuntimeError):
    """A worker ended in the middle; what it had kept stays kept."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What became of one invoice: whether its document was made now, and why it could not be, or ''."""

    invoice: int
    made: bool
    failure: str = ""


def issue_all(invoices: Sequence[int], *, workers: int) -> Iterator[Issued]:
    """Issue invoices by their ids; yield each when it is done, in no order.

    Args:
        invoices: ids.
        workers: how many processes; with one, this process does the work.

    Raises:
        WorkerDied: a process was killed, or ended by itself.
    """
    chunks = iter([list(invoices[start : start + CHUNK]) for start in range(0, len(invoices), CHUNK)])
    if workers == 1:
        for chunk in chunks:
            yield from issue_chunk(chunk)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin) as pool:
        waiting: set[Future[list[Issued]]] = set()
        try:
            while True:
                for chunk in islice(chunks, workers * _AHEAD - len(waiting)):
                    waiting.add(pool.submit(issue_chunk, chunk))
                if not waiting:
                    return
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield from future.result()
        except BrokenProcessPool as error:
            raise WorkerDied("a worker ended in the middle") from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def issue_chunk(ids: Sequence[int]) -> list[Issued]:
    """Issue some invoices in this process."""
    from cabinet_pages.billing.services.issuing import issue_by_id
    from cabinet_pages.printing.rendering import PdfFailed

    found = []
    for pk in ids:
        try:
            found.append(Issued(pk, made=issue_by_id(invoice_id=pk)))
        except PdfFailed as failed:
            found.append(Issued(pk, made=False, failure=str(failed)))
    return found


def _begin() -> None:
    """Prepare a worker: Django, and an end with the process that started it, however that ends."""
    import django

    threading.Thread(target=_end_with_parent, daemon=True).start()
    django.setup()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)
